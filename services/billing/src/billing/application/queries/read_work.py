"""What waits for a biller across the clinic: things to be done, who owes, and how the last month's end stands."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from billing.application.bookkeeping import disputed_among
from billing.application.ports import Ports
from billing.application.queries.tasks import Thing, tasks_in, things_with
from billing.domain.accounts import Account
from billing.domain.charges import Charge
from billing.domain.ids import PatientId
from billing.domain.letterhead import PaperKind
from billing.domain.money import Money, total
from billing.domain.months import Month
from billing.domain.payment_links import PaymentLink
from billing.domain.processor_feed import FEED
from billing.domain.statement_runs import StatementRun
from billing.domain.statements import Statement
from billing.domain.superbill_elements import Draft, Missing, missing_elements
from billing.domain.tasks import Task, TaskKind
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.work import side_by_side


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """`owed` in all, for services since `since`. Of that the last statement asked for `overdue` by `due_on`, which is
    over, and nobody asks for `disputed` now.
    """

    patient_id: PatientId
    owed: Money
    since: date
    overdue: Money
    due_on: date | None
    disputed: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSeen:
    """`owing` and `links` are None where they were not asked for. `missing` says what keeps a charge off a
    superbill, beside the patient's yes to naming the diagnoses. Since `silent_since` the card processor does not
    answer what it has told.
    """

    as_of: datetime
    tasks: Mapping[TaskKind, Listed[Task]]
    owing: Listed[Owing] | None
    links: Listed[PaymentLink] | None
    missing: Mapping[str, tuple[Missing, ...]]
    silent_since: datetime | None
    names: Mapping[PatientId, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsEnd:
    """How the end of `month` stands; `run` is None where nobody has begun it."""

    month: Month
    run: StatementRun | None
    names: Mapping[PatientId, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadWork:
    ports: Ports

    async def __call__(
        self,
        actor: Actor,
        kinds: Collection[TaskKind],
        limit: int,
        after: str | None = None,
        *,
        owing: bool = False,
        links: bool = False,
    ) -> WorkSeen:
        """So many of each of these kinds, of who owes, and of the links that are not decided; behind the cursor where
        one list is asked for.
        """
        things, owed, undecided, feed = await side_by_side(
            asyncio.gather(*(things_with(kind, limit, after, self.ports) for kind in kinds)),
            self._owing(limit, after) if owing else _nothing(),
            self.ports.links.undecided(limit, after) if links else _nothing(),
            self.ports.processor_feed.find(FEED, of=None) if self.ports.processor else _nothing(),
        )
        tasks = {kind: tasks_in(found, kind) for kind, found in zip(kinds, things, strict=True)}
        whose = {each.patient_id for listed in tasks.values() for each in listed.items}
        whose |= {each.patient_id for listed in (owed, undecided) if listed for each in listed.items}
        accounts = await self._accounts(whose)
        await self.ports.audit.read(actor, "list_tasks", *(f"accounts/{each}" for each in sorted(whose)))
        return WorkSeen(
            as_of=self.ports.clock(),
            tasks=tasks,
            owing=owed,
            links=undecided,
            missing=self._missing(dict(zip(kinds, things, strict=True)), accounts),
            silent_since=feed.silent_since if feed else None,
            names=_names(accounts),
        )

    async def months_end(self, actor: Actor, month: Month | None = None) -> MonthsEnd:
        """Of a month, the last one that is over where none is named."""
        wanted = month or self._last_month()
        run = await self.ports.statement_runs.find(str(wanted), of=None)
        failed = {each.patient_id for each in run.failed} if run else set()
        accounts = await self._accounts(failed)
        await self.ports.audit.read(actor, "read_statement_run", *(f"accounts/{each}" for each in sorted(failed)))
        return MonthsEnd(month=wanted, run=run, names=_names(accounts))

    def _last_month(self) -> Month:
        before = self.ports.day_of(self.ports.clock()).replace(day=1) - timedelta(days=1)
        return Month(before.year, before.month)

    async def _accounts(self, whose: Collection[PatientId]) -> dict[PatientId, Account]:
        return {each.id: each for each in await self.ports.accounts.those(whose)} if whose else {}

    def _missing(
        self, things: Mapping[TaskKind, Listed[Thing]], accounts: Mapping[PatientId, Account]
    ) -> dict[str, tuple[Missing, ...]]:
        found = things[TaskKind.SUPERBILL_DUE].items if TaskKind.SUPERBILL_DUE in things else ()
        charges = [each for each in found if isinstance(each, Charge) and each.patient_id in accounts]
        return {each.id: missing_of(accounts[each.patient_id], (each,), self.ports) for each in charges}

    async def _owing(self, limit: int, after: str | None) -> Listed[Owing]:
        """Patients by their earliest service that is not paid."""
        page = await self.ports.charges.owed(limit, after)
        whose = dict.fromkeys(each.patient_id for each in page.items)
        return Listed(tuple(await asyncio.gather(*(self._owing_of(each) for each in whose))), page.next)

    async def _owing_of(self, patient_id: PatientId) -> Owing:
        charges, estimates, paper = await side_by_side(
            self.ports.charges.open_of(patient_id),
            self.ports.estimates.all_of(patient_id),
            self.ports.papers.latest(PaperKind.STATEMENT, of=patient_id),
        )
        currency, today = self.ports.policy.currency, self.ports.day_of(self.ports.clock())
        statement = paper.content if paper and isinstance(paper.content, Statement) else None
        disputed = disputed_among(charges, estimates)
        return Owing(
            patient_id=patient_id,
            owed=total((each.balance for each in charges), currency),
            since=min((each.rendered.service_date for each in charges), default=today),
            overdue=statement.overdue(charges, today, disputed=disputed) if statement else Money(0, currency),
            due_on=statement.due_on if statement else None,
            disputed=total((each.balance for each in disputed), currency),
        )


def missing_of(account: Account, charges: tuple[Charge, ...], ports: Ports) -> tuple[Missing, ...]:
    """What a superbill of these charges would lack, were the patient to let it name the diagnoses."""
    draft = Draft(
        account=account,
        practice=ports.practice,
        charges=charges,
        payments=(),
        disclose_diagnoses=True,
        diagnosis_codes=ports.diagnosis_codes,
    )
    return missing_elements(draft)


def _names(accounts: Mapping[PatientId, Account]) -> dict[PatientId, str]:
    return {each.id: each.profile.legal_name for each in accounts.values() if each.profile}


async def _nothing() -> None:
    return None
