"""Where one patient stands: booking's process manager.

It keeps the few facts that matter of booking's own visits and of what screening and sessions say, and derives
everything else from them: the stage, what may be booked and why not (`gates`), what must wait (`holds`), what is due.
Invariant: the stage is a function of the facts, so facts of different topics may arrive in any order. A fact is never
refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from booking.domain.appointments import Appointment
from booking.domain.clearance import Clearance, ClearanceStatus
from booking.domain.course import Course, Plan
from booking.domain.ids import AlertId, AppointmentId, CaseId, ClearanceId, PatientId, PractitionerId
from booking.domain.noted_visits import Visit
from booking.domain.person import Person
from booking.domain.policy import BookingPolicy
from booking.domain.questions import Questions
from booking.domain.run import DISCHARGED, Run
from booking.domain.seen_to import SeenTo
from booking.domain.states import Status
from booking.domain.visits import TREATMENTS, Disposition, Phase, VisitKind
from careflow_domain.aggregate import Fact


class Stage(StrEnum):
    INQUIRY = "inquiry"
    INFO_CALL = "info_call"
    SCREENING = "screening"
    EVALUATION = "evaluation"
    CLEARED = "cleared"
    PREPARING = "preparing"
    IN_COURSE = "in_course"
    MAINTENANCE = "maintenance"
    DISCHARGED = "discharged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SafetyAlert:
    id: AlertId
    respond_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePathStageChanged(Fact):
    patient_id: PatientId
    before: Stage
    after: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePath(SeenTo):
    """One patient's run through the clinic, from inquiry to closing; an information call later starts a new one.
    What is to be done is to tell them what no message could, beside what is to be told of visits. `offers` are the
    times held for them by the waitlist.
    """

    id: PatientId
    stage: Stage = Stage.INQUIRY
    person: Person = field(default_factory=Person)
    visits: tuple[Visit, ...] = ()
    offers: tuple[Visit, ...] = ()
    case_id: CaseId | None = None
    evaluated: bool = False
    deferred_until: datetime | None = None
    clearance: Clearance | None = None
    alerts: tuple[SafetyAlert, ...] = ()
    closed_alerts: tuple[AlertId, ...] = ()
    course: Course = field(default_factory=Course)
    questions: Questions = field(default_factory=Questions)
    account_untold_since: datetime | None = None
    plan_untold_since: datetime | None = None
    outcome_review_by: datetime | None = None
    run: Run = field(default_factory=Run)

    @property
    def closed_because(self) -> str | None:
        """Why nothing goes on, if so."""
        return self.run.closed_because

    def task_since(self, _policy: BookingPolicy) -> datetime | None:
        untold = (self.questions.untold_since, self.account_untold_since, self.plan_untold_since)
        return min(filter(None, untold), default=None)

    def has_ended_for(self, kind: VisitKind) -> bool:
        """Whether care has ended and a visit of this kind is no way back to it."""
        return self.stage is Stage.DISCHARGED and kind is not VisitKind.INFO_CALL

    def note_visit(self, appointment: Appointment, *, now: datetime) -> "CarePath":
        """An appointment was booked, moved, put on hold, or ended."""
        visit = Visit.of(appointment)
        path = self._begun_with(visit, now)
        others = tuple(v for v in path.visits if v.appointment_id != visit.appointment_id)
        run = path.run
        if visit.disposition in (Disposition.NOT_A_FIT, Disposition.REFER_OUT):
            run = run.closed(visit.disposition.value)
        return path.answered(visit.appointment_id, now=now)._noted(visits=(*others, visit), run=run, now=now)

    def offered(self, hold: Appointment, *, now: datetime) -> "CarePath":
        """A time is held for the patient until they have answered."""
        return self._noted(offers=(*self.offers, Visit.of(hold)), now=now)

    def answered(self, appointment_id: AppointmentId, *, now: datetime) -> "CarePath":
        """What was offered is booked, given back or withdrawn."""
        return self._noted(offers=tuple(v for v in self.offers if v.appointment_id != appointment_id), now=now)

    def hour_not_held(self, appointment_id: AppointmentId, *, now: datetime) -> "CarePath":
        """A therapy hour that was stopped, or was no more than a call, prepares and integrates nothing."""
        held = tuple(visit for visit in self.visits if visit.appointment_id != appointment_id)
        return self if held == self.visits else self._noted(visits=held, now=now)

    def person_became(self, person: Person, *, now: datetime) -> "CarePath":
        """What is known of the person was corrected, or has changed."""
        return self._noted(person=person, now=now)

    def screening_started(self, case_id: CaseId, *, at: datetime, now: datetime) -> "CarePath":
        return self._noted(case_id=case_id, run=self.run.begun(at), now=now)

    def screening_closed(self, reason: str, *, now: datetime) -> "CarePath":
        return self._noted(case_id=None, questions=Questions(), run=self.run.closed(reason), now=now)

    def questioned(self, change: Callable[[Questions], Questions], *, now: datetime) -> "CarePath":
        """Something became known of what the patient is asked, or of what they know of it."""
        return self._noted(questions=change(self.questions), now=now)

    def outcome_review_due(self, by: datetime, *, now: datetime) -> "CarePath":
        """The scores of the course are a prescriber's to look at; the earliest time holds until they have."""
        return self._noted(outcome_review_by=min(by, self.outcome_review_by or by), now=now)

    def outcome_reviewed(self, *, now: datetime) -> "CarePath":
        return self._noted(outcome_review_by=None, now=now)

    def account_told(self, untold_since: datetime | None, *, now: datetime) -> "CarePath":
        """A message told the patient of their account, or none could."""
        since = untold_since and (self.account_untold_since or untold_since)
        return self._noted(account_untold_since=since, now=now)

    def plan_told(self, untold_since: datetime | None, *, now: datetime) -> "CarePath":
        """A message told the patient where to see what their plan asks of them, or none could."""
        since = untold_since and (self.plan_untold_since or untold_since)
        return self._noted(plan_untold_since=since, now=now)

    def discharged(self, *, at: datetime, because: str | None = None, now: datetime) -> "CarePath":
        """Care ended then; an information call or a new case begins a new run, and may have begun it already."""
        return self._noted(run=self.run.care_ended(at, because), now=now)

    def evaluation_recorded(self, *, now: datetime) -> "CarePath":
        return self._noted(evaluated=True, deferred_until=None, now=now)

    def cleared(self, clearance: Clearance, *, now: datetime) -> "CarePath":
        """A decision in the patient's favour; it replaces the one before."""
        return self._noted(clearance=clearance, deferred_until=None, run=self.run.reopened(), now=now)

    def denied(self, *, now: datetime) -> "CarePath":
        """A clearance there was is revoked with it."""
        revoked = self.clearance and replace(self.clearance, status=ClearanceStatus.REVOKED)
        return self._noted(clearance=revoked, run=self.run.closed("clearance_denied"), now=now)

    def deferred(self, until: datetime, *, now: datetime) -> "CarePath":
        """To be decided again, after another evaluation."""
        return self._noted(evaluated=False, deferred_until=until, now=now)

    def clearance_became(
        self, clearance_id: ClearanceId, status: ClearanceStatus, valid_until: datetime, *, now: datetime
    ) -> "CarePath":
        """Suspended, reinstated, revoked or expired. What is said of a clearance that was replaced changes nothing."""
        if self.clearance is None:
            return self._noted(clearance=Clearance(clearance_id, status, valid_until), now=now)
        if self.clearance.id != clearance_id:
            return self
        after = self.clearance.became(status, valid_until)
        return self._noted(clearance=after, evaluated=self.evaluated and not after.ended, now=now)

    def clearance_extended(self, clearance_id: ClearanceId, valid_until: datetime, *, now: datetime) -> "CarePath":
        """It lasts longer. What is said of a clearance that was replaced changes nothing."""
        if self.clearance is None:
            return self._noted(clearance=Clearance(clearance_id, ClearanceStatus.VALID, valid_until), now=now)
        if self.clearance.id != clearance_id:
            return self
        return self._noted(clearance=self.clearance.extended(valid_until), now=now)

    def clearance_expiring(self, clearance_id: ClearanceId, days_left: int, *, now: datetime) -> "CarePath":
        if self.clearance is None or self.clearance.id != clearance_id:
            return self
        return self._noted(clearance=replace(self.clearance, warned_days_left=days_left), now=now)

    def alert_raised(self, alert: SafetyAlert, *, now: datetime) -> "CarePath":
        """Raised or upgraded. News of one that was closed meanwhile changes nothing."""
        if alert.id in self.closed_alerts:
            return self
        others = tuple(a for a in self.alerts if a.id != alert.id)
        return self._noted(alerts=(*others, alert), now=now)

    def alert_closed(self, alert_id: AlertId, *, now: datetime) -> "CarePath":
        if alert_id in self.closed_alerts:
            return self
        return self._noted(
            alerts=tuple(a for a in self.alerts if a.id != alert_id),
            closed_alerts=(*self.closed_alerts, alert_id),
            now=now,
        )

    def treated(self, change: Callable[[Course], Course], *, now: datetime) -> "CarePath":
        """Something became known of the course of treatment."""
        return self._noted(course=change(self.course), now=now)

    def upcoming(self, kind: VisitKind) -> Visit | None:
        """The first visit of this kind that is booked, or under way."""
        return min(self.all_upcoming(kind), key=lambda visit: visit.starts_at, default=None)

    def all_upcoming(self, kind: VisitKind) -> tuple[Visit, ...]:
        return tuple(visit for visit in self.visits if visit.kind is kind and visit.upcoming)

    def plan_for(self, kind: VisitKind) -> Plan | None:
        """The plan by which visits of this kind are given."""
        return self.course.plan if kind in TREATMENTS else None

    def therapist_for(self, kind: VisitKind) -> PractitionerId | None:
        """Who the plan names for visits of this kind."""
        plan = self.plan_for(kind)
        return plan.terms.therapist_id if plan else None

    def but_for(self, *appointments: AppointmentId) -> "CarePath":
        """As if these visits were not booked: what a visit that takes their place is judged by."""
        return replace(self, visits=tuple(v for v in self.visits if v.appointment_id not in appointments))

    def booked(self) -> tuple[Visit, ...]:
        """The visits that may be put on hold or released."""
        return tuple(visit for visit in self.visits if visit.status is Status.BOOKED and not visit.unmarked)

    def unmarked(self) -> tuple[Visit, ...]:
        """The visits of earlier days of which nobody has said what became of them."""
        return tuple(visit for visit in self.visits if visit.unmarked)

    @property
    def at_risk(self) -> tuple[Visit, ...]:
        """The dosing visits that are later than the clearance lasts."""
        if self.clearance is None:
            return ()
        until = self.clearance.valid_until
        return tuple(visit for visit in self.all_upcoming(VisitKind.DOSING) if visit.starts_at > until)

    @property
    def said_proceed(self) -> bool:
        """Whether an information call ended with both sides wanting to go on."""
        return any(v.disposition is Disposition.PROCEED for v in self.visits)

    def _begun_with(self, visit: Visit, now: datetime) -> "CarePath":
        """An information call that is booked begins a run, where it is a new one or the run before is closed."""
        if visit.kind is not VisitKind.INFO_CALL or visit.status is not Status.BOOKED:
            return self
        if self.closed_because is not None:
            return self._afresh(now)
        if any(v.appointment_id == visit.appointment_id for v in self.visits):
            return self
        return replace(self, run=self.run.begun(now))

    def _afresh(self, now: datetime) -> "CarePath":
        """A new run: what was decided before counts no longer. A safety alert stays open until it is closed, what is
        booked still waits for what is missing, and the doses, consents and adverse events there were remain true.
        """
        return CarePath(
            id=self.id,
            person=self.person,
            visits=tuple(visit for visit in self.visits if visit.upcoming or visit.unmarked),
            offers=self.offers,
            alerts=self.alerts,
            closed_alerts=self.closed_alerts,
            outcome_review_by=self.outcome_review_by,
            account_untold_since=self.account_untold_since,
            plan_untold_since=self.plan_untold_since,
            taken=self.taken,
            course=replace(self.course, plans=(), prepared=False),
            run=Run(begun_at=now),
            stage=self.stage,
            version=self.version,
            facts=self.facts,
        )

    def _noted(self, *, now: datetime, **changes: object) -> "CarePath":
        """The same path when nothing differs: a repeated fact leaves no trace."""
        after = replace(self, **changes)  # type: ignore[arg-type]  # fields by name
        if after == self:
            return self
        stage = next(stage for stage, reached in _STAGES if reached(after))
        following = replace(after.recording(), stage=stage)
        moved = CarePathStageChanged(patient_id=self.id, before=self.stage, after=stage, at=now)
        return following if stage is self.stage else following.saying(moved)


def _in_phase(path: CarePath, phase: Phase) -> bool:
    plan = path.course.plan
    return plan is not None and plan.live and plan.phase is phase


_STAGES: tuple[tuple[Stage, Callable[[CarePath], bool]], ...] = (
    (Stage.DISCHARGED, lambda path: path.closed_because == DISCHARGED),
    (Stage.CLOSED, lambda path: path.closed_because is not None),
    (Stage.MAINTENANCE, lambda path: _in_phase(path, Phase.MAINTENANCE)),
    (Stage.IN_COURSE, lambda path: _in_phase(path, Phase.INDUCTION) and path.course.dosed),
    (Stage.PREPARING, lambda path: _in_phase(path, Phase.INDUCTION)),
    (
        Stage.CLEARED,
        lambda path: (
            path.clearance is not None and path.clearance.status in (ClearanceStatus.VALID, ClearanceStatus.SUSPENDED)
        ),
    ),
    (
        Stage.EVALUATION,
        lambda path: (
            path.evaluated
            or path.clearance is not None
            or any(
                v.kind is VisitKind.EVALUATION and v.status not in (Status.CANCELLED, Status.MISSED)
                for v in path.visits
            )
        ),
    ),
    (Stage.SCREENING, lambda path: path.case_id is not None or path.said_proceed),
    (
        Stage.INFO_CALL,
        lambda path: any(v.kind is VisitKind.INFO_CALL and v.status is not Status.CANCELLED for v in path.visits),
    ),
    (Stage.INQUIRY, lambda _: True),
)
"""The first stage whose condition holds is where the patient stands."""
