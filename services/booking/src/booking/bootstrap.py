"""The only wiring: which adapter stands behind which port, and what the library must know of this service."""

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
from booking.application.alarming import DeskAlarm
from booking.application.commands.add_practitioner import AddPractitionerHandler
from booking.application.commands.add_room import AddRoomHandler
from booking.application.commands.answer_inquiry import AnswerInquiryHandler
from booking.application.commands.book_appointment import BookAppointmentHandler
from booking.application.commands.book_dosing import BookDosingHandler
from booking.application.commands.book_for_inquiry import BookForInquiryHandler
from booking.application.commands.book_info_call import BookInfoCallHandler
from booking.application.commands.book_series import BookSeriesHandler
from booking.application.commands.cancel_appointment import CancelAppointmentHandler
from booking.application.commands.change_patient_details import ChangePatientDetailsHandler
from booking.application.commands.change_practitioner import ChangePractitionerHandler
from booking.application.commands.change_room import ChangeRoomHandler
from booking.application.commands.close_calendar_feed import CloseCalendarFeedHandler
from booking.application.commands.close_inquiry import CloseInquiryHandler
from booking.application.commands.come_in import ComeInHandler
from booking.application.commands.complete_consultation import CompleteConsultationHandler
from booking.application.commands.confirm_dosing import ConfirmDosingHandler
from booking.application.commands.confirm_hold import ConfirmHoldHandler
from booking.application.commands.correct_appointment import CorrectAppointmentHandler
from booking.application.commands.erase_inquiry import EraseInquiryHandler
from booking.application.commands.extend_record_request import ExtendRecordRequestHandler
from booking.application.commands.give_back_task import GiveBackTaskHandler
from booking.application.commands.give_back_telling import GiveBackTellingHandler
from booking.application.commands.give_record_part import GiveRecordPartHandler
from booking.application.commands.hand_over_task import HandOverTaskHandler
from booking.application.commands.hand_over_telling import HandOverTellingHandler
from booking.application.commands.hold_appointment import HoldAppointmentHandler
from booking.application.commands.identify_requester import IdentifyRequesterHandler
from booking.application.commands.join_waitlist import JoinWaitlistHandler
from booking.application.commands.keep_visit import KeepVisitHandler
from booking.application.commands.leave_waitlist import LeaveWaitlistHandler
from booking.application.commands.merge_patients import MergePatientsHandler
from booking.application.commands.open_calendar_feed import OpenCalendarFeedHandler
from booking.application.commands.reassign_appointment import ReassignAppointmentHandler
from booking.application.commands.receive_inquiry import ReceiveInquiryHandler
from booking.application.commands.receive_record_request import ReceiveRecordRequestHandler
from booking.application.commands.record_absence import RecordAbsenceHandler
from booking.application.commands.record_arrival import RecordArrivalHandler
from booking.application.commands.record_contact_consent import RecordContactConsentHandler
from booking.application.commands.record_missed_visit import RecordMissedVisitHandler
from booking.application.commands.record_offer_call import RecordOfferCallHandler
from booking.application.commands.record_patient_told import RecordPatientToldHandler
from booking.application.commands.record_return import RecordReturnHandler
from booking.application.commands.record_share import RecordShareHandler
from booking.application.commands.record_told import RecordToldHandler
from booking.application.commands.record_undelivered import RecordUndeliveredHandler
from booking.application.commands.refuse_record_part import RefuseRecordPartHandler
from booking.application.commands.register_patient import RegisterPatientHandler
from booking.application.commands.release_hold import ReleaseHoldHandler
from booking.application.commands.reopen_inquiry import ReopenInquiryHandler
from booking.application.commands.request_erasure import RequestErasureHandler, WithdrawErasureHandler
from booking.application.commands.reschedule_appointment import RescheduleAppointmentHandler
from booking.application.commands.reschedule_pair import ReschedulePairHandler
from booking.application.commands.send_again import SendAgainHandler
from booking.application.commands.stop_messages import StopMessagesHandler
from booking.application.commands.take_inquiry import TakeInquiryHandler
from booking.application.commands.take_task import TakeTaskHandler
from booking.application.commands.take_telling import TakeTellingHandler
from booking.application.commands.unmerge_patients import UnmergePatientsHandler
from booking.application.commands.withdraw_record_request import WithdrawRecordRequestHandler
from booking.application.dated_hours import DatedHours
from booking.application.fitness import Fitness
from booking.application.forgetting import Forgetting
from booking.application.front_desk import FrontDesk
from booking.application.gated_visits import GatedVisits
from booking.application.holding import Holding
from booking.application.inquiry_changes import InquiryChanges
from booking.application.messaging import Messenger
from booking.application.offering import FreedVisits, Offering
from booking.application.ports import Patients, Ports
from booking.application.queries.find_alternatives import FindAlternatives
from booking.application.queries.find_openings import FindOpeningsHandler
from booking.application.queries.find_patients import FindPatients
from booking.application.queries.find_unfit_visits import FindUnfitVisits
from booking.application.queries.list_tasks import ListTasks
from booking.application.queries.list_untold import ListUntold
from booking.application.queries.name_patients import NamePatients
from booking.application.queries.read_appointments import ReadAppointments
from booking.application.queries.read_busy_times import ReadBusyTimes
from booking.application.queries.read_calendar import ReadCalendar
from booking.application.queries.read_care_path import ReadCarePathHandler
from booking.application.queries.read_day_board import ReadDayBoard
from booking.application.queries.read_erasures import ReadErasures
from booking.application.queries.read_inquiries import ReadInquiries
from booking.application.queries.read_invitation import ReadInvitation
from booking.application.queries.read_messages import ReadMessages
from booking.application.queries.read_patient import ReadPatientHandler
from booking.application.queries.read_patient_page import ReadPatientPage
from booking.application.queries.read_record_requests import ReadRecordRequests
from booking.application.queries.read_visit import ReadVisit
from booking.application.queries.read_waitlist import ReadWaitlist
from booking.application.queries.weigh_visit import WeighVisit
from booking.application.record_request_changes import RecordRequestChanges
from booking.application.reservations import Reservations
from booking.application.scheduling import Scheduling
from booking.application.share_of_record import share_of_record
from booking.application.sitting_down import ways_in
from booking.application.task_changes import TaskChanges
from booking.application.telling import Noting, Telling
from booking.application.telling_names import TellingNames
from booking.application.use_cases import Booking
from booking.application.visit_changes import VisitChanges
from booking.deadlines import DEADLINES, EFFECTS
from booking.domain.ids import LocationId, PatientId
from booking.measures import MEASURES
from booking.published import PUBLISHED
from booking.settings import BookingSettings
from booking.subscriptions import SUBSCRIPTIONS
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
    settings, database = resources.settings, resources.database
    work, clock = resources.work, resources.clock
    zone: ZoneInfo = settings.clinic_timezone
    location_id = LocationId(settings.clinic_location_id)
    content = Content(SHIPPED, ENTRIES, settings.content_dir)
    policy = booking_policy(content)

    all_patients = MongoPatients(database, resources.vault)
    all_practitioners = MongoPractitioners(database)
    telling_names = TellingNames(location_id, MongoColleagueNames(database))
    all_rooms = MongoRooms(database)
    all_messages = MongoMessages(database, resources.vault)
    all_consents = MongoConsents(database, resources.vault)
    message_links = Signed(resources.blind_index, "message")
    visit_links = Signed(resources.blind_index, "visits")
    carried = carriers(settings, resources.wall_clock)
    telling = Telling(all_messages, on=bool(carried))
    all_appointments = MongoAppointments(database, resources.vault, policy, zone, telling.of_change)
    all_paths = MongoCarePaths(database, resources.vault, policy)
    note_outcome = Noting(all_appointments, all_paths, all_patients)
    all_entries = MongoWaitlist(database, resources.vault)
    freed_times = MongoFreedTimes(database)
    records = MongoRecords(database, NAME)
    all_days = MongoCalendarDays(database, resources.blind_index, zone)
    resources.blind_index.holds(HashedCalendarDays(database, all_days, all_appointments, zone))
    feeds = MongoCalendarFeeds(database)
    all_erasures = MongoErasures(database)
    all_record_requests = MongoRecordRequests(database, resources.vault)
    all_disclosures = MongoDisclosures(database, resources.vault)
    record_request_changes = RecordRequestChanges(all_record_requests, work)
    all_inquiries = MongoInquiries(database, resources.vault)
    all_alarms = MongoAlarms(database, resources.vault)
    alarm = DeskAlarm(
        alarms=all_alarms,
        inquiries=all_inquiries,
        carriers={channel: CountedAlarms(channel, carrier) for channel, carrier in carried.items()},
        desk=settings.desk,
        page=f"{settings.public_address}/pages/desk/inquiries" if settings.public_address else None,
        record_requests=all_record_requests,
        records_page=f"{settings.public_address}/pages/desk/record-requests" if settings.public_address else None,
    )
    inquiry_changes = InquiryChanges(all_inquiries, resources.work)
    task_changes = TaskChanges(all_appointments, policy, work)
    telling_changes = TaskChanges(all_paths, policy, work)
    scheduling = Scheduling(
        practitioners=all_practitioners,
        rooms=all_rooms,
        calendar_days=all_days,
        templates=visit_templates(content),
        policy=policy,
        location_id=location_id,
        zone=zone,
        clock=clock,
    )
    visits = GatedVisits(records, scheduling, policy)
    holding = Holding(all_appointments, policy)
    freed = FreedVisits(freed_times)
    all_checks = MongoFitnessChecks(database)
    fitness = Fitness(all_checks, all_appointments, all_patients, scheduling, policy, zone)
    changes = VisitChanges(all_appointments, all_paths, holding, freed)
    offering = Offering(
        waitlist=all_entries,
        freed_times=freed_times,
        appointments=all_appointments,
        patients=all_patients,
        care_paths=all_paths,
        visits=visits,
        scheduling=scheduling,
        telling=telling,
        policy=policy,
    )
    reservations = Reservations(all_appointments, changes, offering)
    desk = FrontDesk(
        patients=all_patients,
        care_paths=all_paths,
        appointments=all_appointments,
        changes=changes,
        visits=visits,
        scheduling=scheduling,
        policy=policy,
        work=work,
    )
    read_invitation = ReadInvitation(
        all_appointments, all_patients, resources.audit, clock, settings.calendar_organizer
    )
    messenger = Messenger(
        appointments=all_appointments,
        patients=all_patients,
        consents=all_consents,
        care_paths=all_paths,
        writer=LetterWriter(
            read_invitation.to,
            stop=message_links,
            visits=visit_links,
            phone=settings.clinic_phone,
            address=settings.public_address,
        ),
        carriers=carried,
        policy=policy,
        clock=clock,
    )
    share = share_of_record(
        all_disclosures,
        all_patients,
        all_record_requests,
        {
            "patient": all_patients,
            "contact_consents": all_consents,
            "care_path": all_paths,
            "visit": all_appointments,
            "waitlist_entry": all_entries,
            "inquiry": all_inquiries,
            "message": all_messages,
            "record_request": all_record_requests,
        },
        policy,
    )
    book_dosing = BookDosingHandler(desk)
    dated = DatedHours(policy, zone)
    change_practitioner = ChangePractitionerHandler(all_practitioners, dated, fitness, telling_names, work)
    change_room = ChangeRoomHandler(all_rooms, dated, fitness, work)

    return Booking(
        register_patient=RegisterPatientHandler(all_patients, all_paths, policy, zone, work),
        read_patient=ReadPatientHandler(all_patients, resources.audit),
        name_patients=NamePatients(all_patients, resources.audit),
        find_patients=FindPatients(all_patients, resources.audit),
        change_patient_details=ChangePatientDetailsHandler(
            all_patients, all_paths, holding, fitness, policy, zone, work
        ),
        merge_patients=MergePatientsHandler(all_patients, all_paths, all_appointments, all_entries, all_consents, work),
        unmerge_patients=UnmergePatientsHandler(all_patients, all_paths, policy, work),
        request_erasure=RequestErasureHandler(
            all_patients,
            all_paths,
            all_appointments,
            all_entries,
            all_erasures,
            all_record_requests,
            all_disclosures,
            resources.erasing,
            policy,
            work,
        ),
        withdraw_erasure=WithdrawErasureHandler(all_patients, all_erasures, resources.erasing, work),
        read_erasures=ReadErasures(all_erasures, resources.audit),
        disclose_record=DiscloseRecordHandler(share, work),
        records=Records(share, resources.audit, clock, partial(_name_of, all_patients)),
        receive_record_request=ReceiveRecordRequestHandler(
            all_record_requests, all_patients, policy, FederalCalendar(), zone, work
        ),
        identify_requester=IdentifyRequesterHandler(record_request_changes),
        extend_record_request=ExtendRecordRequestHandler(record_request_changes, policy, zone),
        record_share=RecordShareHandler(record_request_changes),
        give_record_part=GiveRecordPartHandler(record_request_changes),
        refuse_record_part=RefuseRecordPartHandler(record_request_changes),
        withdraw_record_request=WithdrawRecordRequestHandler(record_request_changes),
        read_record_requests=ReadRecordRequests(all_record_requests, resources.audit),
        forget=Forgetting(all_patients, all_days, policy, zone, clock),
        add_practitioner=AddPractitionerHandler(all_practitioners, telling_names, work),
        change_practitioner=change_practitioner,
        practitioners=all_practitioners,
        add_room=AddRoomHandler(all_rooms, location_id, work),
        change_room=change_room,
        rooms=all_rooms,
        record_absence=RecordAbsenceHandler(change_practitioner, change_room, zone),
        record_return=RecordReturnHandler(change_practitioner, change_room),
        find_alternatives=FindAlternatives(
            appointments=all_appointments,
            calendar_days=all_days,
            patients=all_patients,
            care_paths=all_paths,
            records=records,
            practitioners=all_practitioners,
            rooms=all_rooms,
            scheduling=scheduling,
            policy=policy,
            audit=resources.audit,
        ),
        find_openings=FindOpeningsHandler(all_patients, all_paths, scheduling, policy, clock),
        hold_appointment=HoldAppointmentHandler(desk, reservations),
        confirm_hold=ConfirmHoldHandler(all_appointments, all_paths, visits, reservations, work),
        confirm_dosing=ConfirmDosingHandler(desk, offering),
        release_hold=ReleaseHoldHandler(all_appointments, offering, work),
        book_appointment=BookAppointmentHandler(desk, reservations),
        book_dosing=book_dosing,
        book_series=BookSeriesHandler(all_paths, book_dosing, policy, zone),
        book_info_call=BookInfoCallHandler(desk, zone, resources.limits),
        receive_inquiry=ReceiveInquiryHandler(all_inquiries, alarm, policy, resources.limits, work),
        take_inquiry=TakeInquiryHandler(inquiry_changes),
        answer_inquiry=AnswerInquiryHandler(inquiry_changes),
        close_inquiry=CloseInquiryHandler(inquiry_changes),
        reopen_inquiry=ReopenInquiryHandler(inquiry_changes, policy),
        erase_inquiry=EraseInquiryHandler(inquiry_changes),
        book_for_inquiry=BookForInquiryHandler(desk, all_inquiries, zone),
        read_inquiries=ReadInquiries(
            all_inquiries, all_alarms, resources.audit, zone, desk_reached=bool(alarm.channels)
        ),
        reschedule_appointment=RescheduleAppointmentHandler(desk),
        reschedule_pair=ReschedulePairHandler(desk),
        reassign_appointment=ReassignAppointmentHandler(desk),
        cancel_appointment=CancelAppointmentHandler(all_appointments, changes, scheduling, work),
        keep_visit=KeepVisitHandler(changes, work),
        record_arrival=RecordArrivalHandler(changes, policy, work),
        complete_consultation=CompleteConsultationHandler(changes, work),
        record_missed_visit=RecordMissedVisitHandler(changes, work),
        correct_appointment=CorrectAppointmentHandler(changes, work),
        read_appointments=ReadAppointments(all_appointments, resources.audit, clock),
        find_unfit_visits=FindUnfitVisits(all_appointments, all_patients, scheduling, resources.audit, zone),
        read_care_path=ReadCarePathHandler(all_paths, records, resources.audit, policy, zone, clock),
        read_patient_page=ReadPatientPage(
            patients=all_patients,
            care_paths=all_paths,
            waitlist=all_entries,
            policy=policy,
            audit=resources.audit,
            clock=clock,
        ),
        read_visit=ReadVisit(
            appointments=all_appointments,
            patients=all_patients,
            care_paths=all_paths,
            scheduling=scheduling,
            policy=policy,
            audit=resources.audit,
            clock=clock,
        ),
        weigh_visit=WeighVisit(desk, resources.audit),
        list_tasks=ListTasks(all_appointments, policy, resources.audit, clock),
        take_task=TakeTaskHandler(task_changes),
        give_back_task=GiveBackTaskHandler(task_changes),
        hand_over_task=HandOverTaskHandler(task_changes),
        take_telling=TakeTellingHandler(telling_changes),
        give_back_telling=GiveBackTellingHandler(telling_changes),
        hand_over_telling=HandOverTellingHandler(telling_changes),
        read_calendar=ReadCalendar(
            appointments=all_appointments,
            patients=all_patients,
            practitioners=all_practitioners,
            rooms=all_rooms,
            calendar_days=all_days,
            audit=resources.audit,
            zone=zone,
            clock=clock,
        ),
        read_day_board=ReadDayBoard(
            appointments=all_appointments,
            patients=all_patients,
            practitioners=all_practitioners,
            rooms=all_rooms,
            records=records,
            policy=policy,
            audit=resources.audit,
            clock=clock,
        ),
        read_invitation=read_invitation,
        open_calendar_feed=OpenCalendarFeedHandler(feeds, all_practitioners, work),
        close_calendar_feed=CloseCalendarFeedHandler(feeds, work),
        read_busy_times=ReadBusyTimes(feeds, all_days, policy, zone, clock),
        join_waitlist=JoinWaitlistHandler(all_entries, all_patients, scheduling, policy, work),
        leave_waitlist=LeaveWaitlistHandler(all_entries, work),
        record_offer_call=RecordOfferCallHandler(all_entries, all_appointments, offering, work),
        read_waitlist=ReadWaitlist(all_entries, resources.audit),
        record_contact_consent=RecordContactConsentHandler(all_consents, all_patients, work),
        send_again=SendAgainHandler(all_messages, all_appointments, all_paths, telling, work),
        record_undelivered=RecordUndeliveredHandler(all_messages, note_outcome, work),
        record_patient_told=RecordPatientToldHandler(all_appointments, work),
        record_told=RecordToldHandler(all_paths, work),
        list_untold=ListUntold(all_paths, policy, resources.audit, clock),
        stop_messages=StopMessagesHandler(all_messages, message_links, all_consents, all_patients, policy, work),
        clinic_phone=settings.clinic_phone,
        come_in=ComeInHandler(all_messages, all_patients, policy, work),
        sitting_down=SittingDown(
            ways_in(all_messages, all_patients, policy),
            visit_links,
            Signed(resources.blind_index, "visits_sitting"),
            clock,
        ),
        read_messages=ReadMessages(
            all_messages, message_links, all_consents, all_patients, policy, resources.audit, clock
        ),
        ports=Ports(
            appointments=all_appointments,
            patients=all_patients,
            practitioners=all_practitioners,
            tell_name=telling_names,
            care_paths=all_paths,
            policy=policy,
            settle_holds=holding.settled,
            give_back=scheduling.release,
            waitlist=all_entries,
            freed_times=freed_times,
            fitness_checks=all_checks,
            look_on=fitness.look_on,
            lapse=offering.lapse,
            free=freed.note,
            offer_next=offering.offer_next,
            messages=all_messages,
            erasures=all_erasures,
            record_requests=all_record_requests,
            erasing=resources.erasing,
            telling=telling,
            attempt=messenger.attempt,
            alarms=all_alarms,
            inquiries=all_inquiries,
            waits=alarm.waits,
            plan_record_alarm=alarm.plan_record,
            next_to_wake=alarm.next_to_wake,
            ring=alarm.ring,
            note_outcome=note_outcome,
            clock=clock,
            zone=zone,
        ),
    )


async def _knows(ports: Ports, patient_id: str) -> bool:
    return await ports.care_paths.find(PatientId(patient_id), of=None) is not None


async def _named(ports: Ports, patient_id: str) -> str | None:
    return await _name_of(ports.patients, patient_id)


async def _name_of(patients: Patients, patient_id: str) -> str | None:
    found = await patients.several([PatientId(patient_id)])
    return next((f"{each.details.given_name} {each.details.family_name}" for each in found), None)


def _without(booking: Booking) -> tuple[str, ...]:
    patients = () if booking.ports.telling.on else ("messages_to_patients",)
    desk = () if booking.read_inquiries.desk_reached else ("alarms_to_the_desk",)
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
    forgets=lambda booking, patient_id: booking.forget(PatientId(patient_id)),
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
