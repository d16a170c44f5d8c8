"""The time, place and people of a visit, and everything it takes of the calendar."""

from dataclasses import dataclass

from booking.domain.availability import Opening, Wanted
from booking.domain.calendar import Claim, ResourceKind
from booking.domain.ids import AppointmentId, LocationId, PatientId, PlanId, PractitionerId, RoomId
from booking.domain.intervals import Interval
from booking.domain.visits import Modality, Phase, PractitionerRole, VisitKind


@dataclass(frozen=True, slots=True)
class Provider:
    id: PractitionerId
    role: PractitionerRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When, where, with whom, how; and everything it takes of the calendar, the patient's own time included."""

    interval: Interval
    modality: Modality
    timezone: str
    location_id: LocationId
    providers: tuple[Provider, ...]
    room_id: RoomId | None
    claims: tuple[Claim, ...]

    @property
    def therapists(self) -> frozenset[PractitionerId]:
        return frozenset(each.id for each in self.providers if each.role is PractitionerRole.THERAPIST)

    @property
    def given_by(self) -> frozenset[str]:
        """The people who give it, and the room."""
        return frozenset({*(each.id for each in self.providers), *filter(None, [self.room_id])})

    @classmethod
    def of(
        cls, opening: Opening, wanted: Wanted, patient_id: PatientId, *, location_id: LocationId, timezone: str
    ) -> "Slot":
        claims = [claim for staffing in opening.staffing for claim in staffing.claims]
        rooms = [s.resource.id for s in opening.staffing if s.resource.kind is ResourceKind.ROOM]
        return cls(
            interval=opening.interval,
            modality=wanted.modality,
            timezone=timezone,
            location_id=location_id,
            providers=tuple(Provider(PractitionerId(s.resource.id), s.role) for s in opening.staffing if s.role),
            room_id=RoomId(rooms[0]) if rooms else None,
            claims=(*claims, wanted.template.patient_claim(patient_id, opening.interval.start)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVisit:
    """What is decided before there is an appointment. A visit of a course belongs to a plan and a phase of it."""

    id: AppointmentId
    patient_id: PatientId
    kind: VisitKind
    slot: Slot
    template_version: str
    plan_id: PlanId | None = None
    phase: Phase | None = None
