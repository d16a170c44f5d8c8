"""What the use cases need from outside. Inside a unit of work what is read is guarded and what is written is collected;
`of` is the patient whose it is, or would be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from booking.application.letters import Carriers, Desk, Writer
from booking.domain.alarms import Alarm
from booking.domain.appointments import Appointment
from booking.domain.calendar import Calendar, CalendarDay, DayKey
from booking.domain.calendar_feeds import CalendarFeed
from booking.domain.care_path import CarePath
from booking.domain.channels import Channel
from booking.domain.contact_consents import ContactConsents
from booking.domain.erasures import Erasure
from booking.domain.fitness_checks import FitnessCheck
from booking.domain.freed_times import FreedTime
from booking.domain.ids import (
    AlarmId,
    AppointmentId,
    ErasureId,
    FitnessCheckId,
    FreedTimeId,
    InquiryId,
    LocationId,
    MessageId,
    PatientId,
    PlanId,
    PractitionerId,
    RecordRequestId,
    RoomId,
    WaitlistEntryId,
)
from booking.domain.inquiries import Inquiry, InquiryOutcome
from booking.domain.intervals import Interval
from booking.domain.message_subjects import ByLink, Reason
from booking.domain.messages import Message
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Patient
from booking.domain.policy import BookingPolicy
from booking.domain.practitioners import Practitioner
from booking.domain.record_requests import RecordRequest
from booking.domain.rooms import Room
from booking.domain.visit_templates import VisitTemplates
from booking.domain.visits import VisitKind
from booking.domain.waitlist import WaitlistEntry
from careflow_domain.business_days import BusinessCalendar
from careflow_service.clock import Clock
from careflow_service.disclosing.records import Disclosures, Held
from careflow_service.erasing import Erasing
from careflow_service.identity import Actor
from careflow_service.limits import Limits
from careflow_service.listed import Listed
from careflow_service.naming import ColleagueNames
from careflow_service.pages.links import Signed
from careflow_service.work import Transaction


class Patients(Held[Patient], Protocol):
    async def get(self, patient_id: PatientId, /, *, of: PatientId | None = None) -> Patient:
        """Raises `patient_not_found`."""

    async def find(self, patient_id: PatientId, /, *, of: PatientId | None) -> Patient | None: ...

    async def several(self, patient_ids: Sequence[PatientId]) -> tuple[Patient, ...]:
        """These of them, for somebody who only looks."""

    async def with_contact(self, born: date, *, email: str | None, phone: str | None) -> tuple[Patient, ...]:
        """Who was born then and has this e-mail address or phone number, by id; the first few of each."""

    async def look_alikes(self, limit: int, after: str | None) -> Listed[Patient]:
        """Who has possible duplicates, by id."""

    async def next_to_tell(self) -> str | None:
        """Somebody of whom other services were told less than they are told by now."""

    async def alike(self, details: PatientDetails) -> tuple[PatientId, ...]:
        """Who is registered with the same birth date and the same e-mail address or phone number."""

    async def add(self, patient: Patient, /, tx: Transaction) -> None: ...

    async def save(self, patient: Patient, /, *, expecting: int, tx: Transaction) -> None: ...


class Practitioners(Protocol):
    async def get(self, practitioner_id: PractitionerId, /) -> Practitioner:
        """Raises `practitioner_not_found`."""

    async def find(self, practitioner_id: PractitionerId, /, *, of: None) -> Practitioner | None: ...

    async def active(self) -> tuple[Practitioner, ...]: ...

    async def next_to_tell(self) -> str | None:
        """Somebody whom other services do not call by their name."""

    async def page(self, limit: int, after: str | None) -> Listed[Practitioner]: ...

    async def add(self, practitioner: Practitioner, /, tx: Transaction) -> None: ...

    async def save(self, practitioner: Practitioner, /, *, expecting: int, tx: Transaction) -> None: ...


class Rooms(Protocol):
    async def get(self, room_id: RoomId, /) -> Room:
        """Raises `room_not_found`."""

    async def active(self) -> tuple[Room, ...]: ...

    async def page(self, limit: int, after: str | None) -> Listed[Room]: ...

    async def add(self, room: Room, /, tx: Transaction) -> None: ...

    async def save(self, room: Room, /, *, expecting: int, tx: Transaction) -> None: ...


class Appointments(Held[Appointment], Protocol):
    async def get(self, appointment_id: AppointmentId, /, *, of: PatientId | None = None) -> Appointment:
        """Raises `appointment_not_found`."""

    async def find(self, appointment_id: AppointmentId, /, *, of: PatientId | None) -> Appointment | None: ...

    async def several(self, appointment_ids: Sequence[AppointmentId]) -> tuple[Appointment, ...]:
        """These of them, earliest first, for somebody who only looks."""

    async def whose(self, appointment_id: AppointmentId) -> PatientId | None:
        """What never changes; None once they were erased."""

    async def holds_of(self, patient_id: PatientId) -> Sequence[Appointment]:
        """All that is reserved for the patient, also what ran out and is still to be given back."""

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Appointment]:
        """Earliest first, without the holds that lapsed."""

    async def since(self, patient_id: PatientId, start: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        """The patient's that start then or later, earliest first, without the holds that lapsed."""

    async def before(self, patient_id: PatientId, end: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        """The patient's that started before, latest first, without the holds that lapsed."""

    async def coming(self, patient_id: PatientId, since: datetime, limit: int) -> Sequence[Appointment]:
        """The patient's that are booked and start after this, earliest first, for somebody who only looks."""

    async def on_day(self, day: date, limit: int, after: str | None) -> Listed[Appointment]:
        """Those that start on this date of the clinic, earliest first, without the holds that lapsed."""

    async def booked(self, starts: Interval, limit: int, after: str | None) -> Listed[Appointment]:
        """Those that are booked, start in this time, and whose day is not over; earliest first."""

    async def to_see_to(self, until: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        """Those somebody has to see to at this time, what waits longest first; what that is, `task_of` says."""

    async def seen_to_by(self, login: str, now: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        """Of these, those that whoever has this login sees to."""

    async def seen_to_by_nobody(self, now: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        """Of these, those that nobody sees to."""

    async def next_lapse(self) -> tuple[datetime, str] | None:
        """When the next hold runs out, and which."""

    async def next_cancellation(self) -> tuple[datetime, str] | None:
        """When the next visit that is still on hold is called off, and which."""

    async def next_day_end(self) -> tuple[datetime, str] | None:
        """When the day of the next visit that nobody has marked is over, and which."""

    async def next_reminder(self) -> tuple[datetime, str] | None:
        """When the next patient is reminded, and of which."""

    async def add(self, appointment: Appointment, /, tx: Transaction) -> None: ...

    async def save(self, appointment: Appointment, /, *, expecting: int, tx: Transaction) -> None: ...


class CarePaths(Held[CarePath], Protocol):
    async def get(self, patient_id: PatientId, /, *, of: PatientId | None = None) -> CarePath:
        """Raises `care_path_not_found`."""

    async def find(self, patient_id: PatientId, /, *, of: PatientId | None) -> CarePath | None: ...

    async def of_plan(self, plan_id: PlanId) -> CarePath:
        """The path of the patient whose plan it is. Raises `plan_not_found`."""

    async def untold(self, limit: int, after: str | None) -> Listed[CarePath]:
        """Those whose patients somebody has to tell something that no message could, who waits longest first."""

    async def told_by(self, login: str, now: datetime, limit: int, after: str | None) -> Listed[CarePath]:
        """Those of them to whom whoever has this login sees."""

    async def told_by_nobody(self, now: datetime, limit: int, after: str | None) -> Listed[CarePath]:
        """Those of them to whom nobody sees."""

    async def add(self, path: CarePath, /, tx: Transaction) -> None: ...

    async def save(self, path: CarePath, /, *, expecting: int, tx: Transaction) -> None: ...


class Waitlist(Held[WaitlistEntry], Protocol):
    async def get(self, entry_id: WaitlistEntryId, /, *, of: PatientId | None = None) -> WaitlistEntry:
        """Raises `waitlist_entry_not_found`."""

    async def waiting_of(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        """What the patient waits for, or is offered."""

    async def listed(self, patient_id: PatientId | None, limit: int, after: str | None) -> Listed[WaitlistEntry]:
        """Who waits or is offered something, the patient or everybody; who has waited longest first."""

    async def next_end(self) -> tuple[datetime, str] | None:
        """When the time is over that the next of them wishes for, and which."""

    async def next_in_line(self, kind: VisitKind, after: str | None) -> tuple[WaitlistEntry, str] | None:
        """Who waits longest for such a visit behind this place of the list, and their own place."""

    async def add(self, entry: WaitlistEntry, /, tx: Transaction) -> None: ...

    async def save(self, entry: WaitlistEntry, /, *, expecting: int, tx: Transaction) -> None: ...


class Inquiries(Held[Inquiry], Protocol):
    async def get(self, inquiry_id: InquiryId, /, *, of: PatientId | None = None) -> Inquiry:
        """Raises `inquiry_not_found`."""

    async def listed(self, limit: int, after: str | None, *, urgent: bool) -> Listed[Inquiry]:
        """Those that are not closed, the urgent ones or the others; what waits longest first."""

    async def closed(
        self, limit: int, after: str | None, *, on: Interval | None, outcome: InquiryOutcome | None
    ) -> Listed[Inquiry]:
        """Those that were closed in this time, if one is named, and so, if that is; the newest first."""

    async def add(self, inquiry: Inquiry, /, tx: Transaction) -> None: ...

    async def save(self, inquiry: Inquiry, /, *, expecting: int, tx: Transaction) -> None: ...


class Alarms(Protocol):
    async def get(self, alarm_id: AlarmId, /, *, of: PatientId | None = None) -> Alarm:
        """Raises `alarm_not_found`."""

    async def of_inquiries(self, inquiry_ids: Sequence[InquiryId]) -> Sequence[Alarm]:
        """Those of all these inquiries, for somebody who only looks."""

    async def next_due(self) -> tuple[datetime, str] | None:
        """When the next one is to be attempted, and which."""

    async def next_waiting(self, channel: Channel) -> tuple[datetime, str] | None:
        """Which has waited longest for an address of this channel, and since when."""

    async def first_failing(self) -> tuple[datetime, str] | None:
        """Of those that are still to be told, the one that fails longest, and since when."""

    async def add(self, alarm: Alarm, /, tx: Transaction) -> None: ...

    async def save(self, alarm: Alarm, /, *, expecting: int, tx: Transaction) -> None: ...


class FreedTimes(Protocol):
    async def get(self, freed_id: FreedTimeId, /) -> FreedTime: ...

    async def next_due(self) -> tuple[datetime, str] | None:
        """When the next freed time is to be offered, and which."""

    async def add(self, freed: FreedTime, /, tx: Transaction) -> None: ...

    async def save(self, freed: FreedTime, /, *, expecting: int, tx: Transaction) -> None: ...


class FitnessChecks(Protocol):
    async def get(self, check_id: FitnessCheckId, /) -> FitnessCheck: ...

    async def find(self, check_id: FitnessCheckId, /, *, of: None) -> FitnessCheck | None: ...

    async def next_due(self) -> tuple[datetime, str] | None:
        """When the next one is to go on, and which."""

    async def add(self, check: FitnessCheck, /, tx: Transaction) -> None: ...

    async def save(self, check: FitnessCheck, /, *, expecting: int, tx: Transaction) -> None: ...


class CalendarFeeds(Protocol):
    async def find(self, practitioner_id: PractitionerId, /, *, of: None) -> CalendarFeed | None: ...

    async def of_digest(self, digest: str) -> CalendarFeed:
        """The feed with this secret, for somebody who only looks. Raises `calendar_feed_not_found`."""

    async def add(self, feed: CalendarFeed, /, tx: Transaction) -> None: ...

    async def save(self, feed: CalendarFeed, /, *, expecting: int, tx: Transaction) -> None: ...


class Messages(Held[Message], Protocol):
    async def get(self, message_id: MessageId, /, *, of: PatientId | None = None) -> Message:
        """Raises `message_not_found`."""

    async def find(self, message_id: MessageId, /, *, of: PatientId | None) -> Message | None: ...

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Message]:
        """The newest first."""

    async def all_of(self, patient_id: PatientId) -> Sequence[Message]:
        """Everything the patient was told, or is to be."""

    async def planned_of(self, patient_id: PatientId) -> Sequence[Message]:
        """Those that are still to go out."""

    async def next_due(self) -> tuple[datetime, str] | None:
        """When the next one is to be attempted, and which."""

    async def add(self, message: Message, /, tx: Transaction) -> None: ...

    async def save(self, message: Message, /, *, expecting: int, tx: Transaction) -> None: ...


class Erasures(Protocol):
    async def get(self, erasure_id: ErasureId, /, *, of: PatientId | None = None) -> Erasure:
        """Raises `erasure_not_found`."""

    async def find(self, erasure_id: ErasureId, /, *, of: PatientId | None) -> Erasure | None: ...

    async def latest_of(self, patient_id: PatientId) -> Erasure | None:
        """The newest request about the patient, ended or not."""

    async def under_way(self, limit: int, after: str | None) -> Listed[Erasure]: ...

    async def next_late(self) -> tuple[datetime, str] | None:
        """Which request will have waited too long next."""

    async def add(self, erasure: Erasure, /, tx: Transaction) -> None: ...

    async def save(self, erasure: Erasure, /, *, expecting: int, tx: Transaction) -> None: ...


class RecordRequests(Held[RecordRequest], Protocol):
    async def get(self, request_id: RecordRequestId, /, *, of: PatientId | None = None) -> RecordRequest:
        """Raises `record_request_not_found`."""

    async def find(self, request_id: RecordRequestId, /, *, of: PatientId | None) -> RecordRequest | None: ...

    async def open_of(self, patient_id: PatientId) -> Sequence[RecordRequest]:
        """The patient's that have not ended."""

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[RecordRequest]:
        """The newest first."""

    async def under_way(self, limit: int, after: str | None) -> Listed[RecordRequest]:
        """Those that have not ended, what is due first at the top."""

    async def next_told(self) -> tuple[datetime, str] | None:
        """When somebody is to be told next that one is due, or late, and of which."""

    async def first_due(self) -> tuple[date, str] | None:
        """Which of those that have not ended is due first, and its last day."""

    async def add(self, request: RecordRequest, /, tx: Transaction) -> None: ...

    async def save(self, request: RecordRequest, /, *, expecting: int, tx: Transaction) -> None: ...


class Consents(Held[ContactConsents], Protocol):
    async def find(self, patient_id: PatientId, /, *, of: PatientId | None) -> ContactConsents | None: ...

    async def add(self, consents: ContactConsents, /, tx: Transaction) -> None: ...

    async def save(self, consents: ContactConsents, /, *, expecting: int, tx: Transaction) -> None: ...


class Tells(Protocol):
    """Plans what a patient is told."""

    @property
    def on(self) -> bool:
        """Whether there is anything that carries messages."""

    async def of(
        self, reason: Reason, visit: Appointment, tx: Transaction, *, awaited: bool = False, again: str | None = None
    ) -> Message | None: ...

    async def by_link(
        self,
        message_id: MessageId,
        patient_id: PatientId,
        about: ByLink,
        tx: Transaction,
        *,
        again: str | None = None,
    ) -> Message | None: ...


class CalendarDays(Protocol):
    async def look(self, keys: Sequence[DayKey]) -> Calendar:
        """The days for somebody who only looks; a missing one is empty."""

    async def load(self, keys: Sequence[DayKey]) -> Calendar:
        """The days for somebody who will claim, with what was claimed on them in this unit of work already; a missing
        one is empty.
        """

    async def save(self, changed: Sequence[CalendarDay], tx: Transaction) -> None:
        """Each from the version that was loaded, in the order given."""

    async def forget(self, patient_id: PatientId, days: Sequence[date]) -> None:
        """Nothing is left of where a patient was on these days."""


class Records(Protocol):
    async def complete(self, patient_id: PatientId) -> bool:
        """Whether all the news of this patient that reached booking was taken in; false while any is parked."""

    async def heard_until(self, patient_ids: Sequence[PatientId]) -> Mapping[PatientId, datetime]:
        """Until when everything the clinical services said of each of them was taken in. Of whom it is not known, or
        something is parked, is not in it.
        """


class ReadAudit(Protocol):
    async def read(self, actor: Actor, action: str, *what: str) -> None:
        """Keeps that the actor read something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything use cases, reactions, deadlines and effects stand on."""

    patients: Patients
    care_paths: CarePaths
    appointments: Appointments
    calendar_days: CalendarDays
    practitioners: Practitioners
    rooms: Rooms
    fitness_checks: FitnessChecks
    waitlist: Waitlist
    freed_times: FreedTimes
    calendar_feeds: CalendarFeeds
    messages: Messages
    consents: Consents
    telling: Tells
    letters: Writer
    carriers: Carriers
    message_links: Signed
    """What a message lets people do without a login."""
    call_links: Signed | None
    """By which somebody confirms that they asked for a call; None where nobody can be sent one, and it is booked at
    once.
    """
    inquiries: Inquiries
    alarms: Alarms
    desk: Desk
    erasures: Erasures
    record_requests: RecordRequests
    disclosures: Disclosures
    colleague_names: ColleagueNames
    records: Records
    erasing: Erasing
    limits: Limits
    audit: ReadAudit
    policy: BookingPolicy
    templates: VisitTemplates
    calendar: BusinessCalendar
    location_id: LocationId
    organizer: str
    """The e-mail address that invites."""
    zone: ZoneInfo
    """The clinic's."""
    clock: Clock
