"""Money: whole cents of one currency, parts rounded half to even."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.money import Money, total
from careflow_domain.errors import DomainError
from services.billing.tests.builders import usd

cents = st.integers(min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("minor", "part", "share"),
    [(1, 5000, 0), (3, 5000, 2), (5, 5000, 2), (7, 5000, 4), (22500, 5000, 11250), (-1, 5000, 0), (-3, 5000, -2)],
)
def test_half_a_cent_goes_to_the_even_cent(minor: int, part: int, share: int) -> None:
    assert Money(minor).share(part) == Money(share)


@given(cents, st.integers(min_value=0, max_value=10_000))
def test_a_part_is_rounded_as_decimal_arithmetic_rounds_half_to_even(minor: int, part: int) -> None:
    exact = Decimal(minor) * part / 10_000
    assert Money(minor).share(part).minor == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


@given(st.lists(cents))
def test_a_sum_loses_no_cent(amounts: list[int]) -> None:
    assert total(Money(amount) for amount in amounts).minor == sum(amounts)


def test_two_currencies_never_meet() -> None:
    euros = Money(100, "EUR")
    for meeting in (
        lambda: usd(1) + euros,
        lambda: usd(1) - euros,
        lambda: usd(1) < euros,
        lambda: total([usd(1), euros]),
    ):
        with pytest.raises(DomainError) as refused:
            meeting()
        assert refused.value.code == "currency_mismatch"


@pytest.mark.parametrize("wrong", [1.5, True, "1"])
def test_an_amount_is_a_whole_number_of_cents(wrong: object) -> None:
    with pytest.raises(DomainError, match="money_invalid"):
        Money(wrong)  # type: ignore[arg-type]  # what must be refused


def test_nothing_and_less_are_no_amount_to_pay() -> None:
    for amount in (usd(0), usd(-1)):
        with pytest.raises(DomainError, match="amount_not_positive"):
            amount.expect_positive()


def test_it_reads_as_people_write_it() -> None:
    assert [str(usd(amount)) for amount in (1234.5, 0.05, -3)] == ["1,234.50 USD", "0.05 USD", "-3.00 USD"]
