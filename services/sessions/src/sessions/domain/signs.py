"""The vital signs a dose rests on: all readings of the session, the newest complete set, and what was seen twice.

Invariants: the first dose rests on a recent baseline, a further one on signs observed since the dose before it; a pair
of high readings is not undone by a lower one after it, that only makes a prescriber's decision possible; who repeats a
high reading later than asked finds it high in a row all the same; of two records of the same moment the worse counts; a
reading that was corrected counts as the worse of what was written down, until signs are observed again.
Sources: domain brief, section 3.4; the limits are the clinical policy's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions.domain.policy import BaselinePolicy, SessionsPolicy
from sessions.domain.readings import Reading, among, of_one_moment, standing
from sessions.domain.sessions import Session
from sessions.domain.vitals import GRAVE_SYMPTOMS, BloodPressure, Severity, Signal, SignalLimits, VitalSigns


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """`readings` by the time they were made; `latest` is the one a dose at this moment rests on, None without one;
    `breach` the record of what was urgent that was written down last.
    """

    readings: tuple[Reading, ...]
    latest: Reading | None
    breach: VitalSigns | None
    baseline: BaselinePolicy
    limits: Mapping[Signal, SignalLimits]

    @classmethod
    def of(cls, session: Session, policy: SessionsPolicy, now: datetime) -> "Signs":
        """As they stand in this session now."""
        monitoring, last_dose = session.monitoring, session.last_dose.latest_start if session.last_dose else None
        observed = monitoring.observations if monitoring else ()
        readings = sorted((*standing(session.checks.baseline), *standing(observed)), key=_by_moment)
        minutes = policy.baseline.fresh_minutes if last_dose is None else policy.baseline.further_fresh_minutes
        earliest = now - timedelta(minutes=minutes.value)
        recent = [
            each for each in readings if each.earliest >= earliest and (last_dose is None or each.earliest > last_dose)
        ]
        urgent = monitoring.urgent(policy.vitals_limits) if monitoring else ()
        return cls(
            readings=tuple(readings),
            latest=of_one_moment(recent),
            breach=max(urgent, key=lambda each: each.recorded_at, default=None),
            baseline=policy.baseline,
            limits=policy.vitals_limits,
        )

    @property
    def newest(self) -> VitalSigns | None:
        """The newest signs as they stand."""
        return self.latest.signs if self.latest else None

    @property
    def written(self) -> tuple[VitalSigns, ...]:
        """All that the newest signs were written down as."""
        return self.latest.written if self.latest else ()

    @property
    def complete(self) -> bool:
        """Whether the newest set has every sign."""
        return self.newest is not None and self.newest.complete

    @property
    def pressure_safe(self) -> bool:
        """Neither so high nor so low that nobody may sign for a dose."""
        too_high = self._reach(self.baseline.stop.value)
        return self.newest is not None and not too_high and self._severity(Signal.SYSTOLIC) is not Severity.URGENT

    @property
    def pressure_not_low(self) -> bool:
        """The systolic pressure is above what tells the prescriber."""
        lowest = self.limits[Signal.SYSTOLIC].warn_at_most
        return self.newest is not None and (
            lowest is None or all(each.blood_pressure.systolic > lowest for each in self.written)
        )

    @property
    def pressure_repeated(self) -> bool:
        """A newest reading that needs a decision is the second of a pair: nobody acts on one reading alone."""
        if self.newest is None:
            return False
        limit = self.baseline.decide.value
        return not self._reach(limit) or any(among(second, self.written) for _, second in self._pairs(limit))

    def pair_at(self, limit: BloodPressure) -> VitalSigns | None:
        """Of all readings at this limit that were far and near enough apart to be a pair, or were it twice in a row,
        the one written down last: by it that became known.
        """
        paired = (each for pair in (*self._pairs(limit), *self._in_a_row(limit)) for each in pair)
        return max(paired, key=lambda each: each.recorded_at, default=None)

    def _pairs(self, limit: BloodPressure) -> Iterator[tuple[VitalSigns, VitalSigns]]:
        """The first and the second of each."""
        least = timedelta(minutes=self.baseline.repeat_after_minutes.value)
        most = timedelta(minutes=self.baseline.repeat_within_minutes.value)
        high = list(self._high(limit))
        for reading, first in high:
            yield from (
                (first, second)
                for other, second in high
                if other is not reading and least <= second.observed_at - first.observed_at <= most
            )

    def _in_a_row(self, limit: BloodPressure) -> Iterator[tuple[VitalSigns, VitalSigns]]:
        """Two with no lower reading between them, at least as far apart as a pair and however much further."""
        least, row = timedelta(minutes=self.baseline.repeat_after_minutes.value), list[VitalSigns]()
        for reading in self.readings:
            high = [each for each in reading.written if each.blood_pressure.reaches(limit)]
            yield from ((one, two) for one in row for two in high if two.observed_at - one.observed_at >= least)
            row = [*row, *high] if high else []

    def _high(self, limit: BloodPressure) -> Iterator[tuple[Reading, VitalSigns]]:
        """All that was ever written down at this limit, of which reading."""
        for reading in self.readings:
            yield from ((reading, each) for each in reading.written if each.blood_pressure.reaches(limit))

    @property
    def fallen_since(self) -> bool:
        """Whether the newest reading is below what forbids a dose, after a pair that was not."""
        return self.newest is not None and not self._reach(self.baseline.no_go.value)

    @property
    def pulse_in_range(self) -> bool:
        lowest, highest = self.baseline.heart_rate.value
        return self.newest is not None and all(lowest <= each.heart_rate <= highest for each in self.written)

    @property
    def saturated(self) -> bool:
        lowest = self.baseline.oxygen_saturation.value
        return self.newest is not None and all(each.oxygen_saturation >= lowest for each in self.written)

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
        return self.newest is not None and not any(each.symptoms for each in self.written)

    @property
    def free_of_grave_symptoms(self) -> bool:
        return self.newest is not None and not any(each.symptoms & GRAVE_SYMPTOMS for each in self.written)

    @property
    def settled(self) -> bool:
        """Whether every sign of the newest set is within its limits."""
        return self.complete and self.free_of_symptoms and all(self.in_range(signal) for signal in self.limits)

    def _reach(self, limit: BloodPressure) -> bool:
        return any(each.blood_pressure.reaches(limit) for each in self.written)

    def _severity(self, signal: Signal) -> Severity | None:
        """The worst that was written down of it."""
        values = [value for each in self.written if (value := each.value(signal)) is not None]
        found = [severity for value in values if (severity := self.limits[signal].severity(value, None))]
        return max(found, key=list(Severity).index, default=None)


def _by_moment(reading: Reading) -> tuple[datetime, timedelta]:
    """Later readings last; of two of the same moment the one written down first."""
    made_at = reading.signs.observed_at
    return made_at, made_at - reading.first.recorded_at
