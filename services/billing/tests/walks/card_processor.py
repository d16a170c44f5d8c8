"""The card processor and the banks behind it: what they give back, take back and decide, told in any order."""

from collections.abc import Callable
from typing import Final

from billing.application.commands.pay_refund_otherwise import PayRefundOtherwise, PayRefundOtherwiseHandler
from billing.application.commands.refund_payment import RefundPayment, RefundPaymentHandler
from billing.domain.money import Money
from billing.domain.processing import DisputeState, RefundState
from billing.domain.refunds import RefundReason
from services.billing.tests.processor_desk import Paid
from services.billing.tests.walks.payers import Payers
from services.billing.tests.walks.walker import nothing_there

UNDECIDED: Final = (DisputeState.OPEN, DisputeState.INQUIRY)


class CardProcessor(Payers):
    """As its webhooks tell of it."""

    async def step_processor_gives_back(self) -> None:
        """At its own desk."""
        paid = self.paid_online(lambda each: not each.is_disputed and each.refunded < each.amount.minor)
        left = paid.amount.minor - paid.refunded
        self.clinic.desk.gives_back(paid.id, Money(self.random.choice((1, left))))

    async def step_processor_is_away(self) -> None:
        self.clinic.desk.away = not self.clinic.desk.away

    async def step_refunds_take_their_time(self) -> None:
        self.clinic.desk.refunds_are = self.random.choice((RefundState.PENDING, RefundState.DONE))

    async def step_refund_moves_on(self) -> None:
        paid = self.paid_online(lambda each: each.refunds)
        refund = self.random.choice(list(paid.refunds.values()))
        if refund.state is not RefundState.FAILED:
            becomes = self.random.choice((RefundState.DONE, RefundState.DONE, RefundState.FAILED))
            self.clinic.desk.refund_becomes(paid.id, refund.id, becomes)

    async def step_refund_comes_back(self) -> None:
        """One is made, sent, and comes back to the processor."""
        payment = self.one_of("payments", lambda each: each.by_processor and each.refundable)
        command = RefundPayment(payment.id, Money(1), RefundReason.GOODWILL, payment.version)
        made = await self.asks(RefundPaymentHandler, command)
        self.clinic.desk.away = False
        await self.timers_run()
        refund = (await self.clinic.ports.payments.get(payment.id)).refund(made.refund_id)
        if refund.processor_id is not None:
            self.clinic.desk.refund_becomes(payment.reference, refund.processor_id, RefundState.FAILED)
            await self.processor_tells(everything=True)

    async def step_refund_is_paid_otherwise(self) -> None:
        payment = self.one_of("payments", lambda each: any(r.state is RefundState.FAILED for r in each.refunds))
        refund = next(each for each in payment.refunds if each.state is RefundState.FAILED)
        await self.asks(PayRefundOtherwiseHandler, PayRefundOtherwise(payment.id, refund.id, payment.version))

    async def step_is_disputed(self) -> None:
        paid = self.paid_online(lambda each: not each.is_disputed)
        inquiry = self.random.random() < 0.3
        part = Money(self.random.choice((paid.amount.minor, max(paid.amount.minor // 3, 1))))
        self.clinic.desk.is_disputed(paid.id, part, inquiry=inquiry)

    async def step_is_disputed_after_a_refund(self) -> None:
        """Part of it was given back at the desk, perhaps twice, when the cardholder's bank takes all or a part; the
        record may be given up before the bank has decided.
        """
        await self.step_pays_online()
        payment = self.one_of("payments", lambda each: each.by_processor and each.refundable.minor > 1)
        for _ in range(self.random.choice((1, 2))):
            amount = Money(max(payment.refundable.minor // self.random.choice((2, 3)), 1))
            command = RefundPayment(payment.id, amount, self.random.choice(tuple(RefundReason)), payment.version)
            await self.asks(RefundPaymentHandler, command)
            await self.timers_run()
            payment = await self.clinic.ports.payments.get(payment.id)
        paid = self.clinic.desk.payments[payment.reference]
        if paid.is_disputed:
            raise nothing_there()
        self.clinic.desk.is_disputed(paid.id, self.random.choice((paid.amount, Money(1))), inquiry=False)
        await self.processor_tells(everything=self.random.random() < 0.5)
        if self.random.random() < 0.3:
            await self.step_records_are_merged()
        dispute = next(each for each in paid.disputes.values() if each.state is DisputeState.OPEN)
        self.clinic.desk.decides(paid.id, dispute.id, won=self.random.random() < 0.5)

    async def step_bank_decides(self) -> None:
        paid = self.paid_online(lambda each: any(d.state in UNDECIDED for d in each.disputes.values()))
        dispute = next(each for each in paid.disputes.values() if each.state in UNDECIDED)
        won = dispute.state is DisputeState.INQUIRY or self.random.random() < 0.4
        self.clinic.desk.decides(paid.id, dispute.id, won=won)

    async def step_processor_tells_all(self) -> None:
        """Once it has told everything, its own books and ours say the same."""
        await self.processor_tells(everything=True)

    def paid_online(self, wanted: Callable[[Paid], object]) -> Paid:
        found = [each for each in self.clinic.desk.payments.values() if wanted(each)]
        if not found:
            raise nothing_there()
        return self.random.choice(found)
