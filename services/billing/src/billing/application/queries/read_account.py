"""One account as a biller looks at it, or its patient: what is owed and why, what is to be done, what was posted."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from billing.application.bookkeeping import disputed_among
from billing.application.ports import Ports
from billing.application.queries.fee_outlooks import fee_outlooks
from billing.application.queries.read_work import missing_of
from billing.application.queries.reading import OfPatient
from billing.application.superbill_drafts import MOST_CHARGES
from billing.domain.account_links import AccountLink
from billing.domain.accounts import Account
from billing.domain.charges import Charge
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import FeeCase
from billing.domain.fee_outlooks import FeeOutlook
from billing.domain.ids import (
    AppointmentId,
    ChargeId,
    EstimateId,
    LinkId,
    PackageId,
    PatientId,
    PaymentId,
    ReimbursementId,
    SuperbillId,
)
from billing.domain.ledger import EntryCause, JournalEntry, LedgerAccount
from billing.domain.letterhead import PaperKind
from billing.domain.money import Money, total
from billing.domain.packages import Package
from billing.domain.papers import Paper
from billing.domain.payment_links import PaymentLink
from billing.domain.payments import Payment
from billing.domain.reimbursements import Reimbursement
from billing.domain.statement_lines import OF_CHARGES, OF_PAYMENTS, StatementLine, lines_of
from billing.domain.statements import Statement
from billing.domain.superbill_elements import Missing
from billing.domain.superbills import Superbill
from billing.domain.tasks import Task, tasks_of
from billing.domain.visits import Visit
from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.oversight import check_own
from careflow_service.work import side_by_side

T = TypeVar("T", bound=OfPatient)
Thing = Account | Charge | Payment | Superbill | Estimate | PaymentLink | FeeCase | Package | Reimbursement


class Of(StrEnum):
    """What of an account something is done about."""

    ACCOUNT = "account"
    CHARGE = "charge"
    PAYMENT = "payment"
    SUPERBILL = "superbill"
    ESTIMATE = "estimate"
    LINK = "link"
    FEE = "fee"
    PACKAGE = "package"
    REIMBURSEMENT = "reimbursement"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeen:
    """`owed` for the charges `open`; `credit` paid and free for any, `prepaid` held for what is to come. Of what is
    owed `stated` was asked for by `due_on` and is `overdue` after it; nobody asks for `disputed` now, the balances of
    the charges `in_dispute`. `missing` keeps the charges `to_bill` off a superbill, beside the patient's yes. By the
    links `ways_in` the patient may still come to their account.
    """

    as_of: datetime
    account: Account = field(repr=False)
    owed: Money
    credit: Money
    prepaid: Money
    disputed: Money
    stated: Money
    overdue: Money
    due_on: date | None
    tasks: tuple[Task, ...]
    open: tuple[Charge, ...] = field(repr=False)
    in_dispute: tuple[Charge, ...] = field(repr=False)
    waiting: tuple[Charge, ...] = field(repr=False)
    to_bill: tuple[Charge, ...] = field(repr=False)
    missing: tuple[Missing, ...]
    estimates: tuple[Estimate, ...] = field(repr=False)
    superbills: tuple[Superbill, ...] = field(repr=False)
    reimbursements: tuple[Reimbursement, ...] = field(repr=False)
    links: tuple[PaymentLink, ...] = field(repr=False)
    fees: tuple[FeeOutlook, ...] = field(repr=False)
    packages: tuple[Package, ...] = field(repr=False)
    to_come: tuple[Visit, ...] = field(repr=False)
    ways_in: tuple[AccountLink, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySeen:
    """An entry of the books, `moved` in all, and what of it the patient would know of."""

    entry: JournalEntry
    lines: tuple[StatementLine, ...]
    moved: Money

    @property
    def move(self) -> str:
        """What the patient's money did that changed nothing of what is owed: its cause, and whether that was ended."""
        unapplied = LedgerAccount.UNAPPLIED
        ended = self.entry.cause in (EntryCause.ALLOCATION, EntryCause.HOLD) and any(
            line.account is unapplied and line.credit for line in self.entry.lines
        )
        return f"{self.entry.cause.value}_ended" if ended else self.entry.cause.value


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Pages of what an account has, the newest first."""

    entries: Listed[EntrySeen] = field(repr=False)
    charges: Listed[Charge] = field(repr=False)
    payments: Listed[Payment] = field(repr=False)
    papers: Listed[Paper] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadAccount:
    ports: Ports

    async def __call__(self, patient_id: PatientId, actor: Actor) -> AccountSeen:
        """How it stands and what is to be done. Refused: `account_not_found`, also for another's."""
        check_own(actor, patient_id, "account")
        now, ports = self.ports.clock(), self.ports
        (account, packages, visits), (opened, waiting, to_bill), (left, to_see, cases), others = await side_by_side(
            side_by_side(
                ports.accounts.get(patient_id), ports.packages.all_of(patient_id), ports.visits.to_come(patient_id, now)
            ),
            side_by_side(
                ports.charges.open_of(patient_id),
                ports.charges.waiting_of(patient_id),
                ports.charges.to_bill_of(patient_id),
            ),
            side_by_side(
                ports.payments.with_money_left(patient_id),
                ports.payments.with_tasks_of(patient_id),
                ports.reimbursements.all_of(patient_id),
            ),
            side_by_side(
                side_by_side(ports.estimates.all_of(patient_id), ports.superbills.all_of(patient_id)),
                side_by_side(ports.links.all_of(patient_id), ports.fees.all_of(patient_id)),
                side_by_side(
                    ports.papers.latest(PaperKind.STATEMENT, of=patient_id), ports.account_links.all_of(patient_id)
                ),
            ),
        )
        (estimates, superbills), (links, fees), (paper, ways_in) = others
        await ports.audit.read(actor, "read_account", f"accounts/{account.id}")
        currency, today = ports.policy.currency, ports.day_of(now)
        disputed = disputed_among(opened, estimates)
        statement = paper.content if paper and isinstance(paper.content, Statement) else None
        things: tuple[Estimate | Charge | Payment | Package, ...] = (
            *estimates,
            *waiting,
            *to_bill,
            *to_see,
            *packages,
        )
        return AccountSeen(
            as_of=now,
            account=account,
            owed=total((each.balance for each in opened), currency),
            credit=total((each.free for each in left), currency),
            prepaid=total((each.held for each in left), currency),
            disputed=total((each.balance for each in disputed), currency),
            stated=statement.still_to_pay(opened, disputed=disputed) if statement else Money(0, currency),
            overdue=statement.overdue(opened, today, disputed=disputed) if statement else Money(0, currency),
            due_on=statement.due_on if statement else None,
            tasks=tuple(sorted((task for each in things for task in tasks_of(each)), key=lambda each: each.since)),
            open=_by_date(opened),
            in_dispute=disputed,
            waiting=_by_date(waiting),
            to_bill=_by_date(to_bill),
            missing=missing_of(account, _by_date(to_bill)[:MOST_CHARGES], ports) if to_bill else (),
            estimates=tuple(estimates),
            superbills=tuple(superbills),
            reimbursements=tuple(cases),
            links=tuple(links),
            fees=await fee_outlooks(fees, account, estimates, ports),
            packages=tuple(packages),
            to_come=tuple(each for each in visits if each.is_to_be_charged),
            ways_in=tuple(each for each in ways_in if each.leads_in(ports.policy.account_links, now=now)),
        )

    async def thing(self, patient_id: PatientId, of: Of, thing_id: str) -> Thing:
        """One thing of an account. Refused as not found where it is none of this patient's."""
        ports = self.ports
        match of:
            case Of.ACCOUNT:
                return await ports.accounts.get(patient_id)
            case Of.CHARGE:
                return await _own(ports.charges.get(ChargeId(thing_id)), patient_id, of)
            case Of.PAYMENT:
                return await _own(ports.payments.get(PaymentId(thing_id)), patient_id, of)
            case Of.SUPERBILL:
                return await _own(ports.superbills.get(SuperbillId(thing_id)), patient_id, of)
            case Of.ESTIMATE:
                return await _own(ports.estimates.get(EstimateId(thing_id)), patient_id, of)
            case Of.LINK:
                return await _own(ports.links.get(LinkId(thing_id)), patient_id, of)
            case Of.FEE:
                return await _own(ports.fees.get(AppointmentId(thing_id)), patient_id, of)
            case Of.PACKAGE:
                return await _own(ports.packages.get(PackageId(thing_id)), patient_id, of)
            case Of.REIMBURSEMENT:
                return await _own(ports.reimbursements.get(ReimbursementId(thing_id)), patient_id, of)

    async def history(
        self,
        patient_id: PatientId,
        limit: int,
        *,
        entries_after: str | None,
        charges_after: str | None,
        payments_after: str | None,
        papers_after: str | None,
    ) -> History:
        """What was posted, rendered, paid and issued. Whoever shows it has read the account, which is on record."""
        ports = self.ports
        entries, charges, payments, papers = await side_by_side(
            ports.journal.newest_of(patient_id, limit, entries_after),
            ports.charges.newest_of(patient_id, limit, charges_after),
            ports.payments.newest_of(patient_id, limit, payments_after),
            ports.papers.newest_of(patient_id, limit, papers_after),
        )
        return History(
            entries=await self._in_words(entries, patient_id), charges=charges, payments=payments, papers=papers
        )

    async def _in_words(self, entries: Listed[JournalEntry], patient_id: PatientId) -> Listed[EntrySeen]:
        charges, payments = await side_by_side(
            self.ports.charges.those(
                {ChargeId(each.cause_id) for each in entries.items if each.cause in OF_CHARGES}, of=patient_id
            ),
            self.ports.payments.those(
                {PaymentId(each.cause_id) for each in entries.items if each.cause in OF_PAYMENTS}, of=patient_id
            ),
        )
        charged = {each.id: each for each in charges}
        paid = {each.id: each for each in payments}
        return Listed(tuple(_seen(each, charged, paid) for each in entries.items), entries.next)


def _seen(entry: JournalEntry, charges: Mapping[ChargeId, Charge], payments: Mapping[PaymentId, Payment]) -> EntrySeen:
    moved = total((line.debit for line in entry.lines), entry.currency)
    return EntrySeen(entry=entry, lines=tuple(lines_of(entry, charges, payments)), moved=moved)


async def _own(reading: Awaitable[T], patient_id: PatientId, of: Of) -> T:
    found = await reading
    if found.patient_id != patient_id:
        raise not_found(of)
    return found


def _by_date(charges: list[Charge]) -> tuple[Charge, ...]:
    return tuple(sorted(charges, key=lambda each: (each.rendered.service_date, each.id)))
