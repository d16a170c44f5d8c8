"""Billing's application without a store: its ports in memory, units of work that commit or leave no trace.

They keep the rules a real unit of work has: what is put is seen by its id, no list is asked for once one of its kind
was put, nothing is saved on another version than the one that was read.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

from billing.adapters.clinic_data import service_rules
from billing.application.commands.hear_processor import HearProcessorHandler
from billing.application.commands.record_coverage import RecordCoverageHandler
from billing.application.link_addresses import LinkAddresses
from billing.application.ports import Due, Ports
from billing.domain.charges import Charge, ChargeState
from billing.domain.ids import ChargeId, PatientId, PaymentId
from billing.domain.ledger import JournalEntry
from billing.domain.letterhead import PaperKind
from billing.subscriptions import SUBSCRIPTIONS
from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import not_found
from careflow_events.contracts.model import EventData
from careflow_events.subscription import Received
from careflow_service.deadlines import Effect
from careflow_service.identity import Actor, Role
from careflow_service.testing.erasing import Asked
from services.billing.tests.builders import CALENDAR, CODES, NOW, POLICY, PRACTICE, SELLING, ZONE
from services.billing.tests.processor_desk import Desk

A = TypeVar("A", bound=Aggregate)
RULES = service_rules()
BILLER: Final = Actor(id="bea-biller", roles=frozenset({Role.BILLER}))
WITHOUT_KEY: Final = frozenset({RecordCoverageHandler, HearProcessorHandler})
"""What does the same however often it is asked."""
REACTIONS: Final = {each.contract: each.reaction for each in SUBSCRIPTIONS}


class Kept(Generic[A]):
    """Aggregates of one kind by id; `put` are those of the unit of work that is not committed."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.all: dict[str, A] = {}
        self.put: dict[str, A] = {}

    async def get(self, stored_id: str, /, *, of: object = None) -> A:
        found = await self.find(stored_id)
        if found is None:
            raise not_found(self.what)
        return found

    async def find(self, stored_id: str, /, *, of: object = None) -> A | None:
        return self.put.get(stored_id) or self.all.get(stored_id)

    async def add(self, aggregate: Any, /, tx: Any) -> None:
        assert await self.find(aggregate.id) is None, f"{self.what}: added twice"
        self.put[aggregate.id] = aggregate

    async def save(self, aggregate: Any, /, *, expecting: int, tx: Any) -> None:
        known = await self.find(aggregate.id)
        assert known is not None, f"{self.what}: saved and never added"
        assert known.version == expecting, f"{self.what}: saved on a version nobody read"
        assert aggregate.version > known.version, f"{self.what}: changed without a new version"
        self.put[aggregate.id] = aggregate

    def listed(self, wanted: Callable[[Any], bool]) -> list[Any]:
        assert not self.put, f"{self.what}: asked for a list after writing"
        return [each for each in self.all.values() if wanted(each)]

    def commit(self) -> Iterable[object]:
        for stored_id, aggregate in self.put.items():
            yield from aggregate.facts
            self.all[stored_id] = replace(aggregate, facts=())
        self.put.clear()


class Charges(Kept[Charge]):
    async def open_of(self, patient_id: PatientId, /) -> list[Charge]:
        return self.listed(lambda each: each.patient_id == patient_id and bool(each.balance))

    async def waiting_of(self, patient_id: PatientId, /) -> list[Charge]:
        return self.listed(lambda each: each.patient_id == patient_id and each.state is ChargeState.WAITING)

    async def of_day(self, day: date, *, of: PatientId) -> list[Charge]:
        return self.listed(lambda each: each.patient_id == of and each.rendered.service_date == day)

    async def those(self, charge_ids: Collection[ChargeId], *, of: PatientId) -> list[Charge]:
        return self.listed(lambda each: each.id in charge_ids)


class Payments(Kept[Any]):
    async def all_of(self, patient_id: PatientId, /) -> list[Any]:
        return self.listed(lambda each: each.patient_id == patient_id)

    async def those(self, payment_ids: Collection[PaymentId], *, of: PatientId) -> list[Any]:
        return self.listed(lambda each: each.id in payment_ids)

    async def with_money_left(self, patient_id: PatientId, /) -> list[Any]:
        return self.listed(lambda each: each.patient_id == patient_id and bool(each.unapplied))

    async def next_refund_due(self) -> Due | None:
        planned = [(each.next_refund.attempt_at, each.id) for each in self.all.values() if each.next_refund]
        return min(planned, default=None)

    async def allocated_to(self, charge_ids: Collection[ChargeId], *, of: PatientId) -> list[Any]:
        return self.listed(lambda each: any(each.allocated_to(charge_id) for charge_id in charge_ids))


class Accounts(Kept[Any]):
    async def behind(self, patient_id: PatientId | None, /) -> PatientId | None:
        return min((PatientId(each) for each in self.all if patient_id is None or each > patient_id), default=None)

    async def count(self) -> int:
        return len(self.all)


class StatementRuns(Kept[Any]):
    async def next_due(self) -> Due | None:
        return min(((each.next_at, each.id) for each in self.all.values() if each.next_at), default=None)


class Payouts(Kept[Any]):
    async def next_due(self) -> Due | None:
        return min(((each.ask_at, each.id) for each in self.all.values() if each.ask_at), default=None)


class Journal(Kept[JournalEntry]):
    async def since(self, day: date | None, *, of: PatientId) -> list[JournalEntry]:
        found = self.listed(lambda each: each.patient_id == of and (day is None or each.posted_on > day))
        return sorted(found, key=lambda each: (each.posted_on, each.id))


class Papers(Kept[Any]):
    async def latest(self, kind: PaperKind, about: str | None = None, *, of: PatientId) -> Any:
        found = self.listed(lambda each: each.patient_id == of and each.kind is kind and about in (None, each.about))
        return max(found, key=lambda each: each.id, default=None)


class OfPatient(Kept[Any]):
    async def all_of(self, patient_id: PatientId, /) -> list[Any]:
        return self.listed(lambda each: each.patient_id == patient_id)

    async def unreplaced_of(self, patient_id: PatientId, /) -> list[Any]:
        return self.listed(lambda each: each.patient_id == patient_id and each.replaced_by is None)


class Links(OfPatient):
    async def next_due(self) -> Due | None:
        return min(((each.attempt_at, each.id) for each in self.all.values() if each.attempt_at), default=None)


class Visits(Kept[Any]):
    async def of_plan(self, plan_id: str, *, of: PatientId) -> list[Any]:
        return self.listed(lambda each: each.plan_id == plan_id)

    async def of_day(self, day: date, *, of: PatientId) -> list[Any]:
        return self.listed(lambda each: each.patient_id == of and each.starts_at.astimezone(ZONE).date() == day)

    async def to_come(self, patient_id: PatientId, now: datetime, /) -> list[Any]:
        return self.listed(lambda each: each.patient_id == patient_id and each.starts_at > now)


NOWHERE: Final = LinkAddresses(None, None)  # type: ignore[arg-type]  # nobody is given a link


class Printer:
    async def superbill(self, superbill: object, *, copy: bool) -> bytes:
        return b""

    async def claim_sheets(self, superbill: object) -> bytes:
        return b""

    async def estimate(self, estimate: object, number: int) -> bytes:
        return b""

    async def paper(self, paper: object) -> bytes:
        return b""


@dataclass(slots=True)
class Tx:
    """One try."""

    now: datetime
    new_id: Callable[[], str]
    facts: list[object] = field(default_factory=list)

    def record(self, facts: Iterable[object]) -> None:
        self.facts.extend(facts)


@dataclass(slots=True)
class Done:
    value: Any


@dataclass(slots=True)
class InMemory:
    """One clinic's billing; `now` is its clock, `said` every fact that was committed."""

    now: datetime = NOW
    said: list[object] = field(default_factory=list)
    desk: Desk = field(default_factory=Desk)
    ports: Ports = field(init=False)
    _stores: list[Kept[Any]] = field(init=False)
    _numbers: int = 0

    def __post_init__(self) -> None:
        self.desk.clock = lambda: self.now
        stores: dict[str, Any] = {
            "accounts": Accounts("account"),
            "account_links": OfPatient("account_link"),
            "contracts": OfPatient("private_contract"),
            "visits": Visits("visit"),
            "courses": Kept("plan"),
            "estimates": OfPatient("estimate"),
            "charges": Charges("charge"),
            "payments": Payments("payment"),
            "links": Links("payment_link"),
            "processed": Kept("processed_payment"),
            "processor_feed": Kept("processor_feed"),
            "payouts": Payouts("payout"),
            "packages": OfPatient("package"),
            "journal": Journal("entry"),
            "fees": OfPatient("fee"),
            "superbills": OfPatient("superbill"),
            "reimbursements": OfPatient("reimbursement"),
            "papers": Papers("paper"),
            "prints": Kept("paper"),
            "statement_runs": StatementRuns("statement_run"),
            "numbers": Kept("number_series"),
            "clinician_days": Kept("clinician_day"),
            "disclosures": OfPatient("disclosure"),
            "wanted_shares": Kept("record_request"),
        }
        self._stores: list[Kept[Any]] = list(stores.values())
        self.ports = Ports(
            **stores,
            printer=Printer(),
            processor=self.desk,
            link_addresses=NOWHERE,
            audit=None,  # type: ignore[arg-type]  # nothing is read for somebody
            colleague_names=None,  # type: ignore[arg-type]  # nobody is named here
            policy=POLICY,
            schedules=SELLING,
            rules=RULES,
            practice=PRACTICE,
            calendar=CALENDAR,
            diagnosis_codes=CODES,
            zone=ZONE,
            clock=lambda: self.now,
            erasing=Asked(),
        )

    def all(self, name: str) -> list[Any]:
        store: Kept[Any] = getattr(self.ports, name)
        return list(store.all.values())

    @property
    def entries(self) -> list[JournalEntry]:
        return self.all("journal")

    def new_id(self) -> str:
        self._numbers += 1
        return f"0199e0a0-0000-7000-9000-{self._numbers:012d}"

    async def unit(self, fn: Callable[[Any], Awaitable[Any]]) -> Any:
        """Runs it and commits, or leaves no trace."""
        tx = Tx(self.now, self.new_id)
        try:
            value = await fn(tx)
        except BaseException:
            for store in self._stores:
                store.put.clear()
            raise
        for store in self._stores:
            self.said.extend(store.commit())
        self.said.extend(tx.facts)
        return value

    async def hear(self, data: EventData, *, time: datetime | None = None, cause: str | None = None) -> None:
        event = Received(data, "id", "subject", time or self.now, "stream", 1, None, cause)
        await self.unit(lambda tx: REACTIONS[type(data)](event, tx, self.ports))

    async def asks(self, handler: Any, command: Any) -> Any:
        """What the biller is answered."""
        by: dict[str, Any] = {"actor": BILLER}
        if handler not in WITHOUT_KEY:
            by["request"] = None
        return (await handler(self.ports, self)(command, **by)).value

    async def performs(self, effect: Effect[Ports]) -> bool:
        """The next act outside the store that is due, and its record."""
        due = await effect.next(self.ports)
        if due is not None:
            report = await effect.perform(due, self.ports)
            await self.unit(lambda tx: effect.settle(due, report, tx, self.ports))
        return due is not None

    async def run(self, fn: Callable[[Any], Awaitable[Any]], **_: object) -> Any:
        """See `careflow_service.work.Work.run`."""
        return Done(await self.unit(fn))
