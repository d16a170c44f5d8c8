"""The only wiring: which adapter stands behind which port, and what the library must know of this service."""

from functools import partial
from ipaddress import ip_network

from billing import domain
from billing.adapters import (
    account_links,
    accounts,
    charges,
    courses,
    estimates,
    fee_cases,
    journal,
    packages,
    papers,
    payment_links,
    payments,
    payouts,
    private_contracts,
    reimbursements,
    statement_runs,
    superbills,
    visits,
)
from billing.adapters.account_links import MongoAccountLinks
from billing.adapters.accounts import MongoAccounts
from billing.adapters.charges import MongoCharges
from billing.adapters.clinic_data import (
    DIAGNOSIS_CODES,
    ENTRIES,
    FONTS,
    SHIPPED,
    billing_policy,
    development_practice,
    fee_schedules,
    practice,
    service_rules,
)
from billing.adapters.clinician_days import MongoClinicianDays
from billing.adapters.courses import MongoCourses
from billing.adapters.diagnosis_codes import CodeEditions
from billing.adapters.estimates import MongoEstimates
from billing.adapters.fee_cases import MongoFeeCases
from billing.adapters.journal import MongoJournal
from billing.adapters.numbers import MongoNumberSeries
from billing.adapters.packages import MongoPackages
from billing.adapters.papers import MongoPapers, MongoPrints
from billing.adapters.payment_links import MongoPaymentLinks
from billing.adapters.payments import MongoPayments
from billing.adapters.payouts import MongoPayouts
from billing.adapters.private_contracts import MongoPrivateContracts
from billing.adapters.processed_payments import MongoProcessedPayments
from billing.adapters.processor_feed import MongoProcessorFeed
from billing.adapters.reimbursements import MongoReimbursements
from billing.adapters.statement_runs import MongoStatementRuns
from billing.adapters.stripe_processor import STRIPE, StripeProcessor
from billing.adapters.stripe_webhooks import StripeWebhooks
from billing.adapters.superbills import MongoSuperbills
from billing.adapters.typst_printer import TypstPrinter
from billing.adapters.visits import MongoVisits
from billing.application.ports import Ports
from billing.application.share_of_record import share_of_record
from billing.application.use_cases import Billing
from billing.deadlines import DEADLINES, EFFECTS
from billing.domain.ids import AccountLinkId, PatientId
from billing.published import PUBLISHED
from billing.settings import BillingSettings
from billing.subscriptions import SUBSCRIPTIONS
from careflow_domain.ways_in import WayIn
from careflow_service.content import Content
from careflow_service.disclosing import storing as disclosures
from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.disclosing.storing import MongoDisclosures, MongoWantedShares
from careflow_service.federal_calendar import FederalCalendar
from careflow_service.mongo.colleague_names import MongoColleagueNames
from careflow_service.outbound import GuardedOutbound
from careflow_service.pages.links import LinkAddresses, Signed, SittingDown
from careflow_service.service import Http, Resources, Service

NAME = "billing"


def bootstrap(resources: Resources[BillingSettings]) -> Billing:
    """The application of one process."""
    settings, database, vault = resources.settings, resources.database, resources.vault
    work = resources.work
    content = Content(SHIPPED, ENTRIES, settings.content_dir)
    ports = Ports(
        accounts=MongoAccounts(database, vault),
        colleague_names=MongoColleagueNames(database),
        account_links=MongoAccountLinks(database, vault),
        contracts=MongoPrivateContracts(database, vault),
        link_addresses=LinkAddresses(_links(resources), "/pages/papers", settings.public_address),
        visits=MongoVisits(database, vault, settings.clinic_timezone),
        courses=MongoCourses(database, vault),
        estimates=MongoEstimates(database, vault),
        charges=MongoCharges(database, vault),
        payments=MongoPayments(database, vault),
        links=MongoPaymentLinks(database, vault),
        processed=MongoProcessedPayments(database),
        payouts=MongoPayouts(database),
        processor_feed=MongoProcessorFeed(database),
        processor=_processor(resources),
        packages=MongoPackages(database, vault),
        journal=MongoJournal(database, vault),
        fees=MongoFeeCases(database, vault),
        superbills=MongoSuperbills(database, vault),
        reimbursements=MongoReimbursements(database, vault, settings.clinic_timezone),
        papers=MongoPapers(database, vault),
        prints=MongoPrints(database, vault),
        statement_runs=MongoStatementRuns(database),
        numbers=MongoNumberSeries(database),
        clinician_days=MongoClinicianDays(database),
        printer=TypstPrinter(settings.clinic_timezone, content.own(FONTS)),
        disclosures=MongoDisclosures(database, vault),
        wanted_shares=MongoWantedShares(database, vault),
        erasing=resources.erasing,
        audit=resources.audit,
        policy=billing_policy(content),
        schedules=fee_schedules(content),
        rules=service_rules(content),
        practice=practice(settings.practice_file) if settings.practice_file else development_practice(),
        calendar=FederalCalendar(),
        diagnosis_codes=CodeEditions(content / DIAGNOSIS_CODES),
        zone=settings.clinic_timezone,
        clock=resources.clock,
    )
    share = share_of_record(ports)
    return Billing(
        ports,
        work,
        disclose_record=DiscloseRecordHandler(share, work),
        records=Records(share, resources.audit, resources.clock, partial(_named, ports)),
        sitting_down=_sitting_down(resources, ports),
    )


def _sitting_down(resources: Resources[BillingSettings], ports: Ports) -> SittingDown:
    async def find(link_id: str) -> WayIn | None:
        link = await ports.account_links.find(AccountLinkId(link_id), of=None)
        return link.way_in(ports.policy.account_links) if link else None

    return SittingDown(find, _links(resources), Signed(resources.blind_index, "account_sitting"), resources.clock)


def _links(resources: Resources[BillingSettings]) -> Signed:
    return Signed(resources.blind_index, "account_link")


def _processor(resources: Resources[BillingSettings]) -> StripeProcessor | None:
    """Who takes cards online, where the clinic has somebody; its settings are whole then."""
    settings = resources.settings
    if settings.card_processor is None:
        return None
    key, secrets = settings.stripe_secret_key, settings.stripe_webhook_secret
    assert key is not None
    assert secrets is not None
    return StripeProcessor(
        key.get_secret_value(),
        StripeWebhooks(
            secrets.get_secret_value().split(),
            resources.wall_clock,
            live="_live_" in key.get_secret_value(),
            account=settings.stripe_account,
        ),
        # A stand-in, which there is in development only, is on this machine.
        GuardedOutbound((ip_network("127.0.0.0/8"),) if settings.stripe_url else ()),
        clinic_name=settings.clinic_name,
        return_url=str(settings.payment_return_url),
        address=str(settings.stripe_url or STRIPE).rstrip("/"),
    )


def http() -> Http[Billing]:
    """What `api` answers; imported there alone."""
    from billing.entrypoints.http.app import HTTP

    return HTTP


async def _named(ports: Ports, patient_id: str) -> str | None:
    account = await ports.accounts.find(PatientId(patient_id))
    return account.profile.legal_name if account and account.profile else None


SERVICE: Service[BillingSettings, Ports, Billing] = Service(
    name=NAME,
    settings=BillingSettings,
    bootstrap=bootstrap,
    ports=lambda billing: billing.ports,
    domain=domain,
    published=PUBLISHED,
    subscriptions=SUBSCRIPTIONS,
    http=http,
    deadlines=DEADLINES,
    effects=EFFECTS,
    indexes=(
        *account_links.INDEXES,
        *accounts.INDEXES,
        *private_contracts.INDEXES,
        *charges.INDEXES,
        *courses.INDEXES,
        *disclosures.INDEXES,
        *disclosures.WANTED_INDEXES,
        *estimates.INDEXES,
        *fee_cases.INDEXES,
        *journal.INDEXES,
        *packages.INDEXES,
        *papers.INDEXES,
        *payment_links.INDEXES,
        *payments.INDEXES,
        *payouts.INDEXES,
        *reimbursements.INDEXES,
        *statement_runs.INDEXES,
        *superbills.INDEXES,
        *visits.INDEXES,
    ),
    former_indexes=papers.FORMER_INDEXES,
)
