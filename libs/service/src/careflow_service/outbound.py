"""What goes out to others: a POST or a GET, bounded in time and in what is read of the answer, also where somebody
else has named the address.

Invariants: a name is resolved once, every address it has is judged, and the connection goes to one that was judged:
nobody's second answer counts. A redirect is an answer and is not followed, and no proxy of the environment is asked.
A connection that is kept belongs to the host it was opened for. TLS is verified for the name.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

import httpcore

from careflow_service.addresses import IPNetwork, is_callable

LARGEST_ANSWER: Final = 64 * 1024
"""Bytes of an answer's body that are read; with more the connection is closed, and the body cut there."""
KEPT_CONNECTIONS: Final = 100
KEPT_SECONDS: Final = 30.0
NEXT_ADDRESS_SECONDS: Final = 2.0
"""How long an address is tried while its name has others: one family of addresses may lead nowhere from here."""
_RESOLVERS: Final = 32
"""Threads that ask for names: one that hangs keeps no other waiting."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, in the order in which they are tried. Raises OSError."""


class Unreached(StrEnum):
    """Why there is no answer."""

    NOT_ALLOWED = "address_not_allowed"
    """A private, loopback, link-local or otherwise special address, in no network an operator has named."""
    NO_ADDRESS = "name_not_resolved"
    NO_CONNECTION = "no_connection"
    NOT_TRUSTED = "tls_failed"
    """The other side's certificate does not stand for its name, or it speaks no TLS."""
    TOO_SLOW = "timeout"
    BROKEN = "connection_broken"


class NotReached(Exception):
    """There was no answer."""

    def __init__(self, why: Unreached) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, in how many seconds it asks to be asked again, where it does, and what it says, at most
    `LARGEST_ANSWER` of it.
    """

    status: int
    retry_after: int | None = None
    body: bytes = field(default=b"", repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Outbound(Protocol):
    """How something is sent out."""

    async def post(self, address: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        """The answer to this POST within so many seconds, whatever it says. Raises NotReached."""


class Asking(Outbound, Protocol):
    """How something is asked for, too."""

    async def get(self, address: str, headers: Mapping[str, str], *, seconds: float) -> Reply:
        """The answer to this GET within so many seconds, whatever it says. Raises NotReached."""


class GuardedOutbound:
    """Sends to public addresses, and into the networks that are `named`."""

    def __init__(
        self,
        named: Iterable[IPNetwork] = (),
        *,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpcore.default_ssl_context(),  # made once: reading the authorities takes its time
            max_connections=None,
            max_keepalive_connections=KEPT_CONNECTIONS,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=_Guarded(tuple(named), resolve or _Resolver()),
        )

    async def post(self, address: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        """See `Outbound.post`."""
        return await self._within(seconds, b"POST", address, body, headers)

    async def get(self, address: str, headers: Mapping[str, str], *, seconds: float) -> Reply:
        """See `Asking.get`."""
        return await self._within(seconds, b"GET", address, b"", headers)

    async def _within(
        self, seconds: float, method: bytes, address: str, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(method, address, body, headers)
        except (TimeoutError, httpcore.TimeoutException):
            raise NotReached(Unreached.TOO_SLOW) from None
        except httpcore.ConnectError as error:
            raise NotReached(Unreached.NOT_TRUSTED if _is_of_tls(error) else Unreached.NO_CONNECTION) from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise NotReached(Unreached.BROKEN) from None

    async def _ask(self, method: bytes, address: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        url = httpcore.URL(address)
        host = b"[%s]" % url.host if b":" in url.host else url.host
        host += b"" if url.port is None else b":%d" % url.port
        sent = [(b"Host", host), (b"Content-Length", b"%d" % len(body)), (b"User-Agent", b"CareFlow")]
        sent += [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
        async with self._pool.stream(method, url, headers=sent, content=body) as answer:
            read = bytearray()
            async for part in answer.aiter_stream():
                read += part
                if len(read) > LARGEST_ANSWER:
                    break
            return Reply(answer.status, _retry_after(answer.headers), bytes(read[:LARGEST_ANSWER]))

    async def close(self) -> None:
        """Closes the connections that are kept."""
        await self._pool.aclose()


class _Guarded(httpcore.AnyIOBackend):
    """Connects to addresses that were judged."""

    def __init__(self, named: Sequence[IPNetwork], resolve: Resolve) -> None:
        self._named = named
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the backend has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """To the first of the host's addresses that answers. One that may not be called rules out the others, too."""
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise NotReached(Unreached.NO_ADDRESS) from None
        if not found:
            raise NotReached(Unreached.NO_ADDRESS)
        if not all(is_callable(each, self._named) for each in found):
            raise NotReached(Unreached.NOT_ALLOWED)
        for address in found[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                within = min(timeout or NEXT_ADDRESS_SECONDS, NEXT_ADDRESS_SECONDS)
                return await super().connect_tcp(address, port, within, local_address, socket_options)
        return await super().connect_tcp(found[-1], port, timeout, local_address, socket_options)


class _Resolver:
    """Asks the system for names, in threads of its own: those of the process are never all taken by names that hang."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> list[str]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(each[4][0]) for each in found))


def _is_of_tls(error: BaseException | None) -> bool:
    """Whether that is what the client's own error, however often wrapped, comes from."""
    return error is not None and (isinstance(error, ssl.SSLError) or _is_of_tls(error.__cause__ or error.__context__))


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Seconds, as RFC 9110 writes them; a date is not looked at."""
    for name, value in headers:
        if name.lower() == b"retry-after" and value.strip().isdigit() and len(value) < 10:
            return int(value)
    return None
