"""What `careflow status` says of each process.

Invariant: it only looks; a process that belongs to somebody else is never reported as ours.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial

from careflow_cli.errors import CareflowError
from careflow_cli.infra.server import PortTaken, Server
from careflow_cli.stack.services import ServiceProcess, health
from careflow_cli.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class ProcessReport:
    """One line of the status. `state`: running, stopped, died (it was not stopped, but is gone) or external."""

    name: str
    state: str
    port: int | None = None
    pid: int | None = None
    uptime_seconds: int | None = None
    memory_bytes: int | None = None
    health: str = "-"

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)

    def figures(self) -> tuple[str, str, str, str]:
        """Port, pid, uptime and memory for people."""
        uptime = "-" if self.uptime_seconds is None else str(timedelta(seconds=self.uptime_seconds))
        memory = "-" if self.memory_bytes is None else f"{self.memory_bytes / 1e6:.0f} MB"
        return str(self.port or "-"), str(self.pid or "-"), uptime, memory


def report(stack: Stack) -> list[ProcessReport]:
    """A line for everything a complete stack runs."""
    with ThreadPoolExecutor() as asking:
        return list(asking.map(partial(_line, stack), stack.servers))


def _line(stack: Stack, server: Server) -> ProcessReport:
    if not server.ours:
        return ProcessReport(server.name, "external", health=_health(server))
    record = stack.table.find(server.name)
    if record is None:
        died = stack.table.recorded(server.name)
        return ProcessReport(server.name, "died" if died else "stopped")
    return ProcessReport(
        name=record.name,
        state="running",
        port=record.port,
        pid=record.pid,
        uptime_seconds=int(time.time() - record.create_time),
        memory_bytes=server.memory(),
        health=_health(server),
    )


def _health(server: Server) -> str:
    if isinstance(server, ServiceProcess):
        return health(server.url)
    try:
        return "ready" if server.ready() else "not ready"
    except (CareflowError, PortTaken):
        return "not ready"
