"""Billing's application without a store: its ports in memory."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeVar

from billing.adapters.clinic_data import service_rules
from billing.application.commands.hear_processor import HearProcessorHandler
from billing.application.commands.record_coverage import RecordCoverageHandler
from billing.application.ports import Due, Ports
from billing.domain.charges import Charge, ChargeState
from billing.domain.ids import ChargeId, PatientId, PaymentId
from billing.domain.ledger import JournalEntry
from billing.domain.letterhead import PaperKind
from billing.subscriptions import SUBSCRIPTIONS
from careflow_domain.aggregate import Aggregate
from careflow_events.contracts.model import EventData
from careflow_events.subscription import Received
from careflow_service.deadlines import Effect
from careflow_service.identity import Actor, Role
from careflow_service.pages.links import LinkAddresses
from careflow_service.testing.erasing import Asked
from careflow_service.testing.in_memory import Kept, Units
from services.billing.tests.builders import CALENDAR, CODES, NOW, POLICY, PRACTICE, SELLING, ZONE
from services.billing.tests.processor_desk import Desk

A = TypeVar("A", bound=Aggregate)
RULES = service_rules()
BILLER: Final = Actor(id="bea-biller", roles=frozenset({Role.BILLER}))
WITHOUT_KEY: Final = frozenset({RecordCoverageHandler, HearProcessorHandler})
"""What does the same however often it is asked."""
REACTIONS: Final = {each.contract: each.reaction for each in SUBSCRIPTIONS}


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


NOWHERE: Final = LinkAddresses(None, "", None)  # type: ignore[arg-type]  # nobody is given a link


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
class InMemory(Units):
    """One clinic's billing."""

    now: datetime = NOW
    desk: Desk = field(default_factory=Desk)
    ports: Ports = field(init=False)

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
        self.stores = list(stores.values())
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
        return await self.does(effect, self.ports)
