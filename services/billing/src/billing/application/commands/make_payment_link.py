"""A patient is to pay by card, for what is owed or for a visit to come: a link is planned, and opened by `timers`."""

from dataclasses import dataclass
from datetime import timedelta

from billing.application.bookkeeping import disputed_among, expect_undisputed
from billing.application.destinations import Destination, charges_of_patient, visit_of_patient
from billing.application.ports import Ports
from billing.domain.charges import Charge
from billing.domain.ids import AppointmentId, ChargeId, LinkId, PatientId
from billing.domain.money import Money, total
from billing.domain.payment_links import PaymentLink
from careflow_domain.errors import conflict, invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class MakePaymentLink:
    """For these charges, or for a visit that is not charged yet; for all that is owed where neither is named. Without
    an `amount` it is what is owed; `undisputed` leaves out what the patient has decided.
    """

    patient_id: PatientId
    charge_ids: tuple[ChargeId, ...] = ()
    appointment_id: AppointmentId | None = None
    amount: Money | None = None
    undisputed: bool = False


@dataclass(frozen=True, slots=True)
class MakePaymentLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: MakePaymentLink, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `no_card_processor`, `account_not_found`, `charge_not_found`, `visit_not_found`, `visit_over`,
        `payment_link_open`, `estimate_disputed`, `nothing_owed`, `above_owed`, `amount_needed`, `amount_not_positive`,
        `currency_mismatch`.
        """

        async def make(tx: Transaction) -> Changed:
            check_own(actor, command.patient_id, "account")
            if self.ports.processor is None:
                raise conflict("no_card_processor", "This clinic takes no cards online.")
            (_, estimates), destination, links, owed = await side_by_side(
                side_by_side(
                    self.ports.accounts.get(command.patient_id), self.ports.estimates.all_of(command.patient_id)
                ),
                self._destination(command),
                self.ports.links.all_of(command.patient_id),
                self.ports.charges.open_of(command.patient_id),
            )
            if not actor.is_patient and destination.kept_for is None:
                # Patients may pay what they dispute; nobody asks them to.
                expect_undisputed(destination.charges or owed, estimates)
            if command.undisputed and (disputed := disputed_among(owed, estimates)):
                owed = [each for each in owed if each not in disputed]
                destination = Destination(charges=tuple(owed))
            if any(link.can_be_paid(tx.now) for link in links):
                raise conflict("payment_link_open", "There is a link the patient can pay by; close it first.")
            link = PaymentLink(
                id=LinkId(tx.new_id()),
                patient_id=command.patient_id,
                amount=self._amount(command, destination, owed),
                made_at=tx.now,
                expires_at=tx.now + timedelta(hours=self.ports.policy.payment_link_hours.value),
                charge_ids=destination.charge_ids,
                appointment_id=destination.kept_for,
                attempt_at=tx.now,
            )
            await self.ports.links.add(link, tx)
            return Changed(link.id, link.version)

        return await self.work.run(make, by=actor, action="make_payment_link", returns=Changed, request=request)

    async def _destination(self, command: MakePaymentLink) -> Destination:
        if command.appointment_id is not None:
            return await visit_of_patient(command.appointment_id, command.patient_id, self.ports)
        return await charges_of_patient(command.charge_ids, command.patient_id, self.ports)

    def _amount(self, command: MakePaymentLink, destination: Destination, owed: list[Charge]) -> Money:
        """A deposit is what was agreed; of what is owed, no more than that."""
        currency = self.ports.policy.currency
        if command.amount is not None and command.amount.currency != currency:
            raise invalid("currency_mismatch", "The clinic keeps its books in another currency.")
        if destination.kept_for is not None:
            if command.amount is None:
                raise invalid("amount_needed", "Say how much is to be paid for a visit to come.")
            return command.amount.expect_positive()
        meant = [each for each in owed if not destination.charge_ids or each.id in destination.charge_ids]
        most = total((each.balance for each in meant), currency)
        if not most:
            raise conflict("nothing_owed", "Nothing is to be paid.")
        amount = (command.amount or most).expect_positive()
        if amount > most:
            raise conflict("above_owed", "No more can be asked for than is owed.")
        return amount
