"""A session's life: scheduled -> arrived -> checked -> cleared -> in progress -> monitoring -> discharged -> completed
for a dose; scheduled -> arrived -> in progress -> completed for a therapy hour; or refused, converted, aborted.

Its doses are told by `dosing`, its end by `endings`. Invariants: one session per appointment, also when it is opened
before the appointment is heard of; no dose without a gate that was open at that very moment; what was recorded is added
to, never changed.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid, not_found
from sessions.domain.away import Away, LeftRecord, was_away
from sessions.domain.checks import Checks, Recorded, RiskLevel
from sessions.domain.discharge import Discharge
from sessions.domain.doses import Dose, Order
from sessions.domain.gate import Attestation, Gate, Override, Refusal
from sessions.domain.held_otherwise import HeldOtherwise
from sessions.domain.ids import AppointmentId, LocationId, OutsideDoseId, PatientId, PlanId, SessionId, StaffId
from sessions.domain.monitoring import Monitoring
from sessions.domain.outside_gate import OutsideGate
from sessions.domain.presence import AT_THE_BEDSIDE, Present, joined, left
from sessions.domain.reports import ClinicalReport, reports_in
from sessions.domain.service_lines import BillableServices
from sessions.domain.states import BEFORE_START, UNDER_WAY, Numbered, Outcome, SessionState
from sessions.domain.telehealth import CoordinationCall, Verification, must_be_ready
from sessions.domain.units import Milligrams, total
from sessions.domain.words import CONVERTIBLE_TO, Modality, Phase, Provider, ProviderRole, Route, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFact(Fact):
    session: "Session"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCheckedIn(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCleared(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRefused(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalFactReported(SessionFact):
    report: ClinicalReport = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSaid:
    """Somebody there said how an hour takes place; `before` is what had been known, None where nobody had said it."""

    modality: Modality
    before: Modality | None
    by: StaffId
    at: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Aggregate):
    """`appointment_version` is 0 while booking has not been heard. `booked_kind` differs from `kind` once converted.
    `modality` is None while nobody has said how a therapy hour takes place: by `held` it is judged and billed.
    `checks` are the newest of everything in `recorded`, `verified` tells where a patient at a distance was, the newest
    last, `said_held` how somebody there said the hour takes place. `overran` is the booked end that was said to have
    passed, `left_early_at` when the patient left without being discharged, `away` when they had and came back,
    `left_records` when they were said to have left before that was put right.
    """

    id: SessionId
    appointment_id: AppointmentId
    patient_id: PatientId
    kind: VisitKind
    booked_kind: VisitKind
    state: SessionState = SessionState.SCHEDULED
    appointment_version: int = 0
    phase: Phase | None = None
    plan_id: PlanId | None = None
    numbered: Numbered | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    modality: Modality | None = None
    said_held: tuple[HeldSaid, ...] = ()
    providers: tuple[Provider, ...] = ()
    location_id: LocationId | None = None
    team: tuple[Present, ...] = ()
    checks: Checks = field(default=Checks(), repr=False)
    recorded: tuple[Checks, ...] = field(default=(), repr=False)
    order: Order | None = field(default=None, repr=False)
    attestation: Attestation | None = None
    gate: Gate | None = None
    overrides: tuple[Override, ...] = ()
    refusal: Refusal | None = None
    verified: tuple[Recorded[Verification], ...] = ()
    coordination: CoordinationCall | None = None
    started_at: datetime | None = None
    doses: tuple[Dose, ...] = field(default=(), repr=False)
    monitoring: Monitoring | None = field(default=None, repr=False)
    discharge: Discharge | None = None
    ended_at: datetime | None = None
    overran: datetime | None = None
    outcome: Outcome | None = None
    left_early_at: datetime | None = None
    away: tuple[Away, ...] = ()
    left_records: tuple[LeftRecord, ...] = ()
    end_reason: str | None = field(default=None, repr=False)
    services: BillableServices | None = None
    therapy_otherwise: tuple[HeldOtherwise, ...] = ()

    @classmethod
    def opened(
        cls,
        session_id: SessionId,
        appointment_id: AppointmentId,
        patient_id: PatientId,
        kind: VisitKind,
        location_id: LocationId,
        modality: Modality | None = None,
    ) -> Self:
        """Opened at the clinic before booking has been heard of the appointment; filled in when it is. Refused:
        `dosing_at_a_distance`.
        """
        if kind is VisitKind.DOSING and modality not in (None, Modality.IN_PERSON):
            raise invalid("dosing_at_a_distance", "A dose is given at the clinic, and nowhere else.")
        return cls(
            id=session_id,
            appointment_id=appointment_id,
            patient_id=patient_id,
            kind=kind,
            booked_kind=kind,
            modality=Modality.IN_PERSON if kind is VisitKind.DOSING else modality,
            location_id=location_id,
        )

    def arrived(self, *, now: datetime) -> Self:
        """The patient is there. Refused: `wrong_state`."""
        self.must_be(SessionState.SCHEDULED)
        return self.recording().became(SessionState.ARRIVED, SessionCheckedIn, now)

    def joined(self, staff: StaffId, role: ProviderRole, *, now: datetime) -> Self:
        """Somebody says with their own login that they are there. Refused: `wrong_state`, `role_not_of_session`."""
        if role not in AT_THE_BEDSIDE:
            raise invalid("role_not_of_session", "A session asks for a therapist, a nurse and a prescriber.")
        if not self.patient_watched:
            self.must_be(*BEFORE_START, *UNDER_WAY)
        return replace(self.recording(), team=joined(self.team, staff, role, now))

    def with_therapist(self, staff: StaffId, *, now: datetime) -> Self:
        """Who begins a therapy hour is there. Part of another change: not a version of its own."""
        return replace(self, team=joined(self.team, staff, ProviderRole.THERAPIST, now))

    def left_by(self, staff: StaffId, *, now: datetime) -> Self:
        """They are no longer there."""
        return replace(self.recording(), team=left(self.team, staff, now))

    def present(self, role: ProviderRole) -> bool:
        """Whether somebody in this role has joined and not left."""
        return any(each.role is role and each.there for each in self.team)

    def planned_by(self, plan_id: PlanId, phase: Phase, numbered: Numbered | None) -> Self:
        """Which plan it belongs to, and which of its visits it is. Part of another change: not a version of its own."""
        return replace(self, plan_id=plan_id, phase=self.phase or phase, numbered=numbered)

    def checked(self, newer: Checks, *, now: datetime) -> Self:
        """More of what is asked before a dose was recorded; what bears on the clearance is reported at once. Before the
        start it asks for clearing again; later the next dose asks for it by itself.
        """
        self.must_be_dosing()
        if not self.patient_watched:
            self.must_be(SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED, *UNDER_WAY)
        begun = self.state in UNDER_WAY or self.patient_watched
        state = self.state if begun else SessionState.CHECKED
        return replace(self.recording(), state=state, gate=None)._found(newer, now)

    def put_right(self, correction: Checks, *, now: datetime) -> Self:
        """What was recorded wrong of what is asked before a dose is put right, at any time; what bears on the clearance
        is reported at once. Before the start it asks for clearing again.
        """
        again = self.state in (SessionState.CHECKED, SessionState.CLEARED)
        kept = replace(self.recording(), state=SessionState.CHECKED, gate=None) if again else self.recording()
        return kept._found(correction, now)

    def ordered(self, order: Order) -> Self:
        """The prescriber signed the order; a newer one takes its place until a dose was given."""
        self.must_be_dosing()
        self.must_be(SessionState.SCHEDULED, SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED)
        return replace(self.recording(), order=order)

    def attested(self, attestation: Attestation) -> Self:
        """A prescriber confirmed the clearance from the case. Refused: `reason_missing`."""
        if not attestation.reason.strip():
            raise invalid("reason_missing", "An attestation says what it rests on.")
        self.must_be(SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED, *UNDER_WAY)
        return replace(self.recording(), attestation=attestation)

    def cleared(self, gate: Gate, overrides: tuple[Override, ...]) -> Self:
        """Everything is in order, or signed for. Refused: `dose_gate_closed`, `wrong_state`."""
        self.must_be_dosing()
        self.must_be(SessionState.CHECKED)
        signed = (*self.overrides, *overrides)
        gate.must_be_open(signed)
        cleared = replace(self.recording(), gate=gate, overrides=signed)
        return cleared.became(SessionState.CLEARED, SessionCleared, gate.at)

    def overridden(self, overrides: tuple[Override, ...]) -> Self:
        """A prescriber signed for items that are not in order, also between two doses. Refused: `wrong_state`."""
        self.must_be_dosing()
        self.must_be(SessionState.CHECKED, SessionState.CLEARED, *UNDER_WAY)
        return replace(self.recording(), overrides=(*self.overrides, *overrides))

    def refused(self, refusal: Refusal) -> Self:
        """No dose today."""
        self.must_be_dosing()
        self.must_be(SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED)
        refused = replace(self.recording(), refusal=refusal)
        return refused.became(SessionState.REFUSED, SessionRefused, refusal.at)

    def converted(self, kind: VisitKind, *, patient_agreed: bool) -> Self:
        """A refused dosing visit becomes a therapy hour. Refused: `agreement_missing`, `conversion_impossible`."""
        self.must_be(SessionState.REFUSED)
        if not patient_agreed:
            raise invalid("agreement_missing", "The patient decides whether to stay for a therapy hour.")
        if kind not in CONVERTIBLE_TO or self.kind is not VisitKind.DOSING:
            raise invalid("conversion_impossible", "A dosing visit becomes a preparation or an integration.")
        return replace(self.recording(), kind=kind, numbered=None, state=SessionState.ARRIVED)

    def started(self, gate: Gate | None, *, now: datetime) -> Self:
        """It begins, a dosing session through its gate, an hour at a distance through that of telehealth, open now.
        Refused: `dose_gate_closed`, `telehealth_not_ready`, `wrong_state`.
        """
        if self.kind is VisitKind.DOSING:
            self.must_be(SessionState.CLEARED)
            self.must_pass(gate)
        else:
            self.must_be(SessionState.ARRIVED)
            if self.held is not Modality.IN_PERSON:
                must_be_ready(gate)
        begun = replace(self.recording(), gate=gate or self.gate, started_at=now)
        return begun.became(SessionState.IN_PROGRESS, SessionStarted, now)

    @property
    def held(self) -> Modality:
        """How it takes place. What nobody has said counts as at a distance: nobody skips what is asked there, nor is
        billed for a room, for not having been heard of.
        """
        return self.modality or Modality.VIDEO

    @property
    def alarm_at(self) -> datetime | None:
        """When a missing observation must be said next."""
        return self.monitoring.alarm_at if self.monitoring and self.patient_watched else None

    @property
    def overruns_at(self) -> datetime | None:
        """When it must be said that a dosing session goes on beyond its booked end."""
        if self.ends_at is None or not self.goes_on or (self.overran is not None and self.ends_at <= self.overran):
            return None
        return self.ends_at

    @property
    def goes_on(self) -> bool:
        """Whether a dosing session has begun and the patient is still there."""
        return self.kind is VisitKind.DOSING and (self.state in UNDER_WAY or self.patient_watched)

    @property
    def runs_long(self) -> bool:
        """Whether it goes on, and was said to do so beyond its booked end."""
        return self.goes_on and self.overran is not None and self.overruns_at is None

    @property
    def patient_watched(self) -> bool:
        """Whether the patient had a dose and has not left: observed, alarmed for and discharged, also once the session
        was stopped.
        """
        stopped = self.state is SessionState.ABORTED and self.outcome is Outcome.STOPPED
        there = self.state in UNDER_WAY or stopped
        return self.monitoring is not None and self.discharge is None and there

    def gone_at(self, moment: datetime) -> bool:
        """Whether the patient had left by then, for good or for a while."""
        return was_away(self.away, moment) or (self.left_at is not None and moment > self.left_at)

    @property
    def left_at(self) -> datetime | None:
        """When the patient left; None while they are there, or are still to come."""
        if self.patient_watched:
            return None
        return self.discharge.left_at if self.discharge else self.left_early_at or self.ended_at

    @property
    def given(self) -> Milligrams:
        """All doses of this session together."""
        return total([dose.stated.mass for dose in self.doses])

    @property
    def given_at_most(self) -> Milligrams:
        """The most that was ever said to have been given: by it further doses are judged."""
        return total([dose.at_most for dose in self.doses])

    def assessed(self, risk: Recorded[RiskLevel]) -> Self:
        """The suicide risk was asked before leaving; what bears on the clearance is reported at once. Refused:
        `wrong_state`.
        """
        if not self.patient_watched:
            self.must_be(SessionState.MONITORING)
        return self.recording()._found(Checks(suicide_risk=risk), risk.at)

    @property
    def last_dose(self) -> Dose | None:
        """The one that began last, by the latest that was ever said."""
        return max(self.doses, key=lambda each: each.latest_start, default=None)

    @property
    def routes(self) -> frozenset[Route]:
        """How the doses of this session were given; before any, how they are ordered."""
        ordered = frozenset({self.order.route} if self.order else ())
        return frozenset(each.outside.route for each in self.doses if each.outside) | (
            ordered if not self.doses or any(each.outside is None for each in self.doses) else frozenset()
        )

    def route_of(self, dose: Dose) -> Route:
        """How this dose was given: as it says itself, else by the order. Refused: `order_missing`."""
        return dose.outside.route if dose.outside else self.must_have_order().route

    @property
    def to_review(self) -> tuple[tuple[Dose, OutsideGate], ...]:
        """The doses outside the gate that wait for a review, each with its mark."""
        marked = ((each, each.outside) for each in self.doses)
        return tuple((each, mark) for each, mark in marked if mark is not None and mark.awaits_review)

    @property
    def review_by(self) -> datetime | None:
        """When the most urgent of what waits for a review in it is to be reviewed: its doses outside the gate, and its
        therapy that was held otherwise.
        """
        doses = (mark.review_by for _, mark in self.to_review)
        return min((*doses, *(each.review_by for each in self.therapy_to_review)), default=None)

    @property
    def therapy_to_review(self) -> tuple[HeldOtherwise, ...]:
        """The therapy that was held otherwise and waits for a review."""
        return tuple(each for each in self.therapy_otherwise if each.awaits_review)

    def outside_dose(self, dose_id: OutsideDoseId) -> Dose:
        """The dose with this mark. Refused: `dose_not_found`."""
        found = next((each for each in self.doses if each.outside and each.outside.id == dose_id), None)
        if found is None:
            raise not_found("dose")
        return found

    def must_have_order(self) -> Order:
        """What doses are drawn up and given by. Refused: `order_missing`."""
        if self.order is None:
            raise conflict("order_missing", "Nothing was ordered.")
        return self.order

    def must_be(self, *states: SessionState) -> None:
        """Refused: `wrong_state`."""
        if self.state not in states:
            raise conflict("wrong_state", f"The session is {self.state.replace('_', ' ')}.", state=self.state.value)

    def must_pass(self, gate: Gate | None) -> None:
        """Refused: `dose_gate_closed`."""
        if gate is None:
            raise conflict("dose_gate_closed", "The gate has not been looked at.", failed=[])
        gate.must_be_open(self.overrides)

    def must_be_dosing(self) -> None:
        """Refused: `not_a_dosing_session`."""
        if self.kind is not VisitKind.DOSING:
            raise conflict("not_a_dosing_session", "This is not a dosing session.", kind=self.kind.value)

    def became(self, state: SessionState, fact: type[SessionFact], at: datetime) -> Self:
        """In this state, which the fact says. Part of another change: not a version of its own."""
        after = replace(self, state=state)
        return after.saying(fact(session=after, at=at))

    def _found(self, newer: Checks, now: datetime) -> Self:
        """Part of another change: not a version of its own."""
        after = replace(self, checks=self.checks.with_newer(newer), recorded=(*self.recorded, newer))
        return after.saying(*(ClinicalFactReported(session=after, at=now, report=each) for each in reports_in(newer)))
