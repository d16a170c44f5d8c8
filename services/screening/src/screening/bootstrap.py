"""The only wiring: which adapter stands behind which port, and what the library must know of this service."""

from functools import partial
from pathlib import Path

from careflow_domain.ways_in import WayIn
from careflow_service.content import Content
from careflow_service.disclosing import storing as disclosures
from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.disclosing.storing import MongoDisclosures, MongoWantedShares
from careflow_service.gateways import SignedGateway
from careflow_service.mongo.colleague_names import MongoColleagueNames
from careflow_service.outbound import GuardedOutbound
from careflow_service.pages.links import LinkAddresses, Signed, SittingDown
from careflow_service.service import Http, Resources, Service
from careflow_service.settings import SettingsError
from screening import domain
from screening.adapters import alerts, answer_links, cases, clearances, consents, on_call, screens, tasks
from screening.adapters.alerts import MongoAlerts
from screening.adapters.answer_links import MongoAnswerLinks
from screening.adapters.cases import MongoCases
from screening.adapters.clearances import MongoClearances
from screening.adapters.clinic_data import ENTRIES, SHIPPED, ClinicalContentWrong, clinical_content
from screening.adapters.consents import MongoConsents
from screening.adapters.counted_pages import CountedPages
from screening.adapters.on_call import MongoPages, MongoRotas, MongoTestPages
from screening.adapters.page_directory import PageDirectory
from screening.adapters.page_gateway import PageGateway
from screening.adapters.patients import MongoPatients
from screening.adapters.records import MongoRecords
from screening.adapters.screens import MongoScreens
from screening.adapters.tasks import MongoTasks
from screening.application.ports import OnCallNotifier, Ports
from screening.application.share_of_record import share_of_record
from screening.application.use_cases import Screening
from screening.deadlines import DEADLINES, EFFECTS
from screening.domain.ids import LinkId, PatientId
from screening.measures import MEASURES
from screening.published import PUBLISHED
from screening.readiness import people_can_be_reached, somebody_is_on_the_rota
from screening.settings import ScreeningSettings
from screening.subscriptions import SUBSCRIPTIONS

NAME = "screening"


def bootstrap(resources: Resources[ScreeningSettings]) -> Screening:
    """The application of one process. Raises SettingsError."""
    ports, work = _ports(resources), resources.work
    share = share_of_record(ports)
    return Screening(
        ports,
        work,
        disclose_record=DiscloseRecordHandler(share, work),
        records=Records(share, resources.audit, resources.clock, partial(_named, ports)),
        sitting_down=_sitting_down(resources, ports),
    )


def _ports(resources: Resources[ScreeningSettings]) -> Ports:
    database, vault = resources.database, resources.vault
    content = Content(SHIPPED, ENTRIES, resources.settings.content_dir)
    try:
        policy, shelf = clinical_content(content)
    except ClinicalContentWrong as error:
        raise SettingsError(str(error)) from None
    return Ports(
        cases=MongoCases(database, vault, evidence_warns_before=policy.evidence_warns_before.length),
        alerts=MongoAlerts(database, vault),
        clearances=MongoClearances(database, vault),
        screens=MongoScreens(database, vault),
        patients=MongoPatients(database, vault),
        colleague_names=MongoColleagueNames(database),
        rotas=MongoRotas(database, gap_told_before=policy.staff.gap_told_before),
        pages=MongoPages(database),
        test_pages=MongoTestPages(database),
        tasks=MongoTasks(database, vault),
        links=MongoAnswerLinks(database, vault),
        link_addresses=LinkAddresses(_links(resources), "/pages/questions", resources.settings.public_address),
        disclosures=MongoDisclosures(database, vault),
        wanted_shares=MongoWantedShares(database, vault),
        consents=MongoConsents(database, vault),
        notifier=CountedPages(_notifier(resources)),
        records=MongoRecords(database, NAME),
        erasing=resources.erasing,
        audit=resources.audit,
        policy=policy,
        shelf=shelf,
        zone=resources.settings.clinic_timezone,
        clock=resources.clock,
    )


def _sitting_down(resources: Resources[ScreeningSettings], ports: Ports) -> SittingDown:
    async def find(link_id: str) -> WayIn | None:
        link = await ports.links.find(LinkId(link_id), of=None)
        return link.way_in(ports.policy.answer_links) if link else None

    return SittingDown(find, _links(resources), Signed(resources.blind_index, "answer_sitting"), resources.clock)


def _links(resources: Resources[ScreeningSettings]) -> Signed:
    return Signed(resources.blind_index, "answer_link")


def _notifier(resources: Resources[ScreeningSettings]) -> OnCallNotifier:
    settings = resources.settings
    if settings.pages_dir is not None:
        return PageDirectory(Path(settings.pages_dir))
    key = settings.page_signing_key
    if settings.page_gateways and key is None:
        raise SettingsError("CAREFLOW_PAGE_SIGNING_KEY is missing")
    return PageGateway(
        {kind: str(address) for kind, address in settings.page_gateways.items()},
        SignedGateway(
            key.get_secret_value() if key else b"", resources.wall_clock, GuardedOutbound(settings.gateway_networks)
        ),
    )


async def _knows(ports: Ports, patient_id: str) -> bool:
    return await ports.patients.find(PatientId(patient_id), of=None) is not None


async def _named(ports: Ports, patient_id: str) -> str | None:
    found = await ports.patients.find(PatientId(patient_id), of=None)
    return found.details.name if found else None


def _without(screening: Screening) -> tuple[str, ...]:
    return () if screening.ports.policy.signature else ("policy_signature",)


def http() -> Http[Screening]:
    """What `api` answers; imported there alone."""
    from screening.entrypoints.http.app import HTTP

    return HTTP


SERVICE: Service[ScreeningSettings, Ports, Screening] = Service(
    name=NAME,
    settings=ScreeningSettings,
    bootstrap=bootstrap,
    ports=lambda screening: screening.ports,
    domain=domain,
    published=PUBLISHED,
    subscriptions=SUBSCRIPTIONS,
    http=http,
    ready={"on_call_channels": people_can_be_reached},
    without=_without,
    wanted={"on_call_rota": somebody_is_on_the_rota},
    knows=_knows,
    named=_named,
    deadlines=DEADLINES,
    effects=EFFECTS,
    measures=MEASURES,
    indexes=(
        *cases.INDEXES,
        *alerts.INDEXES,
        *answer_links.INDEXES,
        *clearances.INDEXES,
        *consents.INDEXES,
        *disclosures.INDEXES,
        *disclosures.WANTED_INDEXES,
        *on_call.INDEXES,
        *screens.INDEXES,
        *tasks.INDEXES,
    ),
    former_indexes=tasks.FORMER_INDEXES,
)
