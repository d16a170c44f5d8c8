"""What arrives after its month was closed and told of: it is in the books on the day it arrived, and every paper, the
exports and the pages agree on that. Nothing that was issued is changed.
"""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

from billing.application.commands.issue_superbill import IssueSuperbill, IssueSuperbillHandler
from billing.application.commands.record_coverage import RecordCoverage, RecordCoverageHandler
from billing.domain.accounts import Coverage, CoverageKind
from billing.domain.balances import Balances
from billing.domain.charges import ChargeState
from billing.domain.ledger import JournalEntry, TrialBalance
from billing.domain.payment_methods import PaymentMethod
from billing.domain.refunds import RefundReason
from billing.domain.statement_lines import LineKind
from billing.entrypoints.http.ledger_exports import ACCOUNTS
from services.billing.tests import heard
from services.billing.tests.builders import ANA, local, usd
from services.billing.tests.paying import DECEMBER, DECEMBERS_FIRST, JANUARYS_FIRST, NOVEMBER, SESSION, PayingClinic
from services.billing.tests.unit.test_ledger_exports import read_by_beancount

INSURED = Coverage(kind=CoverageKind.COMMERCIAL, payer="Example Health Plan", member_id="XEH900100200")
LATE = "0199e0a0-0000-7000-8000-0000000000b8"
NOVEMBERS_TWENTIETH = local(20, 8)


def posted_in(clinic: PayingClinic, first: date, last: date) -> list[JournalEntry]:
    """What an export from one day to another has."""
    return [each for each in clinic.entries if first <= each.posted_on <= last]


async def november_is_told(clinic: PayingClinic) -> None:
    """A therapy hour was charged and paid, and its month closed."""
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=SESSION))
    await clinic.pays(225, PaymentMethod.CHECK)
    clinic.now = DECEMBERS_FIRST
    await clinic.statement(NOVEMBER)


async def test_late_ones_are_told_once_on_the_month_they_arrived_in(clinic: PayingClinic, tmp_path: Path) -> None:
    await november_is_told(clinic)
    november, summary = await clinic.statement(NOVEMBER), await clinic.summary(2026)
    clinic.now = local(3, 9, month=12)
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=LATE, at=NOVEMBERS_TWENTIETH))
    clinic.now = local(4, 9, month=12)
    await clinic.hear(heard.services_corrected(SESSION, 2, heard.INFUSION, heard.THERAPY_HOUR))
    clinic.now = local(5, 9, month=12)
    (payment,) = clinic.all("payments")
    await clinic.refunds(payment.id, 100, RefundReason.GOODWILL)

    assert await clinic.statement(NOVEMBER) == november
    clinic.now = JANUARYS_FIRST
    december = await clinic.statement(DECEMBER)
    assert (december.opening, december.begins_on) == (november.closing, date(2026, 12, 1))
    on = {
        (each.kind, each.posted_on.day, each.service_date and each.service_date.isoformat()) for each in december.lines
    }
    assert {
        (LineKind.CHARGE, 3, "2026-11-20"),
        (LineKind.CHARGE_REVERSED, 4, "2026-11-23"),
        (LineKind.CHARGE, 4, "2026-11-23"),
        (LineKind.REFUND, 5, None),
    } <= on
    for statement, first, last in (
        (november, date(2026, 11, 1), date(2026, 11, 30)),
        (december, date(2026, 12, 1), date(2026, 12, 31)),
    ):
        assert statement.opening.after(posted_in(clinic, first, last)) == statement.closing
    assert Balances.nothing("USD").after(clinic.entries) == december.closing

    exported = await asyncio.to_thread(read_by_beancount, clinic.entries, tmp_path)
    ours = {each.account: each.balance.minor for each in TrialBalance.of(clinic.entries).accounts if each.balance}
    assert exported["errors"] == []
    assert {name: round(float(amount) * 100) for name, amount in exported["sums"].items()} == {
        ACCOUNTS[account]: minor for account, minor in ours.items()
    }
    after = await clinic.summary(2026)
    assert (summary.received, summary.returned, summary.given_back_in_year) == (usd(225), usd(0), usd(0))
    assert (after.received, after.returned, after.given_back_in_year) == (usd(225), usd(100), usd(100))


async def test_what_the_last_statement_never_asked_for_is_not_overdue_by_it(clinic: PayingClinic) -> None:
    """Ana paid what November's statement asked for; an hour of November is heard of when it was out."""
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=SESSION))
    clinic.now = DECEMBERS_FIRST
    november = await clinic.statement(NOVEMBER)
    assert november.to_pay == usd(225)
    await clinic.pays(225)
    clinic.now = local(3, 9, month=12)
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=LATE, at=NOVEMBERS_TWENTIETH))
    owed = [each for each in clinic.all("charges") if each.balance]
    assert [each.rendered.cause_id for each in owed] == [LATE]
    assert november.still_to_pay(owed, disputed=()) == usd(0)
    assert november.overdue(owed, date(2027, 1, 15), disputed=()) == usd(0)


async def test_what_was_paid_when_it_was_told_and_is_owed_again_was_not_asked_for(clinic: PayingClinic) -> None:
    await november_is_told(clinic)
    november = await clinic.statement(NOVEMBER)
    (payment,) = clinic.all("payments")
    await clinic.refunds(payment.id, 225, RefundReason.ENTERED_IN_ERROR)
    owed = [each for each in clinic.all("charges") if each.balance]
    asked = november.still_to_pay(owed, disputed=())
    assert (november.to_pay, asked, owed[0].balance) == (usd(0), usd(0), usd(225))


async def test_a_superbill_of_a_closed_month_is_taken_back_and_says_what_was_rendered(clinic: PayingClinic) -> None:
    account = await clinic.ports.accounts.get(ANA)
    await clinic.asks(RecordCoverageHandler, RecordCoverage(ANA, INSURED, account.version))
    await november_is_told(clinic)
    (charge,) = clinic.all("charges")
    bill = IssueSuperbill(ANA, (charge.id,), disclose_diagnoses=True, replaces=None)
    await clinic.asks(IssueSuperbillHandler, bill)
    clinic.now = local(4, 9, month=12)
    await clinic.hear(heard.services_corrected(SESSION, 2, heard.INFUSION, heard.THERAPY_HOUR))
    (first,) = clinic.all("superbills")
    assert not first.in_force
    await clinic.asks(IssueSuperbillHandler, replace(bill, replaces=first.id))
    (second,) = [each for each in clinic.all("superbills") if each.in_force]
    assert (second.replaces, second.issued_on) == (first.id, date(2026, 12, 4))
    assert {each.service_date for each in second.content.lines} == {date(2026, 11, 23)}
    (now,) = clinic.all("charges")
    assert (second.content.charged, now.state) == (now.amount, ChargeState.POSTED)
    clinic.now = JANUARYS_FIRST
    december = await clinic.statement(DECEMBER)
    assert december.closing.owed == now.balance
