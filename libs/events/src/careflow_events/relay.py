"""The relay: everything that was committed is published, per stream strictly in order, many streams at once.

Invariant: record n of a stream is sent only when n-1 is marked published or n is the smallest unpublished one. Polling
the unpublished rows is the truth, a hint only shortens the wait. A stream that fails, or whose partition does not
answer, stops itself and no other; it is never skipped. A relay that lost its lease may send records again but cannot
mark them.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from careflow_events import metrics
from careflow_events.cancelled import end_if_cancelled
from careflow_events.checkpoint import Checkpoints
from careflow_events.faults import Fault, FaultOf
from careflow_events.lease import Fenced, Grant, HeldLease
from careflow_events.outbox import OutboxRow
from careflow_events.producing import Acknowledgement, Answer, Place, RecordProducer, outgoing
from careflow_events.silence import Silence
from careflow_events.unpublished import Unpublished

ROWS_PER_BATCH: Final = 1_000
ROWS_PER_STREAM: Final = 100
BYTES_PER_BATCH: Final = 16 * 1024 * 1024
"""Of all records in flight together; a batch has at least one row."""
IDLE_SECONDS: Final = 2.0
"""After which the store is asked all the same where it tells of what is written, unless the lease is due before."""
LEASE_KNOWN_SECONDS: Final = 30.0
KEPT_EVERY_SECONDS: Final = 0.5
"""How often the lease is looked after while the broker is waited for, which may be longer than a lease lives."""
COMMITS_WITHIN: Final = timedelta(seconds=15)
"""How long after it was told the time a unit of work may commit (10 s), and clocks may differ. What a checkpoint
promises ends so long before the question for unpublished rows, or an event recorded before it would come after it.
"""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Hint(Protocol):
    """Says that there may be something to publish. Never relied upon."""

    async def wait(self, seconds: float, *, while_told: float | None = None) -> None:
        """Returns at the next hint, or after that time; after `while_told`, where that is given, as long as hints can
        be counted upon to come.
        """


async def always(_: Grant) -> bool:
    """A store that was never put back."""
    return True


class Relay:
    """Publishes one service's outbox while it holds the lease `relay`. `may_publish` is asked in every turn."""

    def __init__(
        self,
        *,
        unpublished: Unpublished,
        lease: HeldLease,
        producer: RecordProducer,
        checkpoints: Checkpoints,
        hint: Hint,
        clock: Callable[[], datetime],
        fault_of: FaultOf,
        may_publish: Callable[[Grant], Awaitable[bool]] = always,
        poll_seconds: float = 0.5,
        idle_seconds: float = IDLE_SECONDS,
        retry_seconds: float = 1.0,
        stuck_retry_seconds: float = 300.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._unpublished = unpublished
        self._lease = lease
        self._producer = producer
        self._checkpoints = checkpoints
        self._hint = hint
        self._clock = clock
        self._fault_of = fault_of
        self._may_publish = may_publish
        self._poll = poll_seconds
        self._idle = idle_seconds
        self._retry = retry_seconds
        self._stuck_retry = stuck_retry_seconds
        self._monotonic = monotonic
        self._stuck: dict[str, float] = {}
        self._silence = Silence()
        self._asked_at: float | None = None
        self._confirmed = False

    @property
    def lease_known(self) -> bool:
        """Whether the store lately said who publishes, this process or another."""
        return self._asked_at is not None and self._monotonic() - self._asked_at < LEASE_KNOWN_SECONDS

    @property
    def leading(self) -> bool:
        """Whether this process is the one that publishes."""
        return self._lease.held

    @property
    def confirmed(self) -> bool:
        """Whether, at the last turn, nothing spoke against publishing, by this process or another."""
        return self._confirmed

    @property
    def stuck_streams(self) -> frozenset[str]:
        """Streams set aside because the broker refuses their next record even when it is sent alone."""
        return frozenset(self._stuck)

    @property
    def silent_streams(self) -> frozenset[str]:
        """Streams set aside because their partition does not answer while others do."""
        return self._silence.streams

    async def run(self, stopping: asyncio.Event) -> None:
        """Publishes until told to stop; a batch in flight is finished. Store and broker faults are waited out, any
        other error ends the relay.
        """
        try:
            while not stopping.is_set():
                await self._run_once()
                end_if_cancelled()
        finally:
            await self._producer.close()
            await self._give_back()

    async def _give_back(self) -> None:
        """Releases the lease; while the store is away it expires by itself."""
        metrics.RELAY_LEASE_HELD.set(0)
        try:
            await self._lease.release()
        except Exception as error:
            if self._fault_of(error).fault is not Fault.TRANSIENT:
                raise

    async def _run_once(self) -> None:
        try:
            busy = await self.turn()
        except Fenced:
            self._lease.lost()
            metrics.RELAY_FENCED.inc()
            _log.warning("relay_fenced")
        except Exception as error:
            diagnosis = self._fault_of(error)
            if diagnosis.fault is not Fault.TRANSIENT:
                raise
            _log.warning("relay_waits", extra={"error_class": diagnosis.code, "at": diagnosis.at})
            metrics.RELAY_FAILURES.labels("store").inc()
            await asyncio.sleep(self._retry)
        else:
            if not busy:
                idle = min(self._idle, max(self._lease.due_in, self._poll))
                await self._hint.wait(self._poll, while_told=idle if self._at_rest else None)

    @property
    def _at_rest(self) -> bool:
        """Whether nothing but what is newly said can give this process work."""
        return (
            self._confirmed
            and self._lease.held
            and not (self._stuck or self._silence.streams or self._silence.suspects)
        )

    async def turn(self) -> bool:
        """One batch: fetch, send all, await the acknowledgements, mark. Answers whether to go on without waiting."""
        grant = await self._lease.hold()
        self._asked_at = self._monotonic()
        metrics.RELAY_LEASE_HELD.set(0 if grant is None else 1)
        self._confirmed = grant is None or await self._may_publish(grant)
        if grant is None or not self._confirmed:
            return False
        asked_at = self._clock()
        rows, that_is_all = await self._batch()
        done = await self._publish(rows, grant) if rows else True
        if done and that_is_all:
            behind = self.stuck_streams | self.silent_streams
            self._checkpoints.published_before(asked_at - COMMITS_WITHIN, behind=behind)
        if self._lease.held and await self._kept(self._checkpoints.write_when_due()):
            metrics.FEED_CHECKPOINTS.inc()
        return bool(rows) and done

    async def _batch(self) -> tuple[list[OutboxRow], bool]:
        """The rows to send now, and whether that is everything there is outside the streams set aside."""
        self._retry_stuck()
        self._silence.retry(self._monotonic())
        rows, that_is_all = await self._fetched(self.stuck_streams | self._silence.passed_over)
        if not rows and self._silence.suspects:
            self._silence.believe()
            return await self._fetched(self.stuck_streams | self._silence.passed_over)
        return rows, that_is_all and not self._silence.suspects

    async def _fetched(self, without: Collection[str]) -> tuple[list[OutboxRow], bool]:
        fetched = await self._unpublished.fetch(ROWS_PER_BATCH, without)
        rows = _capped(fetched)
        if len(rows) == len(fetched):
            sent = _within_bytes(rows)
            return sent, len(sent) == len(fetched) < ROWS_PER_BATCH
        others = {*without, *(row.stream for row in rows)}
        rows += _capped(await self._unpublished.fetch(ROWS_PER_BATCH - len(rows), others))
        return _within_bytes(rows), False

    async def _publish(self, rows: Sequence[OutboxRow], grant: Grant) -> bool:
        """Sends a batch and marks what was stored. Answers whether all streams got all their rows through."""
        answers = await self._kept(self._producer.publish([outgoing(row) for row in rows]))
        stored, left = _split(rows, answers)
        await self._mark(stored, _places(rows, answers), grant)
        self._silence.heard({row.stream for row in stored})
        if not left:
            return True
        await self._producer.renew()
        refused = _streams(rows, answers, Acknowledgement.REFUSED)
        for stream in sorted(refused):
            await self._publish_alone([row for row in left if row.stream == stream], grant)
        unanswered = _streams(rows, answers, Acknowledgement.UNANSWERED) - refused
        if unanswered:
            await self._note_silence(unanswered, others_answered=bool(stored))
        return False

    async def _note_silence(self, streams: Collection[str], *, others_answered: bool) -> None:
        metrics.RELAY_FAILURES.labels("broker").inc()
        _log.warning("broker_does_not_answer", extra={"streams": len(streams), "others_answer": others_answered})
        self._silence.unanswered(streams, self._monotonic(), others_answered=others_answered)
        metrics.RELAY_SILENT_STREAMS.set(len(self._silence.streams))
        if not others_answered:
            await asyncio.sleep(self._retry)

    async def _publish_alone(self, rows: Sequence[OutboxRow], grant: Grant) -> None:
        """Sends one stream row by row; what is refused even so makes the stream stuck."""
        for row in rows:
            (answer,) = await self._kept(self._producer.publish([outgoing(row)]))
            if not answer.stored:
                await self._producer.renew()
                if answer.acknowledgement is Acknowledgement.REFUSED:
                    self._stuck[row.stream] = self._monotonic() + self._stuck_retry
                    metrics.RELAY_STUCK_STREAMS.set(len(self._stuck))
                    _log.error("stream_stuck", extra={"stream": row.stream, "sequence": row.sequence})
                return
            await self._mark([row], _places([row], [answer]), grant)

    async def _mark(self, rows: Sequence[OutboxRow], places: Mapping[str, Place], grant: Grant) -> None:
        """Also when the broker took longer to answer than this process goes on under its lease: the mark compares the
        epoch, so it holds if nobody has led since. Not to mark would be to send all of it again.
        """
        if not rows:
            return
        await self._unpublished.mark(rows, grant, self._clock(), places=places)
        metrics.RELAY_PUBLISHED.inc(len(rows))
        metrics.RELAY_BATCHES.inc()

    async def _kept(self, broker: Awaitable[T]) -> T:
        """What the broker answers. The lease is renewed meanwhile, or a broker that is slow would have another relay
        lead, which does no better.
        """
        answering = asyncio.ensure_future(broker)
        try:
            while not (await asyncio.wait([answering], timeout=KEPT_EVERY_SECONDS))[0]:
                await self._keep_lease()
            return answering.result()
        finally:
            answering.cancel()

    async def _keep_lease(self) -> None:
        """A store that is away for a moment is no reason to give up what is in flight, and to send all of it again."""
        try:
            await self._lease.hold()
        except Exception as error:
            diagnosis = self._fault_of(error)
            if diagnosis.fault is not Fault.TRANSIENT:
                raise
            _log.warning("lease_not_kept", extra={"error_class": diagnosis.code, "at": diagnosis.at})

    def _retry_stuck(self) -> None:
        """Lets a stuck stream try again from time to time: an operator may have removed the cause."""
        now = self._monotonic()
        self._stuck = {stream: until for stream, until in self._stuck.items() if until > now}
        metrics.RELAY_STUCK_STREAMS.set(len(self._stuck))


def _capped(rows: Iterable[OutboxRow]) -> list[OutboxRow]:
    """The rows in their order, of each stream at most the first ROWS_PER_STREAM."""
    seen: Counter[str] = Counter()
    chosen = []
    for row in rows:
        seen[row.stream] += 1
        if seen[row.stream] <= ROWS_PER_STREAM:
            chosen.append(row)
    return chosen


def _within_bytes(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """The first rows that together keep within BYTES_PER_BATCH."""
    size = 0
    for at, row in enumerate(rows):
        size += len(row.record)
        if size > BYTES_PER_BATCH and at > 0:
            return list(rows[:at])
    return list(rows)


def _streams(rows: Sequence[OutboxRow], answers: Sequence[Answer], heard: Acknowledgement) -> frozenset[str]:
    return frozenset(row.stream for row, each in zip(rows, answers, strict=True) if each.acknowledgement is heard)


def _places(rows: Sequence[OutboxRow], answers: Sequence[Answer]) -> dict[str, Place]:
    return {row.id: each.place for row, each in zip(rows, answers, strict=True) if each.place is not None}


def _split(rows: Sequence[OutboxRow], answers: Sequence[Answer]) -> tuple[list[OutboxRow], list[OutboxRow]]:
    """What may be marked, for each stream the rows before its first failure, and what is left."""
    stored: list[OutboxRow] = []
    left: list[OutboxRow] = []
    broken: set[str] = set()
    for row, answer in zip(rows, answers, strict=True):
        if not answer.stored:
            broken.add(row.stream)
        (left if row.stream in broken else stored).append(row)
    return stored, left
