"""The service's table of contents: everything screening can be asked to do."""

from dataclasses import dataclass

from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.pages.links import SittingDown
from screening.application.commands.acknowledge_alert import AcknowledgeAlertHandler
from screening.application.commands.add_medication import AddMedicationHandler
from screening.application.commands.close_alert import CloseAlertHandler
from screening.application.commands.close_case import CloseCaseHandler
from screening.application.commands.complete_task import CompleteTaskHandler
from screening.application.commands.confirm_test_page import ConfirmTestPageHandler
from screening.application.commands.defer_clearance import DeferClearanceHandler
from screening.application.commands.deny_clearance import DenyClearanceHandler
from screening.application.commands.draw_rota import DrawRotaHandler
from screening.application.commands.extend_clearance import ExtendClearanceHandler
from screening.application.commands.grant_clearance import GrantClearanceHandler
from screening.application.commands.hear_answers import HearAnswersHandler
from screening.application.commands.identify_medication import IdentifyMedicationHandler
from screening.application.commands.issue_link import IssueLinkHandler
from screening.application.commands.locate_patient import LocatePatientHandler
from screening.application.commands.open_link import OpenLinkHandler
from screening.application.commands.raise_alert import RaiseAlertHandler
from screening.application.commands.reclassify_fact import ReclassifyFactHandler
from screening.application.commands.record_consent import RecordConsentHandler
from screening.application.commands.record_contact import RecordContactHandler
from screening.application.commands.record_diagnoses import RecordDiagnosesHandler
from screening.application.commands.record_evaluation import RecordEvaluationHandler
from screening.application.commands.record_evidence import RecordEvidenceHandler
from screening.application.commands.record_facts import RecordFactsHandler
from screening.application.commands.record_trial import RecordTrialHandler
from screening.application.commands.reinstate_clearance import ReinstateClearanceHandler
from screening.application.commands.request_test_page import RequestTestPageHandler
from screening.application.commands.revoke_clearance import RevokeClearanceHandler
from screening.application.commands.revoke_consent import RevokeConsentHandler
from screening.application.commands.save_answers import SaveAnswersHandler
from screening.application.commands.set_indications import SetIndicationsHandler
from screening.application.commands.stop_medication import StopMedicationHandler
from screening.application.commands.submit_screening import SubmitScreeningHandler
from screening.application.commands.suspend_clearance import SuspendClearanceHandler
from screening.application.commands.void_evidence import VoidEvidenceHandler
from screening.application.commands.void_medication import VoidMedicationHandler
from screening.application.commands.void_trial import VoidTrialHandler
from screening.application.ports import Ports
from screening.application.queries.read_case_page import ReadCasePage
from screening.application.queries.read_intake import ReadIntake
from screening.application.queries.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """`ports` is what reactions, deadlines and effects get."""

    save_answers: SaveAnswersHandler
    hear_answers: HearAnswersHandler
    submit_screening: SubmitScreeningHandler
    close_case: CloseCaseHandler
    set_indications: SetIndicationsHandler
    issue_link: IssueLinkHandler
    open_link: OpenLinkHandler
    record_facts: RecordFactsHandler
    reclassify_fact: ReclassifyFactHandler
    add_medication: AddMedicationHandler
    identify_medication: IdentifyMedicationHandler
    stop_medication: StopMedicationHandler
    void_medication: VoidMedicationHandler
    record_trial: RecordTrialHandler
    void_trial: VoidTrialHandler
    record_evidence: RecordEvidenceHandler
    void_evidence: VoidEvidenceHandler
    record_evaluation: RecordEvaluationHandler
    record_diagnoses: RecordDiagnosesHandler

    grant_clearance: GrantClearanceHandler
    defer_clearance: DeferClearanceHandler
    deny_clearance: DenyClearanceHandler
    extend_clearance: ExtendClearanceHandler
    suspend_clearance: SuspendClearanceHandler
    reinstate_clearance: ReinstateClearanceHandler
    revoke_clearance: RevokeClearanceHandler

    raise_alert: RaiseAlertHandler
    locate_patient: LocatePatientHandler
    acknowledge_alert: AcknowledgeAlertHandler
    record_contact: RecordContactHandler
    close_alert: CloseAlertHandler
    draw_rota: DrawRotaHandler
    request_test_page: RequestTestPageHandler
    confirm_test_page: ConfirmTestPageHandler
    complete_task: CompleteTaskHandler

    record_consent: RecordConsentHandler
    revoke_consent: RevokeConsentHandler
    disclose_record: DiscloseRecordHandler

    reading: Reading
    read_case_page: ReadCasePage
    read_intake: ReadIntake
    records: Records
    sitting_down: SittingDown
    ports: Ports
