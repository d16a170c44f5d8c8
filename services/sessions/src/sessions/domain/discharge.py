"""Discharge after a dose: every criterion met, or a prescriber's signature for each one that is not.

Invariants: nobody signs away a high suicide risk, found now or before and not resolved, nor, under a restricted
program, the monitoring time and the required observations; of these a prescriber may sign for one that was made late,
never for one that was not made. Nobody is monitored while they are away; what was put right of the last observation
counts as the worse of both. Without an escort another way home is written down. What is written down afterwards is
judged as it was when the patient left.
Sources: domain brief, section 3.5 (clinic defaults), 3.2 (REMS).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from careflow_domain.errors import DomainError, conflict, forbidden
from sessions.domain.away import Away, time_away
from sessions.domain.checks import RiskLevel
from sessions.domain.ids import StaffId
from sessions.domain.monitoring import Monitoring
from sessions.domain.policy import RoutePolicy, SessionsPolicy
from sessions.domain.vitals import GRAVE_SYMPTOMS, Severity, VitalSigns


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeScore:
    """What the nurse assesses; vital signs and times are taken from the session itself."""

    oriented: bool
    walks_unaided: bool
    nausea_controlled: bool
    effects_resolved: bool
    suicide_risk: RiskLevel = field(repr=False)
    escort_signed: bool
    instructions_given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFor:
    """A criterion that is not met, and why a prescriber lets the patient go all the same."""

    criterion: str
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """What a prescriber signs for, one by one; `transport` is how a patient without an escort gets home."""

    signed: tuple[SignedFor, ...] = ()
    transport: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLate:
    """That it was written down after the patient had left: when that was, who wrote it down, and how late an
    observation was said to be meanwhile (`overdue`), when there was nobody to observe.
    """

    left_at: datetime
    by: StaffId
    overdue: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge:
    """The patient may go: the score, who discharged, when that was written down, and the criteria a prescriber signed
    for. `not_met` are those that when the patient left, put right, shows not to have been met, and nobody signed for.
    """

    score: DischargeScore
    by: StaffId
    at: datetime
    signed_for: tuple[SignedFor, ...] = ()
    transport: str | None = field(default=None, repr=False)
    signed_by: StaffId | None = None
    late: WrittenLate | None = None
    not_met: tuple[str, ...] = ()

    @property
    def left_at(self) -> datetime:
        """When the patient left."""
        return self.late.left_at if self.late else self.at

    @property
    def unmet(self) -> tuple[str, ...]:
        return tuple(each.criterion for each in self.signed_for)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastGiven:
    """When the last dose began, and when all had ended."""

    started_at: datetime
    ended_at: datetime

    def watched_until(self, route: RoutePolicy, away: Sequence[Away], now: datetime) -> datetime:
        """From when on the patient was watched long enough, where they stay from `now` on: while they were away nobody
        watched them.
        """
        since = self.ended_at if route.monitored_from_end else self.started_at
        return since + timedelta(minutes=route.monitoring_minutes.value) + time_away(away, since, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Everything a criterion looks at. `risk_stands`: a high suicide risk was found before and not resolved;
    `prescriber_there`: a prescriber is in the session when the patient leaves, at `now`; `away`: when the patient had
    left and come back. `written_at` is when their leaving is written down, None where that is as they leave; then
    `let_go_by_there` says whether who let them go is on record as in the session when they left.
    """

    score: DischargeScore
    risk_stands: bool
    prescriber_there: bool
    monitoring: Monitoring
    last_dose_started_at: datetime
    last_dose_ended_at: datetime
    away: tuple[Away, ...] = ()
    route: RoutePolicy
    policy: SessionsPolicy
    now: datetime
    written_at: datetime | None = None
    let_go_by_there: bool = True

    @property
    def in_time(self) -> bool:
        """Whether their leaving is written down no later than an observation that is no late entry."""
        late = timedelta(minutes=self.policy.vitals_times.late_entry_minutes)
        return self.written_at is None or self.written_at - self.now <= late

    @property
    def found_at_risk(self) -> bool:
        """Whether a high suicide risk was found just now."""
        return self.score.suicide_risk is RiskLevel.HIGH

    @property
    def last(self) -> VitalSigns | None:
        return self.monitoring.last

    @property
    def fresh(self) -> bool:
        """Whether the last observation is recent enough to speak for the moment of leaving."""
        allowed = timedelta(minutes=self.policy.discharge.vitals_fresh_minutes.value)
        return self.last is not None and self.now - self.last.observed_at <= allowed

    @property
    def near_baseline(self) -> bool:
        baseline = self.monitoring.baseline
        if self.last is None or baseline is None:
            return False
        share = self.policy.discharge.near_baseline_percent.value
        pairs = (
            (self.last.blood_pressure.systolic, baseline.blood_pressure.systolic),
            (self.last.blood_pressure.diastolic, baseline.blood_pressure.diastolic),
            (self.last.heart_rate, baseline.heart_rate),
        )
        return all(abs(value - before) * 100 <= before * share for value, before in pairs)

    @property
    def awake(self) -> bool:
        """By all that was written down of the last observation: a correction wakes nobody."""
        found = [each.moaas for each in self.monitoring.last_written]
        return bool(found) and all(moaas == self.policy.discharge.moaas.value for moaas in found)

    @property
    def signs_in_limits(self) -> bool:
        """Whether no sign of the last observation is out of its limits by itself, and none stands alone for danger:
        near a baseline that was high already is not yet well.
        """
        found, limits = self.monitoring.last_written, self.policy.vitals_limits
        values = ((limits[signal], each.value(signal)) for each in found for signal in limits)
        out = any(value is not None and limit.severity(value, None) for limit, value in values)
        return bool(found) and not out and not any(each.symptoms & GRAVE_SYMPTOMS for each in found)

    @property
    def watched_until(self) -> datetime:
        """From when on they were watched long enough."""
        given = LastGiven(started_at=self.last_dose_started_at, ended_at=self.last_dose_ended_at)
        return given.watched_until(self.route, self.away, self.now)

    @property
    def monitored_long_enough(self) -> bool:
        return self.now >= self.watched_until

    @property
    def required_observations_made(self) -> bool:
        return all(self._observed(minute) for minute in self.route.required_observations)

    @property
    def required_made_late(self) -> bool:
        """Whether every required observation was made, be it so late that a prescriber has to sign for it."""
        return all(self._observed(each) or self._observed_late(each) for each in self.route.required_observations)

    def _observed(self, minute: int) -> bool:
        return self.monitoring.observed_near(minute, self.policy.discharge.observation_tolerance_minutes.value)

    def _observed_late(self, minute: int) -> bool:
        return late_reading(self.monitoring, minute, self.policy) is not None


def late_reading(monitoring: Monitoring, minute: int, policy: SessionsPolicy) -> VitalSigns | None:
    """What was observed in place of a required observation that was missed, as far as a prescriber may sign for it."""
    tolerance, late = policy.discharge.observation_tolerance_minutes.value, policy.discharge.required_late_minutes
    return None if late is None else monitoring.made_late(minute, tolerance, late.value)


REQUIRED: Final = "required_observations"
MONITORED: Final = "monitored_long_enough"
RISK: Final = "suicide_risk_not_high"
ESCORT: Final = "escort_signed"
LATE: Final = "written_in_time"
"""Under a restricted program a discharge that is written down late is signed for by a prescriber, as a required
observation is that was made late: the form tells both times, and why.
"""

THERE: Final = "let_go_by_there"
"""Who is said afterwards to have let a patient go, and is not on record as in the session then, is for a prescriber to
judge, who signs for it.
"""

CRITERIA: Final[dict[str, Callable[[Leaving], bool]]] = {
    "vitals_observed": lambda leaving: leaving.fresh,
    "vitals_near_baseline": lambda leaving: leaving.near_baseline,
    "signs_in_limits": lambda leaving: leaving.signs_in_limits,
    "awake": lambda leaving: leaving.awake,
    "oriented": lambda leaving: leaving.score.oriented,
    "walks_unaided": lambda leaving: leaving.score.walks_unaided,
    "nausea_controlled": lambda leaving: leaving.score.nausea_controlled,
    "effects_resolved": lambda leaving: leaving.score.effects_resolved,
    RISK: lambda leaving: not leaving.found_at_risk and not leaving.risk_stands,
    MONITORED: lambda leaving: leaving.monitored_long_enough,
    REQUIRED: lambda leaving: leaving.required_observations_made,
    "prescriber_on_site": lambda leaving: leaving.prescriber_there or not leaving.route.prescriber_on_site,
    ESCORT: lambda leaving: leaving.score.escort_signed,
    "instructions_given": lambda leaving: leaving.score.instructions_given,
    LATE: lambda leaving: leaving.in_time or not leaving.route.restricted_program,
    THERE: lambda leaving: leaving.let_go_by_there,
}
"""Every criterion by its name, in the order a nurse goes through them."""

RESTRICTED: Final = frozenset({"vitals_observed", MONITORED, REQUIRED, "effects_resolved", "prescriber_on_site"})
"""What the REMS asks of every session; no signature replaces it. A required observation that was made late was made:
there a prescriber says why, and the form tells both times.
"""

BY_TIME: Final = frozenset({"vitals_observed", MONITORED, "prescriber_on_site", THERE})
"""What is met or not by when the patient left, with everything else as it was."""

NEVER_SIGNED: Final = frozenset({RISK})
"""Whatever the route: the risk is assessed anew, or the patient goes where somebody watches."""


def unmet_by_time(leaving: Leaving) -> tuple[str, ...]:
    """The criteria that were not met by when the patient left."""
    return tuple(name for name, met in CRITERIA.items() if name in BY_TIME and not met(leaving))


def nobody_lets_go(*criteria: str, **until: datetime) -> DomainError:
    """`discharge_forbidden`: nobody signs these away."""
    return forbidden("discharge_forbidden", "Nobody may let the patient go now.", criteria=criteria, **until)


def discharge(
    leaving: Leaving,
    exceptions: Exceptions,
    *,
    by: StaffId,
    prescriber: bool,
    let_go_by: StaffId | None = None,
    overdue: Severity | None = None,
) -> Discharge:
    """`by` writes it down and signs; `let_go_by` is who let the patient go where it was somebody else. Refused:
    `discharge_criteria_unmet` (with all of them) unless a prescriber names each and says why; `discharge_forbidden`
    for what nobody may sign away; both with `watched_until` where the patient was not watched long enough;
    `transport_missing`.
    """
    unmet = tuple(name for name, met in CRITERIA.items() if not met(leaving))
    beyond = NEVER_SIGNED | RESTRICTED if leaving.route.restricted_program else NEVER_SIGNED
    if leaving.required_made_late:
        beyond -= {REQUIRED}
    if barred := tuple(name for name in unmet if name in beyond):
        raise nobody_lets_go(*barred, **_until(leaving, barred))
    reasons = {each.criterion: each for each in exceptions.signed if each.reason.strip()}
    if unmet and not (prescriber and set(unmet) <= set(reasons)):
        raise conflict(
            "discharge_criteria_unmet",
            "Not every criterion is met, and no prescriber signed for each that is not.",
            criteria=unmet,
            **_until(leaving, unmet),
        )
    if ESCORT in unmet and not (exceptions.transport or "").strip():
        raise conflict("transport_missing", "Without the escort it is written down how the patient gets home.")
    written_at = leaving.written_at
    return Discharge(
        score=leaving.score,
        by=let_go_by or by,
        at=written_at or leaving.now,
        late=WrittenLate(left_at=leaving.now, by=by, overdue=overdue) if written_at else None,
        signed_for=tuple(reasons[name] for name in unmet),
        transport=exceptions.transport if ESCORT in unmet else None,
        signed_by=by if unmet else None,
    )


def _until(leaving: Leaving, named: Sequence[str]) -> dict[str, datetime]:
    """What a refusal that names the time says besides: from when on it is no hindrance."""
    return {"watched_until": leaving.watched_until} if MONITORED in named else {}
