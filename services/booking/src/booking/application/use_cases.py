"""The service's table of contents: everything booking can be asked to do."""

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
from booking.application.commands.confirm_info_call import ConfirmInfoCallHandler
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
from booking.application.front_desk import FrontDesk
from booking.application.inquiry_changes import InquiryChanges
from booking.application.ports import Ports
from booking.application.queries.find_alternatives import FindAlternatives
from booking.application.queries.find_openings import FindOpeningsHandler
from booking.application.queries.find_patients import FindPatients
from booking.application.queries.find_unfit_visits import FindUnfitVisits
from booking.application.queries.list_tasks import ListTasks
from booking.application.queries.list_untold import ListUntold
from booking.application.queries.name_patients import NamePatients
from booking.application.queries.read_appointments import ReadAppointments
from booking.application.queries.read_asked_call import ReadAskedCall
from booking.application.queries.read_busy_times import ReadBusyTimes
from booking.application.queries.read_calendar import ReadCalendar
from booking.application.queries.read_care_path import ReadCarePath
from booking.application.queries.read_day_board import ReadDayBoard
from booking.application.queries.read_erasures import ReadErasures
from booking.application.queries.read_inquiries import ReadInquiries
from booking.application.queries.read_invitation import ReadInvitation
from booking.application.queries.read_messages import ReadMessages
from booking.application.queries.read_patient import ReadPatient
from booking.application.queries.read_patient_page import ReadPatientPage
from booking.application.queries.read_record_requests import ReadRecordRequests
from booking.application.queries.read_same_person import ReadSamePerson
from booking.application.queries.read_visit import ReadVisit
from booking.application.queries.read_waitlist import ReadWaitlist
from booking.application.queries.weigh_visit import WeighVisit
from booking.application.record_request_changes import RecordRequestChanges
from booking.application.task_changes import TaskChanges
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.ids import AppointmentId, PatientId
from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.pages.links import SittingDown
from careflow_service.work import Work


class Booking:
    """`ports` is what reactions, deadlines and effects get; `practitioners` and `rooms` are read as they are."""

    def __init__(
        self,
        ports: Ports,
        work: Work,
        *,
        disclose_record: DiscloseRecordHandler,
        records: Records,
        sitting_down: SittingDown,
        clinic_phone: str | None,
    ) -> None:
        desk = FrontDesk(ports, work)
        inquiries, requests = InquiryChanges(ports, work), RecordRequestChanges(ports, work)
        tasks: TaskChanges[AppointmentId, Appointment] = TaskChanges(ports.appointments, ports.policy, work)
        tellings: TaskChanges[PatientId, CarePath] = TaskChanges(ports.care_paths, ports.policy, work)
        self.register_patient = RegisterPatientHandler(ports, work)
        self.read_patient = ReadPatient(ports)
        self.read_patient_page = ReadPatientPage(ports)
        self.name_patients = NamePatients(ports)
        self.find_patients = FindPatients(ports)
        self.read_same_person = ReadSamePerson(ports)
        self.change_patient_details = ChangePatientDetailsHandler(ports, work)
        self.merge_patients = MergePatientsHandler(ports, work)
        self.unmerge_patients = UnmergePatientsHandler(ports, work)

        self.request_erasure = RequestErasureHandler(ports, work)
        self.withdraw_erasure = WithdrawErasureHandler(ports, work)
        self.read_erasures = ReadErasures(ports)

        self.disclose_record = disclose_record
        self.records = records
        self.receive_record_request = ReceiveRecordRequestHandler(ports, work)
        self.identify_requester = IdentifyRequesterHandler(requests)
        self.extend_record_request = ExtendRecordRequestHandler(requests)
        self.record_share = RecordShareHandler(requests)
        self.give_record_part = GiveRecordPartHandler(requests)
        self.refuse_record_part = RefuseRecordPartHandler(requests)
        self.withdraw_record_request = WithdrawRecordRequestHandler(requests)
        self.read_record_requests = ReadRecordRequests(ports)

        self.add_practitioner = AddPractitionerHandler(ports, work)
        self.change_practitioner = ChangePractitionerHandler(ports, work)
        self.practitioners = ports.practitioners
        self.add_room = AddRoomHandler(ports, work)
        self.change_room = ChangeRoomHandler(ports, work)
        self.rooms = ports.rooms
        self.record_absence = RecordAbsenceHandler(ports, work)
        self.record_return = RecordReturnHandler(ports, work)
        self.find_alternatives = FindAlternatives(ports)

        self.receive_inquiry = ReceiveInquiryHandler(ports, work)
        self.take_inquiry = TakeInquiryHandler(inquiries)
        self.answer_inquiry = AnswerInquiryHandler(inquiries)
        self.close_inquiry = CloseInquiryHandler(inquiries)
        self.reopen_inquiry = ReopenInquiryHandler(inquiries)
        self.erase_inquiry = EraseInquiryHandler(inquiries)
        self.book_for_inquiry = BookForInquiryHandler(desk)
        self.read_inquiries = ReadInquiries(ports)

        self.find_openings = FindOpeningsHandler(ports)
        self.hold_appointment = HoldAppointmentHandler(desk)
        self.confirm_hold = ConfirmHoldHandler(ports, work)
        self.confirm_dosing = ConfirmDosingHandler(desk)
        self.release_hold = ReleaseHoldHandler(ports, work)
        self.book_appointment = BookAppointmentHandler(desk)
        self.book_dosing = BookDosingHandler(desk)
        self.book_series = BookSeriesHandler(desk)
        self.book_info_call = BookInfoCallHandler(desk)
        self.read_asked_call = ReadAskedCall(ports)
        self.confirm_info_call = ConfirmInfoCallHandler(ports, work)
        self.reschedule_appointment = RescheduleAppointmentHandler(desk)
        self.reschedule_pair = ReschedulePairHandler(desk)
        self.reassign_appointment = ReassignAppointmentHandler(desk)
        self.cancel_appointment = CancelAppointmentHandler(ports, work)
        self.keep_visit = KeepVisitHandler(ports, work)
        self.record_arrival = RecordArrivalHandler(ports, work)
        self.complete_consultation = CompleteConsultationHandler(ports, work)
        self.record_missed_visit = RecordMissedVisitHandler(ports, work)
        self.correct_appointment = CorrectAppointmentHandler(ports, work)
        self.read_appointments = ReadAppointments(ports)
        self.find_unfit_visits = FindUnfitVisits(ports)
        self.read_visit = ReadVisit(ports)
        self.weigh_visit = WeighVisit(desk)
        self.read_care_path = ReadCarePath(ports)
        self.list_tasks = ListTasks(ports)
        self.take_task = TakeTaskHandler(tasks)
        self.give_back_task = GiveBackTaskHandler(tasks)
        self.hand_over_task = HandOverTaskHandler(tasks)
        self.take_telling = TakeTellingHandler(tellings)
        self.give_back_telling = GiveBackTellingHandler(tellings)
        self.hand_over_telling = HandOverTellingHandler(tellings)
        self.read_calendar = ReadCalendar(ports)
        self.read_day_board = ReadDayBoard(ports)

        self.read_invitation = ReadInvitation(ports)
        self.open_calendar_feed = OpenCalendarFeedHandler(ports, work)
        self.close_calendar_feed = CloseCalendarFeedHandler(ports, work)
        self.read_busy_times = ReadBusyTimes(ports)

        self.join_waitlist = JoinWaitlistHandler(ports, work)
        self.leave_waitlist = LeaveWaitlistHandler(ports, work)
        self.record_offer_call = RecordOfferCallHandler(ports, work)
        self.read_waitlist = ReadWaitlist(ports)

        self.record_contact_consent = RecordContactConsentHandler(ports, work)
        self.send_again = SendAgainHandler(ports, work)
        self.record_undelivered = RecordUndeliveredHandler(ports, work)
        self.record_patient_told = RecordPatientToldHandler(ports, work)
        self.record_told = RecordToldHandler(ports, work)
        self.list_untold = ListUntold(ports)
        self.stop_messages = StopMessagesHandler(ports, work)
        self.read_messages = ReadMessages(ports)
        self.come_in = ComeInHandler(ports, work)
        self.sitting_down = sitting_down
        self.clinic_phone = clinic_phone

        self.ports = ports
