"""What a visit of each kind needs: how long, held how, and which parts of which people and rooms. Data of the clinic,
versioned.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.domain.calendar import EXCLUSIVE, Claim, Occupancy, Resource, ResourceKind
from booking.domain.ids import PatientId
from booking.domain.intervals import Interval
from booking.domain.visits import Modality, PractitionerRole, RoomPurpose, VisitKind
from careflow_domain.errors import invalid


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the visit, in minutes from its start, and how much of the resource it takes."""

    from_minute: int
    to_minute: int
    occupancy: Occupancy

    def __post_init__(self) -> None:
        if not 0 <= self.from_minute < self.to_minute or self.from_minute % 15 or self.to_minute % 15:
            raise invalid("template_invalid", "Segments run forward, in quarter-hours from the start of the visit.")

    def at(self, starts_at: datetime) -> Interval:
        return Interval(starts_at + timedelta(minutes=self.from_minute), starts_at + timedelta(minutes=self.to_minute))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One person or one room of the visit: the same one through all its segments, never the same as another part's.

    Exactly one of `roles` (any of them will do) and `room` is given.
    """

    name: str
    segments: tuple[Segment, ...]
    roles: tuple[PractitionerRole, ...] = ()
    room: RoomPurpose | None = None
    modalities: frozenset[Modality] = frozenset(Modality)

    def __post_init__(self) -> None:
        if bool(self.roles) == (self.room is not None) or not self.segments:
            raise invalid("template_invalid", "A part is a person or a room, for at least one segment.")

    def claims(self, resource: Resource, starts_at: datetime) -> tuple[Claim, ...]:
        """What filling this part takes of a resource."""
        return tuple(Claim(resource, segment.at(starts_at), segment.occupancy) for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityRule:
    """Whether a kind may be held this way, until when, and by what authority."""

    modality: Modality
    allowed: bool
    source: str
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTemplate:
    """`minutes` is what the patient is told; rooms may be needed a little longer, to be made ready for the next
    visit.
    """

    kind: VisitKind
    minutes: int
    modalities: tuple[ModalityRule, ...]
    parts: tuple[Part, ...]
    source: str

    def __post_init__(self) -> None:
        if self.minutes <= 0 or self.minutes % 15 or not self.parts:
            raise invalid("template_invalid", "A visit takes whole quarter-hours and at least one person or room.")

    def interval(self, starts_at: datetime) -> Interval:
        return Interval(starts_at, starts_at + timedelta(minutes=self.minutes))

    def reach(self, starts_at: datetime) -> Interval:
        """From the start to the end of the last segment."""
        last = max(segment.to_minute for part in self.parts for segment in part.segments)
        return Interval(starts_at, starts_at + timedelta(minutes=max(last, self.minutes)))

    def parts_for(self, modality: Modality) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if modality in part.modalities)

    def patient_claim(self, patient_id: PatientId, starts_at: datetime) -> Claim:
        return Claim(Resource(ResourceKind.PATIENT, patient_id), self.interval(starts_at), EXCLUSIVE)

    def allowed_on(self, day: date) -> frozenset[Modality]:
        """How a visit of this kind may be held on that day."""
        return frozenset(r.modality for r in self.modalities if r.allowed and (r.until is None or day <= r.until))

    def check_modality(self, modality: Modality, day: date) -> None:
        """Raises `modality_not_allowed`, naming what is allowed on that day."""
        allowed = self.allowed_on(day)
        if modality not in allowed:
            raise invalid(
                "modality_not_allowed", "This kind of visit is not held that way on that day.", allowed=sorted(allowed)
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTemplates:
    """The clinic's templates, one for each kind of visit; appointments record the version they were made by."""

    version: str
    templates: tuple[VisitTemplate, ...]

    def __post_init__(self) -> None:
        kinds = [template.kind for template in self.templates]
        if len(set(kinds)) != len(kinds):
            raise invalid("template_invalid", "There must be one template for each kind of visit.")

    def of(self, kind: VisitKind) -> VisitTemplate:
        """Raises `kind_not_offered`."""
        template = next((t for t in self.templates if t.kind is kind), None)
        if template is None:
            raise invalid("kind_not_offered", "The clinic does not offer this kind of visit.")
        return template
