"""One patient's course so far: doses given, therapy hours completed, and the integration each dose asks for.

Invariants: every dose asks for an integration, and one integration answers one dose; whether another
dose is possible is read from here, so that two sessions cannot both be the second of a week.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from sessions.domain.clinic_day import on_the_wall
from sessions.domain.ids import AdverseEventId, OutsideDoseId, PatientId, PlanId, SessionId
from sessions.domain.stops import Resolution, Stop, StopKind
from sessions.domain.units import Kilograms
from sessions.domain.weights import BelievedWeight
from sessions.domain.words import Phase, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationFact(Fact):
    patient_id: PatientId
    dosing_session_id: SessionId
    due_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationDue(IntegrationFact):
    """A dose asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationDone(IntegrationFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationOverdue(IntegrationFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationEnded(IntegrationFact):
    """Nobody asks for it any more: the patient's care ended, and the time after it in which it was still held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DosedSession:
    """A session in which at least one dose was given; `at` is the start of the first, `integrated_by` the integration
    that answered it.
    """

    session_id: SessionId
    plan_id: PlanId | None
    phase: Phase | None = None
    at: datetime
    integrated_by: SessionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyHour:
    """A completed session that was no dosing session, with as much therapy in it as counts."""

    session_id: SessionId
    kind: VisitKind
    plan_id: PlanId | None
    phase: Phase | None = None
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationRules:
    """How long after a dose an integration begins at the earliest, and how many doses one answers."""

    after_dose: timedelta
    doses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationTask:
    """The integration a dose asks for; `said_overdue` once it was. `ends_at` is when nobody asks for it any more, said
    once care has ended without it, and `ended` whether that has come. It answers its dose even then.
    """

    dosing_session_id: SessionId
    due_by: datetime
    overdue_at: datetime
    said_overdue: bool = False
    ends_at: datetime | None = None
    ended: bool = False

    @property
    def said_at(self) -> datetime | None:
        """When something is to be said of it next."""
        if self.ended:
            return None
        if self.said_overdue:
            return self.ends_at
        return min(self.overdue_at, self.ends_at or self.overdue_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(Aggregate):
    """`held_by` are the adverse events whose review is awaited, `unreviewed` the doses outside the gate that wait for
    theirs, `stops` the alarming findings, resolved or not, `weights` what sessions were cleared with, the newest last.
    """

    id: PatientId
    doses: tuple[DosedSession, ...] = ()
    hours: tuple[TherapyHour, ...] = ()
    integrations: tuple[IntegrationTask, ...] = ()
    dose_reviews: tuple[datetime, ...] = ()
    held_by: frozenset[AdverseEventId] = frozenset()
    unreviewed: frozenset[OutsideDoseId] = frozenset()
    stops: tuple[Stop, ...] = field(default=(), repr=False)
    weights: tuple[BelievedWeight, ...] = field(default=(), repr=False)

    @property
    def due_at(self) -> datetime | None:
        """When the next integration becomes overdue, or is asked for no more."""
        return min((task.said_at for task in self.integrations if task.said_at is not None), default=None)

    @property
    def owed(self) -> tuple[IntegrationTask, ...]:
        """The integrations that are asked for."""
        return tuple(task for task in self.integrations if not task.ended)

    def dosed(
        self,
        session_id: SessionId,
        plan_id: PlanId | None,
        phase: Phase | None,
        *,
        at: datetime,
        due_within: timedelta,
        overdue_after: timedelta,
    ) -> Self:
        """A dose was given; a further dose in the same session adds nothing here."""
        if any(dose.session_id == session_id for dose in self.doses):
            return self
        task = IntegrationTask(dosing_session_id=session_id, due_by=at + due_within, overdue_at=at + overdue_after)
        due = IntegrationDue(patient_id=self.id, at=at, dosing_session_id=session_id, due_by=task.due_by)
        return replace(
            self.recording(due),
            doses=(*self.doses, DosedSession(session_id=session_id, plan_id=plan_id, phase=phase, at=at)),
            integrations=(*self.integrations, task),
        )

    def redosed(self, session_id: SessionId, at: datetime) -> Self:
        """The first dose of a session was put right: it counts from the later of its times."""
        doses = tuple(
            replace(dose, at=max(dose.at, at)) if dose.session_id == session_id else dose for dose in self.doses
        )
        return self if doses == self.doses else replace(self.recording(), doses=doses)

    def completed(self, hour: TherapyHour, *, rules: IntegrationRules, now: datetime) -> Self:
        """A therapy hour took place. An integration answers the earliest dose that waits for one and was given long
        enough before it began; more than one only where the rules say so.
        """
        if any(each.session_id == hour.session_id for each in self.hours):
            return self
        waiting = sorted((dose for dose in self.doses if dose.integrated_by is None), key=lambda dose: dose.at)
        ripe = [dose.session_id for dose in waiting if dose.at + rules.after_dose <= hour.started_at]
        answered = set(ripe[: rules.doses] if hour.kind is VisitKind.INTEGRATION else ())
        done = [
            IntegrationDone(patient_id=self.id, at=now, dosing_session_id=task.dosing_session_id, due_by=task.due_by)
            for task in self.integrations
            if task.dosing_session_id in answered
        ]
        return replace(
            self.recording(*done),
            hours=(*self.hours, hour),
            doses=tuple(
                replace(dose, integrated_by=hour.session_id) if dose.session_id in answered else dose
                for dose in self.doses
            ),
            integrations=tuple(task for task in self.integrations if task.dosing_session_id not in answered),
        )

    def care_ended(self, *, asked_until: datetime, now: datetime) -> Self:
        """Care has ended without some integrations: they are asked for until then, and no longer where that is now."""
        tasks = tuple(
            task if task.ended else replace(task, ends_at=min(task.ends_at or asked_until, asked_until))
            for task in self.integrations
        )
        return self if tasks == self.integrations else replace(self.recording(), integrations=tasks)._told(now)

    def time_passed(self, *, now: datetime) -> Self:
        """Say of each integration whose time has run out that it is overdue, and of each that is asked for no more that
        it is not, once.
        """
        return self if self.due_at is None or self.due_at > now else self.recording()._told(now)

    def _told(self, now: datetime) -> Self:
        """Part of another change: not a version of its own."""
        said: list[IntegrationFact] = []
        tasks: list[IntegrationTask] = []
        for task in self.integrations:
            over = task.ends_at is not None and task.ends_at <= now
            until = task.ends_at if over and task.ends_at is not None else now
            late = not task.said_overdue and task.overdue_at <= until
            if late and not task.ended:
                said.append(self._of(IntegrationOverdue, task, task.overdue_at))
            if over and not task.ended:
                said.append(self._of(IntegrationEnded, task, until))
            tasks.append(task if task.ended else replace(task, said_overdue=task.said_overdue or late, ended=over))
        return replace(self, integrations=tuple(tasks)).saying(*said)

    def _of(self, fact: type[IntegrationFact], task: IntegrationTask, at: datetime) -> IntegrationFact:
        return fact(patient_id=self.id, dosing_session_id=task.dosing_session_id, due_by=task.due_by, at=at)

    def reviewed(self, *, now: datetime) -> Self:
        """A prescriber reviewed bladder, liver, cognition, misuse and concurrent use."""
        return replace(self.recording(), dose_reviews=(*self.dose_reviews, now))

    def held(self, event_id: AdverseEventId) -> Self:
        """Dosing waits for the review of an adverse event."""
        if event_id in self.held_by:
            return self
        return replace(self.recording(), held_by=self.held_by | {event_id})

    def released(self, event_id: AdverseEventId) -> Self:
        """The review was signed and lets dosing go on."""
        if event_id not in self.held_by:
            return self
        return replace(self.recording(), held_by=self.held_by - {event_id})

    def given_outside(self, dose_id: OutsideDoseId) -> Self:
        """A dose was given outside the gate: the next waits for its review."""
        return replace(self.recording(), unreviewed=self.unreviewed | {dose_id})

    def outside_reviewed(self, dose_id: OutsideDoseId) -> Self:
        """Its review was signed and lets dosing go on."""
        if dose_id not in self.unreviewed:
            return self
        return replace(self.recording(), unreviewed=self.unreviewed - {dose_id})

    def stopped(self, stops: tuple[Stop, ...]) -> Self:
        """Something alarming was found before a dose, or after one."""
        return replace(self.recording(), stops=(*self.stops, *stops)) if stops else self

    def standing(self, kind: StopKind) -> tuple[Stop, ...]:
        """The findings of this kind that nobody has resolved."""
        return tuple(stop for stop in self.stops if stop.kind is kind and stop.resolution is None)

    def resolved(self, kind: StopKind, resolution: Resolution) -> Self:
        """A prescriber resolved every finding of this kind that stood."""
        standing = self.standing(kind)
        after = tuple(replace(stop, resolution=resolution) if stop in standing else stop for stop in self.stops)
        return replace(self.recording(), stops=after)

    def weighed(self, weight: BelievedWeight) -> Self:
        """A session was cleared with this weight."""
        others = tuple(each for each in self.weights if each.session_id != weight.session_id)
        return replace(self.recording(), weights=(*others, weight))

    def unweighed(self, session_id: SessionId) -> Self:
        """The weight a session was cleared with was wrong: nothing is compared with it any more."""
        others = tuple(each for each in self.weights if each.session_id != session_id)
        return self if others == self.weights else replace(self.recording(), weights=others)

    def last_weight(self, *, but: SessionId) -> Kilograms | None:
        """What the session before was cleared with."""
        return next((each.kilograms for each in reversed(self.weights) if each.session_id != but), None)

    def doses_within(self, length: timedelta, *, now: datetime, but: SessionId, timezone: str) -> int:
        """How many sessions with a dose there were in the time before now, the present one left out."""
        return sum(1 for ago in self._ago(now, but, timezone) if ago < length)

    def since_last_dose(self, *, now: datetime, but: SessionId, timezone: str) -> timedelta | None:
        """How long ago the last session with a dose started its dose; None when there was none."""
        return min(self._ago(now, but, timezone), default=None)

    def doses_since_integration(self, *, but: SessionId) -> int:
        """How many sessions with a dose no completed integration has answered yet."""
        return sum(1 for dose in self._others(but) if dose.integrated_by is None)

    def doses_of(self, plan_id: PlanId, phase: Phase, *, but: SessionId | None = None) -> int:
        """How many sessions with a dose this phase of a plan has had."""
        return sum(1 for dose in self._others(but) if (dose.plan_id, dose.phase) == (plan_id, phase))

    def doses_since_review(self, *, but: SessionId) -> int:
        last = max(self.dose_reviews, default=None)
        return sum(1 for dose in self._others(but) if last is None or dose.at > last)

    def last_dose_but(self, session_id: SessionId) -> datetime | None:
        """When the last of all other sessions with a dose started it."""
        return max((dose.at for dose in self._others(session_id)), default=None)

    def dosed_since(self, moment: datetime | None, *, but: SessionId) -> bool:
        """Whether another session had a dose after this moment, or ever."""
        return any(moment is None or dose.at > moment for dose in self._others(but))

    def preparations(self, plan_id: PlanId | None, *, since: datetime | None = None) -> int:
        """Completed preparations for this plan, or before there was one; `since` then, if it is said."""
        return sum(
            1
            for hour in self.hours
            if hour.kind is VisitKind.PREPARATION
            and hour.plan_id in (plan_id, None)
            and (since is None or hour.started_at > since)
        )

    def number_of_next(self, kind: VisitKind, plan_id: PlanId, phase: Phase) -> int:
        """The next visit of this kind is the how manieth of its plan's phase."""
        so_far = self.doses if kind is VisitKind.DOSING else [hour for hour in self.hours if hour.kind is kind]
        return 1 + sum(1 for each in so_far if (each.plan_id, each.phase) == (plan_id, phase))

    def _ago(self, now: datetime, but: SessionId, timezone: str) -> Iterator[timedelta]:
        """How long ago by the clinic's clock each session with a dose started its dose."""
        return (on_the_wall(now, timezone) - on_the_wall(dose.at, timezone) for dose in self._others(but))

    def _others(self, but: SessionId | None) -> Iterator[DosedSession]:
        return (dose for dose in self.doses if dose.session_id != but)
