"""The vital signs a dose rests on: all readings of the session, the newest complete set, and what was seen twice.

Invariants: the first dose rests on a recent baseline, a further one on signs observed since the dose before it; a pair
of high readings is not undone by a lower one after it, that only makes a prescriber's decision possible; of two records
of the same moment the first counts.
Sources: domain brief, section 3.4; the limits are the clinical policy's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions.domain.policy import BaselinePolicy, SessionsPolicy
from sessions.domain.sessions import Session
from sessions.domain.vitals import GRAVE_SYMPTOMS, BloodPressure, Severity, Signal, SignalLimits, VitalSigns


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """`readings` by the time they were made; `newest` is the one a dose at this moment rests on, None without one."""

    readings: tuple[VitalSigns, ...]
    newest: VitalSigns | None
    breach: VitalSigns | None
    baseline: BaselinePolicy
    limits: Mapping[Signal, SignalLimits]

    @classmethod
    def of(cls, session: Session, policy: SessionsPolicy, now: datetime) -> "Signs":
        """As they stand in this session now."""
        monitoring, last_dose = session.monitoring, session.doses[-1].started_at if session.doses else None
        observed = monitoring.observations if monitoring else ()
        readings = sorted((*session.checks.baseline, *observed), key=_by_moment)
        minutes = policy.baseline.fresh_minutes if last_dose is None else policy.baseline.further_fresh_minutes
        earliest = now - timedelta(minutes=minutes.value)
        recent = [
            each
            for each in readings
            if each.observed_at >= earliest and (last_dose is None or each.observed_at > last_dose)
        ]
        urgent = monitoring.urgent(policy.vitals_limits) if monitoring else ()
        return cls(
            readings=tuple(readings),
            newest=recent[-1] if recent else None,
            breach=max(urgent, key=lambda each: each.recorded_at, default=None),
            baseline=policy.baseline,
            limits=policy.vitals_limits,
        )

    @property
    def complete(self) -> bool:
        """Whether the newest set has every sign."""
        return self.newest is not None and self.newest.complete

    @property
    def pressure_safe(self) -> bool:
        """Neither so high nor so low that nobody may sign for a dose."""
        if self.newest is None:
            return False
        too_high = self.newest.blood_pressure.reaches(self.baseline.stop.value)
        return not too_high and self._severity(Signal.SYSTOLIC) is not Severity.URGENT

    @property
    def pressure_not_low(self) -> bool:
        """The systolic pressure is above what tells the prescriber."""
        lowest = self.limits[Signal.SYSTOLIC].warn_at_most
        return self.newest is not None and (lowest is None or self.newest.blood_pressure.systolic > lowest)

    @property
    def pressure_repeated(self) -> bool:
        """A newest reading that needs a decision is the second of a pair: nobody acts on one reading alone."""
        if self.newest is None:
            return False
        limit = self.baseline.decide.value
        return not self.newest.blood_pressure.reaches(limit) or self.pair_at(limit) is self.newest

    def pair_at(self, limit: BloodPressure) -> VitalSigns | None:
        """The later of the last two readings at this limit that were far and near enough apart to be a pair."""
        least = timedelta(minutes=self.baseline.repeat_after_minutes.value)
        most = timedelta(minutes=self.baseline.repeat_within_minutes.value)
        high = [each for each in self.readings if each.blood_pressure.reaches(limit)]
        seconds = [
            second for second in high if any(least <= second.observed_at - first.observed_at <= most for first in high)
        ]
        return seconds[-1] if seconds else None

    @property
    def fallen_since(self) -> bool:
        """Whether the newest reading is below what forbids a dose, after a pair that was not."""
        return self.newest is not None and not self.newest.blood_pressure.reaches(self.baseline.no_go.value)

    @property
    def pulse_in_range(self) -> bool:
        lowest, highest = self.baseline.heart_rate.value
        return self.newest is not None and lowest <= self.newest.heart_rate <= highest

    @property
    def saturated(self) -> bool:
        return self.newest is not None and self.newest.oxygen_saturation >= self.baseline.oxygen_saturation.value

    def in_range(self, signal: Signal) -> bool:
        """Whether the newest set has this sign, and within its limits."""
        return self.newest is not None and self.newest.value(signal) is not None and self._severity(signal) is None

    def bearable(self, signal: Signal) -> bool:
        """Whether this sign was measured and is not so far out of limits that everything stops."""
        return (
            self.newest is not None
            and self.newest.value(signal) is not None
            and self._severity(signal) is not Severity.URGENT
        )

    @property
    def free_of_symptoms(self) -> bool:
        return self.newest is not None and not self.newest.symptoms

    @property
    def free_of_grave_symptoms(self) -> bool:
        return self.newest is not None and not self.newest.symptoms & GRAVE_SYMPTOMS

    @property
    def settled(self) -> bool:
        """Whether every sign of the newest set is within its limits."""
        return self.complete and self.free_of_symptoms and all(self.in_range(signal) for signal in self.limits)

    def _severity(self, signal: Signal) -> Severity | None:
        value = self.newest.value(signal) if self.newest else None
        return None if value is None else self.limits[signal].severity(value, None)


def _by_moment(reading: VitalSigns) -> tuple[datetime, timedelta]:
    """Later readings last; of two of the same moment the one written down first."""
    return reading.observed_at, reading.observed_at - reading.recorded_at
