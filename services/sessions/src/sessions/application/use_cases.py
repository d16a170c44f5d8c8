"""The service's table of contents: everything sessions can be asked to do."""

from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.pages.links import SittingDown
from careflow_service.work import Work
from sessions.application.commands.abort_session import AbortSessionHandler
from sessions.application.commands.attest_eligibility import AttestEligibilityHandler
from sessions.application.commands.change_plan import ChangePlanHandler
from sessions.application.commands.check_in import CheckInHandler
from sessions.application.commands.clear_session import ClearSessionHandler
from sessions.application.commands.close_drug_day import CloseDrugDayHandler, ConfirmDrugDayHandler
from sessions.application.commands.complete_session import CompleteSessionHandler
from sessions.application.commands.convert_session import ConvertSessionHandler
from sessions.application.commands.correct_checks import CorrectChecksHandler
from sessions.application.commands.correct_dose import CorrectDoseHandler
from sessions.application.commands.correct_leaving import CorrectLeavingHandler
from sessions.application.commands.correct_services import CorrectServicesHandler
from sessions.application.commands.correct_vitals import CorrectVitalsHandler
from sessions.application.commands.discharge_from_care import DischargeFromCareHandler
from sessions.application.commands.discharge_patient import DischargePatientHandler
from sessions.application.commands.draft_plan import DraftPlanHandler, RedraftPlanHandler
from sessions.application.commands.draw_drug import DrawDrugHandler
from sessions.application.commands.end_dose import EndDoseHandler
from sessions.application.commands.enter_in_drug_log import EnterInDrugLogHandler, ReverseEntryHandler
from sessions.application.commands.follow_lab_test import (
    RecordResultHandler,
    RecordSampleHandler,
    ReviewResultHandler,
)
from sessions.application.commands.follow_medicine import CorrectMedicineHandler, RecordEffectHandler
from sessions.application.commands.give_dose import GiveDoseHandler
from sessions.application.commands.give_medicine import GiveMedicineHandler, WithholdMedicineHandler
from sessions.application.commands.hand_out_package import HandOutPackageHandler
from sessions.application.commands.issue_plan_link import IssuePlanLinkHandler
from sessions.application.commands.join_session import JoinSessionHandler, LeaveSessionHandler
from sessions.application.commands.judge_discrepancy import FileDrugReportHandler, JudgeDiscrepancyHandler
from sessions.application.commands.make_plan_task import MakePlanTaskHandler, SignPlanTaskHandler
from sessions.application.commands.open_plan_link import OpenPlanLinkHandler
from sessions.application.commands.open_session import OpenSessionHandler
from sessions.application.commands.order_medicine import (
    AnswerVerbalOrderHandler,
    CorrectVerbalOrderHandler,
    OrderMedicineHandler,
    TakeVerbalOrderHandler,
)
from sessions.application.commands.reach_patient import DecideOutreachHandler, TryToReachHandler
from sessions.application.commands.receive_container import ReceiveContainerHandler
from sessions.application.commands.record_checks import RecordChecksHandler
from sessions.application.commands.record_contact_attempt import RecordContactAttemptHandler
from sessions.application.commands.record_coordination_call import RecordCoordinationCallHandler
from sessions.application.commands.record_dose_outside_gate import RecordDoseOutsideGateHandler
from sessions.application.commands.record_medicine_outside_order import RecordMedicineOutsideOrderHandler
from sessions.application.commands.record_return import RecordReturnHandler
from sessions.application.commands.record_therapy_otherwise import RecordTherapyOtherwiseHandler
from sessions.application.commands.record_vitals import RecordVitalsHandler
from sessions.application.commands.refuse_session import RefuseSessionHandler
from sessions.application.commands.regrade_adverse_event import RegradeAdverseEventHandler
from sessions.application.commands.report_adverse_event import ReportAdverseEventHandler
from sessions.application.commands.resolve_stop import ResolveStopHandler
from sessions.application.commands.review_adverse_event import ReviewAdverseEventHandler
from sessions.application.commands.review_dose_outside_gate import ReviewDoseOutsideGateHandler
from sessions.application.commands.review_doses import ReviewDosesHandler
from sessions.application.commands.review_medicine_outside_order import ReviewMedicineOutsideOrderHandler
from sessions.application.commands.review_therapy_otherwise import ReviewTherapyOtherwiseHandler
from sessions.application.commands.say_how_held import SayHowHeldHandler
from sessions.application.commands.send_plan_link import SendPlanLinkHandler
from sessions.application.commands.set_pump import SetPumpHandler
from sessions.application.commands.settle_plan_task import SettlePlanTaskHandler
from sessions.application.commands.sign_consent import SignConsentHandler
from sessions.application.commands.sign_note import AddToNoteHandler, SignNoteHandler
from sessions.application.commands.sign_order import SignOrderHandler
from sessions.application.commands.sign_overrides import SignOverridesHandler
from sessions.application.commands.sign_plan import AdjustPlanHandler, SignPlanHandler
from sessions.application.commands.sign_standing_order import RevokeStandingOrderHandler, SignStandingOrderHandler
from sessions.application.commands.start_session import StartSessionHandler
from sessions.application.commands.submit_rems_form import SubmitRemsFormHandler
from sessions.application.commands.take_inventory import ConfirmInventoryHandler, TakeInventoryHandler
from sessions.application.commands.undo_plan_task import UndoPlanTaskHandler
from sessions.application.commands.verify_patient import VerifyPatientHandler
from sessions.application.commands.withdraw_consent import WithdrawConsentHandler
from sessions.application.commands.withdraw_plan_link import WithdrawPlanLinkHandler
from sessions.application.commands.witness_entry import WitnessEntryHandler
from sessions.application.commands.write_note import RewriteNoteHandler, WriteNoteHandler
from sessions.application.commands.write_psychotherapy_note import (
    AddToPsychotherapyNoteHandler,
    WritePsychotherapyNoteHandler,
)
from sessions.application.medication_changes import MedicationChanges
from sessions.application.ports import Ports
from sessions.application.queries.follow_session import FollowSession
from sessions.application.queries.read_bedside import ReadBedside
from sessions.application.queries.read_dose_reviews import ReadDoseReviews
from sessions.application.queries.read_drug_log import ReadDrugLog
from sessions.application.queries.read_notes_page import ReadNotesPage
from sessions.application.queries.read_patient_page import ReadPatientPage
from sessions.application.queries.read_plan_page import ReadPlanPage
from sessions.application.queries.read_rems_page import ReadRemsPage
from sessions.application.queries.reading import Reading
from sessions.application.queries.reading_medicines import ReadingMedicines
from sessions.application.queries.reading_notes import ReadingNotes
from sessions.application.queries.reading_papers import ReadingPapers
from sessions.application.queries.reading_plan_tasks import ReadingPlanTasks
from sessions.application.session_changes import SessionChanges


class Sessions:
    """`ports` is what reactions and deadlines get."""

    def __init__(
        self,
        ports: Ports,
        work: Work,
        *,
        disclose_record: DiscloseRecordHandler,
        records: Records,
        sitting_down: SittingDown,
    ) -> None:
        changes, medicines = SessionChanges(ports, work), MedicationChanges(ports, work)
        self.sign_consent = SignConsentHandler(ports, work)
        self.withdraw_consent = WithdrawConsentHandler(ports, work)
        self.draft_plan = DraftPlanHandler(ports, work)
        self.redraft_plan = RedraftPlanHandler(ports, work)
        self.sign_plan = SignPlanHandler(ports, work)
        self.adjust_plan = AdjustPlanHandler(ports, work)
        self.change_plan = ChangePlanHandler(ports, work)
        self.discharge_from_care = DischargeFromCareHandler(ports, work)
        self.open_session = OpenSessionHandler(ports, work)
        self.check_in = CheckInHandler(changes)
        self.join_session = JoinSessionHandler(changes)
        self.leave_session = LeaveSessionHandler(changes)
        self.record_checks = RecordChecksHandler(changes)
        self.correct_checks = CorrectChecksHandler(changes)
        self.resolve_stop = ResolveStopHandler(ports, work)
        self.sign_order = SignOrderHandler(changes)
        self.attest_eligibility = AttestEligibilityHandler(changes)
        self.sign_overrides = SignOverridesHandler(changes)
        self.clear_session = ClearSessionHandler(changes)
        self.refuse_session = RefuseSessionHandler(changes)
        self.convert_session = ConvertSessionHandler(changes)
        self.verify_patient = VerifyPatientHandler(changes)
        self.say_how_held = SayHowHeldHandler(changes)
        self.record_coordination_call = RecordCoordinationCallHandler(changes)
        self.start_session = StartSessionHandler(changes)
        self.give_dose = GiveDoseHandler(changes)
        self.record_dose_outside_gate = RecordDoseOutsideGateHandler(changes)
        self.review_dose_outside_gate = ReviewDoseOutsideGateHandler(changes)
        self.set_pump = SetPumpHandler(changes)
        self.end_dose = EndDoseHandler(changes)
        self.correct_dose = CorrectDoseHandler(changes)
        self.record_vitals = RecordVitalsHandler(changes)
        self.correct_vitals = CorrectVitalsHandler(changes)
        self.correct_leaving = CorrectLeavingHandler(changes)
        self.discharge_patient = DischargePatientHandler(ports, work)
        self.complete_session = CompleteSessionHandler(changes)
        self.record_therapy_otherwise = RecordTherapyOtherwiseHandler(changes)
        self.review_therapy_otherwise = ReviewTherapyOtherwiseHandler(changes)
        self.abort_session = AbortSessionHandler(changes)
        self.record_return = RecordReturnHandler(changes)
        self.correct_services = CorrectServicesHandler(changes)
        self.sign_standing_order = SignStandingOrderHandler(ports, work)
        self.revoke_standing_order = RevokeStandingOrderHandler(ports, work)
        self.order_medicine = OrderMedicineHandler(medicines)
        self.take_verbal_order = TakeVerbalOrderHandler(medicines)
        self.answer_verbal_order = AnswerVerbalOrderHandler(medicines)
        self.correct_verbal_order = CorrectVerbalOrderHandler(medicines)
        self.give_medicine = GiveMedicineHandler(medicines)
        self.withhold_medicine = WithholdMedicineHandler(medicines)
        self.record_effect = RecordEffectHandler(medicines)
        self.correct_medicine = CorrectMedicineHandler(medicines)
        self.record_medicine_outside_order = RecordMedicineOutsideOrderHandler(medicines)
        self.review_medicine_outside_order = ReviewMedicineOutsideOrderHandler(medicines)
        self.review_doses = ReviewDosesHandler(ports, work)
        self.regrade_adverse_event = RegradeAdverseEventHandler(ports, work)
        self.report_adverse_event = ReportAdverseEventHandler(ports, work)
        self.review_adverse_event = ReviewAdverseEventHandler(ports, work)
        self.submit_rems_form = SubmitRemsFormHandler(ports, work)
        self.write_note = WriteNoteHandler(ports, work)
        self.rewrite_note = RewriteNoteHandler(ports, work)
        self.sign_note = SignNoteHandler(ports, work)
        self.add_to_note = AddToNoteHandler(ports, work)
        self.write_psychotherapy_note = WritePsychotherapyNoteHandler(ports, work)
        self.add_to_psychotherapy_note = AddToPsychotherapyNoteHandler(ports, work)
        self.record_contact_attempt = RecordContactAttemptHandler(ports, work)
        self.make_plan_task = MakePlanTaskHandler(ports, work)
        self.sign_plan_task = SignPlanTaskHandler(ports, work)
        self.settle_plan_task = SettlePlanTaskHandler(ports, work)
        self.issue_plan_link = IssuePlanLinkHandler(ports, work)
        self.send_plan_link = SendPlanLinkHandler(ports, work)
        self.withdraw_plan_link = WithdrawPlanLinkHandler(ports, work)
        self.undo_plan_task = UndoPlanTaskHandler(ports, work)
        self.open_plan_link = OpenPlanLinkHandler(ports, work)
        self.record_sample = RecordSampleHandler(ports, work)
        self.record_result = RecordResultHandler(ports, work)
        self.review_result = ReviewResultHandler(ports, work)
        self.try_to_reach = TryToReachHandler(ports, work)
        self.decide_outreach = DecideOutreachHandler(ports, work)
        self.receive_container = ReceiveContainerHandler(ports, work)
        self.draw_drug = DrawDrugHandler(ports, work)
        self.enter_in_drug_log = EnterInDrugLogHandler(ports, work)
        self.hand_out_package = HandOutPackageHandler(ports, work)
        self.reverse_entry = ReverseEntryHandler(ports, work)
        self.witness_entry = WitnessEntryHandler(ports, work)
        self.close_drug_day = CloseDrugDayHandler(ports, work)
        self.confirm_drug_day = ConfirmDrugDayHandler(ports, work)
        self.judge_discrepancy = JudgeDiscrepancyHandler(ports, work)
        self.file_drug_report = FileDrugReportHandler(ports, work)
        self.take_inventory = TakeInventoryHandler(ports, work)
        self.confirm_inventory = ConfirmInventoryHandler(ports, work)

        self.read_bedside = ReadBedside(ports)
        self.read_dose_reviews = ReadDoseReviews(ports)
        self.read_patient_page = ReadPatientPage(ports)
        self.read_drug_log = ReadDrugLog(ports)
        self.read_notes_page = ReadNotesPage(ports)
        self.read_plan_page = ReadPlanPage(ports)
        self.follow_session = FollowSession(ports)
        self.disclose_record = disclose_record
        self.records = records
        self.reading = Reading(ports)
        self.read_rems_page = ReadRemsPage(ports)
        self.reading_notes = ReadingNotes(ports)
        self.reading_medicines = ReadingMedicines(ports)
        self.reading_plan_tasks = ReadingPlanTasks(ports)
        self.reading_papers = ReadingPapers(ports)
        self.sitting_down = sitting_down
        self.ports = ports
