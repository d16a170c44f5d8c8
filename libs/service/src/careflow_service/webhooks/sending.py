"""One delivery: signed, sent, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from careflow_events import instants
from careflow_events.envelope import CONTENT_TYPE
from careflow_service.clock import Clock
from careflow_service.ids import NewId
from careflow_service.outbound import NotReached, Outbound, Reply
from careflow_service.webhooks.endpoints import Endpoint
from careflow_service.webhooks.policy import WebhookPolicy
from careflow_service.webhooks.signing import signatures
from careflow_service.webhooks.storing import Delivery, Kind, Result

LONGEST_RETRY_AFTER: Final = 86_400
"""Seconds an endpoint may ask to be left alone."""
REPLAY_HEADER: Final = "careflow-replay"
CONFIRM_BY_HEADER: Final = "careflow-confirm-by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be delivered: `id` is the event's, the same however often it is sent."""

    id: str
    type: str
    body: bytes
    kind: Kind = Kind.EVENT
    replay: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one attempt."""

    delivery: Delivery
    reply: Reply | None

    @property
    def taken(self) -> bool:
        return self.reply is not None and self.reply.is_success

    @property
    def result(self) -> Result:
        """As it is counted."""
        return Result.TAKEN if self.taken else Result.UNREACHED if self.reply is None else Result.REFUSED

    @property
    def gone(self) -> bool:
        """It wants nothing any more."""
        return self.reply is not None and self.reply.status == HTTPStatus.GONE

    @property
    def retry_after(self) -> int:
        """Seconds it asks to be left alone, or 0."""
        return 0 if self.reply is None else min(self.reply.retry_after or 0, LONGEST_RETRY_AFTER)


class Sender:
    """Delivers one message at a time."""

    def __init__(
        self,
        outbound: Outbound,
        policy: WebhookPolicy,
        *,
        wall_clock: Clock,
        new_id: NewId,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outbound = outbound
        self._seconds = policy.answer_within_seconds.value
        self._confirmed_for = policy.confirmed_for
        self._wall_clock = wall_clock
        self._new_id = new_id
        self._monotonic = monotonic

    async def send(self, endpoint: Endpoint, message: Message, *, number: int) -> Sent:
        """The attempt of this number at a message. It raises nothing for what the other side does."""
        at, began = self._wall_clock(), self._monotonic()
        reply, unreached = None, None
        try:
            reply = await self._outbound.post(
                endpoint.url, message.body, self._headers(endpoint, message), seconds=self._seconds
            )
        except NotReached as error:
            unreached = error.why.value
        delivery = Delivery(
            id=self._new_id(),
            endpoint=endpoint.id,
            kind=message.kind,
            event_id=message.id,
            event_type=message.type,
            number=number,
            at=at,
            milliseconds=round((self._monotonic() - began) * 1000),
            status=None if reply is None else reply.status,
            unreached=unreached,
        )
        return Sent(delivery, reply)

    def _headers(self, endpoint: Endpoint, message: Message) -> dict[str, str]:
        now = self._wall_clock()
        timestamp = int(now.timestamp())
        secrets = endpoint.signs_with(now)
        headers = {
            "content-type": CONTENT_TYPE,
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signatures(secrets, id=message.id, timestamp=timestamp, body=message.body),
            CONFIRM_BY_HEADER: instants.written(endpoint.confirm_by(self._confirmed_for)),
        }
        return headers if message.replay is None else {**headers, REPLAY_HEADER: message.replay}
