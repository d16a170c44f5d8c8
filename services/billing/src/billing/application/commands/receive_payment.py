"""Money came in; it goes where the payer says, else to the visit of the day, else to the earliest service."""

import asyncio
from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.money_in import known_by_terminal, money_in
from billing.application.ports import Ports
from billing.application.results import Received
from billing.domain.ids import AppointmentId, ChargeId, PatientId
from billing.domain.money import Money
from billing.domain.payments import Payment, PaymentMethod
from careflow_domain.errors import conflict, not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class ReceivePayment:
    """`charge_ids` are the charges it is meant for, `appointment_id` a visit that is not charged yet."""

    patient_id: PatientId
    amount: Money
    method: PaymentMethod
    reference: str | None
    charge_ids: tuple[ChargeId, ...] = ()
    appointment_id: AppointmentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The charges it is for, or the visit whose charge it waits for."""

    charge_ids: tuple[ChargeId, ...] = ()
    kept_for: AppointmentId | None = None


@dataclass(frozen=True, slots=True)
class ReceivePaymentHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReceivePayment, actor: Actor, request: RequestKey) -> Committed[Received]:
        """Refused: `account_not_found`, `charge_not_found`, `charge_not_open`, `visit_not_found`, `visit_over`,
        `amount_not_positive`, `currency_mismatch`, `reference_needed`, `reference_used`, `card_number_refused`.
        """

        async def receive(tx: Transaction) -> Received:
            payment = money_in(command.patient_id, command.amount, command.method, command.reference, tx, self.ports)
            _, same, destination, opened = await side_by_side(
                self.ports.accounts.get(command.patient_id),
                known_by_terminal(payment, self.ports),
                self._destination(command, tx),
                open_books(command.patient_id, self.ports),
            )
            if same is not None:
                return _received(same.expect_same(payment))
            if destination.kept_for is not None:
                payment = payment.as_deposit(destination.kept_for, now=tx.now)
            books = await keep_books(
                opened, lambda books: books.receive(payment, destination.charge_ids), tx, self.ports
            )
            return _received(books.payment_as_is(payment.id))

        return await self.work.run(receive, by=actor, action="receive_payment", returns=Received, request=request)

    async def _destination(self, command: ReceivePayment, tx: Transaction) -> Destination:
        """Where the payer wants it, else the visit of the day that is not charged yet."""
        if command.charge_ids:
            meant = (self.ports.charges.get(each, of=command.patient_id) for each in command.charge_ids)
            if any(charge.patient_id != command.patient_id for charge in await asyncio.gather(*meant)):
                raise not_found("charge")
            return Destination(charge_ids=command.charge_ids)
        if command.appointment_id is not None:
            return await self._visit(command.appointment_id, command.patient_id)
        visits, charges = await side_by_side(
            self.ports.visits.of_day(self.ports.day_of(tx.now), of=command.patient_id),
            self.ports.charges.of_day(self.ports.day_of(tx.now), of=command.patient_id),
        )
        charged = {charge.rendered.appointment_id for charge in charges}
        waiting = [visit.id for visit in visits if visit.is_to_be_charged and visit.id not in charged]
        return Destination(kept_for=waiting[0] if waiting else None)

    async def _visit(self, appointment_id: AppointmentId, patient_id: PatientId) -> Destination:
        visit = await self.ports.visits.find(appointment_id, of=patient_id)
        if visit is None or visit.patient_id != patient_id:
            raise not_found("visit")
        charges = await self.ports.charges.of_day(self.ports.day_of(visit.starts_at), of=patient_id)
        charged = [charge.id for charge in charges if charge.rendered.appointment_id == visit.id]
        if not charged and not visit.is_to_be_charged:
            raise conflict("visit_over", "Nothing is going to be charged for this visit.")
        return Destination(charge_ids=tuple(charged), kept_for=None if charged else visit.id)


def _received(payment: Payment) -> Received:
    return Received(payment.id, payment.version, payment.unapplied.minor, payment.amount.currency)
