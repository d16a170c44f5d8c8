"""Serves an ASGI application on a port, as one task of a process.

Invariant: the port is ours before anything else starts, and requests in flight are finished before the task returns.
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from careflow_service.processes.opening import StartUpFailure
from careflow_service.processes.running import GRACE_SECONDS, Run
from careflow_service.telemetry.logs import log

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
HEADERS_WITHIN_SECONDS = 10.0
"""How long a client may take to say what it wants; as long as at the edge. Bodies: `BODY_WITHIN_SECONDS`."""


class _Prompt(HttpToolsProtocol):
    """Gives up a connection on which nobody says in time what they want; uvicorn waits for ever."""

    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._stop_waiting()
        self._giving_up = self.loop.call_later(HEADERS_WITHIN_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are the process's business: it may have other tasks to stop.
        yield


def bind(host: str, port: int) -> socket.socket:
    """Take the port. Raises StartUpFailure."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise StartUpFailure(f"cannot listen on {host} port {port} ({_why(error)})") from None
    log.info("listening", host=host, port=listening.getsockname()[1])
    return listening


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else "the address is not known"


def serving(app: Any, listening: socket.socket) -> Run:
    """The task that serves `app` on a bound socket."""
    config = uvicorn.Config(
        app,
        http=_Prompt,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(GRACE_SECONDS) - 1,
    )

    async def run(stop: asyncio.Event) -> None:
        server = _Server(config)
        served = asyncio.ensure_future(server.serve(sockets=[listening]))
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([served, stopped], return_when=asyncio.FIRST_COMPLETED)
            server.should_exit = True
            await served
        finally:
            stopped.cancel()

    return run
