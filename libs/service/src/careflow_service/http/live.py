"""Answers that go on: server-sent events (WHATWG HTML, 9.2) about what changes while somebody looks at it.

Invariants: what is sent was read after the version that is waited behind, so that nothing is missed; whoever may no
longer see it is let go before anything more is sent; a process keeps up no more views than it can, and lets go of all
when it stops.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from careflow_events.mongo import OwnerChanges, Versions
from careflow_service.http.routes import Call
from careflow_service.problems import UNAVAILABLE, Problem
from careflow_service.telemetry.logs import log

BEAT_SECONDS: Final = 5.0
"""After so long without news it is said that there is none, so that a reader knows a silence that is none."""
LOOK_SECONDS: Final = 2.0
"""How often a list is looked at: it is about many, and nobody's changes alone are what wakes it."""
RETRY_MILLISECONDS: Final = 1_000
MOST_FOLLOWING: Final = 200
"""Views that one process keeps up at a time; whoever is one too many is told to come back."""
MEDIA_TYPE: Final = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Sent:
    """One event: `data` is one line."""

    event: str
    data: str = ""
    id: str | None = None

    def encoded(self) -> bytes:
        named = "" if self.id is None else f"id: {self.id}\n"
        return f"{named}event: {self.event}\ndata: {self.data}\n\n".encode()


BEAT: Final = Sent("beat")
OVER: Final = Sent("over")
"""The reader's login no longer counts: coming back with the same one is no use."""

Mark = Callable[[], Awaitable[str]]
"""Stands for a list as it is, without saying anything of it."""

News = Callable[[], Awaitable[Sequence[Sent]]]
"""What is new since it was asked before; who reads it is audited by whoever answers."""

Moved = Callable[[], Awaitable[bool]]
"""Waits, no longer than a beat; whether there may be news then."""


@dataclass(slots=True)
class LiveViews:
    """The views one process keeps up."""

    changes: OwnerChanges
    following: int = 0
    looks: dict[str, tuple[float, asyncio.Future[str]]] = field(default_factory=dict)
    """Of each list when it was last looked at, and what it was: whoever watches it shares that."""

    async def follow(self, request: Request, owners: Collection[str], news: News) -> StreamingResponse:
        """What `news` says now, and again whenever something of these owners was written; of a process that stops, what
        it says now alone. Raises the problem `unavailable`, and what the first `news` raises.
        """
        seen: Versions = {}

        async def since_seen() -> Sequence[Sent]:
            nonlocal seen
            seen = await self.changes.versions(owners)
            return await news()

        async def moved() -> bool:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    return await self.changes.until_moved(owners, seen)
            return False

        return await self._answer(request, moved, since_seen)

    async def follow_list(self, request: Request, name: str, mark: Mark) -> StreamingResponse:
        """Says that the list of this name is another than before, and nothing else: `mark` stands for it. Raises the
        problem `unavailable`, and what the first `mark` raises.
        """
        said: str | None = None

        async def since_said() -> Sequence[Sent]:
            nonlocal said
            before, said = said, await self._look(name, mark)
            return () if said == before else (Sent("changed", said, said),)

        async def time_to_look() -> bool:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self.changes.until_closed()
            return not self.changes.closed

        return await self._answer(request, time_to_look, since_said)

    async def _answer(self, request: Request, moved: Moved, news: News) -> StreamingResponse:
        """What `news` says now, and whenever something `moved`."""
        if self.following >= MOST_FOLLOWING:
            raise Problem(UNAVAILABLE, headers={"Retry-After": "5"})
        self.following += 1  # at once: others ask while the store answers
        try:
            first = await news()
        except BaseException:
            self._left()
            raise
        return _LiveAnswer(self._kept_up(request, first, moved, news), self._left)

    def _left(self) -> None:
        self.following -= 1

    async def _look(self, name: str, mark: Mark) -> str:
        now = asyncio.get_running_loop().time()
        at, look = self.looks.get(name, (now - LOOK_SECONDS, None))
        if look is None or now - at >= LOOK_SECONDS / 2:
            look = asyncio.ensure_future(mark())
            self.looks[name] = now, look
        return await asyncio.shield(look)  # whoever leaves meanwhile takes it from nobody

    async def _kept_up(self, request: Request, first: Sequence[Sent], moved: Moved, news: News) -> AsyncIterator[bytes]:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        for each in first:
            yield each.encoded()
        yield BEAT.encoded()
        try:
            while not self.changes.closed:
                has_moved = await moved()
                if not await _still_admitted(request):
                    yield OVER.encoded()
                    return
                for each in await news() if has_moved else ():
                    yield each.encoded()
                yield BEAT.encoded()
        except Exception as error:
            # The reader comes back by itself, and is answered in whole then.
            log.warning("live_view_broke", error_class=type(error).__name__)


class _LiveAnswer(StreamingResponse):
    """Says when its reader has left."""

    def __init__(self, sent: AsyncIterator[bytes], left: Callable[[], None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(sent, media_type=MEDIA_TYPE, headers=headers)
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._left()


async def _still_admitted(request: Request) -> bool:
    call = Call.of(request.scope)
    return call is not None and call.still_admitted is not None and await call.still_admitted()


async def live_views(request: Request) -> LiveViews:
    """The views that this process keeps up."""
    views: LiveViews = request.app.state.live
    return views


Live = Annotated[LiveViews, Depends(live_views)]
