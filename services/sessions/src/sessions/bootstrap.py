"""The only wiring: which adapter stands behind which port, and what the library must know of this service."""

from functools import partial

from careflow_domain.ways_in import WayIn
from careflow_service.content import Content
from careflow_service.disclosing import storing as disclosures
from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.disclosing.storing import MongoDisclosures, MongoWantedShares
from careflow_service.federal_calendar import FederalCalendar
from careflow_service.mongo.colleague_names import MongoColleagueNames
from careflow_service.pages.links import Signed, SittingDown
from careflow_service.service import Http, Resources, Service
from sessions import domain
from sessions.adapters import (
    care_discharges,
    consents,
    contacts,
    discrepancy_cases,
    drug_inventories,
    drug_log,
    evaluations,
    medication,
    notes,
    outreaches,
    packages,
    patients,
    plan_links,
    plan_tasks,
    plans,
    rems_forms,
    standing_orders,
)
from sessions.adapters import sessions as session_documents
from sessions.adapters.care_discharges import MongoCareDischarges
from sessions.adapters.clinical_content import (
    ENTRIES,
    SHIPPED,
    clinical_policy,
    consent_texts,
    registrants,
    service_codes,
)
from sessions.adapters.consents import MongoConsents
from sessions.adapters.contacts import MongoContacts
from sessions.adapters.discrepancy_cases import MongoDiscrepancyCases
from sessions.adapters.drug_inventories import MongoFirstInventories, MongoInventories
from sessions.adapters.drug_log import MongoDrugDays, MongoDrugLog
from sessions.adapters.evaluations import MongoEvaluations
from sessions.adapters.medication import MongoMedicationRecords
from sessions.adapters.notes import MongoNotes, MongoPsychotherapyNotes
from sessions.adapters.outreaches import MongoOutreaches
from sessions.adapters.packages import MongoPackages
from sessions.adapters.patients import MongoEligibilities, MongoPatients
from sessions.adapters.plan_links import MongoPlanLinks
from sessions.adapters.plan_tasks import MongoPlanTasks
from sessions.adapters.plans import MongoCourses, MongoPlans
from sessions.adapters.records import MongoRecords
from sessions.adapters.rems_forms import MongoRemsForms
from sessions.adapters.sessions import MongoAdverseEvents, MongoSessions
from sessions.adapters.standing_orders import MongoStandingOrders
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
from sessions.application.link_addresses import LinkAddresses
from sessions.application.medication_changes import MedicationChanges
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
from sessions.application.session_changes import SessionChanges
from sessions.application.share_of_record import share_of_record
from sessions.application.use_cases import Sessions
from sessions.deadlines import DEADLINES
from sessions.domain.ids import PatientId, PlanLinkId
from sessions.published import PUBLISHED
from sessions.settings import SessionsSettings
from sessions.subscriptions import SUBSCRIPTIONS

NAME = "sessions"


def bootstrap(resources: Resources[SessionsSettings]) -> Sessions:
    """The application of one process."""
    ports, work = _ports(resources), resources.work
    changes, medicines = SessionChanges(ports, work), MedicationChanges(ports, work)
    share = share_of_record(ports)
    return Sessions(
        sign_consent=SignConsentHandler(ports, work),
        withdraw_consent=WithdrawConsentHandler(ports, work),
        draft_plan=DraftPlanHandler(ports, work),
        redraft_plan=RedraftPlanHandler(ports, work),
        sign_plan=SignPlanHandler(ports, work),
        adjust_plan=AdjustPlanHandler(ports, work),
        change_plan=ChangePlanHandler(ports, work),
        discharge_from_care=DischargeFromCareHandler(ports, work),
        open_session=OpenSessionHandler(ports, work),
        check_in=CheckInHandler(changes),
        join_session=JoinSessionHandler(changes),
        leave_session=LeaveSessionHandler(changes),
        record_checks=RecordChecksHandler(changes),
        correct_checks=CorrectChecksHandler(changes),
        resolve_stop=ResolveStopHandler(ports, work),
        sign_order=SignOrderHandler(changes),
        attest_eligibility=AttestEligibilityHandler(changes),
        sign_overrides=SignOverridesHandler(changes),
        clear_session=ClearSessionHandler(changes),
        refuse_session=RefuseSessionHandler(changes),
        convert_session=ConvertSessionHandler(changes),
        verify_patient=VerifyPatientHandler(changes),
        say_how_held=SayHowHeldHandler(changes),
        record_coordination_call=RecordCoordinationCallHandler(changes),
        start_session=StartSessionHandler(changes),
        give_dose=GiveDoseHandler(changes),
        record_dose_outside_gate=RecordDoseOutsideGateHandler(changes),
        review_dose_outside_gate=ReviewDoseOutsideGateHandler(changes),
        set_pump=SetPumpHandler(changes),
        end_dose=EndDoseHandler(changes),
        correct_dose=CorrectDoseHandler(changes),
        record_vitals=RecordVitalsHandler(changes),
        correct_vitals=CorrectVitalsHandler(changes),
        discharge_patient=DischargePatientHandler(ports, work),
        complete_session=CompleteSessionHandler(changes),
        record_therapy_otherwise=RecordTherapyOtherwiseHandler(changes),
        review_therapy_otherwise=ReviewTherapyOtherwiseHandler(changes),
        abort_session=AbortSessionHandler(changes),
        record_return=RecordReturnHandler(changes),
        correct_services=CorrectServicesHandler(changes),
        sign_standing_order=SignStandingOrderHandler(ports, work),
        revoke_standing_order=RevokeStandingOrderHandler(ports, work),
        order_medicine=OrderMedicineHandler(medicines),
        take_verbal_order=TakeVerbalOrderHandler(medicines),
        answer_verbal_order=AnswerVerbalOrderHandler(medicines),
        correct_verbal_order=CorrectVerbalOrderHandler(medicines),
        give_medicine=GiveMedicineHandler(medicines),
        withhold_medicine=WithholdMedicineHandler(medicines),
        record_effect=RecordEffectHandler(medicines),
        correct_medicine=CorrectMedicineHandler(medicines),
        record_medicine_outside_order=RecordMedicineOutsideOrderHandler(medicines),
        review_medicine_outside_order=ReviewMedicineOutsideOrderHandler(medicines),
        review_doses=ReviewDosesHandler(ports, work),
        regrade_adverse_event=RegradeAdverseEventHandler(ports, work),
        report_adverse_event=ReportAdverseEventHandler(ports, work),
        review_adverse_event=ReviewAdverseEventHandler(ports, work),
        submit_rems_form=SubmitRemsFormHandler(ports, work),
        write_note=WriteNoteHandler(ports, work),
        rewrite_note=RewriteNoteHandler(ports, work),
        sign_note=SignNoteHandler(ports, work),
        add_to_note=AddToNoteHandler(ports, work),
        write_psychotherapy_note=WritePsychotherapyNoteHandler(ports, work),
        add_to_psychotherapy_note=AddToPsychotherapyNoteHandler(ports, work),
        record_contact_attempt=RecordContactAttemptHandler(ports, work),
        make_plan_task=MakePlanTaskHandler(ports, work),
        sign_plan_task=SignPlanTaskHandler(ports, work),
        settle_plan_task=SettlePlanTaskHandler(ports, work),
        issue_plan_link=IssuePlanLinkHandler(ports, work),
        send_plan_link=SendPlanLinkHandler(ports, work),
        withdraw_plan_link=WithdrawPlanLinkHandler(ports, work),
        undo_plan_task=UndoPlanTaskHandler(ports, work),
        open_plan_link=OpenPlanLinkHandler(ports, work),
        record_sample=RecordSampleHandler(ports, work),
        record_result=RecordResultHandler(ports, work),
        review_result=ReviewResultHandler(ports, work),
        try_to_reach=TryToReachHandler(ports, work),
        decide_outreach=DecideOutreachHandler(ports, work),
        receive_container=ReceiveContainerHandler(ports, work),
        draw_drug=DrawDrugHandler(ports, work),
        enter_in_drug_log=EnterInDrugLogHandler(ports, work),
        hand_out_package=HandOutPackageHandler(ports, work),
        reverse_entry=ReverseEntryHandler(ports, work),
        witness_entry=WitnessEntryHandler(ports, work),
        close_drug_day=CloseDrugDayHandler(ports, work),
        confirm_drug_day=ConfirmDrugDayHandler(ports, work),
        judge_discrepancy=JudgeDiscrepancyHandler(ports, work),
        file_drug_report=FileDrugReportHandler(ports, work),
        take_inventory=TakeInventoryHandler(ports, work),
        confirm_inventory=ConfirmInventoryHandler(ports, work),
        read_bedside=ReadBedside(ports),
        read_dose_reviews=ReadDoseReviews(ports),
        read_patient_page=ReadPatientPage(ports),
        read_drug_log=ReadDrugLog(ports),
        read_plan_page=ReadPlanPage(ports),
        follow_session=FollowSession(ports),
        disclose_record=DiscloseRecordHandler(share, work),
        records=Records(share, resources.audit, resources.clock, partial(_named, ports)),
        reading=Reading(ports),
        reading_notes=ReadingNotes(ports),
        reading_medicines=ReadingMedicines(ports),
        reading_plan_tasks=ReadingPlanTasks(ports),
        reading_papers=ReadingPapers(ports),
        sitting_down=_sitting_down(resources, ports),
        ports=ports,
    )


def _ports(resources: Resources[SessionsSettings]) -> Ports:
    database, vault = resources.database, resources.vault
    content = Content(SHIPPED, ENTRIES, resources.settings.content_dir)
    return Ports(
        patients=MongoPatients(database, vault),
        colleague_names=MongoColleagueNames(database),
        eligibilities=MongoEligibilities(database, vault),
        consents=MongoConsents(database, vault),
        consent_texts=consent_texts(content),
        plans=MongoPlans(database, vault),
        courses=MongoCourses(database, vault),
        sessions=MongoSessions(database, vault),
        adverse_events=MongoAdverseEvents(database, vault),
        rems_forms=MongoRemsForms(database, vault),
        standing_orders=MongoStandingOrders(database, vault),
        medication=MongoMedicationRecords(database, vault),
        contacts=MongoContacts(database, vault),
        outreaches=MongoOutreaches(database, vault),
        plan_tasks=MongoPlanTasks(database, vault),
        plan_links=MongoPlanLinks(database, vault),
        evaluations=MongoEvaluations(database, vault),
        link_addresses=LinkAddresses(_links(resources), resources.settings.public_address),
        care_discharges=MongoCareDischarges(database, vault),
        notes=MongoNotes(database, vault),
        psychotherapy_notes=MongoPsychotherapyNotes(database, vault),
        packages=MongoPackages(database, vault),
        drug_log=MongoDrugLog(database, vault),
        drug_days=MongoDrugDays(database, vault),
        drug_cases=MongoDiscrepancyCases(database, vault),
        inventories=MongoInventories(database, vault),
        first_inventories=MongoFirstInventories(database, vault),
        records=MongoRecords(database, NAME, resources.clock),
        disclosures=MongoDisclosures(database, vault),
        wanted_shares=MongoWantedShares(database, vault),
        erasing=resources.erasing,
        audit=resources.audit,
        policy=clinical_policy(content),
        calendar=FederalCalendar(),
        registrants=registrants(content),
        codes=service_codes(content),
        clock=resources.clock,
    )


def _sitting_down(resources: Resources[SessionsSettings], ports: Ports) -> SittingDown:
    async def find(link_id: str) -> WayIn | None:
        link = await ports.plan_links.find(PlanLinkId(link_id), of=None)
        return link.way_in(ports.policy.plan_links) if link else None

    return SittingDown(find, _links(resources), Signed(resources.blind_index, "plan_sitting"), resources.clock)


def _links(resources: Resources[SessionsSettings]) -> Signed:
    return Signed(resources.blind_index, "plan_link")


async def _knows(ports: Ports, patient_id: str) -> bool:
    return await ports.patients.find(PatientId(patient_id), of=PatientId(patient_id)) is not None


async def _named(ports: Ports, patient_id: str) -> str | None:
    found = await ports.patients.find(PatientId(patient_id), of=PatientId(patient_id))
    return found.details.name if found else None


def _without(sessions: Sessions) -> tuple[str, ...]:
    ports = sessions.ports
    has = {
        "dea_registrations": bool(ports.registrants.registrants),
        "policy_signature": ports.policy.signature is not None,
        "consent_texts": not ports.consent_texts.samples_in_force,
    }
    return tuple(name for name, there in has.items() if not there)


def http() -> Http[Sessions]:
    """What `api` answers; imported there alone."""
    from sessions.entrypoints.http.app import HTTP

    return HTTP


SERVICE: Service[SessionsSettings, Ports, Sessions] = Service(
    name=NAME,
    settings=SessionsSettings,
    bootstrap=bootstrap,
    ports=lambda sessions: sessions.ports,
    domain=domain,
    published=PUBLISHED,
    subscriptions=SUBSCRIPTIONS,
    http=http,
    deadlines=DEADLINES,
    knows=_knows,
    named=_named,
    without=_without,
    indexes=(
        *consents.INDEXES,
        *plans.INDEXES,
        *session_documents.INDEXES,
        *rems_forms.INDEXES,
        *standing_orders.INDEXES,
        *medication.INDEXES,
        *contacts.INDEXES,
        *outreaches.INDEXES,
        *plan_tasks.INDEXES,
        *plan_links.INDEXES,
        *evaluations.INDEXES,
        *care_discharges.INDEXES,
        *disclosures.INDEXES,
        *disclosures.WANTED_INDEXES,
        *notes.INDEXES,
        *packages.INDEXES,
        *patients.INDEXES,
        *drug_log.INDEXES,
        *discrepancy_cases.INDEXES,
        *drug_inventories.INDEXES,
    ),
    former_indexes=notes.FORMER_INDEXES,
)
