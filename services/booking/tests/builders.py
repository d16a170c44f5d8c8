"""The clinic of the tests: Monday 23 November 2026, nine in the morning in Mill Valley. Every builder gives a whole,
valid thing.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.adapters.clinic_data import booking_policy, visit_templates
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.calendar import EXCLUSIVE, Claim, Resource, ResourceKind
from booking.domain.hours import Hours, OpenHours
from booking.domain.ids import AppointmentId, LocationId, PatientId, PractitionerId, RoomId
from booking.domain.intervals import Interval
from booking.domain.patient_details import PatientDetails
from booking.domain.practitioners import Licence, Practitioner
from booking.domain.rooms import Room
from booking.domain.slots import NewVisit, Provider, Slot
from booking.domain.states import BookedBy
from booking.domain.visits import Modality, PractitionerRole, RoomPurpose, VisitKind

ZONE = ZoneInfo("America/Los_Angeles")
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE).astimezone(UTC)
POLICY = booking_policy()
TEMPLATES = visit_templates()
LOCATION = LocationId("0199e0a0-0000-7000-8000-00000000000c")
ANA = PatientId("0199e0a0-0000-7000-8000-0000000000a1")
BEN = PatientId("0199e0a0-0000-7000-8000-0000000000b1")


def local(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    """A wall-clock time at the clinic, as an instant."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def every_day(opens: int = 0, closes: int = 0) -> Hours:
    """The same hours all week; the whole day if none are named."""
    return Hours(((OpenHours(time(opens), time(closes)),),) * 7)


def weekdays(opens: int = 9, closes: int = 17) -> Hours:
    day = (OpenHours(time(opens), time(closes)),)
    return Hours((day, day, day, day, day, (), ()))


def a_practitioner(
    name: str = "dr-lee",
    *roles: PractitionerRole,
    state: str = "CA",
    valid_until: date | None = None,
    telehealth: bool = True,
    hours: Hours | None = None,
) -> Practitioner:
    return Practitioner(
        id=PractitionerId(name),
        name=name,
        licences=tuple(Licence(role, state, valid_until) for role in roles or (PractitionerRole.PRESCRIBER,)),
        telehealth=telehealth,
        hours=hours or weekdays(),
    )


def a_room(name: str = "room-1", *purposes: RoomPurpose, hours: Hours | None = None) -> Room:
    return Room(
        id=RoomId(name),
        location_id=LOCATION,
        name=name,
        purposes=frozenset(purposes or (RoomPurpose.CONSULTATION,)),
        hours=hours or weekdays(7, 20),
    )


def a_clinic(*people_and_rooms: Practitioner | Room) -> Clinic:
    return Clinic(
        LOCATION,
        tuple(p for p in people_and_rooms if isinstance(p, Practitioner)),
        tuple(r for r in people_and_rooms if isinstance(r, Room)),
    )


def patient_details(**changes: object) -> PatientDetails:
    details: dict[str, object] = {
        "given_name": "Ana",
        "family_name": "Rivera",
        "birth_date": date(1988, 4, 2),
        "email": "ana@example.org",
        "phone": "+14155550123",
        "state": "CA",
    }
    return PatientDetails(**{**details, **changes})  # type: ignore[arg-type]  # fields by name


def a_slot(starts_at: datetime) -> Slot:
    """Of a quarter of an hour, for Ana."""
    interval = Interval(starts_at, starts_at + timedelta(minutes=15))
    doctor = Resource(ResourceKind.PRACTITIONER, "dr-lee")
    patient = Resource(ResourceKind.PATIENT, ANA)
    return Slot(
        interval=interval,
        modality=Modality.PHONE,
        timezone=ZONE.key,
        location_id=LOCATION,
        providers=(Provider(PractitionerId("dr-lee"), PractitionerRole.PRESCRIBER),),
        room_id=None,
        claims=(Claim(doctor, interval, EXCLUSIVE), Claim(patient, interval, EXCLUSIVE)),
    )


def a_visit(kind: VisitKind = VisitKind.INFO_CALL, *, starts_at: datetime | None = None, name: str = "v1") -> NewVisit:
    """To be given in two hours' time unless said otherwise."""
    return NewVisit(
        id=AppointmentId(name),
        patient_id=ANA,
        kind=kind,
        slot=a_slot(starts_at or NOW + timedelta(hours=2)),
        template_version=TEMPLATES.version,
    )


def a_booked_visit(
    kind: VisitKind = VisitKind.INFO_CALL, *, starts_at: datetime | None = None, name: str = "v1"
) -> Appointment:
    return Appointment.booked(a_visit(kind, starts_at=starts_at, name=name), POLICY, by=BookedBy.PATIENT, now=NOW)
