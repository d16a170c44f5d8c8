"""A service that says and one that hears, in one seeded world: everything that can go wrong between them does, in an
order drawn from the seed. After every step no effect is doubled or out of order; in the end none is missing.
"""

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from careflow_events.checkpoint import Checkpoints
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import FeedCheckpoint
from careflow_events.delivery import ComeBack
from careflow_events.envelope import decode
from careflow_events.faults import diagnosis
from careflow_events.lease import DEFAULT_TTL, Fenced, HeldLease
from careflow_events.producing import Answer, OutgoingRecord
from careflow_events.relay import Relay
from careflow_events.sealing import Sealer
from careflow_events.subscription import Received
from careflow_events.testing.builders import NOON, an_id, publication
from careflow_events.testing.consuming import Consumer, StoreAway
from careflow_events.testing.log import MemoryLog
from careflow_events.testing.memory import MemoryStore
from careflow_events.testing.memory_outbox import MemoryLeases, MemoryOutbox
from careflow_events.topics import SCREENING

PATIENTS = 5
STEPS = 400


class Interrupted(MemoryLog):
    """One relay's way to the broker; the world may act while it is in flight."""

    def __init__(self, shared: MemoryLog) -> None:
        super().__init__()
        self.records = shared.records
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def publish(self, records: Sequence[OutgoingRecord]) -> Sequence[Answer]:
        answers = await super().publish(records)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return answers


class World:
    """Screening with two relays, a broker, and booking."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.seconds = 0.0
        self.ids = 0
        self.said: defaultdict[str, int] = defaultdict(int)
        self.store = MemoryStore()
        self.outbox = MemoryOutbox(self.store, Sealer({"keys": []}), self.new_id)
        self.log = MemoryLog()
        self.logs = {name: Interrupted(self.log) for name in "ab"}
        self.relays = {name: self.relay(name) for name in "ab"}
        self.consumer = Consumer(breaks=self.breaks)
        self.offsets: defaultdict[int, int] = defaultdict(int)
        self.committed: defaultdict[int, int] = defaultdict(int)
        self.calm = False

    def new_id(self) -> str:
        self.ids += 1
        return an_id(self.ids)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def relay(self, name: str) -> Relay:
        log = self.logs[name]
        return Relay(
            unpublished=self.outbox,
            lease=HeldLease(MemoryLeases(self.store, self.now), "relay", name, monotonic=lambda: self.seconds),
            producer=log,
            checkpoints=Checkpoints([SCREENING], log, self.new_id, monotonic=lambda: self.seconds),
            hint=_NeverHints(),
            clock=self.now,
            fault_of=diagnosis(lambda _: False),
            retry_seconds=0,
            stuck_retry_seconds=20,
            monotonic=lambda: self.seconds,
        )

    def breaks(self, _: Received[Any]) -> None:
        if self.calm:
            return
        roll = self.chance.random()
        if roll < 0.10:
            raise KeyError
        if roll < 0.20:
            raise StoreAway

    async def step(self) -> None:
        """One thing happens."""
        happenings = {
            self.screening_says: 6,
            self.a_relay_turns: 8,
            self.booking_reads: 16,
            self.time_passes: 2,
            self.a_relay_is_killed: 1,
            self.a_relay_sleeps_in_flight: 1,
            self.the_broker_changes: 2,
            self.booking_is_killed: 1,
            self.booking_is_rebalanced: 1,
            self.a_commit_of_booking_fails: 2,
            self.an_operator_replays: 2,
        }
        (happening,) = self.chance.choices(list(happenings), weights=list(happenings.values()))
        await happening()
        self.holds()

    async def screening_says(self) -> None:
        patients = [self.chance.randrange(1, PATIENTS + 1) for _ in range(self.chance.randrange(1, 4))]
        try:
            async with self.store.transaction():
                await self.outbox.append(
                    [publication(patient=patient) for patient in patients],
                    now=self.now(),
                    causation=None,
                    correlation=None,
                    traceparent=None,
                )
                if self.chance.random() < 0.2:
                    raise LookupError
        except LookupError:
            return
        for patient in patients:
            self.said[f"patient:{an_id(patient)}"] += 1

    async def a_relay_turns(self) -> None:
        await self.turn(self.chance.choice("ab"))

    async def turn(self, name: str) -> None:
        try:
            await self.relays[name].turn()
        except (Fenced, ConnectionError):
            self.relays[name] = self.relay(name)

    async def a_relay_is_killed(self) -> None:
        name = self.chance.choice("ab")
        self.logs[name].answers_lost = True
        await self.turn(name)
        self.logs[name].answers_lost = False
        self.relays[name] = self.relay(name)

    async def a_relay_sleeps_in_flight(self) -> None:
        sleeper, other = self.chance.sample("ab", 2)

        async def meanwhile() -> None:
            self.seconds += DEFAULT_TTL.total_seconds() + 1
            await self.turn(other)
            await self.screening_says()
            await self.turn(other)

        self.logs[sleeper].meanwhile = meanwhile
        await self.turn(sleeper)
        self.logs[sleeper].meanwhile = None

    async def the_broker_changes(self) -> None:
        log = self.logs[self.chance.choice("ab")]
        roll = self.chance.random()
        refused = f"patient:{an_id(self.chance.randrange(1, PATIENTS + 1))}".encode()
        log.away = roll < 0.3
        log.refuses = (lambda record: record.key == refused) if 0.3 <= roll < 0.5 else (lambda _: False)

    async def time_passes(self) -> None:
        self.seconds += self.chance.choice([0.5, 6, 20])

    async def booking_reads(self) -> None:
        await self.read(self.chance.randrange(3))

    async def read(self, partition: int) -> bool:
        """Booking takes the next record of a partition; sometimes the commit of its offset is lost."""
        waiting = self.partition(partition)
        if self.offsets[partition] >= len(waiting):
            return False
        outcome = await self.consumer.delivery.deliver(waiting[self.offsets[partition]])
        if not isinstance(outcome, ComeBack):
            self.offsets[partition] += 1
            if self.chance.random() < 0.8:
                self.committed[partition] = self.offsets[partition]
        return True

    async def booking_is_killed(self) -> None:
        self.consumer.restart()
        self.offsets = self.committed.copy()
        await self.consumer.stores.consumers.resume()

    async def booking_is_rebalanced(self) -> None:
        partition = self.chance.randrange(3)
        self.offsets[partition] = self.committed[partition]

    async def a_commit_of_booking_fails(self) -> None:
        if not self.consumer.transactions.fail_commit:
            self.consumer.transactions.fail_commit.append(StoreAway())

    async def an_operator_replays(self) -> None:
        with suppress(StoreAway):
            for parked in await self.consumer.operations.list(limit=200):
                await self.consumer.operations.request_replay_of(parked.id)
            await self.consumer.replay.run_requested()

    async def settles(self) -> None:
        """All faults end; in a while everything has arrived."""
        self.calm = True
        self.consumer.transactions.fail_commit.clear()
        for log in self.logs.values():
            log.away, log.refuses = False, lambda _: False
        for _ in range(50):
            self.seconds += 25
            for name in "ab":
                await self.turn(name)
        await self.booking_is_killed()
        await self.consumer.delivery.look_whether_stopped()
        for partition in range(3):
            while await self.read(partition):
                pass
        await self.an_operator_replays()
        self.holds()

    def partition(self, number: int) -> list[ConsumedRecord]:
        return [record for record in self.log.records if record.partition == number]

    def holds(self) -> None:
        """What is true after every step."""
        handled: defaultdict[str, list[int | None]] = defaultdict(list)
        for event in self.consumer.events():
            handled[event.subject].append(event.sequence)
        for subject, sequences in handled.items():
            assert sequences == list(range(1, len(sequences) + 1)), subject
        causes = {each.cause for each in self.consumer.store.tables["parked"].values()}
        assert causes <= {"KeyError", "blocked"}, "nothing was lost, so no gap and no other history was seen"
        marked: defaultdict[str, list[int]] = defaultdict(list)
        for row in self.outbox.published():
            marked[row.stream].append(row.sequence)
        for stream, numbers in marked.items():
            assert numbers == list(range(1, len(numbers) + 1)), stream

    def everything_arrived(self) -> None:
        """What is true in the end."""
        handled = [event.subject for event in self.consumer.events()]
        assert {subject: handled.count(subject) for subject in self.said} == dict(self.said)
        assert self.outbox.unpublished() == []

    def checkpoints_were_true(self) -> None:
        """No checkpoint stands before an event that was committed before its time."""
        for partition in range(3):
            events = [decode(record.value, record.headers) for record in self.partition(partition)]
            seen: set[str] = set()
            promises: list[FeedCheckpoint] = []
            for event in events:
                if event.type == FeedCheckpoint.type():
                    promises.append(FeedCheckpoint.model_validate_json(orjson.dumps(event.data)))
                elif event.id not in seen:
                    seen.add(event.id)
                    assert event.recordedtime is not None
                    broken = [
                        each for each in promises if event.recordedtime < each.as_of and event.stream not in each.behind
                    ]
                    assert broken == []


class _NeverHints:
    async def wait(self, seconds: float) -> None:
        """Nobody waits in this world."""


@pytest.mark.parametrize("seed", range(40))
async def test_nothing_is_lost_doubled_or_reordered(seed: int) -> None:
    world = World(seed)

    for _ in range(STEPS):
        await world.step()
    await world.settles()

    world.everything_arrived()
    world.checkpoints_were_true()
