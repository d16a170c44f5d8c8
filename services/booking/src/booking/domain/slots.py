"""The time, place and people of a visit, and everything it takes of the calendar."""

from dataclasses import dataclass

from booking.domain.availability import Opening, Wanted
from booking.domain.calendar import Claim, ResourceKind
from booking.domain.ids import LocationId, PatientId, PractitionerId, RoomId
from booking.domain.intervals import Interval
from booking.domain.visits import Modality, PractitionerRole


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
