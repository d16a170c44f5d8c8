"""Money came in; it goes where the payer says, else to the visit of the day, else to the earliest service."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.destinations import Destination, charges_of_patient, visit_of_patient
from billing.application.money_in import known_before, money_in
from billing.application.ports import Ports
from billing.application.results import Received
from billing.domain.ids import AppointmentId, ChargeId, PatientId
from billing.domain.money import Money
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class ReceivePayment:
    """`charge_ids` are the charges it is meant for, `appointment_id` a visit that is not charged yet;
    `is_another` says that it is not the payment that looks the same.
    """

    patient_id: PatientId
    amount: Money
    method: PaymentMethod
    reference: str | None
    charge_ids: tuple[ChargeId, ...] = ()
    appointment_id: AppointmentId | None = None
    is_another: bool = False


@dataclass(frozen=True, slots=True)
class ReceivePaymentHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReceivePayment, actor: Actor, request: RequestKey) -> Committed[Received]:
        """Refused: `account_not_found`, `charge_not_found`, `charge_not_open`, `visit_not_found`, `visit_over`,
        `amount_not_positive`, `currency_mismatch`, `reference_needed`, `reference_used`, `payment_known`,
        `card_number_refused`, `told_by_processor`, and `patient_merged` for a visit, or where nothing is owed there.
        """

        async def receive(tx: Transaction) -> Received:
            payment = money_in(command.patient_id, command.amount, command.method, command.reference, tx, self.ports)
            account, same, destination, opened = await side_by_side(
                self.ports.accounts.get(command.patient_id),
                known_before(payment, self.ports, is_another=command.is_another),
                self._destination(command, tx),
                open_books(command.patient_id, self.ports),
            )
            if same is not None:
                return _received(same.expect_same(payment))
            if command.appointment_id is not None or not any(each.balance for each in opened.charges.values()):
                account.check_in_use()
            if destination.kept_for is not None and account.merged_into is None:
                payment = payment.as_deposit(destination.kept_for, now=tx.now)
            books = await keep_books(
                opened.with_charges(destination.charges),
                lambda books: books.receive(payment, destination.charge_ids),
                tx,
                self.ports,
            )
            return _received(books.payment_as_is(payment.id))

        return await self.work.run(receive, by=actor, action="receive_payment", returns=Received, request=request)

    async def _destination(self, command: ReceivePayment, tx: Transaction) -> Destination:
        """Where the payer wants it, else the visit of the day that is not charged yet."""
        if command.charge_ids:
            return await charges_of_patient(command.charge_ids, command.patient_id, self.ports)
        if command.appointment_id is not None:
            return await visit_of_patient(command.appointment_id, command.patient_id, self.ports)
        visits, charges = await side_by_side(
            self.ports.visits.of_day(self.ports.day_of(tx.now), of=command.patient_id),
            self.ports.charges.of_day(self.ports.day_of(tx.now), of=command.patient_id),
        )
        charged = {charge.rendered.appointment_id for charge in charges}
        waiting = [visit.id for visit in visits if visit.is_to_be_charged and visit.id not in charged]
        return Destination(kept_for=waiting[0] if waiting else None)


def _received(payment: Payment) -> Received:
    return Received(payment.id, payment.version, payment.unapplied.minor, payment.amount.currency)
