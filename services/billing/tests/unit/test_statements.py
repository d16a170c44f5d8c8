"""Statements: each begins where the last one ended, says what happened, and asks for what is owed still."""

from datetime import date

import pytest

from billing.application.commands.buy_package import BuyPackage, BuyPackageHandler
from billing.domain.months import Month
from billing.domain.payment_methods import PaymentMethod
from billing.domain.refunds import RefundReason
from billing.domain.statement_lines import LineKind
from billing.domain.write_offs import WriteOffReason
from careflow_domain.errors import DomainError
from services.billing.tests import heard
from services.billing.tests.builders import ANA, local, usd
from services.billing.tests.paying import DECEMBER, DECEMBERS_FIRST, JANUARYS_FIRST, NOVEMBER, SESSION, PayingClinic


async def test_a_statement_has_what_happened_and_what_is_to_be_paid_by_when(clinic: PayingClinic) -> None:
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


async def test_the_next_one_begins_where_it_ended(clinic: PayingClinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    november = await clinic.statement(NOVEMBER)
    await clinic.pays(225)
    clinic.now = JANUARYS_FIRST
    december = await clinic.statement(DECEMBER)
    assert (december.opening, december.begins_on) == (november.closing, date(2026, 12, 1))
    assert (december.closing.net, december.to_pay, december.due_on) == (usd(0), usd(0), None)


async def test_a_month_without_one_is_on_the_next(clinic: PayingClinic) -> None:
    await clinic.pays(10)
    clinic.now = JANUARYS_FIRST
    await clinic.pays(20)
    clinic.now = local(1, 8, month=2, year=2027)
    january = await clinic.statement(Month(2027, 1))
    assert (january.begins_on, len(january.lines), january.closing.credit) == (date(2026, 11, 23), 2, usd(30))
    with pytest.raises(DomainError, match="later_statement_issued"):
        await clinic.statement(DECEMBER)


async def test_what_was_paid_since_the_month_ended_is_not_asked_for(clinic: PayingClinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    await clinic.pays(200)
    statement = await clinic.statement(NOVEMBER)
    assert (statement.closing.owed, statement.settled_since, statement.to_pay) == (usd(225), usd(200), usd(25))
    assert [each.kind for each in statement.lines] == [LineKind.CHARGE]


async def test_what_is_owed_for_later_visits_is_not_asked_for(clinic: PayingClinic) -> None:
    """November's visit is paid in December; the one of December is on the next statement."""
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    await clinic.pays(225)
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, at=local(1, 6, month=12)))
    statement = await clinic.statement(NOVEMBER)
    assert (statement.closing.owed, statement.settled_since, statement.to_pay) == (usd(225), usd(225), usd(0))
    assert statement.due_on is None


@pytest.mark.parametrize(("method", "left"), [(PaymentMethod.HSA_FSA, 700), (PaymentMethod.CASH, 80)])
async def test_credit_beside_a_fee_to_be_paid_is_for_care_only(
    clinic: PayingClinic, method: PaymentMethod, left: float
) -> None:
    await clinic.hear(heard.consent())
    await clinic.pays(700, method)
    for _ in range(2):  # the first one is a courtesy
        await clinic.misses_a_visit()
    clinic.now = DECEMBERS_FIRST
    statement = await clinic.statement(NOVEMBER)
    assert statement.closing.credit == usd(left)
    assert statement.credit_for_care_only is (method is PaymentMethod.HSA_FSA)


async def test_a_charge_corrected_since_is_asked_for_up_to_what_was_owed(clinic: PayingClinic) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=SESSION))
    clinic.now = DECEMBERS_FIRST
    await clinic.hear(heard.services_corrected(SESSION, 2, heard.INFUSION, heard.THERAPY_HOUR))
    await clinic.hear(heard.services_corrected(SESSION, 3, heard.THERAPY_HOUR))
    statement = await clinic.statement(NOVEMBER)
    assert (statement.settled_since, statement.to_pay) == (usd(0), usd(225))


async def test_a_correction_is_told_after_what_it_takes_back(clinic: PayingClinic) -> None:
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
    clinic: PayingClinic, reason: WriteOffReason, said: LineKind, taken_back: LineKind
) -> None:
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=SESSION))
    await clinic.writes_off(25, reason)
    await clinic.hear(heard.services_corrected(SESSION, 2, heard.INFUSION, heard.THERAPY_HOUR))
    clinic.now = DECEMBERS_FIRST
    told = [each.kind for each in (await clinic.statement(NOVEMBER)).lines]
    assert told == [LineKind.CHARGE, said, taken_back, LineKind.CHARGE_REVERSED, LineKind.CHARGE, said]


async def test_money_paid_beforehand_and_a_payment_that_never_came_are_told_apart(clinic: PayingClinic) -> None:
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


async def test_a_month_that_is_not_over_for_every_clock_has_none(clinic: PayingClinic) -> None:
    await clinic.pays(10)
    for now in (local(30, 23, 59), local(1, 0, 4, month=12)):
        clinic.now = now
        with pytest.raises(DomainError, match="month_not_over"):
            await clinic.statement(NOVEMBER)
    clinic.now = local(1, 0, 5, month=12)
    assert (await clinic.statement(NOVEMBER)).closing.credit == usd(10)


async def test_who_has_nothing_to_be_told_gets_none(clinic: PayingClinic) -> None:
    clinic.now = DECEMBERS_FIRST
    with pytest.raises(DomainError, match="nothing_to_state"):
        await clinic.statement(NOVEMBER)
    assert clinic.all("papers") == clinic.all("numbers") == []
