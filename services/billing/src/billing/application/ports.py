"""What the use cases stand on; `bootstrap.py` hands in the adapters.

Invariants: a `find` answers None, a `get` refuses with the thing's own `..._not_found`; every write takes the
transaction it belongs to. Within one, what is read of a patient, lists and what is missing included, is not overtaken:
`of` says whose it is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from billing.domain.account_links import AccountLink
from billing.domain.accounts import Account
from billing.domain.charges import Charge
from billing.domain.clinician_days import ClinicianDay
from billing.domain.courses import Course
from billing.domain.diagnoses import DiagnosisCodes
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import FeeCase
from billing.domain.fee_schedule import FeeSchedules
from billing.domain.ids import (
    AccountLinkId,
    AppointmentId,
    ChargeId,
    EstimateId,
    LinkId,
    PackageId,
    PaperId,
    PatientId,
    PaymentId,
    PlanId,
    ProcessorId,
    ReimbursementId,
    SuperbillId,
)
from billing.domain.ledger import JournalEntry, TrialBalance
from billing.domain.letterhead import PaperKind
from billing.domain.numbers import NumberSeries
from billing.domain.obstacles import Obstacle
from billing.domain.packages import Package, cover_of
from billing.domain.papers import Paper, Print
from billing.domain.payment_links import PaymentLink
from billing.domain.payments import Payment
from billing.domain.payouts import Movement, NothingMoved, Payout
from billing.domain.policy import BillingPolicy
from billing.domain.practice import Practice
from billing.domain.pricing import Terms
from billing.domain.private_contracts import RecordedContract
from billing.domain.processed_payments import ProcessedPayment
from billing.domain.processing import Checkout, LinkAsked, News, NotNow, RefundAsked, Refused, Sent, Standing
from billing.domain.processor_feed import NothingTold, ProcessorFeed, Told
from billing.domain.reimbursements import Reimbursement
from billing.domain.rendered import Rendered
from billing.domain.service_rules import ServiceRuleEditions
from billing.domain.statement_runs import StatementRun
from billing.domain.superbills import Superbill
from billing.domain.tasks import TaskKind
from billing.domain.visits import Visit
from careflow_domain.business_days import BusinessCalendar, opening_of
from careflow_service.clock import Clock
from careflow_service.disclosing.records import Disclosures, Held, KeptShares
from careflow_service.erasing import Erasing
from careflow_service.identity import Actor
from careflow_service.listed import Listed, Paged
from careflow_service.naming import ColleagueNames
from careflow_service.pages.links import LinkAddresses
from careflow_service.work import Transaction

Due = tuple[datetime, str]
"""When something is due, and the id of what."""


class Accounts(Held[Account], Protocol):
    async def get(self, patient_id: PatientId, /) -> Account: ...
    async def find(self, patient_id: PatientId, /) -> Account | None: ...
    async def those(self, patient_ids: Collection[PatientId], /) -> list[Account]:
        """Some, to be looked at."""

    async def behind(self, patient_id: PatientId | None, /) -> PatientId | None:
        """Whose account comes next, in a fixed order of all; only looked at."""

    async def given_up_for(self, survivor_id: PatientId, /) -> list[PatientId]:
        """Which records were merged into this one, for a reader."""

    async def count(self) -> int:
        """About how many there are."""

    async def add(self, account: Account, /, tx: Transaction) -> None: ...
    async def save(self, account: Account, /, *, expecting: int, tx: Transaction) -> None: ...


class Visits(Held[Visit], Protocol):
    async def find(self, appointment_id: AppointmentId, /, *, of: PatientId) -> Visit | None: ...
    async def add(self, visit: Visit, /, tx: Transaction) -> None: ...
    async def save(self, visit: Visit, /, *, expecting: int, tx: Transaction) -> None: ...
    async def of_plan(self, plan_id: PlanId, *, of: PatientId) -> list[Visit]:
        """The visits of a patient's plan, whatever became of them, in the order they begin."""

    async def of_day(self, day: date, *, of: PatientId) -> list[Visit]:
        """A patient's visits on a date of the clinic, in the order they begin."""

    async def to_come(self, patient_id: PatientId, now: datetime, /) -> list[Visit]:
        """A patient's visits that begin later, whatever became of them, in the order they begin."""


class Courses(Protocol):
    async def find(self, plan_id: PlanId, /, *, of: PatientId) -> Course | None: ...
    async def add(self, course: Course, /, tx: Transaction) -> None: ...
    async def save(self, course: Course, /, *, expecting: int, tx: Transaction) -> None: ...


class Estimates(Held[Estimate], Paged[Estimate], Protocol):
    async def get(self, estimate_id: EstimateId, /) -> Estimate: ...
    async def all_of(self, patient_id: PatientId, /) -> list[Estimate]:
        """A patient's, oldest first."""

    async def with_task(self, kind: TaskKind, limit: int, after: str | None) -> Listed[Estimate]:
        """Those of all patients about which something is to be done, the oldest first."""

    async def add(self, estimate: Estimate, /, tx: Transaction) -> None: ...
    async def save(self, estimate: Estimate, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The next one that will be overdue."""


class Charges(Held[Charge], Protocol):
    async def get(self, charge_id: ChargeId, /, *, of: PatientId | None = None) -> Charge: ...
    async def find(self, charge_id: ChargeId, /, *, of: PatientId) -> Charge | None: ...
    async def open_of(self, patient_id: PatientId, /) -> list[Charge]:
        """Those of a patient on which something is still to be paid."""

    async def waiting_of(self, patient_id: PatientId, /) -> list[Charge]:
        """Those of a patient that something keeps out of the books."""

    async def to_bill_of(self, patient_id: PatientId, /) -> list[Charge]:
        """Those of a patient that a superbill may have and none has."""

    async def owed(self, limit: int, after: str | None) -> Listed[Charge]:
        """Those of all patients on which something is still to be paid, the oldest first."""

    async def of_day(self, day: date, *, of: PatientId) -> list[Charge]:
        """Those for a patient's services of a date."""

    async def those(self, charge_ids: Collection[ChargeId], *, of: PatientId) -> list[Charge]: ...
    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Charge]:
        """By the date of service."""

    async def newest_of(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Charge]:
        """By the date of service, the newest first."""

    async def with_task(self, kind: TaskKind, limit: int, after: str | None) -> Listed[Charge]:
        """Those of all patients about which something is to be done, the oldest first."""

    async def add(self, charge: Charge, /, tx: Transaction) -> None: ...
    async def save(self, charge: Charge, /, *, expecting: int, tx: Transaction) -> None: ...


class Payments(Held[Payment], Protocol):
    async def get(self, payment_id: PaymentId, /) -> Payment: ...
    async def find(self, payment_id: PaymentId, /, *, of: PatientId) -> Payment | None: ...
    async def with_money_left(self, patient_id: PatientId, /) -> list[Payment]:
        """Those of a patient that are not wholly for charges yet."""

    async def allocated_to(self, charge_ids: Collection[ChargeId], *, of: PatientId) -> list[Payment]: ...
    async def all_of(self, patient_id: PatientId, /) -> list[Payment]: ...
    async def those(self, payment_ids: Collection[PaymentId], *, of: PatientId) -> list[Payment]: ...
    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Payment]:
        """By when they were received."""

    async def newest_of(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Payment]:
        """By when they were received, the newest first."""

    async def with_tasks_of(self, patient_id: PatientId, /) -> list[Payment]:
        """Those of a patient about which something is to be done."""

    async def with_task(self, kind: TaskKind, limit: int, after: str | None) -> Listed[Payment]:
        """Those of all patients about which something is to be done, the oldest first."""

    async def add(self, payment: Payment, /, tx: Transaction) -> None: ...
    async def save(self, payment: Payment, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_refund_due(self) -> Due | None:
        """The one of which the processor is to give something back next."""


class PaymentLinks(Paged[PaymentLink], Protocol):
    async def get(self, link_id: LinkId, /) -> PaymentLink: ...
    async def all_of(self, patient_id: PatientId, /) -> list[PaymentLink]:
        """A patient's, oldest first."""

    async def undecided(self, limit: int, after: str | None) -> Listed[PaymentLink]:
        """Those of all patients that may still bring money, by when the processor is asked about them."""

    async def add(self, link: PaymentLink, /, tx: Transaction) -> None: ...
    async def save(self, link: PaymentLink, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The one the processor is to be asked about next."""


class PrivateContracts(Held[RecordedContract], Protocol):
    async def all_of(self, patient_id: PatientId, /) -> list[RecordedContract]:
        """A patient's, oldest first."""

    async def by_end(self, today: date, limit: int, after: str | None, *, ended: bool) -> Listed[RecordedContract]:
        """The listed ones of all patients that have not ended, what ends next first; or have, the last one first."""

    async def add(self, recorded: RecordedContract, /, tx: Transaction) -> None: ...
    async def save(self, recorded: RecordedContract, /, *, expecting: int, tx: Transaction) -> None: ...


class AccountLinks(Protocol):
    async def get(self, link_id: AccountLinkId, /) -> AccountLink: ...
    async def find(self, link_id: AccountLinkId, /, *, of: PatientId | None) -> AccountLink | None: ...
    async def all_of(self, patient_id: PatientId, /) -> list[AccountLink]:
        """A patient's, oldest first."""

    async def waiting_of(self, patient_id: PatientId, /) -> list[AccountLink]:
        """A patient's that are still to be sent."""

    async def next_due(self) -> Due | None:
        """The one to be sent next."""

    async def add(self, link: AccountLink, /, tx: Transaction) -> None: ...
    async def save(self, link: AccountLink, /, *, expecting: int, tx: Transaction) -> None: ...


class ProcessedPayments(Protocol):
    async def find(self, processor_id: ProcessorId, /, *, of: None) -> ProcessedPayment | None:
        """Of nobody: guarded by itself, for it may be told of before it is known whose it is."""

    async def add(self, processed: ProcessedPayment, /, tx: Transaction) -> None: ...
    async def save(self, processed: ProcessedPayment, /, *, expecting: int, tx: Transaction) -> None: ...


class Payouts(Protocol):
    async def get(self, payout_id: ProcessorId, /) -> Payout: ...
    async def find(self, payout_id: ProcessorId, /, *, of: None) -> Payout | None:
        """Of nobody: guarded by itself, so that nothing is booked twice."""

    async def newest(self, limit: int, after: str | None) -> Listed[Payout]:
        """Those told of last first."""

    async def add(self, payout: Payout, /, tx: Transaction) -> None: ...
    async def save(self, payout: Payout, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The one whose movements are to be asked for next."""


class ProcessorFeeds(Protocol):
    async def find(self, feed_id: str, /, *, of: None) -> ProcessorFeed | None:
        """Of nobody: guarded by itself, so that nothing is passed over."""

    async def add(self, feed: ProcessorFeed, /, tx: Transaction) -> None: ...
    async def save(self, feed: ProcessorFeed, /, *, expecting: int, tx: Transaction) -> None: ...


class CardProcessor(Protocol):
    """Takes cards at pages of its own. Asked twice under one id it does a thing once."""

    async def open_link(self, asked: LinkAsked) -> Checkout | Refused | NotNow: ...
    async def close_link(self, checkout_id: ProcessorId, link_id: LinkId) -> Checkout | Refused | NotNow:
        """Nobody pays by it from now on. Refused where it was paid, or is over."""

    async def link_stands(self, checkout_id: ProcessorId, link_id: LinkId) -> Standing:
        """What became of a link that was opened. Refused where it knows no such link."""

    async def refund(self, asked: RefundAsked) -> Sent | Refused | NotNow: ...
    def told(self, body: bytes, signature: str | None) -> News | None:
        """What it tells by itself; None where that is nothing to us. Raises `signature_invalid` and
        `webhook_not_understood`.
        """

    async def told_next(
        self, behind: ProcessorId | None, *, since: datetime, until: datetime
    ) -> Told | NothingTold | Refused | NotNow:
        """What it told next between these times behind what it calls `behind`, whether or not it arrived."""

    async def moved_next(
        self, payout_id: ProcessorId, behind: ProcessorId | None
    ) -> Movement | NothingMoved | Refused | NotNow:
        """The movement of a payout behind the one it calls `behind`. Refused where it does not tell them."""


class Packages(Held[Package], Paged[Package], Protocol):
    async def get(self, package_id: PackageId, /) -> Package: ...
    async def all_of(self, patient_id: PatientId, /) -> list[Package]:
        """A patient's, oldest first."""

    async def with_task(self, kind: TaskKind, limit: int, after: str | None) -> Listed[Package]: ...
    async def add(self, package: Package, /, tx: Transaction) -> None: ...
    async def save(self, package: Package, /, *, expecting: int, tx: Transaction) -> None: ...


class Journal(Protocol):
    async def add(self, entry: JournalEntry, /, tx: Transaction) -> None: ...
    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[JournalEntry]: ...
    async def newest_of(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[JournalEntry]:
        """Of a patient, the newest day first."""

    async def since(self, day: date | None, *, of: PatientId) -> list[JournalEntry]:
        """All of a patient that were posted after a day, or ever, in the order of the days."""

    async def page(self, limit: int, after: str | None) -> Listed[JournalEntry]:
        """All entries, in the order they were posted."""

    async def trial_balance(self) -> TrialBalance: ...


class FeeCases(Held[FeeCase], Paged[FeeCase], Protocol):
    async def get(self, appointment_id: AppointmentId, /) -> FeeCase: ...
    async def find(self, appointment_id: AppointmentId, /, *, of: PatientId) -> FeeCase | None: ...
    async def all_of(self, patient_id: PatientId, /) -> list[FeeCase]: ...
    async def add(self, fee: FeeCase, /, tx: Transaction) -> None: ...
    async def save(self, fee: FeeCase, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The next one to be posted."""


class Superbills(Held[Superbill], Paged[Superbill], Protocol):
    async def get(self, superbill_id: SuperbillId, /, *, of: PatientId | None = None) -> Superbill: ...
    async def all_of(self, patient_id: PatientId, /) -> list[Superbill]: ...
    async def unreplaced_of(self, patient_id: PatientId, /) -> list[Superbill]:
        """Those of a patient that are in force, and those that are void and whose place no other one has taken."""

    async def add(self, superbill: Superbill, /, tx: Transaction) -> None: ...
    async def save(self, superbill: Superbill, /, *, expecting: int, tx: Transaction) -> None: ...


class Reimbursements(Held[Reimbursement], Paged[Reimbursement], Protocol):
    async def get(self, case_id: ReimbursementId, /, *, of: PatientId | None = None) -> Reimbursement: ...
    async def all_of(self, patient_id: PatientId, /) -> list[Reimbursement]:
        """A patient's, oldest first."""

    async def by_day(self, limit: int, after: str | None) -> Listed[Reimbursement]:
        """The open ones of all patients, by the day of what comes next."""

    async def resolved(self, limit: int, after: str | None) -> Listed[Reimbursement]:
        """Those of all patients that are closed, the one opened last first."""

    async def add(self, case: Reimbursement, /, tx: Transaction) -> None: ...
    async def save(self, case: Reimbursement, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The next one of which somebody is to be told."""


class Papers(Held[Paper], Protocol):
    async def get(self, paper_id: PaperId, /) -> Paper: ...
    async def latest(self, kind: PaperKind, about: str | None = None, *, of: PatientId) -> Paper | None:
        """The one issued last to a patient, of a kind or about one thing."""

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Paper]:
        """By when they were issued."""

    async def newest_of(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Paper]:
        """By when they were issued, the newest first."""

    async def add(self, paper: Paper, /, tx: Transaction) -> None: ...


class Prints(Protocol):
    async def get(self, paper_id: PaperId, /) -> Print: ...
    async def add(self, made: Print, /, tx: Transaction) -> None: ...


class StatementRuns(Protocol):
    async def get(self, month: str, /) -> StatementRun: ...
    async def find(self, month: str, /, *, of: None) -> StatementRun | None:
        """Of nobody: guarded by itself, so that no account is done twice."""

    async def add(self, run: StatementRun, /, tx: Transaction) -> None: ...
    async def save(self, run: StatementRun, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The one that has accounts to do."""


class ClinicianDays(Protocol):
    async def find(self, day_id: str, /, *, of: None) -> ClinicianDay | None:
        """Of nobody: guarded by itself, so that no minute is given twice."""

    async def add(self, day: ClinicianDay, /, tx: Transaction) -> None: ...
    async def save(self, day: ClinicianDay, /, *, expecting: int, tx: Transaction) -> None: ...


class NumberSeriesOfYears(Protocol):
    async def find(self, name: str, /, *, of: None) -> NumberSeries | None:
        """Of nobody: guarded by itself, so that no number is given twice."""

    async def add(self, series: NumberSeries, /, tx: Transaction) -> None: ...
    async def save(self, series: NumberSeries, /, *, expecting: int, tx: Transaction) -> None: ...


class Printer(Protocol):
    """Makes papers; the same thing always gives the same bytes. Raises `not_printable` for a character no font has."""

    async def superbill(self, superbill: Superbill, *, copy: bool) -> bytes: ...
    async def claim_sheets(self, superbill: Superbill) -> bytes: ...
    async def estimate(self, estimate: Estimate, number: int) -> bytes: ...
    async def paper(self, paper: Paper) -> bytes: ...


class ReadAudit(Protocol):
    async def read(self, actor: Actor, action: str, *what: str) -> None:
        """Keeps that the actor read something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What use cases, reactions and deadlines get."""

    accounts: Accounts
    colleague_names: ColleagueNames
    account_links: AccountLinks
    contracts: PrivateContracts
    link_addresses: LinkAddresses
    visits: Visits
    courses: Courses
    estimates: Estimates
    charges: Charges
    payments: Payments
    links: PaymentLinks
    processed: ProcessedPayments
    processor_feed: ProcessorFeeds
    payouts: Payouts
    processor: CardProcessor | None
    """None where the clinic has none."""
    packages: Packages
    journal: Journal
    fees: FeeCases
    superbills: Superbills
    reimbursements: Reimbursements
    papers: Papers
    prints: Prints
    statement_runs: StatementRuns
    numbers: NumberSeriesOfYears
    clinician_days: ClinicianDays
    printer: Printer
    disclosures: Disclosures
    wanted_shares: KeptShares
    erasing: Erasing
    audit: ReadAudit
    policy: BillingPolicy
    schedules: FeeSchedules
    rules: ServiceRuleEditions
    practice: Practice
    calendar: BusinessCalendar
    diagnosis_codes: DiagnosisCodes
    zone: ZoneInfo
    clock: Clock

    def day_of(self, instant: datetime) -> date:
        """The clinic's date at an instant."""
        return instant.astimezone(self.zone).date()

    def opening_of(self, day: date) -> datetime:
        """When a date of the clinic begins."""
        return opening_of(day, time.min, self.zone)

    def terms(
        self, rendered: Rendered, account: Account, packages: Iterable[Package], against: frozenset[Obstacle]
    ) -> Terms:
        """On what terms services that were rendered are charged."""
        day = rendered.service_date
        return Terms(
            account=account,
            schedule=self.schedules.on(day),
            rules=self.rules.on(day),
            practice=self.practice,
            cover=cover_of(rendered, packages),
            against=against,
        )
