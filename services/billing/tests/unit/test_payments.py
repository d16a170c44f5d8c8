"""Payments: received, allocated to the earliest service, refunded no further than what came in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.ids import ChargeId, PaymentId
from billing.domain.money import Money, total
from billing.domain.payments import Payment, PaymentMethod, Refund, RefundReason, plan_allocations
from careflow_domain.errors import DomainError
from services.billing.tests.builders import ANA, NOW, TODAY, a_charge, a_payment, a_rendered, usd


def receive(amount: Money, method: PaymentMethod, reference: str | None) -> Payment:
    return Payment.received(PaymentId("p"), ANA, amount, method, reference, now=NOW)


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


def test_money_is_for_the_earliest_service_first() -> None:
    later = a_charge(a_rendered(cause_id="later", day=TODAY))
    earlier = a_charge(a_rendered(cause_id="earlier", day=TODAY.replace(day=2)))
    planned = plan_allocations(usd(300), [later, earlier])
    assert [(each.charge_id, each.amount) for each in planned] == [(earlier.id, usd(225)), (later.id, usd(75))]


@given(st.integers(0, 10**6), st.integers(0, 4))
def test_no_more_is_allocated_than_is_there_nor_than_is_owed(minor: int, charges: int) -> None:
    owed = [a_charge(a_rendered(cause_id=f"s{n}")) for n in range(charges)]
    planned = plan_allocations(Money(minor), owed)
    assert total(each.amount for each in planned) == min(Money(minor), total(each.balance for each in owed))


def test_a_refund_is_never_above_what_was_received() -> None:
    payment = a_payment(usd(100)).refunding(Refund("r1", usd(60), RefundReason.OVERPAID, NOW))
    with pytest.raises(DomainError, match="refund_above_received"):
        payment.to_release(usd(40.01))
    with pytest.raises(DomainError, match="refund_above_received"):
        payment.refunding(Refund("r2", usd(40.01), RefundReason.OVERPAID, NOW))
    assert payment.refundable == usd(40)


def test_a_refund_takes_first_what_is_for_nothing_yet_then_the_newest_allocation() -> None:
    payment = a_payment(usd(300)).allocating(ChargeId("a"), usd(100)).allocating(ChargeId("b"), usd(150))
    assert payment.to_release(usd(50)) == ()
    released = payment.to_release(usd(220))
    assert [(each.charge_id, each.amount) for each in released] == [("b", usd(150)), ("a", usd(20))]


def test_a_refund_in_another_currency_is_refused() -> None:
    with pytest.raises(DomainError, match="currency_mismatch"):
        a_payment(usd(100)).to_release(Money(100, "EUR"))
