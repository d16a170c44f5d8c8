"""Delivery: what becomes of every record a consumer receives.

Invariant: a record is settled exactly when its effect, its parking or the knowledge that it needs neither is committed;
everything else comes back. Records of one stream are settled in their order; those of different streams side by side.
Nothing is lost by an error, nothing loops without a pause, and no text of an exception is kept.
"""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from careflow_events import metrics
from careflow_events.consumed import ConsumedRecord
from careflow_events.consumers import StopReason
from careflow_events.faults import Diagnosis, Fault, FaultOf
from careflow_events.handling import Handling, Settled
from careflow_events.limit import ParkLimit
from careflow_events.offsets import Offsets

IN_PLACE_SECONDS: Final = 2.0
"""How long a transient fault is retried before its partition is paused."""
GROUP_SIZE: Final = 50
"""How many records are handled side by side and committed together: more cost no less each and hold up what follows."""
ATTEMPTS: Final = 3
"""How often an unclassified error may happen to one record before it is parked."""
FIRST_RETRY_SECONDS: Final = 0.05
LONGEST_RETRY_SECONDS: Final = 0.5
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
STOPPED_PAUSE_SECONDS: Final = 5.0
HELD_UP_SECONDS: Final = 60.0
"""After so long a partition that is paused again and again is something an operator should know of."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Not settled: pause the partition for `after` seconds, then read the record again."""

    after: float


@dataclass(frozen=True, slots=True)
class Rewind:
    """A partition to be read again from `offset`, the first that is not settled, after a pause of `after` seconds."""

    topic: str
    partition: int
    offset: int
    after: float


Outcome = Settled | ComeBack


class Delivery:
    """Settles the records of one consumer, or says when to come back to them. Records of one partition are given one
    after the other.
    """

    def __init__(
        self,
        handling: Handling[Any],
        *,
        fault_of: FaultOf,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._handling = handling
        self._consumers = handling.stores.consumers
        self.offsets = Offsets(self._consumers)
        self._fault_of = fault_of
        self._monotonic = monotonic
        self._sleep = sleep
        self._limit = ParkLimit()
        self._stopped: StopReason | None = None
        self._pauses: dict[tuple[str, int], int] = {}
        self._held_up: dict[tuple[str, int], float] = {}

    @property
    def stopped(self) -> StopReason | None:
        """Why nothing is being handled; the worker is unready then."""
        return self._stopped

    @property
    def held_up(self) -> frozenset[tuple[str, int]]:
        """The partitions that have not moved for HELD_UP_SECONDS because of a fault that should have passed."""
        now = self._monotonic()
        return frozenset(place for place, since in self._held_up.items() if now - since >= HELD_UP_SECONDS)

    async def look_whether_stopped(self) -> None:
        """Reads whether consuming is stopped: an operator may have resumed it, or another process stopped it."""
        self._note_stopped(await self._consumers.stopped())

    async def stop(self, reason: StopReason) -> None:
        """Stops handling anything until an operator resumes it; what was received comes back."""
        _log.error("consumer_stopped", extra={"consumer": self._handling.consumer, "reason": reason.value})
        self._note_stopped(reason)
        await self._consumers.stop(reason, self._handling.wall_clock())

    async def deliver_together(self, records: Sequence[ConsumedRecord]) -> list[Rewind]:
        """Settles what one poll brought, records of different streams side by side. Answers where partitions are to be
        read again; everything else is settled.
        """
        of_partitions: defaultdict[tuple[str, int], list[ConsumedRecord]] = defaultdict(list)
        for record in records:
            of_partitions[record.place].append(record)
        rewinds = []
        for (topic, partition), each in of_partitions.items():
            rewind = await self._deliver_partition(each)
            self.offsets.settled(topic, partition, each[-1].offset + 1 if rewind is None else rewind.offset)
            if rewind is not None:
                rewinds.append(rewind)
        return rewinds

    async def _deliver_partition(self, records: Sequence[ConsumedRecord]) -> Rewind | None:
        left = {record.offset for record in records}
        for group in groups(records):
            if await self._settle_together(group):
                left -= {record.offset for record in group}
                continue
            for record in group:
                outcome = await self.deliver(record)
                if isinstance(outcome, ComeBack):
                    return Rewind(record.topic, record.partition, min(left), outcome.after)
                left.remove(record.offset)
        return None

    async def _settle_together(self, group: Sequence[ConsumedRecord]) -> bool:
        """Whether the whole group was settled in one transaction; if not, nothing of it was, and each record is judged
        alone.
        """
        if len(group) == 1 or self._stopped is not None:
            return False
        began = self._monotonic()
        try:
            settled = await self._handling.settle_together(group)
        except Exception as error:
            metrics.GROUPS_BROKEN_UP.labels(group[0].topic).inc()
            _log.debug("group_broken_up", extra={"topic": group[0].topic, "error_class": self._fault_of(error).code})
            return False
        for record, outcome in zip(group, settled, strict=True):
            self._settled(record, outcome, began)
        return True

    async def deliver(self, record: ConsumedRecord) -> Outcome:
        """Settles one record, retrying in place what may pass."""
        if self._stopped is not None:
            return ComeBack(STOPPED_PAUSE_SECONDS)
        began = self._monotonic()
        bugs = 0
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                settled = await self._handling.settle(record)
            except Exception as error:
                diagnosis = self._fault_of(error)
            else:
                return self._settled(record, settled, began)
            match diagnosis.fault:
                case Fault.TRANSIENT if self._monotonic() - began >= IN_PLACE_SECONDS:
                    return self._come_back(record, diagnosis)
                case Fault.POISON | Fault.WAITING:
                    return await self._give_up(record, diagnosis, 1, began)
                case Fault.UNCLASSIFIED:
                    bugs += 1
                    if bugs >= ATTEMPTS:
                        return await self._give_up(record, diagnosis, bugs, began)
            metrics.EVENTS_RETRIED.labels(record.topic, diagnosis.fault).inc()
            await self._sleep(wait)
            wait = min(wait * 2, LONGEST_RETRY_SECONDS)

    def _settled(self, record: ConsumedRecord, settled: Settled, began: float) -> Settled:
        self._pauses.pop(record.place, None)
        self._held_up.pop(record.place, None)
        metrics.EVENTS_SETTLED.labels(record.topic, settled).inc()
        if settled is Settled.HANDLED:
            self._limit.handled()
            metrics.HANDLER_SECONDS.labels(record.topic).observe(self._monotonic() - began)
        return settled

    def _come_back(self, record: ConsumedRecord, diagnosis: Diagnosis) -> ComeBack:
        times = self._pauses.get(record.place, 0)
        self._pauses[record.place] = times + 1
        self._held_up.setdefault(record.place, self._monotonic())
        after = min(FIRST_PAUSE_SECONDS * 2**times, LONGEST_PAUSE_SECONDS)
        metrics.PARTITION_PAUSES.labels(record.topic).inc()
        _log.warning("partition_paused", extra={**_seen(record, diagnosis), "wait_seconds": after})
        return ComeBack(after)

    async def _give_up(self, record: ConsumedRecord, diagnosis: Diagnosis, attempts: int, began: float) -> Outcome:
        try:
            parked = await self._handling.park(record, cause=diagnosis.code, attempts=attempts)
        except Exception as error:
            return self._come_back(record, self._fault_of(error))
        if not parked:
            return self._settled(record, Settled.DUPLICATE, began)
        metrics.EVENTS_PARKED.labels(record.topic, diagnosis.code).inc()
        _log.error("event_parked", extra={**_seen(record, diagnosis), "attempts": attempts})
        stream = record.stream() or f"{record.topic}/{record.partition}"
        if self._limit.parked(stream, self._monotonic()):
            await self.stop(StopReason.PARKED_TOO_MANY)
        return self._settled(record, Settled.PARKED, began)

    def _note_stopped(self, reason: StopReason | None) -> None:
        if reason is None and self._stopped is not None:
            self._limit.reset()
        self._stopped = reason
        for each in StopReason:
            metrics.CONSUMER_STOPPED.labels(each).set(1 if each is reason else 0)


def groups(records: Sequence[ConsumedRecord]) -> Iterator[list[ConsumedRecord]]:
    """The records of one partition in groups of different streams, each stream's in their order. What has no stream, as
    a checkpoint, comes alone, after all that came before it.
    """
    waiting: list[list[ConsumedRecord]] = []
    filled: Counter[str] = Counter()
    for record in records:
        stream = record.stream()
        if stream is None:
            yield from waiting
            yield [record]
            waiting, filled = [], Counter()
            continue
        at = filled[stream]
        while at < len(waiting) and len(waiting[at]) == GROUP_SIZE:
            at += 1
        if at == len(waiting):
            waiting.append([])
        waiting[at].append(record)
        filled[stream] = at + 1
    yield from waiting


def _seen(record: ConsumedRecord, diagnosis: Diagnosis) -> dict[str, object]:
    """What may be told of a record that failed."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "error_class": diagnosis.code,
        "at": diagnosis.at,
    }
