"""What every infrastructure server can do, and waiting until several of them can be used.

Invariant: waiting is bounded, ends at once when a process died, and survives a port that somebody else took in between.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from careflow_cli.errors import CareflowError

READY_PATIENCE = 90.0  # seconds; two or three are usual, a machine busy with tests takes longer
POLL = 0.05  # seconds
PORT_TRIES = 6


class PortTaken(Exception):
    """Between finding a port free and binding it somebody else took it."""


class Server(Protocol):
    """Kafka, or one service's store."""

    @property
    def name(self) -> str:
        """Its name in the stack: `kafka`, `booking-store`."""

    @property
    def ours(self) -> bool:
        """Whether it is a process of the stack, not only an address."""

    @property
    def url(self) -> str:
        """How clients reach it; known once it was started."""

    def start(self, *, other_port: bool = False) -> None:
        """Launch it without waiting; nothing happens when it runs or is not ours to start."""

    def complaint(self) -> str:
        """What to tell a person while it is not ready; never holds a password."""

    def memory(self) -> int | None:
        """Bytes it has in memory; None when it does not run or is not ours."""

    def ready(self) -> bool:
        """Whether clients can use it. Raises PortTaken or CareflowError when it never will."""


def await_ready(servers: Sequence[Server], say: Callable[[str], None] = lambda _note: None) -> None:
    """Wait until all can be used. They must have been started."""
    waiting = list(servers)
    tries = dict.fromkeys((server.name for server in servers), 1)
    deadline = time.monotonic() + READY_PATIENCE
    while waiting:
        for server in list(waiting):
            try:
                if server.ready():
                    waiting.remove(server)
            except PortTaken as taken:
                if tries[server.name] == PORT_TRIES:
                    raise CareflowError(f"{server.name} found no free port in {PORT_TRIES} tries") from taken
                tries[server.name] += 1
                server.start(other_port=True)
        if waiting:
            if time.monotonic() > deadline:
                names = ", ".join(server.name for server in waiting)
                complaints = "\n".join(server.complaint() for server in waiting)
                raise CareflowError(f"{names} not ready after {READY_PATIENCE:.0f} s\n{complaints}")
            say("waiting for " + ", ".join(server.name for server in waiting))
            time.sleep(POLL)
