"""One emergency access: when it is open, who ends it, who looks at it and when."""

from datetime import timedelta

import pytest

from careflow_domain.errors import DomainError
from careflow_service.emergency.accesses import EmergencyAccess, EmergencyKind, Finding
from careflow_service.identity import Role
from careflow_service.testing.store import MONDAY_NOON

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def an_access(*, reason: str = "She fainted in the hall and does not answer.") -> EmergencyAccess:
    return EmergencyAccess.opened(
        "access",
        "patient",
        EmergencyKind.MEDICAL,
        reason=reason,
        recipient=None,
        by="wendy",
        roles={Role.WELLNESS},
        lasts=HOUR,
        now=MONDAY_NOON,
    )


def refused(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.code


def test_it_lasts_as_long_as_was_set_and_not_a_moment_longer() -> None:
    access = an_access()
    assert access.is_open(MONDAY_NOON)
    assert access.is_open(MONDAY_NOON + HOUR - timedelta(milliseconds=1))
    assert not access.is_open(MONDAY_NOON + HOUR)


@pytest.mark.parametrize("reason", ["", "  ", "\n\t "])
def test_a_reason_is_words(reason: str) -> None:
    with pytest.raises(DomainError) as error:
        an_access(reason=reason)
    assert refused(error) == "reason_missing"


def test_whoever_opened_it_closes_it_and_closing_again_changes_nothing() -> None:
    access = an_access()
    closed = access.closed(by="wendy", reviewer=False, now=MONDAY_NOON + MINUTE)
    assert not closed.is_open(MONDAY_NOON + MINUTE)
    assert (closed.ends_at, closed.closed_by) == (MONDAY_NOON + MINUTE, "wendy")
    assert closed.closed(by="wendy", reviewer=False, now=MONDAY_NOON + HOUR) is closed
    assert access.closed(by="wendy", reviewer=False, now=MONDAY_NOON + HOUR) is access, "it was over by itself"


def test_of_others_only_who_reviews_it_closes_it() -> None:
    with pytest.raises(DomainError) as error:
        an_access().closed(by="carl", reviewer=False, now=MONDAY_NOON)
    assert refused(error) == "not_your_emergency_access"
    assert an_access().closed(by="paula", reviewer=True, now=MONDAY_NOON + MINUTE).closed_by == "paula"


def test_it_is_reviewed_once_after_its_end_by_somebody_else() -> None:
    access, over = an_access(), MONDAY_NOON + HOUR
    for by, now, code in (
        ("wendy", over, "own_emergency_access"),
        ("paula", over - MINUTE, "emergency_access_open"),
    ):
        with pytest.raises(DomainError) as error:
            access.reviewed(Finding.JUSTIFIED, "", by=by, now=now)
        assert refused(error) == code

    reviewed = access.reviewed(Finding.JUSTIFIED, "", by="paula", now=over)

    assert reviewed.review is not None
    assert (reviewed.review.by, reviewed.review.at) == ("paula", over)
    with pytest.raises(DomainError) as error:
        reviewed.reviewed(Finding.NOT_JUSTIFIED, "on second thoughts", by="ned", now=over)
    assert refused(error) == "emergency_access_reviewed"


def test_what_was_not_justified_is_said_in_words() -> None:
    over = MONDAY_NOON + HOUR
    with pytest.raises(DomainError) as error:
        an_access().reviewed(Finding.NOT_JUSTIFIED, " ", by="paula", now=over)
    assert refused(error) == "note_missing"
    found = an_access().reviewed(Finding.NOT_JUSTIFIED, "A nurse was there.", by="paula", now=over)
    assert found.review is not None
    assert found.review.finding is Finding.NOT_JUSTIFIED


def test_no_words_of_it_are_in_what_a_log_would_say_of_it() -> None:
    access = an_access().reviewed(Finding.NOT_JUSTIFIED, "A nurse was there.", by="paula", now=MONDAY_NOON + HOUR)
    assert "fainted" not in repr(access)
    assert "nurse was" not in repr(access)
