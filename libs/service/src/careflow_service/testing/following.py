"""Somebody who follows an answer that goes on: server-sent events, as they arrive."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

WITHIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One event."""

    event: str
    data: str
    id: str | None

    @property
    def json(self) -> Any:
        return json.loads(self.data)


@dataclass(slots=True)
class Follower:
    """What has arrived and was not looked at yet. `status` is None until the answer begins."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    ended: bool = False
    _messages: "asyncio.Queue[Message]" = field(default_factory=asyncio.Queue)
    _text: str = ""

    async def begins(self) -> int:
        """The status of the answer."""
        while self.status is None:
            await self._take()
        return self.status

    async def next(self, *, but: frozenset[str] = frozenset({"beat"})) -> Heard | None:
        """The next event that is none of those; None when the answer has ended."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while True:
                block, parted, rest = self._text.partition("\n\n")
                if parted:
                    self._text = rest
                    heard = _read(block)
                    if heard is not None and heard.event not in but:
                        return heard
                elif self.ended:
                    return None
                else:
                    await self._take()

    async def _take(self) -> None:
        message = await self._messages.get()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            self._text += message.get("body", b"").decode()
            self.ended = not message.get("more_body", False)


@asynccontextmanager
async def following(app: ASGIApp, path: str, headers: Mapping[str, str], query: str = "") -> AsyncIterator[Follower]:
    """Asks for `path` and stays until the end of the block."""
    follower, left = Follower(), asyncio.Event()
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if asked:
            return asked.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    task = asyncio.ensure_future(app(scope, receive, follower._messages.put))
    try:
        yield follower
    finally:
        left.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(task, WITHIN_SECONDS)


def _read(block: str) -> Heard | None:
    fields = dict(line.partition(": ")[::2] for line in block.split("\n"))
    return Heard(fields["event"], fields.get("data", ""), fields.get("id")) if "event" in fields else None
