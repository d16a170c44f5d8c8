"""The service's table of contents: everything screening can be asked to do."""

from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.pages.links import SittingDown
from careflow_service.work import Work
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


class Screening:
    """`ports` is what reactions, deadlines and effects get."""

    def __init__(
        self,
        ports: Ports,
        work: Work,
        *,
        disclose_record: DiscloseRecordHandler,
        records: Records,
        sitting_down: SittingDown,
    ) -> None:
        self.save_answers = SaveAnswersHandler(ports, work)
        self.hear_answers = HearAnswersHandler(ports, work)
        self.submit_screening = SubmitScreeningHandler(ports, work)
        self.close_case = CloseCaseHandler(ports, work)
        self.set_indications = SetIndicationsHandler(ports, work)
        self.issue_link = IssueLinkHandler(ports, work)
        self.open_link = OpenLinkHandler(ports, work)
        self.record_facts = RecordFactsHandler(ports, work)
        self.reclassify_fact = ReclassifyFactHandler(ports, work)
        self.add_medication = AddMedicationHandler(ports, work)
        self.identify_medication = IdentifyMedicationHandler(ports, work)
        self.stop_medication = StopMedicationHandler(ports, work)
        self.void_medication = VoidMedicationHandler(ports, work)
        self.record_trial = RecordTrialHandler(ports, work)
        self.void_trial = VoidTrialHandler(ports, work)
        self.record_evidence = RecordEvidenceHandler(ports, work)
        self.void_evidence = VoidEvidenceHandler(ports, work)
        self.record_evaluation = RecordEvaluationHandler(ports, work)
        self.record_diagnoses = RecordDiagnosesHandler(ports, work)

        self.grant_clearance = GrantClearanceHandler(ports, work)
        self.defer_clearance = DeferClearanceHandler(ports, work)
        self.deny_clearance = DenyClearanceHandler(ports, work)
        self.extend_clearance = ExtendClearanceHandler(ports, work)
        self.suspend_clearance = SuspendClearanceHandler(ports, work)
        self.reinstate_clearance = ReinstateClearanceHandler(ports, work)
        self.revoke_clearance = RevokeClearanceHandler(ports, work)

        self.raise_alert = RaiseAlertHandler(ports, work)
        self.locate_patient = LocatePatientHandler(ports, work)
        self.acknowledge_alert = AcknowledgeAlertHandler(ports, work)
        self.record_contact = RecordContactHandler(ports, work)
        self.close_alert = CloseAlertHandler(ports, work)
        self.draw_rota = DrawRotaHandler(ports, work)
        self.request_test_page = RequestTestPageHandler(ports, work)
        self.confirm_test_page = ConfirmTestPageHandler(ports, work)
        self.complete_task = CompleteTaskHandler(ports, work)

        self.record_consent = RecordConsentHandler(ports, work)
        self.revoke_consent = RevokeConsentHandler(ports, work)
        self.disclose_record = disclose_record

        self.reading = Reading(ports)
        self.read_case_page = ReadCasePage(ports)
        self.read_intake = ReadIntake(ports)
        self.records = records
        self.sitting_down = sitting_down
        self.ports = ports
