"""What must hold of the calendar, the visits, the waitlist and the letters, whatever was done.

Written apart from the code that is to keep it: claims are added up from the visits, the rules of a course are read off
the visits themselves, and what happened is read from the facts that were told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from booking.domain.appointment_record import AppointmentFact
from booking.domain.appointments import (
    Appointment,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentRescheduled,
)
from booking.domain.attendance import AppointmentArrived, AppointmentCompleted, AppointmentCorrected, AppointmentMissed
from booking.domain.calendar import Claim, Use
from booking.domain.cancellations import CancelledBy
from booking.domain.message_subjects import Reason
from booking.domain.states import Status
from booking.domain.visits import HoldCause, VisitKind
from booking.domain.waitlist import WaitlistStatus
from booking.published import PUBLISHED
from services.booking.tests.builders import ZONE
from services.booking.tests.fakes import InMemory
from services.booking.tests.inquiry_invariants import Asked, check_inquiries
from services.booking.tests.person_invariants import Known, check_persons
from services.booking.tests.record_invariants import check_records

FREE: Final = (Status.CANCELLED, Status.LAPSED)
"""Of these nothing is taken any more."""
LIVE: Final = (Status.BOOKED, Status.ARRIVED)
ENDS: Final = (Status.FULFILLED, Status.CANCELLED, Status.MISSED, Status.LAPSED)
INTERVAL: Final = timedelta(hours=48)
"""Of the plans of these tests, as is the next."""
CONFIRMED_WITHIN: Final = timedelta(minutes=60)
INTEGRATED_WITHIN: Final = timedelta(hours=72)
SAID_BY_CLINICIANS: Final = (
    HoldCause.CLEARANCE,
    HoldCause.SAFETY_ALERT,
    HoldCause.ADVERSE_EVENT,
    HoldCause.CONSENT,
    HoldCause.PLAN,
)
SAID_AFTER: Final[dict[type[Any] | None, tuple[type[Any], ...]]] = {
    None: (AppointmentBooked,),
    AppointmentCancelled: (AppointmentCorrected,),
    AppointmentMissed: (AppointmentCorrected,),
    AppointmentCompleted: (),
}
"""What may be told of a visit next, where not everything may; None stands for the beginning."""


@dataclass(slots=True)
class Seen:
    """What was read of the facts so far: how many, the last one of each visit, and who was given a dose when; `visits`
    is how each stood when it was looked at last, `asked` for whom calls were kept that were asked for without a login.
    """

    facts: int = 0
    last: dict[str, AppointmentFact] = field(default_factory=dict)
    visits: dict[str, Appointment] = field(default_factory=dict)
    given: dict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    invited: dict[str, tuple[int, datetime, Status]] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    letters: int = 0
    inquiries: Asked = field(default_factory=Asked)
    persons: Known = field(default_factory=Known)


def check(clinic: InMemory, seen: Seen) -> None:
    """Everything, and what was told since it was looked at last."""
    visits = clinic.all("Appointments")
    nothing_is_taken_twice(visits)
    offers_are_held_once(clinic)
    facts = clinic.said[seen.facts :]
    seen.facts = len(clinic.said)
    check_persons(clinic, seen.persons, facts, seen.visits)
    check_inquiries(clinic, seen.inquiries, facts)
    check_records(clinic, facts)
    the_calendar_says_the_same(clinic, visits, seen.persons.gone)
    nobody_is_registered_unasked(clinic, seen, facts)
    told = [each for each in facts if isinstance(each, AppointmentFact)]
    for each in facts:
        PUBLISHED[type(each)](each)
    for each in told:
        costs_nothing_that_could_not_be(seen.visits.get(each.appointment.id), each)
        follows(seen.last.get(each.appointment.id), each)
        seen.last[each.appointment.id] = each
    for each in told:
        if isinstance(each, AppointmentBooked | AppointmentRescheduled) and each.appointment.kind is VisitKind.DOSING:
            may_be_given(next(visit for visit in visits if visit.id == each.appointment.id), visits, seen)
    letters_follow(clinic, told)
    invitations_rise(clinic, seen)
    seen.visits = {each.id: each for each in visits}


def nothing_is_taken_twice(visits: Sequence[Appointment]) -> None:
    """At no instant is more taken of a person, a room or a patient than there is of it; one leads at most."""
    by_resource: dict[Any, list[Claim]] = defaultdict(list)
    for visit in visits:
        if visit.status not in FREE:
            for claim in visit.slot.claims:
                by_resource[claim.resource].append(claim)
    for resource, claims in by_resource.items():
        for at in {claim.interval.start for claim in claims}:
            there = [claim for claim in claims if claim.interval.start <= at < claim.interval.end]
            if len(there) == 1:
                continue
            taken = sum((_share(claim) for claim in there), Fraction(0))
            assert taken <= 1, f"{resource.kind} is taken {taken} times at {at}"
            assert sum(claim.occupancy.use is Use.LEADING for claim in there) <= 1, f"{resource.kind} leads twice"


def _share(claim: Claim) -> Fraction:
    return Fraction(0) if claim.occupancy.use is Use.ON_SITE else Fraction(1, claim.occupancy.places)


def the_calendar_says_the_same(clinic: InMemory, visits: Sequence[Appointment], gone: Set[str]) -> None:
    """As the visits, of each resource: no claim without a visit, but of a patient who was erased, no visit without its
    claims.
    """
    taken = Counter(
        (key.resource, each.appointment_id, each.interval.end - each.interval.start)
        for key, day in clinic.kept["CalendarDays"].all.items()
        for each in day.taken
        if each.appointment_id not in gone
    )
    claimed = Counter(
        (claim.resource, visit.id, claim.interval.length)
        for visit in visits
        if visit.status not in FREE
        for claim in visit.slot.claims
    )
    assert taken == claimed, "the calendar and the visits differ"


def offers_are_held_once(clinic: InMemory) -> None:
    """Who is offered a time has it held, nobody has it beside them, and it is offered to no second one."""
    offered = [each for each in clinic.all("Waitlist") if each.status is WaitlistStatus.OFFERED]
    held = {each.waitlist_entry_id: each for each in clinic.all("Appointments") if each.status is Status.HELD}
    for entry in offered:
        hold = held.get(entry.id)
        assert hold is not None, "offered, and nothing is held"
        assert (hold.id, hold.patient_id) == (entry.offer.appointment_id, entry.patient_id), "another time is held"
    assert {each for each in held if each} == {each.id for each in offered}, "held for somebody who is offered nothing"
    known = {visit.appointment_id for path in clinic.all("CarePaths") for visit in path.offers}
    assert known == {each.id for each in held.values() if each.waitlist_entry_id}, "their care paths say another thing"
    times = Counter(entry.offer.freed_id for entry in offered)
    assert max(times.values(), default=1) == 1, "one time is offered twice"


def nobody_is_registered_unasked(clinic: InMemory, seen: Seen, facts: Iterable[object]) -> None:
    """Of who asked for a call without a login nothing is known but the call that is kept for them and what they are
    asked, and nothing is told, until it is booked, within an hour; given back, nobody is left.
    """
    for fact in facts:
        if isinstance(fact, AppointmentBooked):
            before = seen.visits.get(fact.appointment.id)
            if before is not None and before.caller is not None:
                assert fact.at < min(before.made_at + CONFIRMED_WITHIN, before.starts_at), "booked after their hour"
    seen.asked |= {each.id: each.patient_id for each in clinic.all("Appointments") if each.caller is not None}
    visits = clinic.kept["Appointments"].all
    told = {fact.appointment.id for fact in facts if isinstance(fact, AppointmentFact)}
    for visit_id, whose in seen.asked.items():
        visit = visits.get(visit_id)
        if visit is None or visit.status not in (Status.HELD, Status.LAPSED):
            continue
        assert (visit.caller is not None) == (visit.status is Status.HELD), "who never confirmed is kept"
        assert visit_id not in told, "told of, and nobody confirmed it"
        kept = {name for name in ("Patients", "CarePaths", "Consents") if whose in clinic.kept[name].all}
        assert not kept, f"nobody confirmed it, and of them is kept: {kept}"
        written = {each.reason for each in clinic.all("Messages") if each.patient_id == whose}
        assert written <= {Reason.CALL_ASKED_FOR}, "written to, and nobody confirmed it"


def follows(before: AppointmentFact | None, after: AppointmentFact) -> None:
    """Whether this may be told of a visit after that; its version rises, and it never goes back to being held."""
    kind = type(before) if before else None
    if kind in SAID_AFTER:
        assert type(after) in SAID_AFTER[kind], f"{type(after).__name__} after {kind and kind.__name__}"
    else:
        assert not isinstance(after, AppointmentBooked), "booked twice"
    if before is not None:
        assert after.appointment.version > before.appointment.version, "told of a version that was told before"
        assert after.at >= before.at
        if isinstance(before, AppointmentArrived):
            assert isinstance(after, AppointmentCompleted | AppointmentCorrected | AppointmentCancelled)


def costs_nothing_that_could_not_be(before: Appointment | None, told: AppointmentFact) -> None:
    """Nobody misses a visit, or gives it up late, that waited for something, that nobody could give, or that had lost
    its dose: of those a fee follows.
    """
    lost = isinstance(told, AppointmentMissed) or (
        isinstance(told, AppointmentCancelled) and told.by is CancelledBy.PATIENT
    )
    if lost and before is not None:
        assert not before.holds, "lost, and it was on hold"
        assert before.unfit_since is None, "lost, and nobody could give it"
        assert before.dose_gone_since is None, "lost, and it had lost its dose"


def may_be_given(dose: Appointment, visits: Sequence[Appointment], seen: Seen) -> None:
    """A dose that was just given a time: prepared before, integrated soon after and before the next one, far enough
    from the others.
    """
    if dose.status is not Status.BOOKED:
        return
    mine = [each for each in visits if each.patient_id == dose.patient_id and each.id != dose.id]
    live = [each for each in mine if each.status in LIVE and not each.unmarked]
    given = seen.given[dose.patient_id]
    at = _wall(dose.starts_at)
    others: dict[str, datetime] = {each.id: _wall(each.starts_at) for each in live if each.kind is VisitKind.DOSING}
    others |= {visit: _wall(when) for visit, when in given.items() if visit != dose.id}
    assert all(abs(at - other) >= INTERVAL for other in others.values()), "too close to another dose"
    prepared = [each for each in mine if each.kind is VisitKind.PREPARATION and each.status is Status.FULFILLED]
    prepared += [each for each in live if each.kind is VisitKind.PREPARATION and each.starts_at < dose.starts_at]
    assert prepared or given, "a dose without a preparation"
    following = min((other for other in others.values() if other > at), default=None)
    assert any(
        timedelta(0) < _wall(each.starts_at) - at <= INTEGRATED_WITHIN
        and (following is None or _wall(each.starts_at) <= following)
        for each in live
        if each.kind is VisitKind.INTEGRATION
    ), "a dose without its integration"


def letters_follow(clinic: InMemory, told: Iterable[AppointmentFact]) -> None:
    """Of each change of a visit to come one message tells, of the time it has now."""
    reasons = {
        AppointmentBooked: Reason.VISIT_BOOKED,
        AppointmentRescheduled: Reason.VISIT_MOVED,
        AppointmentCancelled: Reason.VISIT_CANCELLED,
    }
    for fact in told:
        reason = reasons.get(type(fact))
        visit = fact.appointment
        if reason is None or visit.starts_at <= fact.at:
            continue
        if isinstance(fact, AppointmentCancelled) and fact.reason == "care_ended":
            continue
        telling = [
            each
            for each in clinic.all("Messages")
            if each.reason is reason and each.planned_at == fact.at and each.about.appointment_id == visit.id
        ]
        assert telling, f"nobody is told: {reason}"
        assert telling[-1].about.starts_at == visit.starts_at


def invitations_rise(clinic: InMemory, seen: Seen) -> None:
    """The number by which a patient's calendar knows the newer of two letters rises with each change it shows."""
    for letter in (each.letter for each in clinic.post.sent[seen.letters :]):
        if letter.invitation is None:
            continue
        visit = letter.invitation.visit
        now = (visit.version, visit.starts_at, visit.status)
        before = seen.invited.get(visit.appointment_id)
        if before is not None and before[1:] != now[1:]:
            assert now[0] > before[0], "another time or state under the same number"
        seen.invited[visit.appointment_id] = now
    seen.letters = len(clinic.post.sent)


def waits_for_what_is_in_the_way(clinic: InMemory, in_the_way: dict[str, bool]) -> None:
    """Each dose that is booked is on hold exactly where the patient's clearance, alerts, plan or consent say so, and
    never stands free, or is offered, where one of them is in the way. `in_the_way` is what the clinical services said
    of each.
    """
    for visit in clinic.all("Appointments"):
        if visit.kind is VisitKind.DOSING and visit.status is Status.HELD and visit.waitlist_entry_id is not None:
            assert not in_the_way[visit.patient_id], "a dose is offered to who may not have it"
        if visit.kind is VisitKind.DOSING and visit.status is Status.BOOKED and not visit.unmarked:
            clinical = any(hold.ground.cause in SAID_BY_CLINICIANS for hold in visit.holds)
            assert clinical == in_the_way[visit.patient_id], "a dose waits for what is not, or not for what is"


def everything_has_ended(clinic: InMemory) -> None:
    """Long after: nothing is held, nothing stands as if it were to come."""
    for visit in clinic.all("Appointments"):
        assert visit.status in ENDS or visit.status is Status.ARRIVED or visit.unmarked, visit.status
    assert not any(each.status is WaitlistStatus.OFFERED for each in clinic.all("Waitlist"))
    assert not any(each.attempt_at for each in clinic.all("Messages"))


def _wall(instant: datetime) -> datetime:
    return instant.astimezone(ZONE).replace(tzinfo=None)
