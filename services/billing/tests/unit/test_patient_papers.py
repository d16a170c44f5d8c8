"""Receipts, statements and yearly summaries: their parts come to the whole, each statement begins where the last one
ended, nothing is said twice, and whatever is issued can be printed.
"""

from datetime import date
from typing import Any

import pytest

from billing.adapters.typst_printer import TypstPrinter
from billing.application.commands.buy_package import BuyPackage, BuyPackageHandler
from billing.application.commands.issue_receipt import IssueReceipt, IssueReceiptHandler
from billing.application.commands.issue_statement import IssueStatement, IssueStatementHandler
from billing.application.commands.issue_yearly_summary import IssueYearlySummary, IssueYearlySummaryHandler
from billing.application.commands.receive_payment import ReceivePayment, ReceivePaymentHandler
from billing.application.commands.record_coverage import RecordCoverage, RecordCoverageHandler
from billing.application.commands.refund_payment import RefundPayment, RefundPaymentHandler
from billing.application.commands.write_off_charge import WriteOffCharge, WriteOffChargeHandler
from billing.domain.accounts import Coverage, CoverageKind
from billing.domain.ids import PaymentId
from billing.domain.months import Month
from billing.domain.payments import PaymentMethod
from billing.domain.receipts import Receipt
from billing.domain.refunds import RefundReason
from billing.domain.statement_lines import LineKind
from billing.domain.statements import Statement
from billing.domain.write_offs import WriteOffReason
from billing.domain.yearly_summaries import YearlySummary
from careflow_domain.errors import DomainError
from services.billing.tests import heard
from services.billing.tests.builders import ANA, ZONE, a_profile, local, usd
from services.billing.tests.fakes import InMemory

UNINSURED = Coverage(kind=CoverageKind.NONE)
SESSION = "0199e0a0-0000-7000-8000-0000000000b7"
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
DECEMBERS_FIRST, JANUARYS_FIRST = local(1, 8, month=12), local(1, 8, month=1, year=2027)


class Clinic(InMemory):
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


@pytest.fixture
async def clinic() -> Clinic:
    clinic = Clinic()
    await clinic.begins()
    return clinic


async def test_a_receipt_says_what_the_money_was_put_to_what_is_left_and_what_went_back(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    paid = await clinic.pays(300)
    await clinic.refunds(paid, 25, RefundReason.OVERPAID)
    receipt = await clinic.receipt(paid)
    (use,) = receipt.paid_for
    assert (use.service_date, use.services, use.kept) == (date(2026, 11, 23), ("Psychotherapy, 60 minutes",), usd(225))
    assert [(each.amount, each.reason) for each in receipt.given_back] == [(usd(25), RefundReason.OVERPAID)]
    assert (receipt.received, receipt.free) == (usd(300), usd(50))


async def test_what_is_given_back_of_a_service_is_told_with_the_service(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    paid = await clinic.pays(225)
    await clinic.refunds(paid, 25, RefundReason.GOODWILL)
    (use,) = (await clinic.receipt(paid)).paid_for
    assert (use.amount, use.conceded, use.kept) == (usd(225), usd(25), usd(200))


async def test_what_never_came_is_neither_received_nor_given_back(clinic: Clinic) -> None:
    """Thirty dollars were entered as three hundred, and twenty that never were."""
    paid, never = await clinic.pays(300), await clinic.pays(20)
    await clinic.refunds(paid, 270, RefundReason.ENTERED_IN_ERROR)
    await clinic.refunds(never, 20, RefundReason.ENTERED_IN_ERROR)
    receipt, nothing, summary = await clinic.receipt(paid), await clinic.receipt(never), await clinic.summary(2026)
    assert (receipt.received, receipt.entered_in_error, receipt.given_back) == (usd(30), usd(270), ())
    assert (nothing.received, nothing.entered_in_error, nothing.given_back) == (usd(0), usd(20), ())
    assert [(each.received, each.given_back) for each in summary.payments] == [(usd(30), usd(0))]
    assert (summary.given_back, summary.given_back_in_year) == ((), usd(0))


async def test_a_receipt_asked_for_again_is_the_same_one_until_something_changes(clinic: Clinic) -> None:
    paid = await clinic.pays(300)
    first, again = [await clinic.paper(IssueReceiptHandler, IssueReceipt(paid)) for _ in range(2)]
    assert first == again
    await clinic.refunds(paid, 100, RefundReason.OVERPAID)
    second = await clinic.paper(IssueReceiptHandler, IssueReceipt(paid))
    assert (first.number, second.number, second.replaces_number) == ("RC-2026-0001", "RC-2026-0002", "RC-2026-0001")


async def test_a_statement_has_what_happened_and_what_is_to_be_paid_by_when(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    await clinic.pays(100, PaymentMethod.CHECK)
    await clinic.writes_off(25, WriteOffReason.HARDSHIP)
    clinic.now = DECEMBERS_FIRST
    statement = await clinic.statement(NOVEMBER)
    told = [(LineKind.CHARGE, usd(225)), (LineKind.PAYMENT, usd(-100)), (LineKind.DISCOUNT, usd(-25))]
    assert [(each.kind, each.amount) for each in statement.lines] == told
    assert statement.running == (usd(225), usd(125), usd(100))
    assert (statement.opening.net, statement.closing.owed, statement.to_pay) == (usd(0), usd(100), usd(100))
    assert (statement.begins_on, statement.ends_on) == (date(2026, 11, 1), date(2026, 11, 30))
    assert statement.due_on == date(2026, 12, 31)


async def test_the_next_one_begins_where_it_ended(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    november = await clinic.statement(NOVEMBER)
    await clinic.pays(225)
    clinic.now = JANUARYS_FIRST
    december = await clinic.statement(DECEMBER)
    assert (december.opening, december.begins_on) == (november.closing, date(2026, 12, 1))
    assert (december.closing.net, december.to_pay, december.due_on) == (usd(0), usd(0), None)


async def test_a_month_without_one_is_on_the_next(clinic: Clinic) -> None:
    await clinic.pays(10)
    clinic.now = JANUARYS_FIRST
    await clinic.pays(20)
    clinic.now = local(1, 8, month=2, year=2027)
    january = await clinic.statement(Month(2027, 1))
    assert (january.begins_on, len(january.lines), january.closing.credit) == (date(2026, 11, 23), 2, usd(30))
    with pytest.raises(DomainError, match="later_statement_issued"):
        await clinic.statement(DECEMBER)


async def test_what_was_paid_since_the_month_ended_is_not_asked_for(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    await clinic.pays(200)
    statement = await clinic.statement(NOVEMBER)
    assert (statement.closing.owed, statement.settled_since, statement.to_pay) == (usd(225), usd(200), usd(25))
    assert [each.kind for each in statement.lines] == [LineKind.CHARGE]


async def test_what_is_owed_for_later_visits_is_not_asked_for(clinic: Clinic) -> None:
    """November's visit is paid in December; the one of December is on the next statement."""
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    await clinic.pays(225)
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, at=local(1, 6, month=12)))
    statement = await clinic.statement(NOVEMBER)
    assert (statement.closing.owed, statement.settled_since, statement.to_pay) == (usd(225), usd(225), usd(0))
    assert statement.due_on is None


async def test_a_charge_corrected_since_is_asked_for_up_to_what_was_owed(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=SESSION))
    clinic.now = DECEMBERS_FIRST
    await clinic.hear(heard.services_corrected(SESSION, 2, heard.INFUSION, heard.THERAPY_HOUR))
    await clinic.hear(heard.services_corrected(SESSION, 3, heard.THERAPY_HOUR))
    statement = await clinic.statement(NOVEMBER)
    assert (statement.settled_since, statement.to_pay) == (usd(0), usd(225))


async def test_a_correction_is_told_after_what_it_takes_back(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=SESSION))
    await clinic.hear(heard.services_corrected(SESSION, 2, heard.INFUSION, heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    told = [each.kind for each in (await clinic.statement(NOVEMBER)).lines]
    assert told == [LineKind.CHARGE, LineKind.CHARGE_REVERSED, LineKind.CHARGE]


@pytest.mark.parametrize(
    ("reason", "said", "taken_back"),
    [
        (WriteOffReason.HARDSHIP, LineKind.DISCOUNT, LineKind.DISCOUNT_REVERSED),
        (WriteOffReason.BAD_DEBT, LineKind.BAD_DEBT, LineKind.BAD_DEBT_REVERSED),
    ],
)
async def test_what_is_taken_back_is_called_what_it_was(
    clinic: Clinic, reason: WriteOffReason, said: LineKind, taken_back: LineKind
) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=SESSION))
    await clinic.writes_off(25, reason)
    await clinic.hear(heard.services_corrected(SESSION, 2, heard.INFUSION, heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    told = [each.kind for each in (await clinic.statement(NOVEMBER)).lines]
    assert told == [LineKind.CHARGE, said, taken_back, LineKind.CHARGE_REVERSED, LineKind.CHARGE, said]


async def test_money_paid_beforehand_and_a_payment_that_never_came_are_told_apart(clinic: Clinic) -> None:
    await clinic.asks(BuyPackageHandler, BuyPackage(ANA, "dosing-6", PaymentMethod.CASH, None))
    await clinic.refunds(await clinic.pays(40), 40, RefundReason.ENTERED_IN_ERROR)
    clinic.now = DECEMBERS_FIRST
    statement = await clinic.statement(NOVEMBER)
    assert [each.kind for each in statement.lines] == [
        LineKind.PACKAGE_PAYMENT,
        LineKind.PAYMENT,
        LineKind.PAYMENT_CORRECTED,
    ]
    assert statement.closing.packages == -statement.closing.net
    assert [(each.sessions, each.left) for each in statement.packages] == [(6, 6)]


async def test_a_month_that_is_not_over_for_every_clock_has_none(clinic: Clinic) -> None:
    await clinic.pays(10)
    for now in (local(30, 23, 59), local(1, 0, 4, month=12)):
        clinic.now = now
        with pytest.raises(DomainError, match="month_not_over"):
            await clinic.statement(NOVEMBER)
    clinic.now = local(1, 0, 5, month=12)
    assert (await clinic.statement(NOVEMBER)).closing.credit == usd(10)


async def test_who_has_nothing_to_be_told_gets_none(clinic: Clinic) -> None:
    clinic.now = DECEMBERS_FIRST
    with pytest.raises(DomainError, match="nothing_to_state"):
        await clinic.statement(NOVEMBER)
    assert clinic.all("papers") == clinic.all("numbers") == []


async def test_a_year_tells_care_fees_credit_and_refunds_apart(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    paid = await clinic.pays(300, PaymentMethod.HSA_FSA)
    clinic.now = JANUARYS_FIRST
    await clinic.refunds(paid, 50, RefundReason.OVERPAID)
    old, new = await clinic.summary(2026), await clinic.summary(2027)
    (row,) = old.payments
    assert (row.received, row.for_care, row.for_fees, row.unused, row.given_back) == (
        usd(300),
        usd(225),
        usd(0),
        usd(25),
        usd(50),
    )
    assert (old.given_back_in_year, new.given_back_in_year, new.received) == (usd(0), usd(50), usd(0))
    with pytest.raises(DomainError, match="nothing_paid"):
        await clinic.summary(2025)


async def test_a_service_that_several_payments_are_for_is_told_once_a_year(clinic: Clinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    for dollars in (100, 125):
        await clinic.pays(dollars)
    summary = await clinic.summary(2026)
    assert [each.kept for each in summary.paid_for] == [usd(225)]
    assert [each.for_care for each in summary.payments] == [usd(100), usd(125)]


@pytest.mark.parametrize("name", ["Ana", "李小龙", "김민준"])
async def test_every_kind_is_printed_with_the_name_as_it_is(clinic: Clinic, name: str) -> None:
    account = await clinic.ports.accounts.get(ANA)
    named = account.with_profile(a_profile(given_name=name, address=None))
    await clinic.unit(lambda tx: clinic.ports.accounts.save(named, expecting=account.version, tx=tx))
    await clinic.hear(heard.session_completed())
    paid = await clinic.pays(700)
    await clinic.refunds(paid, 20, RefundReason.GOODWILL)
    await clinic.refunds(paid, 5, RefundReason.ENTERED_IN_ERROR)
    clinic.now = DECEMBERS_FIRST
    for issue in (clinic.receipt(paid), clinic.statement(NOVEMBER), clinic.summary(2026)):
        await issue
    for paper in clinic.all("papers"):
        pdf = await TypstPrinter(ZONE).paper(paper)
        assert all(mark in pdf for mark in (b"<pdfaid:part>3</pdfaid:part>", b"<pdfuaid:part>1</pdfuaid:part>"))
        assert pdf == await TypstPrinter(ZONE).paper(paper)
