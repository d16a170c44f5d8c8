"""The vital signs of a session as a picture and as a table: one axis of time for all signs and doses.

Invariants: nothing is drawn where nothing was observed: where an observation was missing the line is broken, and the
moment it was due is marked; what is out of limits has a shape of its own, not only a colour.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sessions.domain.corrections import ReadingList, written_into
from sessions.domain.medication import MedicationRecord
from sessions.domain.monitoring import Monitoring
from sessions.domain.policy import SessionsPolicy
from sessions.domain.readings import standing
from sessions.domain.sessions import Session
from sessions.domain.vitals import Severity, Signal, SignalLimits, VitalSigns

WIDTH: Final = 720
LEFT: Final = 44
RIGHT: Final = 34
"""Half the time of day that stands below the end of the axis has room here."""
HEIGHT: Final = 96
GAP: Final = 30
TOP: Final = 56
TICKS_AT_MOST: Final = 8
TICK_MINUTES: Final = (10, 15, 30, 60, 120)
PANELS: Final[Mapping[str, tuple[tuple[Signal, ...], int, int]]] = {
    "pressure": ((Signal.SYSTOLIC, Signal.DIASTOLIC), 40, 200),
    "heart_rate": ((Signal.HEART_RATE,), 30, 140),
    "oxygen_saturation": ((Signal.OXYGEN_SATURATION,), 80, 100),
    "respiratory_rate": ((Signal.RESPIRATORY_RATE,), 4, 30),
}
"""What is drawn together, and the range that is always shown; a value beyond it widens it."""


@dataclass(frozen=True, slots=True)
class Point:
    """`late`: written down long after it was observed."""

    x: float
    y: float
    severity: Severity | None
    late: bool


@dataclass(frozen=True, slots=True)
class Limit:
    y: float
    value: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class Panel:
    """`lines` are unbroken stretches, as points of a polyline."""

    name: str
    top: float
    bottom: float
    lowest: int
    highest: int
    limits: tuple[Limit, ...]
    lines: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class DoseBar:
    x: float
    width: float
    mg: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MedicineMark:
    """Where a medicine beside the dose was given, numbered as in the list below the picture."""

    x: float
    number: int


@dataclass(frozen=True, slots=True)
class Chart:
    """`left` and `right` are where the axis begins and ends. `missed`: where an observation was due and not made in
    time; `gaps`: from where to where nothing was observed.
    """

    width: int
    height: float
    left: int
    right: int
    panels: tuple[Panel, ...]
    doses: tuple[DoseBar, ...]
    medicines: tuple[MedicineMark, ...]
    missed: tuple[float, ...]
    gaps: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, datetime], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One record in the table: what is out of limits, and whether it was written down late. `correction` is what put
    it right and stands in its stead.
    """

    signs: VitalSigns = field(repr=False)
    correction: VitalSigns | None = field(repr=False)
    severity: Severity | None
    out: tuple[Signal, ...]
    late: bool
    before: bool


def rows(session: Session, policy: SessionsPolicy) -> tuple[Row, ...]:
    """Every reading, the newest first; what was put right beside what it was."""
    monitoring = session.monitoring
    baseline = monitoring.baseline if monitoring else None
    found = [
        _row(
            written,
            later,
            None if among is ReadingList.BASELINE else baseline,
            _before(written, among, session),
            policy,
        )
        for among in ReadingList
        for reading in standing(written_into(session, among))
        for written, later in zip(reading.written, (*reading.written[1:], None), strict=True)
    ]
    return tuple(sorted(found, key=lambda row: row.signs.observed_at, reverse=True))


def _before(signs: VitalSigns, among: ReadingList, session: Session) -> bool:
    """Whether it was observed before the first dose: after one that is written down late a baseline may have been."""
    began = session.monitoring.started_at if session.monitoring else None
    return among is ReadingList.BASELINE and (began is None or signs.observed_at <= began)


def _row(
    signs: VitalSigns,
    correction: VitalSigns | None,
    baseline: VitalSigns | None,
    before: bool,
    policy: SessionsPolicy,
) -> Row:
    severities = {signal: _severity(signal, signs, baseline, policy.vitals_limits) for signal in Signal}
    return Row(
        signs=signs,
        correction=correction,
        severity=max(
            (each for each in (*severities.values(), signs.symptoms_mean) if each),
            key=list(Severity).index,
            default=None,
        ),
        out=tuple(signal for signal, severity in severities.items() if severity),
        late=signs.late_entry(policy.vitals_times),
        before=before,
    )


def chart(session: Session, medication: MedicationRecord, policy: SessionsPolicy, *, now: datetime) -> Chart | None:
    """The picture; None before the first dose. A medicine that turned out not to have been given is not in it."""
    monitoring = session.monitoring
    if monitoring is None:
        return None
    before = (monitoring.baseline,) if monitoring.baseline else ()
    observed = tuple(each.signs for each in standing(monitoring.observations))
    seen = tuple(sorted((*before, *observed), key=lambda each: each.observed_at))
    ends = now if session.patient_watched else session.left_at or now
    medicines = [(number, each.given_at) for number, each in enumerate(medication.given, 1) if each.amount]
    times = [monitoring.started_at, ends, *(each.observed_at for each in seen), *(at for _, at in medicines)]
    axis = _Axis(min(times), max(*times, min(times) + timedelta(minutes=30)))
    missed = tuple(_missed(monitoring, policy, until=ends))
    gaps = tuple(
        (start, end) for start, due, end in missed if end - due >= policy.vitals_times.late_by(Severity.URGENT)
    )
    panels = tuple(
        _panel(number, name, seen, monitoring.baseline, axis, gaps, policy) for number, name in enumerate(PANELS)
    )
    return Chart(
        width=WIDTH,
        height=TOP + len(PANELS) * (HEIGHT + GAP),
        left=LEFT,
        right=WIDTH - RIGHT,
        panels=panels,
        doses=tuple(
            DoseBar(
                axis.x(dose.started_at),
                max(axis.x(dose.ended_at or ends) - axis.x(dose.started_at), 4),
                f"{dose.stated.mass.value.normalize():f}",
            )
            for dose in session.doses
        ),
        medicines=tuple(MedicineMark(axis.x(at), number) for number, at in medicines),
        missed=tuple(axis.x(due) for _, due, _ in missed),
        gaps=tuple((axis.x(start), axis.x(end)) for start, end in gaps),
        ticks=tuple(axis.ticks()),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    start: datetime
    end: datetime

    def x(self, moment: datetime) -> float:
        share = (moment - self.start) / (self.end - self.start)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self) -> Iterator[tuple[float, datetime]]:
        """Round times of the clock; every zone here is whole quarters of an hour away."""
        span = (self.end - self.start) / timedelta(minutes=1)
        step = next((each for each in TICK_MINUTES if span / each <= TICKS_AT_MOST), TICK_MINUTES[-1])
        at = self.start.replace(second=0, microsecond=0) + timedelta(minutes=-self.start.minute % step)
        while at <= self.end:
            if at >= self.start:
                yield self.x(at), at
            at += timedelta(minutes=step)


def _missed(
    monitoring: Monitoring, policy: SessionsPolicy, *, until: datetime
) -> Iterator[tuple[datetime, datetime, datetime]]:
    """Each time an observation was not made in time: since when nothing was observed, when it was due, and until when
    nothing was.
    """
    times = policy.vitals_times
    so_far = Monitoring.begun(monitoring.started_at, monitoring.plan, monitoring.baseline, times)
    last = monitoring.started_at
    stand = (replace(each.signs, corrects=None) for each in standing(monitoring.observations))
    for signs in sorted(stand, key=lambda each: each.observed_at):
        if signs.observed_at >= so_far.due_at + times.late_by(Severity.WARN):
            yield last, so_far.due_at, signs.observed_at
        so_far, _ = so_far.observed(signs, policy.vitals_limits, times)
        last = signs.observed_at
    if until >= so_far.due_at + times.late_by(Severity.WARN):
        yield last, so_far.due_at, until


def _panel(
    number: int,
    name: str,
    seen: Sequence[VitalSigns],
    baseline: VitalSigns | None,
    axis: _Axis,
    gaps: Sequence[tuple[datetime, datetime]],
    policy: SessionsPolicy,
) -> Panel:
    signals, lowest, highest = PANELS[name]
    limits = policy.vitals_limits
    values = [value for each in seen for signal in signals if (value := each.value(signal)) is not None]
    lowest, highest = min([lowest, *values]), max([highest, *values])
    top = TOP + number * (HEIGHT + GAP)

    def y(value: int) -> float:
        return round(top + HEIGHT * (highest - value) / (highest - lowest), 1)

    points: list[Point] = []
    lines: list[str] = []
    for signal in signals:
        stretch: list[str] = []
        last: datetime | None = None
        for signs in seen:
            value = signs.value(signal)
            if value is None:
                continue
            if last is not None and any(start < signs.observed_at and last < end for start, end in gaps):
                lines.append(" ".join(stretch))
                stretch = []
            severity = _severity(signal, signs, baseline, limits)
            points.append(Point(axis.x(signs.observed_at), y(value), severity, signs.late_entry(policy.vitals_times)))
            stretch.append(f"{axis.x(signs.observed_at)},{y(value)}")
            last = signs.observed_at
        lines.append(" ".join(stretch))
    drawn = tuple(
        Limit(y(value), value, severity)
        for signal in signals
        for value, severity in _lines_of(limits[signal])
        if lowest <= value <= highest
    )
    return Panel(
        name, top, top + HEIGHT, lowest, highest, drawn, tuple(each for each in lines if " " in each), tuple(points)
    )


def _lines_of(limit: SignalLimits) -> Iterator[tuple[int, Severity]]:
    given = (
        (limit.warn_at_least, Severity.WARN),
        (limit.urgent_at_least, Severity.URGENT),
        (limit.warn_at_most, Severity.WARN),
        (limit.urgent_at_most, Severity.URGENT),
    )
    yield from ((value, severity) for value, severity in given if value is not None)


def _severity(
    signal: Signal, signs: VitalSigns, baseline: VitalSigns | None, limits: Mapping[Signal, SignalLimits]
) -> Severity | None:
    value = signs.value(signal)
    if value is None:
        return None
    before = None if baseline is None or signs is baseline else baseline.value(signal)
    return limits[signal].severity(value, before)
