"""Payments: received once, for what they are meant for, refunded no further than what came in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.allocations import plan_allocations
from billing.domain.charges import Charge
from billing.domain.ids import ChargeId, EntryId, PaymentId
from billing.domain.money import Money, total
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment, payment_id_of
from billing.domain.refunds import Refund, RefundReason
from billing.domain.rendered import ChargeCause
from billing.domain.told_twice import looks_like
from careflow_domain.errors import DomainError
from services.billing.tests.builders import ANA, NOW, TODAY, a_charge, a_payment, a_rendered, usd


def receive(amount: Money, method: PaymentMethod, reference: str | None) -> Payment:
    return Payment.received(PaymentId("p"), ANA, amount, method, reference, now=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("amount", "method", "reference", "code"),
    [
        (usd(0), PaymentMethod.CASH, None, "amount_not_positive"),
        (usd(-5), PaymentMethod.CASH, None, "amount_not_positive"),
        (usd(5), PaymentMethod.CARD_TERMINAL, None, "reference_needed"),
        (usd(5), PaymentMethod.CHECK, "", "reference_needed"),
        (usd(5), PaymentMethod.CARD_TERMINAL, "4242 4242 4242 4242", "card_number_refused"),
    ],
)
def test_what_is_no_payment_is_refused(amount: Money, method: PaymentMethod, reference: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        receive(amount, method, reference)


CHECK, TRANSFER = PaymentMethod.CHECK, PaymentMethod.TRANSFER


@pytest.mark.parametrize(
    ("method", "known", "told", "days", "same"),
    [
        (CHECK, "458", "458", 0, True),
        (CHECK, "Check No. 0458", "#458", 0, True),
        (CHECK, "458", "458", 9, True),
        (CHECK, "458", "459", 0, False),
        (TRANSFER, "ACH Quill", "ach  quill", 0, True),
        (TRANSFER, "ACH Quill", "ACH Quill", 31, False),
        (TRANSFER, "ACH Quill", "ACH Pond", 0, False),
        (PaymentMethod.HSA_FSA, "7", "7", 0, False),
    ],
)
def test_what_two_may_have_typed_of_one_payment_looks_the_same(
    method: PaymentMethod, known: str, told: str, days: int, *, same: bool
) -> None:
    first, second = receive(usd(225), method, known), receive(usd(225), method, told)
    second = replace(second, received_on=TODAY + timedelta(days=days))
    assert looks_like(second, first) is same
    assert not looks_like(replace(second, amount=usd(225.01)), first)


def test_a_check_that_never_came_is_no_reason_to_ask() -> None:
    never = Refund("r", usd(225), RefundReason.ENTERED_IN_ERROR, NOW)
    first = replace(receive(usd(225), CHECK, "458"), refunds=(never,))
    assert not looks_like(receive(usd(225), CHECK, "458"), first)


def a_fee() -> Charge:
    rendered = replace(a_rendered(cause_id="missed", day=TODAY.replace(day=2)), cause=ChargeCause.NO_SHOW, services=())
    return Charge.fee(rendered, "Missed visit", usd(100), "fin-1", EntryId("fee"), now=NOW)


def test_money_is_for_todays_visit_then_for_the_earliest_service() -> None:
    todays = a_charge(a_rendered(cause_id="today", day=TODAY))
    earlier = [a_charge(a_rendered(cause_id=f"on-{day}", day=TODAY.replace(day=day))) for day in (9, 2)]
    planned = plan_allocations(a_payment(usd(500)), [*earlier, todays])
    assert planned == ((todays.id, usd(225)), (earlier[1].id, usd(225)), (earlier[0].id, usd(50)))


def test_money_of_a_health_account_never_pays_a_fee() -> None:
    fee, hour = a_fee(), a_charge()
    planned = plan_allocations(a_payment(usd(500), method=PaymentMethod.HSA_FSA), [fee, hour])
    assert planned == ((hour.id, usd(225)),)
    assert plan_allocations(a_payment(usd(500)), [fee, hour]) == ((hour.id, usd(225)), (fee.id, usd(100)))


@given(st.integers(1, 10**6), st.integers(0, 4))
def test_no_more_is_allocated_than_is_there_nor_than_is_owed(minor: int, charges: int) -> None:
    owed = [a_charge(a_rendered(cause_id=f"s{n}")) for n in range(charges)]
    planned = plan_allocations(a_payment(Money(minor)), owed)
    assert total(amount for _, amount in planned) == min(Money(minor), total(each.balance for each in owed))


def a_refund(dollars: float, reason: RefundReason = RefundReason.OVERPAID, name: str = "r1") -> Refund:
    return Refund(name, usd(dollars), reason, NOW)


def test_a_refund_is_never_above_what_was_received() -> None:
    payment = a_payment(usd(100)).refunding(a_refund(60))
    for reason in RefundReason:
        with pytest.raises(DomainError, match="refund_above_received"):
            payment.to_give_back(a_refund(40.01, reason))
    with pytest.raises(DomainError, match="refund_above_received"):
        payment.refunding(a_refund(40.01, name="r2"))
    assert payment.refundable == usd(40)


PAID_FOR_TWO = a_payment(usd(300)).allocating(ChargeId("a"), usd(100)).allocating(ChargeId("b"), usd(150))


@pytest.mark.parametrize("reason", [RefundReason.OVERPAID, RefundReason.CHARGE_CORRECTED])
def test_only_what_is_for_no_charge_was_overpaid(reason: RefundReason) -> None:
    assert PAID_FOR_TWO.to_give_back(a_refund(50, reason)) == ()
    with pytest.raises(DomainError, match="nothing_overpaid"):
        PAID_FOR_TWO.to_give_back(a_refund(50.01, reason))


def test_a_payment_recorded_in_error_is_taken_from_the_newest_charge_first() -> None:
    touched = PAID_FOR_TWO.to_give_back(a_refund(220, RefundReason.ENTERED_IN_ERROR))
    assert [(each.charge_id, each.amount) for each in touched] == [("b", usd(150)), ("a", usd(20))]


def test_goodwill_gives_back_first_what_is_for_nothing_then_of_what_was_paid_for() -> None:
    assert PAID_FOR_TWO.to_give_back(a_refund(50, RefundReason.GOODWILL)) == ()
    touched = PAID_FOR_TWO.to_give_back(a_refund(220, RefundReason.GOODWILL))
    assert [(each.charge_id, each.amount) for each in touched] == [("b", usd(150)), ("a", usd(20))]


def test_a_refund_in_another_currency_is_refused() -> None:
    with pytest.raises(DomainError, match="currency_mismatch"):
        a_payment(usd(100)).to_give_back(Refund("r", Money(100, "EUR"), RefundReason.GOODWILL, NOW))


def test_the_same_terminal_reference_is_one_payment() -> None:
    names = {payment_id_of(ANA, PaymentMethod.CARD_TERMINAL, reference) for reference in ("7731", "7731", "7732")}
    assert len(names) == 2
    known = a_payment(usd(10), method=PaymentMethod.CARD_TERMINAL)
    assert known.expect_same(a_payment(usd(10), method=PaymentMethod.CARD_TERMINAL)) is known
    with pytest.raises(DomainError, match="reference_used"):
        known.expect_same(a_payment(usd(11), method=PaymentMethod.CARD_TERMINAL))
