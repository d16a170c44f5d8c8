"""Whether this process lives and whether it can work.

Live means the event loop turns, nothing else: restarting does not bring a store back. Ready means what the process
needs is there. Invariant: a check is bounded in time, and its result is reused for a second so that probes are cheap.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.asynchronous.database import AsyncDatabase
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from careflow_service.mongo.fence import FenceWatch
from careflow_service.service import Resources, Service
from careflow_service.settings import ServiceSettings
from careflow_service.telemetry import metrics

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")

BEAT_EVERY_SECONDS = 0.5
SILENT_AFTER_SECONDS = 10.0
CHECK_WITHIN_SECONDS = 2.0
REUSED_FOR_SECONDS = 1.0

Check = Callable[[], Awaitable[bool]]


class Heartbeat:
    """Beats as long as the event loop turns, and measures how late it wakes up."""

    def __init__(self) -> None:
        self._last: float | None = None

    async def run(self) -> None:
        """Beat until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = self.beat()
            await asyncio.sleep(BEAT_EVERY_SECONDS)
            metrics.LOOP_LAG.set(max(0.0, loop.time() - began - BEAT_EVERY_SECONDS))

    def beat(self) -> float:
        """The loop turned once more; answers when, by the loop's clock."""
        self._last = asyncio.get_running_loop().time()
        return self._last

    @property
    def alive(self) -> bool:
        """Whether the last beat is recent; before the first one, being asked shows that the loop turns."""
        return self._last is None or asyncio.get_running_loop().time() - self._last < SILENT_AFTER_SECONDS


class Health:
    """The checks of one process."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        heartbeat: Heartbeat,
        without: Sequence[str] = (),
        measure: Callable[[], Awaitable[None]] | None = None,
        wanted: Mapping[str, Check] | None = None,
    ) -> None:
        """`without` names what the process does without, because it was not told of it, `wanted` what people may still
        have to write down; `measure` sets the gauges that are read of the store.
        """
        self._checks = dict(checks)
        self._without = tuple(without)
        self._wanted = dict(wanted or {})
        self.heartbeat = heartbeat
        self._measure = measure
        self._known: tuple[float, dict[str, bool]] | None = None

    async def show(self) -> None:
        """Set every gauge that tells how things stand now."""
        for name, holds in (await self.readiness()).items():
            metrics.READY.labels(name).set(holds)
        if self._measure is not None:
            await self._measure()

    async def readiness(self) -> dict[str, bool]:
        """Each check's name and whether it holds."""
        now = asyncio.get_running_loop().time()
        if self._known is not None and now - self._known[0] < REUSED_FOR_SECONDS:
            return self._known[1]
        results = await asyncio.gather(*(_holds(check) for check in self._checks.values()))
        self._known = (now, dict(zip(self._checks, results, strict=True)))
        return self._known[1]

    async def does_without(self) -> tuple[str, ...]:
        """What it works without, by name."""
        there = await asyncio.gather(*(_holds(check) for check in self._wanted.values()))
        return (*self._without, *(name for name, holds in zip(self._wanted, there, strict=True) if not holds))


async def _holds(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_WITHIN_SECONDS):
            return await check()
    except Exception:
        # Whatever keeps a check from answering, what it checks cannot be relied on.
        return False


def health_of(
    service: Service[S, P, App],
    app: App,
    resources: Resources[S],
    heartbeat: Heartbeat,
    *,
    more: Mapping[str, Check] | None = None,
    measure: Callable[[], Awaitable[None]] | None = None,
) -> Health:
    """The health of any process of `service`, with what this one needs `more`."""
    checks = {**ready_checks(service, app, resources), **(more or {})}
    wanted = {name: partial(check, app) for name, check in service.wanted.items()}
    return Health(checks, heartbeat, service.without(app), measure, wanted)


def ready_checks(service: Service[S, P, App], app: App, resources: Resources[S]) -> dict[str, Check]:
    """What every process of `service` needs to be ready: its store, and what the service adds."""
    added = {name: partial(check, app) for name, check in service.ready.items()}
    return {"store": store_check(resources.database), "not_fenced": _not_fenced(resources.fence), **added}


def _not_fenced(fence: FenceWatch) -> Check:
    async def not_fenced() -> bool:
        return not fence.closed

    return not_fenced


def store_check(database: AsyncDatabase[dict[str, Any]]) -> Check:
    """Whether the store has a primary we reach."""

    async def store() -> bool:
        hello = await database.client.admin.command("hello")
        return bool(hello.get("isWritablePrimary"))

    return store


def health_routes(health: Health) -> list[Route]:
    """`/health/live`, `/health/ready` and `/metrics`: the inner network's view of a process."""

    async def live(_request: Request) -> Response:
        alive = health.heartbeat.alive
        return JSONResponse({"status": "live" if alive else "silent"}, status_code=200 if alive else 503)

    async def ready(_request: Request) -> Response:
        checks = await health.readiness()
        everything = all(checks.values())
        content: dict[str, object] = {"status": "ready" if everything else "unready", "checks": checks}
        if without := await health.does_without():
            content["without"] = without
        return JSONResponse(content, status_code=200 if everything else 503)

    async def exposition(_request: Request) -> Response:
        await health.show()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", exposition)]
