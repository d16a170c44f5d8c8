"""Somebody else's server, on this machine."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Answering = Callable[["Asked"], Awaitable[bytes]]


@dataclass
class Asked:
    """One request."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """What was asked of it, and where it is."""

    port: int = 0
    connections: int = 0
    asked: list[Asked] = field(default_factory=list)


def answer(status: int = 204, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def serving(
    answering: Answering | bytes = answer(), *, greeting: bytes = b"", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """A server that answers each request with these bytes, or with what is made of it; empty bytes hang up. With a
    `greeting` it speaks first.
    """
    server = Server()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        writer.write(greeting)
        try:
            while line := (await reader.readline()).decode("latin-1").strip():
                headers: dict[str, str] = {}
                while header := (await reader.readline()).decode("latin-1").strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                asked = Asked(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
                server.asked.append(asked)
                said = answering if isinstance(answering, bytes) else await answering(asked)
                if not said:
                    break
                writer.write(said)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    handling: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(handle(reader, writer))
        handling.add(task)
        task.add_done_callback(handling.discard)

    listening = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in handling:
            task.cancel()
        await asyncio.gather(*handling, return_exceptions=True)
