"""One round of one endpoint: what it is told now, and what of that is written down.

Invariants: an event is sent once those before it in its stream were taken; what was not taken, or not sent in time, is
held in its stream's own place, so that the endpoint's goes on; nothing is sent that is not audited. A round is bounded
in time, whatever the other side does, and what it did commits at once: sent twice after a crash, lost never.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import NoneType
from typing import Final

import orjson

from careflow_events import instants
from careflow_events.envelope import SPEC_VERSION
from careflow_events.feed import FeedPlace
from careflow_events.outbox import OutboxRow
from careflow_events.topics import Topic
from careflow_service.clock import Clock
from careflow_service.http.access import EVENT_READERS
from careflow_service.identity import Actor
from careflow_service.mongo.audit import AuditTrail
from careflow_service.oversight import Oversight, overseen
from careflow_service.telemetry import metrics
from careflow_service.telemetry.logs import log
from careflow_service.webhooks.endpoints import Endpoint, Health, HeldStream, Replay, State, Why
from careflow_service.webhooks.lanes import EVENTS_PER_ROUND, LANES_PER_ROUND, Lane, Lanes, message_of
from careflow_service.webhooks.policy import WebhookPolicy
from careflow_service.webhooks.sending import Message, Sender, Sent
from careflow_service.webhooks.storing import Deliveries, Endpoints, HeldStreams, Kind
from careflow_service.work import Transaction, Work

AT_ONCE: Final = 4
"""Lanes of one endpoint that are sent side by side."""
ROUND_SECONDS: Final = 10.0
"""After so long no further attempt is begun."""
LAG: Final = 1_000
"""Positions by which an endpoint's stored place may stay behind what was looked at for it in vain."""
TEST_TYPE: Final = "careflow.webhooks.Test.v1"


@dataclass(slots=True)
class _Round:
    """What has come of a round so far."""

    endpoint: Endpoint
    health: Health
    until: float
    now: datetime
    one_only: bool
    sent: list[Sent] = field(default_factory=list)
    begun: int = 0
    rest: timedelta | None = None
    gone: bool = False
    held: list[HeldStream] = field(default_factory=list)
    replay: Replay | None = None


class Rounds:
    """Tells endpoints what there is to tell."""

    def __init__(
        self,
        *,
        service: str,
        topics: Sequence[Topic],
        endpoints: Endpoints,
        held: HeldStreams,
        deliveries: Deliveries,
        lanes: Lanes,
        sender: Sender,
        policy: WebhookPolicy,
        work: Work,
        audit: AuditTrail,
        wall_clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._topics = topics
        self._endpoints = endpoints
        self._held = held
        self._deliveries = deliveries
        self._lanes = lanes
        self._sender = sender
        self._policy = policy
        self._work = work
        self._audit = audit
        self._wall_clock = wall_clock
        self._monotonic = monotonic

    async def __call__(self, endpoint: Endpoint, looked_through: FeedPlace) -> FeedPlace | None:
        """Tells it what is due, looking on behind `looked_through`, behind which nothing is for it that is not held;
        answers up to where that is so now. None where another process was here meanwhile: begin from the store.
        """
        now = self._wall_clock()
        if endpoint.is_active and now >= endpoint.confirm_by(self._policy.confirmed_for):
            await self._end_unconfirmed(endpoint.id)
            return None
        done = _Round(
            endpoint,
            endpoint.health,
            self._monotonic() + ROUND_SECONDS,
            now,
            one_only=endpoint.health.rests > 0,
            replay=endpoint.replay,
        )
        if endpoint.test is not None:
            done.sent.append(await self._sender.send(endpoint, self._test(endpoint.test, now), number=1))
        through = looked_through
        if endpoint.is_active:
            lanes, through = await self._due(endpoint, looked_through, now)
            await self._tell(done, lanes)
        if (
            done.sent
            or done.held
            or done.replay != endpoint.replay
            or through.position - endpoint.place.position >= LAG
        ):
            return through if await self._settle(done, through) else None
        return through

    async def _due(self, endpoint: Endpoint, after: FeedPlace, now: datetime) -> tuple[list[Lane], FeedPlace]:
        """The lanes of this round, and the place behind what they are of. After a rest one event is enough."""
        wanted, resting = endpoint.wanted(self._topics), endpoint.health.rests > 0
        due = await self._held.due(endpoint.id, now, limit=1 if resting else LANES_PER_ROUND)
        if resting and due:
            return [await self._lanes.of_held(wanted, due[0], after)], after
        lanes, through = await self._lanes.of_new(endpoint, wanted, after, limit=1 if resting else EVENTS_PER_ROUND)
        lanes += await asyncio.gather(*(self._lanes.of_held(wanted, each, through) for each in due))
        replay = endpoint.replay
        if replay is not None and not resting and (replay.attempt_at is None or replay.attempt_at <= now):
            lanes.append(await self._lanes.of_replay(wanted, replay))
        return lanes, through

    async def _tell(self, done: _Round, lanes: Sequence[Lane]) -> None:
        rows = [row for lane in lanes for row, _ in lane.rows]
        await self._audited(done.endpoint, rows)
        room = asyncio.Semaphore(AT_ONCE)

        async def tell(lane: Lane) -> None:
            async with room:
                await self._tell_lane(done, lane)

        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(tell(lane))

    async def _audited(self, endpoint: Endpoint, rows: Sequence[OutboxRow]) -> None:
        """What is about to be shown about whom is in the audit trail before it leaves."""
        roles = frozenset(EVENT_READERS[each] for each in endpoint.classes)
        names = {f"outbox/{row.id}": row.key.decode().partition(":")[2] for row in rows}
        with overseen(Oversight(asks_whose=False, is_audited=True, whose=names)):
            await self._audit.read(Actor(endpoint.account, roles), "deliver_webhook", *names)

    async def _tell_lane(self, done: _Round, lane: Lane) -> None:
        failed: Sent | None = None
        taken = 0
        for row, _ in lane.rows:
            if not self._may_begin(done):
                break
            done.begun += 1
            message = message_of(row, done.endpoint, lane.replay)
            sent = await self._sender.send(done.endpoint, message, number=_attempts(lane, taken) + 1)
            done.sent.append(sent)
            metrics.WEBHOOK_DELIVERIES.labels(sent.result).inc()
            self._judge(done, lane, sent)
            if not sent.taken:
                failed = sent
                break
            taken += 1
        self._leave(done, lane, taken, failed)

    def _may_begin(self, done: _Round) -> bool:
        if done.gone or done.rest is not None or self._monotonic() >= done.until:
            return False
        return not (done.one_only and done.begun > 0)

    def _judge(self, done: _Round, lane: Lane, sent: Sent) -> None:
        """What this attempt says of the endpoint."""
        if sent.taken:
            done.health, done.rest, done.one_only = Health(), None, False
            return
        done.gone = done.gone or sent.gone
        done.health = done.health.failed(lane.stream, done.now)
        if sent.reply is not None and sent.reply.status == 429:
            done.rest = max(timedelta(seconds=sent.retry_after), self._policy.rest(1))
        elif done.health.rests or len(done.health.in_a_row) >= self._policy.rests_after_streams.value:
            done.rest = self._policy.rest(done.health.rests + 1)

    def _leave(self, done: _Round, lane: Lane, taken: int, failed: Sent | None) -> None:
        """Where the lane stands now."""
        complete = taken == len(lane.rows)
        if complete and lane.whole:
            if lane.replay is not None:
                done.replay = None
            elif lane.held is not None:
                done.held.append(lane.held.moved(lane.end, 0, None))
            return
        attempts, attempt_at = 0, done.now
        if failed is not None:
            attempts = _attempts(lane, taken) + 1
            attempt_at += max(self._policy.retry_after(attempts), timedelta(seconds=failed.retry_after))
        place = lane.end if complete else lane.before(taken)
        if lane.replay is not None:
            done.replay = replace(lane.replay, place=place, attempts=attempts, attempt_at=attempt_at)
            return
        held = lane.held or HeldStream(
            id=HeldStream.id_of(done.endpoint.id, lane.stream),
            endpoint=done.endpoint.id,
            topic=lane.topic,
            subject=lane.subject,
            place=place,
            since=done.now,
            attempt_at=attempt_at,
        )
        done.held.append(held.moved(place, attempts, attempt_at))

    async def _settle(self, done: _Round, through: FeedPlace) -> bool:
        """Writes down what was done. Where another process has settled a round meanwhile, only that it was sent: its
        place and its held streams say what is to be sent, and this answers False.
        """

        async def settle(tx: Transaction) -> bool:
            before = await self._endpoints.get(done.endpoint.id, of=done.endpoint.id)
            self._deliveries.note(sent.delivery for sent in done.sent)
            if before.state is State.DELETED:
                return True
            after, undisturbed = before, before.place == done.endpoint.place
            if undisturbed:
                for each in done.held:
                    await self._keep(each, tx)
                after = replace(after, place=through)
            if before.test == done.endpoint.test:
                after = replace(after, test=None)
            if before.replay == done.endpoint.replay:
                after = replace(after, replay=done.replay)
            after = replace(self._judged(done, after), version=before.version + 1)
            await self._endpoints.save(after, expecting=before.version, tx=tx)
            return undisturbed

        by = Actor.system("webhooks")
        return (await self._work.run(settle, by=by, action="settle_webhook", returns=bool)).value

    async def _keep(self, held: HeldStream, tx: Transaction) -> None:
        """As this round leaves it; what is there of an earlier time is replaced."""
        before = await self._held.find(held.id, of=held.endpoint)
        if before is None:
            await self._held.add(replace(held, version=1), tx)
        else:
            await self._held.save(replace(held, version=before.version + 1), expecting=before.version, tx=tx)

    def _judged(self, done: _Round, endpoint: Endpoint) -> Endpoint:
        """The endpoint as its health leaves it. One that its account paused or resumed meanwhile stays as it is."""
        if not endpoint.is_active or endpoint.health != done.endpoint.health:
            return endpoint
        health = done.health if done.rest is None else done.health.resting(done.rest, done.now)
        endpoint = replace(endpoint, health=health)
        since = health.failing_since
        if done.gone:
            return self._disabled(endpoint, Why.GONE, done.now)
        if since is not None and done.now - since >= timedelta(days=self._policy.disabled_after_days.value):
            return self._disabled(endpoint, Why.FAILING, done.now)
        return endpoint

    def _disabled(self, endpoint: Endpoint, why: Why, now: datetime) -> Endpoint:
        log.warning("webhook_disabled", document_id=endpoint.id, reason=why.value)
        return endpoint.disabled(why, now)

    async def _end_unconfirmed(self, id_: str) -> None:
        """Unless its account has come meanwhile."""

        async def end(tx: Transaction) -> None:
            before, now = await self._endpoints.get(id_, of=id_), self._wall_clock()
            if before.is_active and now >= before.confirm_by(self._policy.confirmed_for):
                after = self._disabled(before, Why.UNCONFIRMED, now)
                await self._endpoints.save(after, expecting=before.version, tx=tx)

        await self._work.run(end, by=Actor.system("webhooks"), action="end_webhook", returns=NoneType)

    def _test(self, id_: str, now: datetime) -> Message:
        event = {
            "specversion": SPEC_VERSION,
            "id": id_,
            "source": f"/careflow/{self._service}",
            "type": TEST_TYPE,
            "time": instants.written(now),
            "datacontenttype": "application/json",
            "data": {},
        }
        return Message(id=id_, type=TEST_TYPE, body=orjson.dumps(event), kind=Kind.TEST)


def _attempts(lane: Lane, index: int) -> int:
    """How many attempts were made before at the event of that index: at those behind the first none."""
    return lane.attempts if index == 0 else 0
