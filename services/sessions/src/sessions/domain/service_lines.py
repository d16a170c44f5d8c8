"""What a session is billed by: lines computed from documented times, never from what was planned.

Invariants: without times there is no timed code; one clinician-minute supports one timed code; the codes are dated
data. Source of the thresholds: domain brief, section 5.3 (CPT time rules).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from careflow_domain.errors import invalid
from sessions.domain.doses import Dose
from sessions.domain.ids import StaffId
from sessions.domain.units import Milligrams, total
from sessions.domain.words import Modality, Route, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One billable service: a CPT or HCPCS code, its units, the minutes it took where time counts, from when to when,
    and who rendered it; of a drug its name, its strength as the label has it, how many millilitres, devices or other
    pieces.
    """

    code: str
    units: int = 1
    minutes: int | None = None
    modifiers: tuple[str, ...] = ()
    place_of_service: str
    rendering_provider: StaffId
    started_at: datetime | None = None
    ended_at: datetime | None = None
    drug: str | None = None
    strength: str | None = None
    ndc: str | None = None
    millilitres: Decimal | None = None
    devices: int | None = None
    pieces: int | None = None


def must_have_been_rendered(lines: Iterable[ServiceLine], *, now: datetime) -> None:
    """What somebody writes as billable by hand, held against the time it says. Refused: `times_invalid`,
    `minutes_above_time`, `minutes_counted_twice`.
    """
    spans: list[tuple[str, datetime, datetime]] = []
    for line in lines:
        if line.started_at is None and line.ended_at is None:
            continue
        if line.started_at is None or line.ended_at is None or not line.started_at < line.ended_at <= now:
            raise invalid("times_invalid", "A service has a start, an end after it, and both are past.")
        if line.minutes is not None and line.minutes > whole_minutes(line.started_at, line.ended_at):
            raise invalid(
                "minutes_above_time", "A service takes no more minutes than lie between its start and its end."
            )
        spans.append((line.code, line.started_at, line.ended_at))
    for (code, _, ended_at), (other, started_at, _) in pairwise(sorted(spans)):
        if code == other and started_at < ended_at:
            raise invalid("minutes_counted_twice", "One minute of a clinician supports one timed service.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BillableServices:
    """The lines of a session; each correction is a higher revision and replaces those before."""

    revision: int
    lines: tuple[ServiceLine, ...] = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyTime:
    """Psychotherapy with the patient able to take part, from its documented start to its documented end."""

    provider: StaffId
    started_at: datetime
    ended_at: datetime

    def __post_init__(self) -> None:
        if self.ended_at <= self.started_at:
            raise invalid("times_invalid", "A service ends after it starts.")

    @property
    def minutes(self) -> int:
        return whole_minutes(self.started_at, self.ended_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedCode:
    """A code for a stretch of minutes, both ends included; None is open-ended."""

    code: str
    at_least: int
    at_most: int | None = None

    def fits(self, minutes: int) -> bool:
        return minutes >= self.at_least and (self.at_most is None or minutes <= self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionCodes:
    """An infusion of at least `at_least` minutes, each further hour once `beyond` minutes into it; else a push."""

    first_hour: str
    at_least: int
    further_hour: str
    beyond: int
    push: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """Drug and observation in one code, by the milligrams given; None is open-ended."""

    code: str
    at_most_mg: Milligrams | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCodes:
    """One edition of the code table; codes change every 1 January."""

    version: str
    effective_from: date
    source: str
    psychotherapy: tuple[TimedCode, ...]
    infusion: InfusionCodes
    injection: str
    drug: Mapping[Route, str]
    restricted_devices: tuple[DeviceCode, ...]
    place_of_service: Mapping[Modality, str]
    modifiers: Mapping[Modality, str]

    def therapy(self, minutes: int) -> str | None:
        """The code for so many minutes of psychotherapy; None when they are too few for any."""
        return next((each.code for each in self.psychotherapy if each.fits(minutes)), None)

    def held(self, line: ServiceLine, modality: Modality) -> ServiceLine:
        """The same service, held so."""
        modifier = self.modifiers.get(modality)
        return replace(
            line, modifiers=(modifier,) if modifier else (), place_of_service=self.place_of_service[modality]
        )

    def restricted_device(self, given: Milligrams) -> str:
        """Drug and observation of a restricted session, by all that was given."""
        return next(
            each.code for each in self.restricted_devices if each.at_most_mg is None or given <= each.at_most_mg
        )


def whole_minutes(started_at: datetime, ended_at: datetime) -> int:
    """Minutes that were completed."""
    return int((ended_at - started_at).total_seconds() // 60)


def therapy_lines(times: Sequence[TherapyTime], modality: Modality, codes: ServiceCodes) -> tuple[ServiceLine, ...]:
    """Psychotherapy by its minutes. Refused: `minutes_counted_twice`."""
    _must_not_overlap(times)
    coded = ((time, codes.therapy(time.minutes)) for time in times)
    place = codes.place_of_service[modality]
    lines = (
        ServiceLine(
            code=code,
            minutes=time.minutes,
            place_of_service=place,
            rendering_provider=time.provider,
            started_at=time.started_at,
            ended_at=time.ended_at,
        )
        for time, code in coded
        if code is not None
    )
    return tuple(codes.held(each, modality) for each in lines)


def dosing_lines(doses: Sequence[Dose], route: Route, codes: ServiceCodes) -> tuple[ServiceLine, ...]:
    """The giving of the drug and the drug itself; nothing where no dose was given."""
    if not doses:
        return ()
    doses = sorted(doses, key=lambda each: each.started_at)
    place = codes.place_of_service[Modality.IN_PERSON]
    provider, ndc = doses[0].given_by, doses[0].ndc

    started_at, ended_at = doses[0].started_at, doses[-1].ended_at
    volumes = [dose.stated.volume for dose in doses]
    known = [each.value for each in volumes if each is not None]
    millilitres = sum(known, Decimal(0)) if len(known) == len(volumes) else None

    def line(code: str, units: int = 1, minutes: int | None = None) -> ServiceLine:
        timed = minutes is not None
        return ServiceLine(
            code=code,
            units=units,
            minutes=minutes,
            place_of_service=place,
            rendering_provider=provider,
            started_at=started_at if timed else None,
            ended_at=ended_at if timed else None,
        )

    match route:
        case Route.INTRAVENOUS:
            given = _infusion(doses, codes.infusion)
            lines = [line(code, units, minutes) for code, units, minutes in given]
        case Route.INTRAMUSCULAR:
            lines = [line(codes.injection, units=len(doses))]
        case Route.ORAL:
            lines = []
        case Route.INTRANASAL:
            device = line(codes.restricted_device(total([dose.stated.mass for dose in doses])))
            lines = [replace(device, ndc=ndc, devices=len(doses))]
    drug = codes.drug.get(route)
    if drug is None:
        return tuple(lines)
    named = replace(line(drug), drug=doses[0].drug, strength=_strength(doses[0]), ndc=ndc, millilitres=millilitres)
    counted = [dose.stated.pieces for dose in doses]
    if all(counted):
        named = replace(named, pieces=sum(int(each.number) for each in counted if each))
    return (*lines, named)


def _strength(dose: Dose) -> str | None:
    concentration, pieces = dose.stated.concentration, dose.stated.pieces
    if pieces is not None:
        return f"{pieces.piece.content.value.normalize():f} mg/{pieces.piece.unit.value}"
    return None if concentration is None else f"{concentration.value.normalize():f} mg/mL"


def expected_lines(
    kind: VisitKind, minutes: int, route: Route, modality: Modality, provider: StaffId, codes: ServiceCodes
) -> tuple[ServiceLine, ...]:
    """What one planned visit is expected to be billed by, for an estimate. A dosing visit has psychotherapy in it, as
    long as its therapist is there; leaving it out would promise less than is going to be charged.
    """
    place = codes.place_of_service[modality]
    match kind:
        case VisitKind.PREPARATION | VisitKind.INTEGRATION:
            wanted = [codes.therapy(minutes)]
        case VisitKind.DOSING:
            given = {
                Route.INTRAVENOUS: codes.infusion.first_hour,
                Route.INTRAMUSCULAR: codes.injection,
                Route.ORAL: None,
                Route.INTRANASAL: codes.restricted_devices[-1].code,
            }
            wanted = [given[route], codes.drug.get(route), codes.therapy(minutes)]
        case VisitKind.REVIEW | VisitKind.ADJUNCT:
            wanted = []
    timed = kind is not VisitKind.DOSING
    return tuple(
        ServiceLine(code=code, minutes=minutes if timed else None, place_of_service=place, rendering_provider=provider)
        for code in wanted
        if code is not None
    )


def _infusion(doses: Iterable[Dose], codes: InfusionCodes) -> list[tuple[str, int, int | None]]:
    """Code, units and minutes of each. Without a documented stop it can only have been a push."""
    timed = [(dose, whole_minutes(dose.started_at, dose.ended_at) if dose.ended_at else 0) for dose in doses]
    minutes = sum(length for _, length in timed if length >= codes.at_least)
    lines: list[tuple[str, int, int | None]] = []
    if minutes:
        lines.append((codes.first_hour, 1, min(minutes, 60)))
    further = minutes - 60
    hours = 0 if further <= 0 else further // 60 + (further % 60 > codes.beyond)
    if hours:
        lines.append((codes.further_hour, hours, further))
    pushes = sum(1 for _, length in timed if length < codes.at_least)
    if pushes:
        lines.append((codes.push, pushes, None))
    return lines


def _must_not_overlap(times: Iterable[TherapyTime]) -> None:
    ordered = sorted(times, key=lambda time: (time.provider, time.started_at))
    for one, other in pairwise(ordered):
        if one.provider == other.provider and other.started_at - one.ended_at < timedelta(0):
            raise invalid("minutes_counted_twice", "One minute of a clinician supports one timed service.")
