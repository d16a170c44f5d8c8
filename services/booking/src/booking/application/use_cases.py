"""The service's table of contents: everything booking can be asked to do."""

from dataclasses import dataclass

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
from booking.application.forgetting import Forgetting
from booking.application.ports import Ports, Practitioners, Rooms
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
from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.pages.links import SittingDown


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """`ports` is what reactions and deadlines get; `practitioners` and `rooms` are read as they are."""

    register_patient: RegisterPatientHandler
    read_patient: ReadPatientHandler
    read_patient_page: ReadPatientPage
    name_patients: NamePatients
    find_patients: FindPatients
    change_patient_details: ChangePatientDetailsHandler
    merge_patients: MergePatientsHandler
    unmerge_patients: UnmergePatientsHandler

    request_erasure: RequestErasureHandler
    withdraw_erasure: WithdrawErasureHandler
    read_erasures: ReadErasures
    forget: Forgetting

    disclose_record: DiscloseRecordHandler
    records: Records
    receive_record_request: ReceiveRecordRequestHandler
    identify_requester: IdentifyRequesterHandler
    extend_record_request: ExtendRecordRequestHandler
    record_share: RecordShareHandler
    give_record_part: GiveRecordPartHandler
    refuse_record_part: RefuseRecordPartHandler
    withdraw_record_request: WithdrawRecordRequestHandler
    read_record_requests: ReadRecordRequests

    add_practitioner: AddPractitionerHandler
    change_practitioner: ChangePractitionerHandler
    practitioners: Practitioners
    add_room: AddRoomHandler
    change_room: ChangeRoomHandler
    rooms: Rooms
    record_absence: RecordAbsenceHandler
    record_return: RecordReturnHandler
    find_alternatives: FindAlternatives

    receive_inquiry: ReceiveInquiryHandler
    take_inquiry: TakeInquiryHandler
    answer_inquiry: AnswerInquiryHandler
    close_inquiry: CloseInquiryHandler
    reopen_inquiry: ReopenInquiryHandler
    erase_inquiry: EraseInquiryHandler
    book_for_inquiry: BookForInquiryHandler
    read_inquiries: ReadInquiries

    find_openings: FindOpeningsHandler
    hold_appointment: HoldAppointmentHandler
    confirm_hold: ConfirmHoldHandler
    confirm_dosing: ConfirmDosingHandler
    release_hold: ReleaseHoldHandler
    book_appointment: BookAppointmentHandler
    book_dosing: BookDosingHandler
    book_series: BookSeriesHandler
    book_info_call: BookInfoCallHandler
    reschedule_appointment: RescheduleAppointmentHandler
    reschedule_pair: ReschedulePairHandler
    reassign_appointment: ReassignAppointmentHandler
    cancel_appointment: CancelAppointmentHandler
    keep_visit: KeepVisitHandler
    record_arrival: RecordArrivalHandler
    complete_consultation: CompleteConsultationHandler
    record_missed_visit: RecordMissedVisitHandler
    correct_appointment: CorrectAppointmentHandler
    read_appointments: ReadAppointments
    find_unfit_visits: FindUnfitVisits
    read_visit: ReadVisit
    weigh_visit: WeighVisit
    read_care_path: ReadCarePathHandler
    list_tasks: ListTasks
    take_task: TakeTaskHandler
    give_back_task: GiveBackTaskHandler
    hand_over_task: HandOverTaskHandler
    take_telling: TakeTellingHandler
    give_back_telling: GiveBackTellingHandler
    hand_over_telling: HandOverTellingHandler
    read_calendar: ReadCalendar
    read_day_board: ReadDayBoard

    read_invitation: ReadInvitation
    open_calendar_feed: OpenCalendarFeedHandler
    close_calendar_feed: CloseCalendarFeedHandler
    read_busy_times: ReadBusyTimes

    join_waitlist: JoinWaitlistHandler
    leave_waitlist: LeaveWaitlistHandler
    record_offer_call: RecordOfferCallHandler
    read_waitlist: ReadWaitlist

    record_contact_consent: RecordContactConsentHandler
    send_again: SendAgainHandler
    record_undelivered: RecordUndeliveredHandler
    record_patient_told: RecordPatientToldHandler
    record_told: RecordToldHandler
    list_untold: ListUntold
    stop_messages: StopMessagesHandler
    read_messages: ReadMessages
    come_in: ComeInHandler
    sitting_down: SittingDown
    clinic_phone: str | None

    ports: Ports
