"""What has to be kept, and until when."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from careflow_domain.errors import DomainError
from careflow_domain.retention import Kept, Refusal, RetentionPolicy, RetentionReason, years_after
from careflow_domain.setting import Setting

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)


def years(number: int) -> Setting[int]:
    return Setting(value=number, default=number, source="a test")


POLICY = RetentionPolicy(care_record_years=years(7), signed_document_years=years(6), books_years=years(5))


def kept(reason: RetentionReason, year: int) -> Kept:
    return Kept(reason=reason, last=datetime(year, 6, 1, tzinfo=UTC))


def test_nothing_held_keeps_nobody() -> None:
    assert POLICY.refusal([], NOW) is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_has_to_be_kept_longest_counts_in_whatever_order_it_is_found(order: tuple[int, ...]) -> None:
    longest, gone = kept(RetentionReason.BOOKS, 2026), kept(RetentionReason.BOOKS, 2019)
    held = [kept(RetentionReason.CARE_RECORD, 2021), longest, gone]
    assert POLICY.refusal([held[each] for each in order], NOW) == Refusal(
        reason=RetentionReason.BOOKS, retain_until=datetime(2031, 6, 1, tzinfo=UTC)
    )


def test_what_has_been_kept_for_its_years_may_go_to_the_moment() -> None:
    held = [Kept(reason=RetentionReason.CARE_RECORD, last=datetime(2019, 11, 23, 17, tzinfo=UTC))]
    assert POLICY.refusal(held, NOW) is None
    assert POLICY.refusal(held, NOW.replace(hour=16)) is not None


def test_a_leap_day_is_followed_by_a_day_that_exists() -> None:
    assert years_after(datetime(2028, 2, 29, tzinfo=UTC), 7) == datetime(2035, 3, 1, tzinfo=UTC)


def test_years_are_not_negative() -> None:
    with pytest.raises(DomainError, match="policy_invalid"):
        RetentionPolicy(care_record_years=years(-1), signed_document_years=years(6), books_years=years(5))
