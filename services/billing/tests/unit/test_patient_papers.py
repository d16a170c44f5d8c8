"""Receipts and yearly summaries: their parts come to the whole, nothing is said twice, and whatever is issued can be
printed.
"""

from datetime import date

import pytest

from billing.adapters.typst_printer import TypstPrinter
from billing.application.commands.issue_receipt import IssueReceipt, IssueReceiptHandler
from billing.domain.payment_methods import PaymentMethod
from billing.domain.refunds import RefundReason
from careflow_domain.errors import DomainError
from services.billing.tests import heard
from services.billing.tests.builders import ANA, ZONE, a_profile, usd
from services.billing.tests.paying import DECEMBERS_FIRST, JANUARYS_FIRST, NOVEMBER, PayingClinic


async def test_a_receipt_says_what_the_money_was_put_to_what_is_left_and_what_went_back(clinic: PayingClinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    paid = await clinic.pays(300)
    await clinic.refunds(paid, 25, RefundReason.OVERPAID)
    receipt = await clinic.receipt(paid)
    (use,) = receipt.paid_for
    assert (use.service_date, use.services, use.kept) == (date(2026, 11, 23), ("Psychotherapy, 60 minutes",), usd(225))
    assert [(each.amount, each.reason) for each in receipt.given_back] == [(usd(25), RefundReason.OVERPAID)]
    assert (receipt.received, receipt.free) == (usd(300), usd(50))


async def test_what_is_given_back_of_a_service_is_told_with_the_service(clinic: PayingClinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    paid = await clinic.pays(225)
    await clinic.refunds(paid, 25, RefundReason.GOODWILL)
    (use,) = (await clinic.receipt(paid)).paid_for
    assert (use.amount, use.conceded, use.kept) == (usd(225), usd(25), usd(200))


async def test_what_never_came_is_neither_received_nor_given_back(clinic: PayingClinic) -> None:
    """Thirty dollars were entered as three hundred, and twenty that never were."""
    paid, never = await clinic.pays(300), await clinic.pays(20)
    await clinic.refunds(paid, 270, RefundReason.ENTERED_IN_ERROR)
    await clinic.refunds(never, 20, RefundReason.ENTERED_IN_ERROR)
    receipt, nothing, summary = await clinic.receipt(paid), await clinic.receipt(never), await clinic.summary(2026)
    assert (receipt.received, receipt.entered_in_error, receipt.given_back) == (usd(30), usd(270), ())
    assert (nothing.received, nothing.entered_in_error, nothing.given_back) == (usd(0), usd(20), ())
    assert [(each.received, each.given_back) for each in summary.payments] == [(usd(30), usd(0))]
    assert (summary.given_back, summary.given_back_in_year) == ((), usd(0))


async def test_a_receipt_asked_for_again_is_the_same_one_until_something_changes(clinic: PayingClinic) -> None:
    paid = await clinic.pays(300)
    first, again = [await clinic.paper(IssueReceiptHandler, IssueReceipt(paid)) for _ in range(2)]
    assert first == again
    await clinic.refunds(paid, 100, RefundReason.OVERPAID)
    second = await clinic.paper(IssueReceiptHandler, IssueReceipt(paid))
    assert (first.number, second.number, second.replaces_number) == ("RC-2026-0001", "RC-2026-0002", "RC-2026-0001")


async def test_a_year_tells_care_fees_credit_and_refunds_apart(clinic: PayingClinic) -> None:
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


async def test_a_service_that_several_payments_are_for_is_told_once_a_year(clinic: PayingClinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    for dollars in (100, 125):
        await clinic.pays(dollars)
    summary = await clinic.summary(2026)
    assert [each.kept for each in summary.paid_for] == [usd(225)]
    assert [each.for_care for each in summary.payments] == [usd(100), usd(125)]


@pytest.mark.parametrize("name", ["Ana", "李小龙", "김민준"])
async def test_every_kind_is_printed_with_the_name_as_it_is(clinic: PayingClinic, name: str) -> None:
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
