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


@dataclass(slots=True)
class LiveViews:
    """The views one process keeps up."""

    changes: OwnerChanges
    following: int = 0
    looked: dict[str, tuple[float, str]] = field(default_factory=dict)
    """What each list was when it was last looked at, and when: whoever watches it shares that."""

    async def follow(self, request: Request, owners: Collection[str], news: News) -> StreamingResponse:
        """What `news` says now, and again whenever something of these owners was written; of a process that stops, what
        it says now alone. Raises the problem `unavailable`, and what the first `news` raises.
        """
        if self.following >= MOST_FOLLOWING:
            raise Problem(UNAVAILABLE, headers={"Retry-After": "5"})
        self.following += 1  # at once: others ask while the store answers
        try:
            seen = await self.changes.versions(owners)
            first = await news()
        except BaseException:
            self._left()
            raise
        sent = self._kept_up(request, owners, seen, first, news)
        return _LiveAnswer(sent, self._left)

    async def follow_list(self, request: Request, name: str, mark: Mark) -> StreamingResponse:
        """Says that the list of this name is another than before, and nothing else: `mark` stands for it. Raises the
        problem `unavailable`, and what the first `mark` raises.
        """
        if self.following >= MOST_FOLLOWING:
            raise Problem(UNAVAILABLE, headers={"Retry-After": "5"})
        self.following += 1
        try:
            first = await self._looked_at(name, mark)
        except BaseException:
            self._left()
            raise
        return _LiveAnswer(self._watched(request, first, name, mark), self._left)

    async def _watched(self, request: Request, said: str, name: str, mark: Mark) -> AsyncIterator[bytes]:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        yield Sent("changed", said, said).encoded()
        yield BEAT.encoded()
        try:
            while not self.changes.closed:
                await self._moved((), {}, LOOK_SECONDS)
                if not await _still_admitted(request):
                    yield OVER.encoded()
                    return
                now = await self._looked_at(name, mark)
                if now != said:
                    said = now
                    yield Sent("changed", said, said).encoded()
                yield BEAT.encoded()
        except Exception as error:
            # The reader comes back by itself, and is answered in whole then.
            log.warning("live_view_broke", error_class=type(error).__name__)

    async def _looked_at(self, name: str, mark: Mark) -> str:
        now = asyncio.get_running_loop().time()
        at, known = self.looked.get(name, (-LOOK_SECONDS, ""))
        if now - at < LOOK_SECONDS / 2:
            return known
        known = await mark()
        self.looked[name] = (now, known)
        return known

    def _left(self) -> None:
        self.following -= 1

    async def _kept_up(
        self,
        request: Request,
        owners: Collection[str],
        seen: Versions,
        first: Sequence[Sent],
        news: News,
    ) -> AsyncIterator[bytes]:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        for each in first:
            yield each.encoded()
        yield BEAT.encoded()
        try:
            while not self.changes.closed:
                moved = await self._moved(owners, seen, BEAT_SECONDS)
                if not await _still_admitted(request):
                    yield OVER.encoded()
                    return
                if moved:
                    seen = await self.changes.versions(owners)
                    for each in await news():
                        yield each.encoded()
                yield BEAT.encoded()
        except Exception as error:
            # The reader comes back by itself, and is answered in whole then.
            log.warning("live_view_broke", error_class=type(error).__name__)

    async def _moved(self, owners: Collection[str], seen: Versions, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self.changes.until_moved(owners, seen)
        return False


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
