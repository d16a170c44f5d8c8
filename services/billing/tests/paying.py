"""A clinic where Ana pays and asks for papers."""

from datetime import timedelta
from functools import partial
from typing import Any

from billing.application.commands.issue_receipt import IssueReceipt, IssueReceiptHandler
from billing.application.commands.issue_statement import IssueStatement, IssueStatementHandler
from billing.application.commands.issue_yearly_summary import IssueYearlySummary, IssueYearlySummaryHandler
from billing.application.commands.receive_payment import ReceivePayment, ReceivePaymentHandler
from billing.application.commands.record_coverage import RecordCoverage, RecordCoverageHandler
from billing.application.commands.refund_payment import RefundPayment, RefundPaymentHandler
from billing.application.commands.write_off_charge import WriteOffCharge, WriteOffChargeHandler
from billing.application.fees import settle_fee
from billing.domain.accounts import Coverage, CoverageKind
from billing.domain.ids import PaymentId
from billing.domain.months import Month
from billing.domain.payment_methods import PaymentMethod
from billing.domain.receipts import Receipt
from billing.domain.refunds import RefundReason
from billing.domain.statements import Statement
from billing.domain.write_offs import WriteOffReason
from billing.domain.yearly_summaries import YearlySummary
from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests import heard
from services.billing.tests.builders import ANA, local, usd
from services.billing.tests.fakes import InMemory

UNINSURED = Coverage(kind=CoverageKind.NONE)
SESSION = "0199e0a0-0000-7000-8000-0000000000b7"
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
DECEMBERS_FIRST, JANUARYS_FIRST = local(1, 8, month=12), local(1, 8, month=1, year=2027)


class PayingClinic(InMemory):
    """One where Ana pays and is told of it."""

    async def begins(self) -> None:
        await self.hear(heard.registered())
        await self.hear(heard.diagnosed())
        account = await self.ports.accounts.get(ANA)
        await self.asks(RecordCoverageHandler, RecordCoverage(ANA, UNINSURED, account.version))

    async def pays(self, dollars: float, method: PaymentMethod = PaymentMethod.CASH) -> PaymentId:
        reference = None if method is PaymentMethod.CASH else "slip 7"
        paid = await self.asks(ReceivePaymentHandler, ReceivePayment(ANA, usd(dollars), method, reference))
        return PaymentId(paid.payment_id)

    async def refunds(self, payment_id: PaymentId, dollars: float, reason: RefundReason) -> None:
        version = (await self.ports.payments.get(payment_id)).version
        await self.asks(RefundPaymentHandler, RefundPayment(payment_id, usd(dollars), reason, version))

    async def writes_off(self, dollars: float, reason: WriteOffReason) -> None:
        (charge,) = self.all("charges")
        await self.asks(WriteOffChargeHandler, WriteOffCharge(charge.id, usd(dollars), reason, charge.version))

    async def misses_a_visit(self) -> None:
        visit = heard.visit(self.now + timedelta(hours=2), appointment_id=self.new_id())
        await self.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
        missed = heard.later(visit, status=codes.AppointmentStatus.MISSED)
        await self.hear(contracts.TreatmentMissed(**missed))
        self.now += timedelta(days=3)
        await self.unit(partial(settle_fee, visit["appointment_id"], ports=self.ports))

    async def receipt(self, payment_id: PaymentId) -> Receipt:
        content = (await self.paper(IssueReceiptHandler, IssueReceipt(payment_id))).content
        assert isinstance(content, Receipt)
        return content

    async def statement(self, month: Month) -> Statement:
        content = (await self.paper(IssueStatementHandler, IssueStatement(ANA, month))).content
        assert isinstance(content, Statement)
        return content

    async def summary(self, year: int) -> YearlySummary:
        content = (await self.paper(IssueYearlySummaryHandler, IssueYearlySummary(ANA, year))).content
        assert isinstance(content, YearlySummary)
        return content

    async def paper(self, handler: Any, command: Any) -> Any:
        made = await self.asks(handler, command)
        return await self.ports.papers.get(made.paper_id)
