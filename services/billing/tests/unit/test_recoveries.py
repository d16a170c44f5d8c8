"""A debt that was given up is paid after all: it is owed again and paid at once, and the papers say so."""

import pytest

from billing.application.commands.receive_payment import ReceivePayment, ReceivePaymentHandler
from billing.domain.charges import Charge, DebtRecovered
from billing.domain.ids import ChargeId, PaymentId
from billing.domain.ledger import LedgerAccount, TrialBalance
from billing.domain.payment_methods import PaymentMethod
from billing.domain.refunds import RefundReason
from billing.domain.statement_lines import LineKind
from billing.domain.write_offs import WriteOffReason
from careflow_domain.errors import DomainError
from services.billing.tests import heard
from services.billing.tests.builders import ANA, usd
from services.billing.tests.money_invariants import check
from services.billing.tests.paying import DECEMBERS_FIRST, NOVEMBER, SESSION, PayingClinic


async def owes(clinic: PayingClinic) -> ChargeId:
    """Ana had an hour of therapy, for 225."""
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, session_id=SESSION))
    return the_charge(clinic).id


def the_charge(clinic: PayingClinic) -> Charge:
    (charge,) = clinic.all("charges")
    assert isinstance(charge, Charge)
    return charge


async def pays_for(clinic: PayingClinic, charge_id: ChargeId, dollars: int) -> PaymentId:
    command = ReceivePayment(ANA, usd(dollars), PaymentMethod.CASH, None, (charge_id,))
    paid = await clinic.asks(ReceivePaymentHandler, command)
    check(clinic)
    return PaymentId(paid.payment_id)


def books(clinic: PayingClinic) -> dict[LedgerAccount, int]:
    sums = {each.account: each.balance.minor for each in TrialBalance.of(clinic.entries).accounts}
    return {account: minor for account, minor in sums.items() if minor}


async def test_what_was_given_up_is_paid_after_all(clinic: PayingClinic) -> None:
    charge_id = await owes(clinic)
    await clinic.writes_off(225, WriteOffReason.BAD_DEBT)
    await pays_for(clinic, charge_id, 100)
    charge = the_charge(clinic)
    assert (charge.paid, charge.given_up, charge.balance) == (usd(100), usd(125), usd(0))
    assert books(clinic)[LedgerAccount.BAD_DEBT] == 12_500
    (said,) = (each for each in clinic.said if isinstance(each, DebtRecovered))
    assert said.amount == usd(100)


async def test_more_than_was_given_up_is_credit(clinic: PayingClinic) -> None:
    charge_id = await owes(clinic)
    await clinic.writes_off(225, WriteOffReason.SMALL_BALANCE)
    await pays_for(clinic, charge_id, 300)
    assert books(clinic) == {
        LedgerAccount.CASH: 30_000,
        LedgerAccount.UNAPPLIED: -7_500,
        LedgerAccount.THERAPY_REVENUE: -22_500,
    }


async def test_what_is_owed_is_paid_before_what_was_given_up(clinic: PayingClinic) -> None:
    charge_id = await owes(clinic)
    await clinic.writes_off(100, WriteOffReason.BAD_DEBT)
    await pays_for(clinic, charge_id, 150)
    assert (the_charge(clinic).balance, the_charge(clinic).given_up) == (usd(0), usd(75))


async def test_money_that_names_no_charge_recovers_nothing_and_a_discount_is_never_paid(clinic: PayingClinic) -> None:
    charge_id = await owes(clinic)
    await clinic.writes_off(125, WriteOffReason.BAD_DEBT)
    await clinic.writes_off(100, WriteOffReason.HARDSHIP)
    await clinic.pays(50)
    assert books(clinic)[LedgerAccount.UNAPPLIED] == -5_000
    await pays_for(clinic, charge_id, 200)
    assert (the_charge(clinic).paid, the_charge(clinic).lowered) == (usd(125), usd(100))
    with pytest.raises(DomainError, match="charge_not_open"):
        await pays_for(clinic, charge_id, 1)


async def test_a_recovery_that_never_came_is_owed(clinic: PayingClinic) -> None:
    charge_id = await owes(clinic)
    await clinic.writes_off(225, WriteOffReason.BAD_DEBT)
    payment_id = await pays_for(clinic, charge_id, 100)
    await clinic.refunds(payment_id, 100, RefundReason.ENTERED_IN_ERROR)
    check(clinic)
    assert (the_charge(clinic).balance, the_charge(clinic).given_up) == (usd(100), usd(125))


async def test_a_correction_gives_up_no_more_than_is_still_given_up(clinic: PayingClinic) -> None:
    charge_id = await owes(clinic)
    await clinic.writes_off(225, WriteOffReason.BAD_DEBT)
    await pays_for(clinic, charge_id, 100)
    await clinic.hear(heard.services_corrected(SESSION, 2, heard.THERAPY_HOUR, heard.INFUSION))
    check(clinic)
    charge = the_charge(clinic)
    assert (charge.paid, charge.given_up) == (usd(100), usd(125))
    assert charge.balance == charge.amount - usd(225)


async def test_the_statement_says_so(clinic: PayingClinic) -> None:
    charge_id = await owes(clinic)
    await clinic.writes_off(225, WriteOffReason.BAD_DEBT)
    await pays_for(clinic, charge_id, 225)
    clinic.now = DECEMBERS_FIRST
    lines = (await clinic.statement(NOVEMBER)).lines
    assert [(each.kind, each.amount) for each in lines if each.kind is not LineKind.CHARGE] == [
        (LineKind.BAD_DEBT, -usd(225)),
        (LineKind.PAYMENT, -usd(225)),
        (LineKind.RECOVERY, usd(225)),
    ]
