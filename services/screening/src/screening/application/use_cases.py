"""The service's table of contents: everything screening can be asked to do."""

from dataclasses import dataclass

from screening.application.acknowledge_alert import AcknowledgeAlertHandler
from screening.application.add_medication import AddMedicationHandler
from screening.application.close_alert import CloseAlertHandler
from screening.application.close_case import CloseCaseHandler
from screening.application.complete_task import CompleteTaskHandler
from screening.application.defer_clearance import DeferClearanceHandler
from screening.application.deny_clearance import DenyClearanceHandler
from screening.application.draw_rota import DrawRotaHandler
from screening.application.extend_clearance import ExtendClearanceHandler
from screening.application.grant_clearance import GrantClearanceHandler
from screening.application.locate_patient import LocatePatientHandler
from screening.application.ports import Ports
from screening.application.raise_alert import RaiseAlertHandler
from screening.application.reading import Reading
from screening.application.reclassify_fact import ReclassifyFactHandler
from screening.application.record_diagnoses import RecordDiagnosesHandler
from screening.application.record_evaluation import RecordEvaluationHandler
from screening.application.record_evidence import RecordEvidenceHandler
from screening.application.record_fact import RecordFactHandler
from screening.application.reinstate_clearance import ReinstateClearanceHandler
from screening.application.revoke_clearance import RevokeClearanceHandler
from screening.application.save_answers import SaveAnswersHandler
from screening.application.stop_medication import StopMedicationHandler
from screening.application.submit_screening import SubmitScreeningHandler
from screening.application.suspend_clearance import SuspendClearanceHandler


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """`ports` is what reactions, deadlines and effects get."""

    save_answers: SaveAnswersHandler
    submit_screening: SubmitScreeningHandler
    close_case: CloseCaseHandler
    record_fact: RecordFactHandler
    reclassify_fact: ReclassifyFactHandler
    add_medication: AddMedicationHandler
    stop_medication: StopMedicationHandler
    record_evidence: RecordEvidenceHandler
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
    close_alert: CloseAlertHandler
    draw_rota: DrawRotaHandler
    complete_task: CompleteTaskHandler

    reading: Reading
    ports: Ports
