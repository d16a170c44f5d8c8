"""The only wiring: which adapter stands behind which port, and what the library must know of this service."""

from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from booking import domain
from booking.adapters import (
    alarms,
    appointments,
    calendar_feeds,
    care_paths,
    erasures,
    fitness_checks,
    inquiries,
    messages,
    patients,
    practitioners,
    record_requests,
    rooms,
    waitlist,
)
from booking.adapters.alarms import MongoAlarms
from booking.adapters.appointments import MongoAppointments
from booking.adapters.calendar_days import MongoCalendarDays
from booking.adapters.calendar_feeds import MongoCalendarFeeds
from booking.adapters.care_paths import MongoCarePaths
from booking.adapters.clinic_data import ENTRIES, SHIPPED, booking_policy, visit_templates
from booking.adapters.erasures import MongoErasures
from booking.adapters.fitness_checks import MongoFitnessChecks
from booking.adapters.hashed_days import HashedCalendarDays
from booking.adapters.inquiries import MongoInquiries
from booking.adapters.letters.carriers import carriers
from booking.adapters.letters.counted_alarms import CountedAlarms
from booking.adapters.letters.writer import LetterWriter
from booking.adapters.messages import MongoConsents, MongoMessages
from booking.adapters.patients import MongoPatients
from booking.adapters.practitioners import MongoPractitioners
from booking.adapters.record_requests import MongoRecordRequests
from booking.adapters.records import MongoRecords
from booking.adapters.rooms import MongoRooms
from booking.adapters.waitlist import MongoFreedTimes, MongoWaitlist
from booking.application.forgetting import forget
from booking.application.in_use import in_use
from booking.application.letters import Carriers, Desk
from booking.application.ports import Ports
from booking.application.share_of_record import share_of_record
from booking.application.telling import Telling
from booking.application.use_cases import Booking
from booking.deadlines import DEADLINES, EFFECTS
from booking.domain.ids import LocationId, MessageId, PatientId
from booking.domain.policy import BookingPolicy
from booking.measures import MEASURES
from booking.published import PUBLISHED
from booking.settings import BookingSettings
from booking.subscriptions import SUBSCRIPTIONS
from careflow_domain.ways_in import WayIn
from careflow_service.content import Content
from careflow_service.disclosing import storing as disclosures
from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.disclosing.storing import MongoDisclosures
from careflow_service.federal_calendar import FederalCalendar
from careflow_service.mongo.colleague_names import MongoColleagueNames
from careflow_service.pages.links import Signed, SittingDown
from careflow_service.service import Http, Resources, Service

NAME = "booking"


def bootstrap(resources: Resources[BookingSettings]) -> Booking:
    """The application of one process."""
    ports, work = _ports(resources), resources.work
    share = share_of_record(ports)
    return Booking(
        ports,
        work,
        disclose_record=DiscloseRecordHandler(share, work),
        records=Records(share, resources.audit, resources.clock, partial(_named, ports)),
        sitting_down=_sitting_down(resources, ports),
        clinic_phone=resources.settings.clinic_phone,
    )


def _ports(resources: Resources[BookingSettings]) -> Ports:
    settings, database, vault = resources.settings, resources.database, resources.vault
    zone: ZoneInfo = settings.clinic_timezone
    content = Content(SHIPPED, ENTRIES, settings.content_dir)
    policy, carried = booking_policy(content), carriers(settings, resources.wall_clock)
    messages = MongoMessages(database, vault)
    telling = Telling(messages, on=bool(carried))
    appointments = MongoAppointments(database, vault, policy, zone, telling.of_change)
    calendar_days = MongoCalendarDays(database, resources.blind_index, zone)
    resources.blind_index.holds(HashedCalendarDays(database, calendar_days, appointments, zone))
    return Ports(
        patients=MongoPatients(database, vault),
        care_paths=MongoCarePaths(database, vault, policy),
        appointments=appointments,
        calendar_days=calendar_days,
        practitioners=MongoPractitioners(database),
        rooms=MongoRooms(database),
        fitness_checks=MongoFitnessChecks(database),
        waitlist=MongoWaitlist(database, vault),
        freed_times=MongoFreedTimes(database),
        calendar_feeds=MongoCalendarFeeds(database),
        messages=messages,
        consents=MongoConsents(database, vault),
        telling=telling,
        letters=LetterWriter(
            organizer=settings.calendar_organizer,
            clock=resources.clock,
            stop=_message_links(resources),
            visits=_visit_links(resources),
            calls=_call_links(resources),
            phone=settings.clinic_phone,
            address=settings.public_address,
        ),
        carriers=carried,
        message_links=_message_links(resources),
        call_links=_call_links(resources) if _can_ask_callers(settings, carried, policy) else None,
        inquiries=MongoInquiries(database, vault),
        alarms=MongoAlarms(database, vault),
        desk=_desk(settings, carried),
        erasures=MongoErasures(database),
        record_requests=MongoRecordRequests(database, vault),
        disclosures=MongoDisclosures(database, vault),
        colleague_names=MongoColleagueNames(database),
        records=MongoRecords(database, NAME),
        erasing=resources.erasing,
        limits=resources.limits,
        audit=resources.audit,
        policy=policy,
        templates=visit_templates(content),
        calendar=FederalCalendar(),
        location_id=LocationId(settings.clinic_location_id),
        organizer=settings.calendar_organizer,
        zone=zone,
        clock=resources.clock,
    )


def _can_ask_callers(settings: BookingSettings, carried: Carriers, policy: BookingPolicy) -> bool:
    """Whether whoever nobody knows can be sent a link: there is an address of ours, and a way that wants no consent."""
    return settings.public_address is not None and bool(carried.keys() & set(policy.channels_until_withdrawn.value))


def _desk(settings: BookingSettings, carried: Carriers) -> Desk:
    pages = f"{settings.public_address}/pages/desk" if settings.public_address else None
    return Desk(
        carriers={channel: CountedAlarms(channel, carrier) for channel, carrier in carried.items()},
        addresses=settings.desk,
        inquiries_page=pages and f"{pages}/inquiries",
        records_page=pages and f"{pages}/record-requests",
    )


def _sitting_down(resources: Resources[BookingSettings], ports: Ports) -> SittingDown:
    async def find(message_id: str) -> WayIn | None:
        """Of merged records people come in to the one in use."""
        message = await ports.messages.find(MessageId(message_id), of=None)
        if message is None:
            return None
        person = await in_use(ports.patients, message.patient_id)
        return None if person is None else replace(message.way_in(ports.policy), patient_id=person.id)

    return SittingDown(find, _visit_links(resources), Signed(resources.blind_index, "visits_sitting"), resources.clock)


def _visit_links(resources: Resources[BookingSettings]) -> Signed:
    return Signed(resources.blind_index, "visits")


def _message_links(resources: Resources[BookingSettings]) -> Signed:
    return Signed(resources.blind_index, "message")


def _call_links(resources: Resources[BookingSettings]) -> Signed:
    return Signed(resources.blind_index, "call")


async def _knows(ports: Ports, patient_id: str) -> bool:
    return await ports.care_paths.find(PatientId(patient_id), of=None) is not None


async def _named(ports: Ports, patient_id: str) -> str | None:
    found = await ports.patients.several([PatientId(patient_id)])
    return next((f"{each.details.given_name} {each.details.family_name}" for each in found), None)


def _without(booking: Booking) -> tuple[str, ...]:
    patients = () if booking.ports.telling.on else ("messages_to_patients",)
    desk = () if booking.ports.desk.channels else ("alarms_to_the_desk",)
    return (*patients, *desk)


def http() -> Http[Booking]:
    """What `api` answers; imported there alone."""
    from booking.entrypoints.http.app import HTTP

    return HTTP


SERVICE: Service[BookingSettings, Ports, Booking] = Service(
    name=NAME,
    settings=BookingSettings,
    bootstrap=bootstrap,
    ports=lambda booking: booking.ports,
    domain=domain,
    published=PUBLISHED,
    subscriptions=SUBSCRIPTIONS,
    http=http,
    deadlines=DEADLINES,
    effects=EFFECTS,
    knows=_knows,
    named=_named,
    forgets=lambda booking, patient_id: forget(PatientId(patient_id), booking.ports),
    without=_without,
    measures=MEASURES,
    indexes=(
        *alarms.INDEXES,
        *appointments.INDEXES,
        *calendar_feeds.INDEXES,
        *care_paths.INDEXES,
        *disclosures.INDEXES,
        *erasures.INDEXES,
        *fitness_checks.INDEXES,
        *inquiries.INDEXES,
        *messages.INDEXES,
        *patients.INDEXES,
        *practitioners.INDEXES,
        *record_requests.INDEXES,
        *rooms.INDEXES,
        *waitlist.INDEXES,
    ),
)
