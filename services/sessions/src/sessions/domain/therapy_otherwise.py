"""Therapy that was held and that its session did not take, because it was not as planned, is written down as what it
is: outside the session's times, by a therapist who is not recorded as present, or at a distance without what is asked
before.

Invariants: until somebody who had no hand in it has reviewed it, it integrates no dose, prepares nobody and is billed
to nobody; what cannot have been is refused, and so is what the ordinary way takes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from careflow_domain.errors import conflict, invalid, not_found
from sessions.domain.adverse_events import Review
from sessions.domain.clinic_day import clinic_day
from sessions.domain.endings import services_became, took_place
from sessions.domain.gate import Gate
from sessions.domain.held_otherwise import HeldOtherwise
from sessions.domain.ids import TherapyId
from sessions.domain.policy import SessionsPolicy
from sessions.domain.presence import held_by_somebody_there
from sessions.domain.service_lines import BillableServices, ServiceCodes, TherapyTime, therapy_lines
from sessions.domain.sessions import Session, SessionFact, SessionStarted
from sessions.domain.states import SessionState
from sessions.domain.words import VisitKind

OUTSIDE_TIMES: Final = "outside_times"
NOT_JOINED: Final = "therapist_not_joined"
AFTER_END: Final = "written_after_end"
ENDED: Final = frozenset({SessionState.COMPLETED, SessionState.ABORTED})
WRITABLE: Final = frozenset({SessionState.ARRIVED, SessionState.IN_PROGRESS}) | ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyReviewFact(SessionFact):
    """`review_by` is when somebody is to have reviewed the therapy."""

    therapy_id: TherapyId
    review_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyReviewDue(TherapyReviewFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyReviewCompleted(TherapyReviewFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyReviewOverdue(TherapyReviewFact):
    pass


F = TypeVar("F", bound=TherapyReviewFact)


def writable(session: Session) -> bool:
    """Whether therapy may have been held in it that its end does not take. In a dosing session it is written down with
    the end, and this way once it has one.
    """
    return session.state in (ENDED if session.kind is VisitKind.DOSING else WRITABLE)


def held_otherwise(
    session: Session, mark: HeldOtherwise, gate: Gate | None, policy: SessionsPolicy, *, now: datetime
) -> Session:
    """Therapy with its mark is written down; an hour that had not ended is over with it, without a service. `gate` is
    what an hour at a distance asked for when it began. Refused: `wrong_state`, `reason_missing`, `times_invalid`,
    `recorded_too_late`, `held_on_another_day`, `held_after_leaving`, `minutes_counted_twice`, `hour_as_planned`.
    """
    session.must_be(*(ENDED if session.kind is VisitKind.DOSING else WRITABLE))
    if not mark.reason.strip():
        raise invalid("reason_missing", "Of therapy that was held otherwise it is written down why.")
    _must_have_been(session, mark.time, policy, now)
    _must_be_new(session, mark.time)
    unready = _unready(session, mark.time, gate)
    against = (*_against(session, mark.time), *unready)
    if not against:
        raise conflict("hour_as_planned", "Nothing stands against it: the hour is completed the ordinary way.")
    marked = replace(mark, against=against, unready=unready)
    after = replace(session.recording(), therapy_otherwise=(*session.therapy_otherwise, marked))
    if session.state not in ENDED:
        after = _over(after, mark, now)
    return after.saying(_review(TherapyReviewDue, after, marked, now))


def therapy_reviewed(session: Session, therapy_id: TherapyId, review: Review, codes: ServiceCodes) -> Session:
    """Somebody who had no hand in it reviewed therapy that was held otherwise: what counts is billed now. Refused:
    `therapy_not_found`, and what `Mark.reviewed` refuses.
    """
    before = therapy_named(session, therapy_id)
    mark = before.reviewed(review, given_by=before.time.provider)
    marks = tuple(mark if each is before else each for each in session.therapy_otherwise)
    after = replace(session.recording(), therapy_otherwise=marks)
    lines = therapy_lines([mark.time], session.held, codes) if mark.billable else ()
    if lines and session.services is not None:
        after = services_became(after, (*session.services.lines, *lines), review.by, now=review.at)
    return after if mark.awaits_review else after.saying(_review(TherapyReviewCompleted, after, mark, review.at))


def therapy_named(session: Session, therapy_id: TherapyId) -> HeldOtherwise:
    """The therapy with this mark. Refused: `therapy_not_found`."""
    found = next((each for each in session.therapy_otherwise if each.id == therapy_id), None)
    if found is None:
        raise not_found("therapy")
    return found


def therapy_overdue_at(session: Session) -> datetime | None:
    """When it must be said next that the review of some of its therapy is late."""
    return min((each.overdue_at for each in session.therapy_otherwise if each.overdue_at is not None), default=None)


def therapy_overdue(session: Session, *, now: datetime) -> Session:
    """Say of each therapy whose review is late that it is, once; before that, or once it is decided, nothing
    changes.
    """
    late = [each for each in session.therapy_otherwise if each.overdue_at is not None and each.overdue_at <= now]
    if not late:
        return session
    marks = tuple(replace(each, said_overdue=True) if each in late else each for each in session.therapy_otherwise)
    said = (_review(TherapyReviewOverdue, session, each, each.review_by) for each in late)
    return replace(session.recording(), therapy_otherwise=marks).saying(*said)


def counted_minutes(session: Session) -> int:
    """Of its therapy that was held otherwise, how much counts."""
    return sum(each.time.minutes for each in session.therapy_otherwise if each.counts)


def _over(session: Session, mark: HeldOtherwise, now: datetime) -> Session:
    """It began no later than the therapy, and has ended with it."""
    time, began = mark.time, session.started_at
    if began is None:
        session = replace(session, started_at=time.started_at)
        session = session.became(SessionState.IN_PROGRESS, SessionStarted, time.started_at)
    else:
        session = replace(session, started_at=min(began, time.started_at))
    services = BillableServices(revision=1, lines=(), by=mark.recorded_by, at=now)
    return took_place(session, services, ended_at=time.ended_at, now=now)


def _must_have_been(session: Session, time: TherapyTime, policy: SessionsPolicy, now: datetime) -> None:
    longest = timedelta(hours=policy.gate.session_hours.value)
    if time.ended_at > now or time.ended_at - time.started_at > longest:
        raise invalid("times_invalid", "Therapy is past when it is written down, and no longer than a session may be.")
    if now - time.ended_at > timedelta(days=policy.outside_gate.record_days.value):
        raise conflict("recorded_too_late", "The time to write this down has passed; a note is added instead.")
    began = session.started_at or session.starts_at or now
    if clinic_day(time.started_at, policy.timezone) != clinic_day(began, policy.timezone):
        raise invalid("held_on_another_day", "Therapy of this session was held on the session's own day.")
    gone = session.discharge.left_at if session.discharge else None
    if gone is not None and time.ended_at > gone:
        raise invalid("held_after_leaving", "No therapy was held in this session after the patient had left.")


def _must_be_new(session: Session, time: TherapyTime) -> None:
    marked = [each.time for each in session.therapy_otherwise if not each.dismissed]
    taken = [(each.provider, each.started_at, each.ended_at) for each in marked]
    lines = session.services.lines if session.services else ()
    taken += [
        (each.rendering_provider, each.started_at, each.ended_at)
        for each in lines
        if each.started_at is not None and each.ended_at is not None
    ]
    for provider, started_at, ended_at in taken:
        if provider == time.provider and started_at < time.ended_at and time.started_at < ended_at:
            raise invalid("minutes_counted_twice", "One minute of a clinician supports one timed service.")


def _against(session: Session, time: TherapyTime) -> tuple[str, ...]:
    """All that stood against it beside what is asked of an hour at a distance."""
    early = session.started_at is None or time.started_at < session.started_at
    late = session.ended_at is not None and time.ended_at > session.ended_at
    found = (
        (OUTSIDE_TIMES, early or late),
        (NOT_JOINED, not held_by_somebody_there(session.team, time.provider)),
        (AFTER_END, session.state in ENDED),
    )
    return tuple(each for each, so in found if so)


def _unready(session: Session, time: TherapyTime, gate: Gate | None) -> tuple[str, ...]:
    """What was not in order of an hour at a distance; one that was let begin was ready from then on."""
    let_begin = session.gate is not None and session.started_at is not None and time.started_at >= session.started_at
    if gate is None or (let_begin and session.kind is session.booked_kind):
        return ()
    return tuple(each.item for each in gate.failed)


def _review(fact: type[F], session: Session, mark: HeldOtherwise, at: datetime) -> F:
    return fact(session=session, therapy_id=mark.id, review_by=mark.review_by, at=at)
