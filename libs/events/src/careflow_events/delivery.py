"""Delivery: what becomes of every record a consumer receives.

Invariant: a record is settled exactly when its effect, its parking or the knowledge that it needs neither is committed;
everything else comes back. Nothing is lost by an error, nothing loops without a pause, and no text of an exception is
kept.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from careflow_events import metrics
from careflow_events.consumed import ConsumedRecord
from careflow_events.consumers import StopReason
from careflow_events.faults import Diagnosis, Fault, FaultOf
from careflow_events.handling import Handling, Settled
from careflow_events.limit import ParkLimit

IN_PLACE_SECONDS: Final = 2.0
"""How long a transient fault is retried before its partition is paused."""
ATTEMPTS: Final = 3
"""How often an unclassified error may happen to one record before it is parked."""
FIRST_RETRY_SECONDS: Final = 0.05
LONGEST_RETRY_SECONDS: Final = 0.5
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
STOPPED_PAUSE_SECONDS: Final = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Not settled: pause the partition for `after` seconds, then read the record again."""

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
        self._fault_of = fault_of
        self._monotonic = monotonic
        self._sleep = sleep
        self._limit = ParkLimit()
        self._stopped: StopReason | None = None
        self._pauses: dict[tuple[str, int], int] = {}

    @property
    def stopped(self) -> StopReason | None:
        """Why nothing is being handled; the worker is unready then."""
        return self._stopped

    async def look_whether_stopped(self) -> None:
        """Reads whether consuming is stopped: an operator may have resumed it, or another process stopped it."""
        self._note_stopped(await self._consumers.stopped())

    async def stop(self, reason: StopReason) -> None:
        """Stops handling anything until an operator resumes it; what was received comes back."""
        _log.error("consumer_stopped", extra={"consumer": self._handling.consumer, "reason": reason.value})
        self._note_stopped(reason)
        await self._consumers.stop(reason, self._handling.clock())

    async def deliver(self, record: ConsumedRecord) -> Outcome:
        """Settles one record, retrying in place what may pass."""
        if self._stopped is not None:
            return ComeBack(STOPPED_PAUSE_SECONDS)
        began = self._monotonic()
        attempts = 0
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                settled = await self._handling.settle(record)
            except Exception as error:
                diagnosis = self._fault_of(error)
            else:
                return self._settled(record, settled, began)
            attempts += 1
            if diagnosis.fault is Fault.TRANSIENT and self._monotonic() - began >= IN_PLACE_SECONDS:
                return self._come_back(record, diagnosis)
            if diagnosis.fault is Fault.POISON or (diagnosis.fault is Fault.UNCLASSIFIED and attempts >= ATTEMPTS):
                return await self._give_up(record, diagnosis, attempts, began)
            metrics.EVENTS_RETRIED.labels(record.topic, diagnosis.fault).inc()
            await self._sleep(wait)
            wait = min(wait * 2, LONGEST_RETRY_SECONDS)

    def _settled(self, record: ConsumedRecord, settled: Settled, began: float) -> Settled:
        self._pauses.pop(record.place, None)
        metrics.EVENTS_SETTLED.labels(record.topic, settled).inc()
        if settled is Settled.HANDLED:
            self._limit.handled()
            metrics.HANDLER_SECONDS.labels(record.topic).observe(self._monotonic() - began)
        return settled

    def _come_back(self, record: ConsumedRecord, diagnosis: Diagnosis) -> ComeBack:
        times = self._pauses.get(record.place, 0)
        self._pauses[record.place] = times + 1
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


def _seen(record: ConsumedRecord, diagnosis: Diagnosis) -> dict[str, object]:
    """What may be told of a record that failed."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "error_class": diagnosis.code,
        "at": diagnosis.at,
    }
