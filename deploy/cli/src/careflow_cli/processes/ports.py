"""Free ports on the loopback address. Invariant: a port is known to be ours only when our own process listens on it."""

import contextlib
import secrets
import socket
import time
from collections.abc import Sequence

import psutil

from careflow_cli.errors import CareflowError

HOST = "127.0.0.1"
RANGE = range(15_000, 32_000)
"""Below what systems give to outgoing connections: a client that retries while its server is down could otherwise be
given the server's own port and keep it from coming back."""
TRIES = 200
LET_GO_WITHIN = 2.0
"""Seconds: of a killed process threads may still be ending that hold its socket, when the process itself is gone."""
LOOK_EVERY = 0.01  # seconds


def free_ports(count: int, preferred: Sequence[int] = ()) -> tuple[int, ...]:
    """So many different free ports; the preferred ones when nobody has them any more in LET_GO_WITHIN.

    Another process may take one before ours binds it, so every start has to be ready to try again with new ones.
    Raises CareflowError when none are left.
    """
    _await_let_go(preferred)
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        for candidate in (*preferred, *(RANGE[secrets.randbelow(len(RANGE))] for _ in range(TRIES))):
            if len(ports) == count:
                break
            # A port that is bound here already would be bound once more: nobody listens on it yet.
            if candidate not in ports and _binds(held.enter_context(socket.socket()), candidate):
                ports.append(candidate)
        else:
            raise CareflowError(f"no {count} free ports found in {TRIES} tries between {RANGE.start} and {RANGE.stop}")
    return tuple(ports)


def _await_let_go(ports: Sequence[int]) -> None:
    deadline = time.monotonic() + LET_GO_WITHIN
    for port in ports:
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if _binds(probe, port):
                    break
            time.sleep(LOOK_EVERY)


def _binds(probe: socket.socket, port: int) -> bool:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended do not count
    try:
        probe.bind((HOST, port))
    except OSError:
        return False
    return True


def listens(process: psutil.Process, port: int) -> bool:
    """Whether this very process accepts connections on the port: asking the port alone could reach a stranger."""
    try:
        connections = process.net_connections("tcp")
    except psutil.Error:
        return False
    return any(
        connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        for connection in connections
    )
