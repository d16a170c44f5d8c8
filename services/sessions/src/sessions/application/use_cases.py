"""The service's table of contents: everything sessions can be asked to do."""

from dataclasses import dataclass

from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.pages.links import SittingDown
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
from sessions.application.ports import Ports
from sessions.application.queries.follow_session import FollowSession
from sessions.application.queries.read_bedside import ReadBedside
from sessions.application.queries.read_dose_reviews import ReadDoseReviews
from sessions.application.queries.read_drug_log import ReadDrugLog
from sessions.application.queries.read_patient_page import ReadPatientPage
from sessions.application.queries.read_plan_page import ReadPlanPage
from sessions.application.queries.reading import Reading
from sessions.application.queries.reading_medicines import ReadingMedicines
from sessions.application.queries.reading_notes import ReadingNotes
from sessions.application.queries.reading_papers import ReadingPapers
from sessions.application.queries.reading_plan_tasks import ReadingPlanTasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """`ports` is what reactions and deadlines get."""

    sign_consent: SignConsentHandler
    withdraw_consent: WithdrawConsentHandler
    draft_plan: DraftPlanHandler
    redraft_plan: RedraftPlanHandler
    sign_plan: SignPlanHandler
    adjust_plan: AdjustPlanHandler
    change_plan: ChangePlanHandler
    discharge_from_care: DischargeFromCareHandler
    open_session: OpenSessionHandler
    check_in: CheckInHandler
    join_session: JoinSessionHandler
    leave_session: LeaveSessionHandler
    record_checks: RecordChecksHandler
    correct_checks: CorrectChecksHandler
    resolve_stop: ResolveStopHandler
    sign_order: SignOrderHandler
    attest_eligibility: AttestEligibilityHandler
    sign_overrides: SignOverridesHandler
    clear_session: ClearSessionHandler
    refuse_session: RefuseSessionHandler
    convert_session: ConvertSessionHandler
    verify_patient: VerifyPatientHandler
    say_how_held: SayHowHeldHandler
    record_coordination_call: RecordCoordinationCallHandler
    start_session: StartSessionHandler
    give_dose: GiveDoseHandler
    record_dose_outside_gate: RecordDoseOutsideGateHandler
    review_dose_outside_gate: ReviewDoseOutsideGateHandler
    set_pump: SetPumpHandler
    end_dose: EndDoseHandler
    correct_dose: CorrectDoseHandler
    record_vitals: RecordVitalsHandler
    correct_vitals: CorrectVitalsHandler
    discharge_patient: DischargePatientHandler
    complete_session: CompleteSessionHandler
    record_therapy_otherwise: RecordTherapyOtherwiseHandler
    review_therapy_otherwise: ReviewTherapyOtherwiseHandler
    abort_session: AbortSessionHandler
    record_return: RecordReturnHandler
    correct_services: CorrectServicesHandler
    sign_standing_order: SignStandingOrderHandler
    revoke_standing_order: RevokeStandingOrderHandler
    order_medicine: OrderMedicineHandler
    take_verbal_order: TakeVerbalOrderHandler
    answer_verbal_order: AnswerVerbalOrderHandler
    correct_verbal_order: CorrectVerbalOrderHandler
    give_medicine: GiveMedicineHandler
    withhold_medicine: WithholdMedicineHandler
    record_effect: RecordEffectHandler
    correct_medicine: CorrectMedicineHandler
    record_medicine_outside_order: RecordMedicineOutsideOrderHandler
    review_medicine_outside_order: ReviewMedicineOutsideOrderHandler
    review_doses: ReviewDosesHandler
    regrade_adverse_event: RegradeAdverseEventHandler
    report_adverse_event: ReportAdverseEventHandler
    review_adverse_event: ReviewAdverseEventHandler
    submit_rems_form: SubmitRemsFormHandler
    write_note: WriteNoteHandler
    rewrite_note: RewriteNoteHandler
    sign_note: SignNoteHandler
    add_to_note: AddToNoteHandler
    write_psychotherapy_note: WritePsychotherapyNoteHandler
    add_to_psychotherapy_note: AddToPsychotherapyNoteHandler
    record_contact_attempt: RecordContactAttemptHandler
    make_plan_task: MakePlanTaskHandler
    sign_plan_task: SignPlanTaskHandler
    settle_plan_task: SettlePlanTaskHandler
    issue_plan_link: IssuePlanLinkHandler
    send_plan_link: SendPlanLinkHandler
    withdraw_plan_link: WithdrawPlanLinkHandler
    undo_plan_task: UndoPlanTaskHandler
    open_plan_link: OpenPlanLinkHandler
    record_sample: RecordSampleHandler
    record_result: RecordResultHandler
    review_result: ReviewResultHandler
    try_to_reach: TryToReachHandler
    decide_outreach: DecideOutreachHandler
    receive_container: ReceiveContainerHandler
    draw_drug: DrawDrugHandler
    enter_in_drug_log: EnterInDrugLogHandler
    hand_out_package: HandOutPackageHandler
    reverse_entry: ReverseEntryHandler
    witness_entry: WitnessEntryHandler
    close_drug_day: CloseDrugDayHandler
    confirm_drug_day: ConfirmDrugDayHandler
    judge_discrepancy: JudgeDiscrepancyHandler
    file_drug_report: FileDrugReportHandler
    take_inventory: TakeInventoryHandler
    confirm_inventory: ConfirmInventoryHandler

    read_bedside: ReadBedside
    read_dose_reviews: ReadDoseReviews
    read_patient_page: ReadPatientPage
    read_drug_log: ReadDrugLog
    read_plan_page: ReadPlanPage
    follow_session: FollowSession
    disclose_record: DiscloseRecordHandler
    records: Records
    reading: Reading
    reading_notes: ReadingNotes
    reading_medicines: ReadingMedicines
    reading_plan_tasks: ReadingPlanTasks
    reading_papers: ReadingPapers
    sitting_down: SittingDown
    ports: Ports
