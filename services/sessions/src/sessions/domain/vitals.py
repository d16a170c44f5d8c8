"""Vital signs: what was observed, when the next observation is due, what is out of limits and what was missed.

Invariant: an observation is never changed: what was written down wrong is written down again beside it (`readings`);
the time it was made and the time it was written down are both kept.
Sources: domain brief, section 3.4 (clinic defaults; esketamine's times are the label's).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from careflow_domain.errors import invalid
from sessions.domain.ids import StaffId


class Signal(StrEnum):
    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    HEART_RATE = "heart_rate"
    OXYGEN_SATURATION = "oxygen_saturation"
    RESPIRATORY_RATE = "respiratory_rate"
    MOAAS = "moaas"


class Symptom(StrEnum):
    """What the patient says or shows. All but agitation make a raised blood pressure urgent at once."""

    CHEST_PAIN = "chest_pain"
    HEADACHE = "headache"
    NEUROLOGICAL = "neurological"
    AGITATION = "agitation"


GRAVE_SYMPTOMS: Final = frozenset({Symptom.CHEST_PAIN, Symptom.NEUROLOGICAL})
"""Urgent by themselves, whatever the pressure."""


class Severity(StrEnum):
    """`warn`: the prescriber is told. `urgent`: stop, treat, prescriber at the bedside."""

    WARN = "warn"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, order=True)
class BloodPressure:
    """Millimetres of mercury."""

    systolic: int
    diastolic: int

    def reaches(self, limit: "BloodPressure") -> bool:
        """Whether either value is at its limit or above: a boundary belongs to the stricter side."""
        return self.systolic >= limit.systolic or self.diastolic >= limit.diastolic


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrects:
    """Which record of its list another one puts right, counted from 0 in the order they were written down, and why."""

    number: int
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns:
    """One observation, or with `corrects` what an earlier record of it should have said. MOAA/S (0 to 5) and
    respiratory rate are left out where they were not assessed.
    """

    observed_at: datetime
    recorded_at: datetime
    by: StaffId
    blood_pressure: BloodPressure = field(repr=False)
    heart_rate: int = field(repr=False)
    oxygen_saturation: int = field(repr=False)
    respiratory_rate: int | None = field(default=None, repr=False)
    moaas: int | None = field(default=None, repr=False)
    symptoms: frozenset[Symptom] = field(default=frozenset(), repr=False)
    corrects: Corrects | None = None

    def __post_init__(self) -> None:
        plausible = (
            20 <= self.blood_pressure.diastolic < self.blood_pressure.systolic <= 300
            and 10 <= self.heart_rate <= 300
            and 30 <= self.oxygen_saturation <= 100
            and (self.respiratory_rate is None or 0 <= self.respiratory_rate <= 80)
            and (self.moaas is None or 0 <= self.moaas <= 5)
        )
        if not plausible:
            raise invalid("vitals_implausible", "These values cannot all be right; measure again.")
        if self.observed_at > self.recorded_at:
            raise invalid("observed_in_future", "Nothing is observed before it happens.")

    @property
    def complete(self) -> bool:
        """Whether every sign was assessed."""
        return self.respiratory_rate is not None and self.moaas is not None

    @property
    def symptoms_mean(self) -> Severity | None:
        """How bad what the patient says or shows is by itself, whatever is measured."""
        if self.symptoms & GRAVE_SYMPTOMS:
            return Severity.URGENT
        return Severity.WARN if self.symptoms else None

    def late_entry(self, times: "VitalsTimes") -> bool:
        """Whether it was written down long after it was observed."""
        return self.recorded_at - self.observed_at > timedelta(minutes=times.late_entry_minutes)

    def value(self, signal: Signal) -> int | None:
        match signal:
            case Signal.SYSTOLIC:
                return self.blood_pressure.systolic
            case Signal.DIASTOLIC:
                return self.blood_pressure.diastolic
            case Signal.HEART_RATE:
                return self.heart_rate
            case Signal.OXYGEN_SATURATION:
                return self.oxygen_saturation
            case Signal.RESPIRATORY_RATE:
                return self.respiratory_rate
            case Signal.MOAAS:
                return self.moaas


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLimits:
    """When a sign is out of limits. `at_most` and `at_least` are themselves out of limits; `rise` is above baseline.

    `repeat_first`: one reading may be an artefact, so it is repeated before anybody acts on it.
    """

    warn_at_least: int | None = None
    urgent_at_least: int | None = None
    warn_at_most: int | None = None
    urgent_at_most: int | None = None
    warn_rise: int | None = None
    repeat_first: bool
    source: str

    def severity(self, value: int, baseline: int | None) -> Severity | None:
        """How bad this value is by itself."""
        if _reaches(value, self.urgent_at_least) or _falls_to(value, self.urgent_at_most):
            return Severity.URGENT
        risen = baseline is not None and _reaches(value - baseline, self.warn_rise)
        if risen or _reaches(value, self.warn_at_least) or _falls_to(value, self.warn_at_most):
            return Severity.WARN
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalsTimes:
    """Minutes: when a missed observation is said, when a doubtful or urgent one is repeated, what is a late entry."""

    warn_late_minutes: int
    urgent_late_minutes: int
    early_minutes: int
    repeat_minutes: int
    late_entry_minutes: int
    source: str

    def late_by(self, severity: Severity) -> timedelta:
        return timedelta(minutes=self.warn_late_minutes if severity is Severity.WARN else self.urgent_late_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPlan:
    """Minutes after the start at which signs are observed, and how often after the last of them."""

    minutes: tuple[int, ...]
    then_every: int

    def due_after(self, last: timedelta) -> timedelta:
        """The first planned point later than `last`, both counted from the start."""
        for minute in self.minutes:
            if timedelta(minutes=minute) > last:
                return timedelta(minutes=minute)
        beyond = last - timedelta(minutes=self.minutes[-1])
        rounds = beyond // timedelta(minutes=self.then_every) + 1
        return timedelta(minutes=self.minutes[-1] + rounds * self.then_every)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an observation means: `severity` to act on now, `doubtful` signs to be repeated first."""

    severity: Severity | None
    doubtful: frozenset[Signal]

    @property
    def is_due_again(self) -> bool:
        """Whether the next observation is a matter of minutes: what is doubtful is looked at again before anybody acts
        on it, and what is urgent until it has passed.
        """
        return bool(self.doubtful) or self.severity is Severity.URGENT


def assess(
    observation: VitalSigns,
    limits: Mapping[Signal, SignalLimits],
    *,
    baseline: VitalSigns | None,
    doubted: frozenset[Signal],
) -> Assessment:
    """Symptoms, saturation, sedation and breathing act at once; pressure and pulse only when seen twice in a row.

    `doubted` are the signs the observation before left to be repeated. A pressure out of limits with a symptom is
    urgent at once.
    """
    severities: set[Severity] = set()
    doubtful: set[Signal] = set()
    for signal, limit in limits.items():
        value = observation.value(signal)
        if value is None:
            continue
        severity = limit.severity(value, baseline.value(signal) if baseline else None)
        if severity is None:
            continue
        if observation.symptoms - {Symptom.AGITATION} and signal in (Signal.SYSTOLIC, Signal.DIASTOLIC):
            severities.add(Severity.URGENT)
        elif limit.repeat_first and signal not in doubted:
            doubtful.add(signal)
        else:
            severities.add(severity)
    if observation.symptoms_mean is not None:
        severities.add(observation.symptoms_mean)
    worst = max(severities, key=list(Severity).index, default=None)
    return Assessment(worst, frozenset(doubtful))


def _reaches(value: int, limit: int | None) -> bool:
    return limit is not None and value >= limit


def _falls_to(value: int, limit: int | None) -> bool:
    return limit is not None and value <= limit
