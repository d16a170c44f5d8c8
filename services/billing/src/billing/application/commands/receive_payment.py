"""Money came in; it is applied to what the patient owes, the earliest service first."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.application.results import Received
from billing.domain.ids import PatientId, PaymentId
from billing.domain.money import Money
from billing.domain.payments import Payment, PaymentMethod
from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ReceivePayment:
    patient_id: PatientId
    amount: Money
    method: PaymentMethod
    reference: str | None


@dataclass(frozen=True, slots=True)
class ReceivePaymentHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReceivePayment, actor: Actor, request: RequestKey) -> Committed[Received]:
        """Refused: `account_not_found`, `amount_not_positive`, `currency_mismatch`, `reference_needed`,
        `card_number_refused`.
        """

        async def receive(tx: Transaction) -> Received:
            if command.amount.currency != self.ports.policy.currency:
                raise invalid("currency_mismatch", "The clinic keeps its books in another currency.")
            payment = Payment.received(
                PaymentId(tx.new_id()),
                command.patient_id,
                command.amount,
                command.method,
                command.reference,
                now=tx.now,
            )
            await self.ports.accounts.get(command.patient_id)
            opened = await open_books(command.patient_id, self.ports)
            books = await keep_books(opened, lambda books: books.receive(payment), tx, self.ports)
            after = books.payment_as_is(payment.id)
            return Received(after.id, after.version, after.unapplied.minor, after.amount.currency)

        return await self.work.run(receive, by=actor, action="receive_payment", returns=Received, request=request)
