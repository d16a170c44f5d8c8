"""Therapy that was held otherwise than planned: what stood against it, what cannot have been, what its review does."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import CODES, NOW, NURSE, POLICY, PRESCRIBER, THERAPIST, hours, minutes, new_uuid
from services.sessions.tests.unit.test_how_held import hour
from sessions.domain.adverse_events import Review, ReviewDecision
from sessions.domain.consents import Consent
from sessions.domain.endings import SessionCompleted, SessionServicesCorrected
from sessions.domain.gate import Gate
from sessions.domain.held_otherwise import HeldOtherwise
from sessions.domain.ids import StaffId, TherapyId
from sessions.domain.late_reviews import review_late_at, said_late
from sessions.domain.service_lines import BillableServices, ServiceLine, TherapyTime
from sessions.domain.sessions import Session, SessionStarted
from sessions.domain.states import SessionState
from sessions.domain.telehealth import telehealth_gate
from sessions.domain.therapy_otherwise import (
    TherapyReviewCompleted,
    TherapyReviewDue,
    TherapyReviewOverdue,
    counted_minutes,
    held_otherwise,
    therapy_reviewed,
)
from sessions.domain.words import Modality, VisitKind

LATER = NOW + minutes(70)
NO_CONSENTS: tuple[Consent, ...] = ()


def mark(start: int = 0, end: int = 50, *, provider: StaffId = THERAPIST, reason: str = "no power") -> HeldOtherwise:
    return HeldOtherwise(
        id=TherapyId(new_uuid()),
        time=TherapyTime(provider=provider, started_at=NOW + minutes(start), ended_at=NOW + minutes(end)),
        reason=reason,
        recorded_by=NURSE,
        recorded_at=LATER,
        review_by=LATER + hours(24),
        policy_version=POLICY.version,
    )


def room(**changes: Any) -> Session:
    return replace(hour(Modality.IN_PERSON), starts_at=NOW, **changes)


def arrived(**changes: Any) -> Session:
    return room(state=SessionState.ARRIVED, started_at=None, **changes)


def over(*lines: ServiceLine) -> Session:
    """Completed at fifty minutes, with the therapist there."""
    services = BillableServices(revision=1, lines=lines, by=NURSE, at=NOW + minutes(50))
    ended = {"state": SessionState.COMPLETED, "ended_at": NOW + minutes(50), "services": services}
    return replace(room().with_therapist(THERAPIST, now=NOW), **ended)  # type: ignore[arg-type]  # a builder


def written(session: Session, each: HeldOtherwise, *, gate: Gate | None = None, now: datetime = LATER) -> Session:
    return held_otherwise(session, each, gate, POLICY, now=now)


def reviewed(session: Session, decision: ReviewDecision, *, by: StaffId = PRESCRIBER) -> Session:
    review = Review(decision=decision, note="asked both", by=by, at=LATER + hours(1))
    return therapy_reviewed(session, session.therapy_otherwise[-1].id, review, CODES)


def against(session: Session) -> tuple[str, ...]:
    return session.therapy_otherwise[-1].against


def test_an_hour_nobody_began_is_over_with_it_from_when_it_was_held() -> None:
    after = written(arrived(), mark())
    assert (after.state, after.started_at, after.ended_at) == (SessionState.COMPLETED, NOW, NOW + minutes(50))
    assert after.services is not None
    assert after.services.lines == ()
    assert [type(each) for each in after.facts[-3:]] == [SessionStarted, SessionCompleted, TherapyReviewDue]
    assert after.version == arrived().version + 1


def test_what_stood_against_it_is_said() -> None:
    assert against(written(arrived(), mark())) == ("outside_times", "therapist_not_joined")
    assert against(written(room(started_at=NOW + minutes(20)), mark())) == ("outside_times", "therapist_not_joined")
    assert against(written(room(), mark(5))) == ("therapist_not_joined",)
    assert against(written(over(), mark())) == ("written_after_end",)
    assert against(written(over(), mark(10, 65))) == ("outside_times", "written_after_end")


def test_an_hour_begun_after_the_therapy_has_no_end_before_its_beginning() -> None:
    after = written(room(started_at=NOW + minutes(60)), mark())
    assert (after.started_at, after.ended_at) == (NOW, NOW + minutes(50))


def test_an_hour_as_planned_is_completed_the_ordinary_way() -> None:
    there = room().with_therapist(THERAPIST, now=NOW)
    with pytest.raises(DomainError, match=r"^hour_as_planned$"):
        written(there, mark(5))


def test_at_a_distance_what_was_not_asked_is_kept_and_never_billed() -> None:
    gate = telehealth_gate((), NO_CONSENTS, POLICY.telehealth, POLICY.version, now=NOW)
    video = replace(hour(Modality.VIDEO, state=SessionState.ARRIVED, started_at=None), starts_at=NOW)
    after = written(video, mark(), gate=gate)
    assert after.therapy_otherwise[0].unready == ("verified_now", "telehealth_consent")
    counts = reviewed(after, ReviewDecision.RESUME)
    assert counted_minutes(counts) == 50
    assert counts.services is not None
    assert counts.services.revision == 1


def test_an_hour_that_was_let_begin_was_ready() -> None:
    gate = telehealth_gate((), NO_CONSENTS, POLICY.telehealth, POLICY.version, now=NOW)
    after = written(replace(hour(Modality.VIDEO), starts_at=NOW, gate=gate), mark(5), gate=gate)
    assert against(after) == ("therapist_not_joined",)


@pytest.mark.parametrize(
    ("session", "each", "refused"),
    [
        (arrived(), mark(reason="  "), "reason_missing"),
        (arrived(), mark(0, 71), "times_invalid"),
        (arrived(), mark(-60 * 15, -60 * 2), "times_invalid"),
        (arrived(), mark(-60 * 26, -60 * 25), "held_on_another_day"),
        (room(state=SessionState.SCHEDULED, started_at=None), mark(), "wrong_state"),
        (room(state=SessionState.MISSED, started_at=None), mark(), "wrong_state"),
        (room(kind=VisitKind.DOSING, state=SessionState.MONITORING), mark(), "wrong_state"),
    ],
)
def test_what_cannot_have_been_is_refused(session: Session, each: HeldOtherwise, refused: str) -> None:
    with pytest.raises(DomainError, match=f"^{refused}$"):
        written(session, each)


def test_after_a_week_it_is_too_late() -> None:
    with pytest.raises(DomainError, match=r"^recorded_too_late$"):
        written(arrived(), mark(), now=NOW + hours(24 * 7 + 2))


def test_no_minute_of_a_therapist_is_written_down_twice() -> None:
    after = written(arrived(), mark())
    with pytest.raises(DomainError, match=r"^minutes_counted_twice$"):
        written(after, mark(40, 60))
    dismissed = reviewed(after, ReviewDecision.STOP)
    assert len(written(dismissed, mark(40, 60)).therapy_otherwise) == 2
    billed = ServiceLine(
        code="90834",
        minutes=45,
        place_of_service="11",
        rendering_provider=THERAPIST,
        started_at=NOW,
        ended_at=NOW + minutes(45),
    )
    with pytest.raises(DomainError, match=r"^minutes_counted_twice$"):
        written(over(billed), mark(40, 60))


def test_only_what_counts_is_billed() -> None:
    waits = written(arrived(), mark())
    counts = reviewed(waits, ReviewDecision.RESUME)
    assert counts.services is not None
    assert [(each.code, each.minutes, each.rendering_provider) for each in counts.services.lines] == [
        ("90834", 50, THERAPIST)
    ]
    assert [type(each) for each in counts.facts[-2:]] == [SessionServicesCorrected, TherapyReviewCompleted]
    for decision in (ReviewDecision.HOLD, ReviewDecision.STOP):
        after = reviewed(waits, decision)
        assert (after.services, counted_minutes(after)) == (waits.services, 0)


def test_whoever_held_it_or_wrote_it_down_does_not_review_it() -> None:
    waits = written(arrived(), mark())
    for involved in (THERAPIST, NURSE):
        with pytest.raises(DomainError, match=r"^reviewer_involved$"):
            reviewed(waits, ReviewDecision.RESUME, by=involved)
    with pytest.raises(DomainError, match=r"^review_final$"):
        reviewed(reviewed(waits, ReviewDecision.STOP), ReviewDecision.RESUME)


def test_a_late_review_is_said_once_and_a_decided_one_never() -> None:
    waits = written(arrived(), mark())
    due = review_late_at(waits)
    assert due == LATER + hours(24)
    assert said_late(waits, now=due - minutes(1)) is waits
    late = said_late(waits, now=due)
    assert isinstance(late.facts[-1], TherapyReviewOverdue)
    assert late.version == waits.version + 1
    assert review_late_at(late) is None
    assert review_late_at(reviewed(waits, ReviewDecision.STOP)) is None
