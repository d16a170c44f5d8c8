"""Three toy services: screening says what an operator of a clinic does, booking answers each of it, billing hears both,
and screening hears billing. They are wired as real ones are, on stores in memory.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from careflow_events.checkpoint import Checkpoints
from careflow_events.contracts import (
    AccountOpened,
    CarePathStageChanged,
    ClearanceExtended,
    ClearanceRevoked,
    codes,
)
from careflow_events.contracts.model import PatientEvent
from careflow_events.delivery import Delivery
from careflow_events.faults import diagnosis
from careflow_events.fencing import Restoring
from careflow_events.handling import Handling
from careflow_events.kafka.runner import EventsRunner
from careflow_events.kafka.worker import heard_topics
from careflow_events.lease import LEASE_TTL, RELAY_LEASE, HeldLease
from careflow_events.operations import ParkedOperations
from careflow_events.outbox import StreamPosition
from careflow_events.publication import Publication, patient_subject
from careflow_events.refeeding import Refeeding
from careflow_events.relay import Relay
from careflow_events.replay import Replay
from careflow_events.sealing import Sealer
from careflow_events.subscription import Received, Subscription, hears
from careflow_events.testing.builders import NOON, an_id
from careflow_events.testing.memory import MemoryStore, MemoryTransactions
from careflow_events.testing.memory_consumer import memory_stores
from careflow_events.testing.memory_outbox import MemoryLeases, MemoryOutbox, MemoryRow
from careflow_events.testing.memory_restore import MemoryFences, MemoryRefeeds
from careflow_events.testing.simulation.cluster import (
    Cluster,
    ClusterTopics,
    Producer,
    SimulatedStarts,
    make_reader,
)
from careflow_events.testing.simulation.process import Process, current, pause, taking_time
from careflow_events.testing.simulation.virtual import elapsed
from careflow_events.topics import refeed_of, topics_of

SETTINGS: Final[Mapping[str, tuple[type[PatientEvent], ...]]] = {
    "screening": (AccountOpened,),
    "booking": (ClearanceExtended, ClearanceRevoked),
    "billing": (ClearanceRevoked, CarePathStageChanged),
}
"""What each service hears. Billing hears screening's topic, too, but not every type in it."""

ANSWERS: Final[Mapping[str, type[PatientEvent]]] = {"booking": CarePathStageChanged, "billing": AccountOpened}
"""What a service says, once, for each event it hears that does not only restrict."""


def fact(contract: type[PatientEvent], patient: str) -> PatientEvent:
    """An event of this type about a patient."""
    if issubclass(contract, CarePathStageChanged):
        return contract(patient_id=patient, from_=codes.CareStage.INQUIRY, to=codes.CareStage.SCREENING)
    if issubclass(contract, AccountOpened):
        return contract(patient_id=patient, opened_at=NOON)
    if issubclass(contract, ClearanceRevoked | ClearanceExtended):
        return contract(patient_id=patient, clearance_id=an_id(7), valid_until=NOON)
    raise TypeError(contract.name())


class Service:
    """One service: its store, which outlives its processes, and how a process of it is put together."""

    def __init__(self, name: str, cluster: Cluster, chance: Random, new_id: Callable[[], str]) -> None:
        self.name = name
        self.cluster = cluster
        self.chance = chance
        self.new_id = new_id
        self.store = MemoryStore(self._store_answers)
        self.outbox = MemoryOutbox(self.store, Sealer({"keys": []}), new_id)
        self.stores = memory_stores(self.store)
        self.fences = MemoryFences(self.store)
        self.refeeds = MemoryRefeeds(self.store)
        self.transactions = MemoryTransactions(self.store)
        self.operations = ParkedOperations(self.stores, self.transactions, self.now)
        self.processes: list[Process] = []
        self.store_fails = 0
        self.breaks_until = 0.0

    @property
    def hears(self) -> tuple[type[PatientEvent], ...]:
        """The types it reacts to."""
        return SETTINGS[self.name]

    def now(self) -> datetime:
        """What the clock of the asking process says."""
        process = current()
        return NOON + timedelta(seconds=elapsed() + (process.skew if process else 0))

    def begin(self, *, skew: float = 0.0) -> Process:
        """A new worker process."""
        process = Process(f"{self.name}-{len(self.processes)}", self.chance, skew)
        self.processes.append(process)
        process.start(self._main)
        return process

    def alive(self) -> list[Process]:
        """The worker processes that run."""
        return [process for process in self.processes if process.alive]

    async def say(self, contract: type[PatientEvent], patients: list[str], seconds: float) -> list[str]:
        """What a command does: says the events in one transaction that takes so long. Answers their ids."""
        if await self.fences.fence() is not None:
            return []

        async def work(_: Any) -> list[str]:
            said = [_said(fact(contract, patient)) for patient in patients]
            positions = await self._append(said, None)
            await asyncio.sleep(seconds)
            numbered = {(each.stream, each.sequence) for each in positions}
            rows = self.store.tables["outbox"].values()
            return [each.row.id for each in rows if (each.row.stream, each.row.sequence) in numbered]

        return await self.transactions.run(work, action="say", event=None)

    def rows(self) -> list[MemoryRow]:
        """Everything in its outbox."""
        return list(self.store.committed["outbox"].values())

    async def _append(self, said: list[Publication], cause: str | None) -> list[StreamPosition]:
        return await self.outbox.append(said, now=self.now(), causation=cause, correlation=None, traceparent=None)

    async def _main(self) -> None:
        await self._runner().run(asyncio.Event())

    def _runner(self) -> EventsRunner:
        """As `kafka.worker.EventsWorker` puts it together."""
        fault_of = diagnosis(lambda _: False)
        stores = self.stores
        handling = Handling[None](
            consumer=self.name,
            subscriptions=self._subscriptions(),
            ports=None,
            transactions=self.transactions,
            stores=stores,
            keyring=None,
            clock=self.now,
            wall_clock=self.now,
        )
        producer = Producer(self.cluster, self.name)
        own = topics_of(self.name)
        process = current()
        assert process is not None
        leases = taking_time(MemoryLeases(self.store, self._store_clock))
        lease = HeldLease(leases, RELAY_LEASE, process.name, ttl=LEASE_TTL, monotonic=elapsed)
        fences = taking_time(self.fences)
        restoring = Restoring(own, ClusterTopics(self.cluster, own), fences, keep=lease.hold, wall_clock=self.now)
        unpublished = taking_time(self.outbox)
        refeed = refeed_of(self.name).name
        relay = Relay(
            unpublished=unpublished,
            lease=lease,
            producer=producer,
            checkpoints=Checkpoints(own, producer, self.new_id, every_seconds=10, monotonic=elapsed),
            hint=_Hint(),
            clock=self.now,
            fault_of=fault_of,
            may_publish=restoring.may_publish,
            stuck_retry_seconds=15,
            monotonic=elapsed,
        )
        return EventsRunner(
            bootstrap_servers="",
            consumer=self.name,
            topics=[*heard_topics(self._subscriptions()), refeed],
            refeed=refeed,
            refeeding=Refeeding(taking_time(self.refeeds), Producer(self.cluster, self.name)),
            delivery=Delivery(handling, fault_of=fault_of, monotonic=elapsed),
            replay=Replay(handling, fault_of=fault_of),
            relay=relay,
            watch=_Hint(),
            unpublished=unpublished,
            stores=stores,
            fences=fences,
            clock=self.now,
            wall_clock=self.now,
            fault_of=fault_of,
            starts=SimulatedStarts(self.cluster, self.name, stores.consumers),
            broker=make_reader(self.cluster),
        )

    def _subscriptions(self) -> tuple[Subscription[None], ...]:
        return tuple(hears(contract, self._react) for contract in self.hears)

    async def _react(self, event: Received[Any], tx: MemoryStore, _: None) -> None:
        """Notes the event in the order of its stream, and answers it. What only restricts is noted once."""
        if type(event.data).restricts:
            tx.tables["restricted"][event.id] = event.sequence
        else:
            effects = tx.tables["effects"]
            effects[event.stream] = (*effects.get(event.stream, ()), (event.sequence, event.id))
            contract = ANSWERS.get(self.name)
            if contract is not None:
                await self._append([_said(fact(contract, event.data.patient_id))], event.id)
        if self.breaks_until > elapsed() and self.chance.random() < 0.5:
            raise KeyError("a bug")

    async def _store_answers(self) -> None:
        await pause()
        if self.store_fails > 0 and current() is not None:
            self.store_fails -= 1
            raise ConnectionError("the store")

    def _store_clock(self) -> datetime:
        return NOON + timedelta(seconds=elapsed())


def _said(data: PatientEvent) -> Publication:
    return Publication(subject=patient_subject(data.patient_id), data=data)


class _Hint:
    """A store without change streams."""

    async def wait(self, seconds: float, *, while_told: float | None = None) -> None:  # noqa: ARG002 - told of nothing
        await asyncio.sleep(seconds)

    def hint(self, *_collections: str) -> "_Hint":
        return self

    def wake(self) -> None:
        """Nobody sleeps longer than they would without hints."""

    async def run(self) -> None:
        await asyncio.Event().wait()
