"""A service that says things, an integrator's webhook at it, and the outside that the webhook is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from standardwebhooks.webhooks import Webhook

from careflow_service.clock import wall_clock
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.outbound import NotReached, Reply, Unreached
from careflow_service.testing.outbound import Outside, Posted
from careflow_service.timers.turns import Turn
from careflow_service.webhooks.opening import webhook_turn
from libs.service.tests.http.test_feed import SAYS, publish
from libs.service.tests.http.test_trace import say
from libs.service.tests.toy.world import RunningToy

__all__ = ["SAYS", "Told", "hanging", "told"]


@dataclass
class Clock:
    """Stands still until a test moves it, or a request is made: how long the machine takes for a turn changes
    nothing.
    """

    now: datetime = field(default_factory=wall_clock)

    def __call__(self) -> datetime:
        return self.now

    def a_request_was_made(self) -> None:
        """The process that answers has a clock that goes on."""
        self.now = max(self.now, wall_clock())


def hanging(_: Posted) -> Reply:
    raise NotReached(Unreached.TOO_SLOW)


@dataclass
class Told:
    """What a test does with webhooks, as the account `registry`."""

    toy: RunningToy
    clock: Clock
    outside: Outside
    turn: Turn
    roles: tuple[Role, ...] = (Role.EVENTS_OPERATIONAL,)
    secrets: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **how: Any) -> httpx.Response:
        """A request of the account; `version` becomes If-Match."""
        subject, consumer = how.pop("subject", "registry"), how.pop("consumer", None)
        roles, version = how.pop("roles", self.roles), how.pop("version", None)
        headers = self.toy.token(*roles, subject=subject, consumer=consumer)
        headers["Idempotency-Key"] = how.pop("key", new_id())
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = await self.toy.client.request(method, path, json=body, headers=headers, params=how or None)
        self.clock.a_request_was_made()
        return answer

    async def ok(self, method: str, path: str, body: Any = None, **how: Any) -> Any:
        response = await self.call(method, path, body, **how)
        assert response.is_success, response.text
        return response.json()

    async def webhook(self, url: str = "https://integrator.example/in", **how: Any) -> str:
        """A new one; its id."""
        body: dict[str, Any] = {"url": url}
        body |= {name: how.pop(name) for name in ("types", "classes") if name in how}
        made = await self.ok("POST", "/v1/webhooks", body, **how)
        self.secrets[made["id"]] = made["secret"]
        id_: str = made["id"]
        return id_

    async def read(self, webhook: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.ok("GET", f"/v1/webhooks/{webhook}")
        return found

    async def deliveries(self, webhook: str) -> list[dict[str, Any]]:
        """The log, the oldest first."""
        found = await self.ok("GET", f"/v1/webhooks/{webhook}/deliveries", limit=200)
        return list(reversed(found["items"]))

    async def say(self, *patients: str) -> None:
        """Each of them has an event that is published."""
        for patient in patients:
            await say(self.toy, patient)
        await publish(self.toy)

    async def catch_up(self) -> None:
        """Turns until nothing more is to be done now."""
        self.turn._kind._looked.at = float("-inf")  # type: ignore[attr-defined]  # a look counts for a moment
        while await self.turn() == 0.0:
            await self.turn.finish()
            self.turn._kind._looked.at = float("-inf")  # type: ignore[attr-defined]
        await self.turn.finish()

    async def later(self, **by: float) -> None:
        """Time passes, and what is due is done."""
        self.clock.now += timedelta(**by)
        await self.catch_up()

    def restarted(self, outside: Outside | None = None) -> "Told":
        """Another process, which knows nothing but the store."""
        return replace(self, turn=_turn(self.toy, self.clock, outside or self.outside))

    def events(self) -> list[tuple[str, int]]:
        """What was posted: whose, and its number in the stream."""
        bodies = [orjson.loads(each.body) for each in self.outside.posted]
        return [(each["subject"].removeprefix("patient:"), int(each["sequence"])) for each in bodies]

    def verified(self, posted: Posted, secret: str) -> Any:
        """What the official library makes of it. Raises what that raises."""
        return Webhook(secret).verify(posted.body, dict(posted.headers))


def _turn(toy: RunningToy, clock: Clock, outside: Outside) -> Turn:
    resources = replace(toy.process.resources, wall_clock=clock)
    return webhook_turn("toy", SAYS.topics, resources, outbound=outside)


@asynccontextmanager
async def told(toy: RunningToy) -> AsyncIterator[Told]:
    clock, outside = Clock(), Outside()
    yield Told(toy, clock, outside, _turn(toy, clock, outside))
