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
from careflow_service.pages.links import LinkAddresses, Signed, SittingDown
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
from sessions.adapters.clinic_data import (
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
from sessions.application.ports import Ports
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
    share = share_of_record(ports)
    return Sessions(
        ports,
        work,
        disclose_record=DiscloseRecordHandler(share, work),
        records=Records(share, resources.audit, resources.clock, partial(_named, ports)),
        sitting_down=_sitting_down(resources, ports),
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
        link_addresses=LinkAddresses(_links(resources), "/pages/to-do", resources.settings.public_address),
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
