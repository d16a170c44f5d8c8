"""One CareFlow stack: broker, stores and services started in order, and a handle on each of them by name.

Process names: `kafka`, `edge`, `<service>-store`, `<service>-api`, `<service>-worker`, a second one
`<service>-worker-2`.
Invariant: nothing a stack started outlives it: a stack that fails or is interrupted while starting takes down what it
started and nothing else, and an ephemeral one dies with its owner.
"""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from careflow_cli import checkout
from careflow_cli.blocking import wait_for
from careflow_cli.domain_clock.clock_file import ClockFile
from careflow_cli.errors import CareflowError
from careflow_cli.infra import providers
from careflow_cli.infra.server import Server, await_ready
from careflow_cli.processes.ports import HOST
from careflow_cli.processes.signals import uninterrupted
from careflow_cli.processes.table import ProcessTable
from careflow_cli.processes.watchdog import Watchdog
from careflow_cli.stack.clock import StackClock
from careflow_cli.stack.edge import EDGE, EdgeProcess
from careflow_cli.stack.secrets import Secrets
from careflow_cli.stack.services import (
    SERVICES,
    ServiceProcess,
    ServiceSpec,
    Surroundings,
    index_program,
    spec_of,
)

SERVICE_GRACE = 20.0  # seconds: services finish what is in flight within 15
INFRASTRUCTURE_GRACE = 15.0  # seconds
INDEX_PATIENCE = 90.0  # seconds

Say = Callable[[str], None]


def silent(_note: str) -> None:
    """For those who do not watch."""


def is_infrastructure(name: str) -> bool:
    """Whether a process is the broker or a store: what services need until they have stopped."""
    return name == "kafka" or name.endswith("-store")


class Stack:
    """A stack in a folder. `durable` stores survive being killed and are stopped gently; the others are thrown away.
    Each service has so many `workers`. With an `edge` a browser finds all of them at one address.
    """

    def __init__(
        self,
        folder: Path,
        services: Sequence[ServiceSpec] = SERVICES,
        *,
        durable: bool,
        workers: int = 1,
        edge: bool = False,
    ) -> None:
        self.folder = folder
        self.services = tuple(services)
        self.durable = durable
        self._parts = ("api", "worker", *(f"worker-{number}" for number in range(2, workers + 1)))
        self._edge = EdgeProcess(self.table, [spec.name for spec in self.services]) if edge else None
        self._provider = providers.chosen()
        self._secrets = Secrets(folder / "secrets")

    @classmethod
    @contextmanager
    def ephemeral(
        cls,
        services: Sequence[str | ServiceSpec] = SERVICES,
        *,
        durable: bool = False,
        workers: int = 1,
        edge: bool = False,
        say: Say = silent,
    ) -> Iterator["Stack"]:
        """A running stack that leaves nothing behind, however its owner ends; `durable` for tests that kill stores,
        with an `edge` for those with a browser.

        `with Stack.ephemeral() as stack: …`, from the main thread of plain or asynchronous code: starting blocks.
        """
        folder = checkout.temporary()
        watchdog = Watchdog(folder)
        try:
            chosen = [spec_of(service) for service in services]
            stack = cls(folder, chosen, durable=durable, workers=workers, edge=edge)
            stack.start_all(say)
            yield stack
            with uninterrupted():
                stack.stop_all()
        finally:
            with uninterrupted():
                watchdog.close()

    # -- addresses and tokens

    @property
    def kafka_url(self) -> str:
        """Bootstrap servers."""
        return self._kafka.url

    def mongo_url(self, service: str) -> str:
        """Connection string of one service's store."""
        return self._server(f"{service}-store").url

    def database(self, service: str) -> str:
        """The name of one service's database in its store."""
        return self._spec(service).name

    def service_url(self, service: str) -> str:
        """Base URL of one service's API."""
        return self._server(f"{service}-api").url

    @property
    def address(self) -> str | None:
        """Where a browser finds all of it; None without an edge."""
        return self._edge.url if self._edge else None

    @property
    def pages(self) -> Path:
        """The folder where pages to on-call land, one JSON file each."""
        return self.folder / "pages"

    @property
    def messages(self) -> Path:
        """The folder where messages to patients land, a file each."""
        return self.folder / "messages"

    def token(
        self,
        *roles: str,
        subject: str = "someone",
        patient_id: str | None = None,
        consumer: str | None = None,
        lasting: timedelta = timedelta(hours=12),
    ) -> str:
        """A bearer token of this stack's development issuer. Raises CareflowError for a role there is not."""
        return self._secrets.token(roles, subject=subject, lasting=lasting, patient_id=patient_id, consumer=consumer)

    @property
    def clock(self) -> StackClock:
        """The stack's domain clock."""
        return StackClock(
            ClockFile(self.folder / "clock.json"),
            {spec.name: self.service_url(spec.name) for spec in self.services},
            lambda: self.token("operator", subject="careflow-clock"),
            self.kafka_url,
        )

    # -- all of it

    def start_all(self, say: Say = silent) -> None:
        """Start what does not run yet and wait until all is ready; on failure, stop what this call started."""
        before = set(self.table.running())
        try:
            say("looking at the cache")
            self._provider.prepare()
            self._secrets.make(tuple(spec.name for spec in self.services))
            infrastructure = [*(self._server(f"{spec.name}-store") for spec in self.services), self._kafka]
            self._start([*infrastructure, *self._edges], say)
            say("topics and indexes")
            from careflow_cli.infra import topics  # the Kafka client loads slowly, and looking needs none

            wait_for(topics.apply(self.kafka_url, topics.declared()))
            indexes = [index_program(spec, self._surroundings(spec)) for spec in self.services]
            self.table.run_to_end(indexes, INDEX_PATIENCE)
            self._start([self._server(f"{spec.name}-{part}") for spec in self.services for part in self._parts], say)
        except BaseException:
            with uninterrupted():
                self._end([name for name in self.table.running() if name not in before])
            raise

    def stop_all(self) -> list[str]:
        """Stop services, then stores and broker; the names that had to be killed because they did not stop."""
        return self._end(list(self.table.running()))

    def _end(self, names: Sequence[str]) -> list[str]:
        killed = self.table.stop([name for name in names if not is_infrastructure(name)], SERVICE_GRACE)
        grace = INFRASTRUCTURE_GRACE if self.durable else 0
        return killed + self.table.stop([name for name in names if is_infrastructure(name)], grace)

    # -- one process

    def start(self, name: str) -> None:
        """Start a process again, on its old port, and wait until it is ready."""
        self._start([self._server(name)], silent)

    def launch(self, name: str) -> None:
        """Start a process again without waiting until it is ready: one that is fenced is not."""
        self._server(name).start()

    @property
    def secrets(self) -> Secrets:
        """The secrets of this stack."""
        return self._secrets

    def environment(self, service: str, command: str) -> Mapping[str, str]:
        """The variables of a one-shot process of a service."""
        spec = self._spec(service)
        return self._surroundings(spec).environment(spec, command, None)

    def stop(self, name: str) -> None:
        """Stop a process politely and wait until it is gone."""
        self._server(name)
        self.table.stop([name], SERVICE_GRACE)

    def kill(self, name: str, signum: signal.Signals = signal.SIGKILL) -> None:
        """Send a process a signal, kill -9 unless told otherwise; waits for the end of a killed one."""
        self._server(name)
        self.table.signal(name, signum)

    def pause(self, name: str) -> None:
        """Make a process stand still, as a machine that hangs."""
        self.kill(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let a paused process go on."""
        self.kill(name, signal.SIGCONT)

    def logs(self, name: str) -> str:
        """All that a process wrote so far."""
        return self.table.tail(name, lines=1_000_000)

    def memory(self) -> dict[str, int]:
        """Bytes each running process has in memory."""
        return {server.name: size for server in self.servers if (size := server.memory()) is not None}

    # -- parts

    @cached_property
    def table(self) -> ProcessTable:
        """The stack's processes."""
        return ProcessTable(self.folder)

    @cached_property
    def _kafka(self) -> Server:
        return self._provider.kafka(self.table)

    @property
    def servers(self) -> list[Server]:
        """Everything a complete stack runs, in the order it is started."""
        names = [f"{spec.name}-{part}" for part in ("store", *self._parts) for spec in self.services]
        return [self._kafka, *self._edges, *(self._server(name) for name in names)]

    @property
    def _edges(self) -> list[EdgeProcess]:
        return [self._edge] if self._edge else []

    def _start(self, servers: Sequence[Server], say: Say) -> None:
        for server in servers:
            server.start()
        await_ready(servers, say)

    def _spec(self, service: str) -> ServiceSpec:
        for spec in self.services:
            if spec.name == service:
                return spec
        raise CareflowError(f"{service} is not part of this stack")

    def _server(self, name: str) -> Server:
        if name == "kafka":
            return self._kafka
        if name == EDGE and self._edge:
            return self._edge
        service, _, part = name.partition("-")
        spec = self._spec(service)
        if part == "store":
            return self._provider.store(self.table, name, durable=self.durable)
        if part not in self._parts:
            raise CareflowError(f"there is no process {name}")
        return ServiceProcess(self.table, spec, part, lambda: self._surroundings(spec))

    def _surroundings(self, spec: ServiceSpec) -> Surroundings:
        ports = self.table.last_ports(EDGE if self._edge else f"{spec.name}-api")  # a worker starts after its api
        public = f"http://{HOST}:{ports[0]}" if ports else None
        path = f"/{spec.name}" if self._edge else ""
        return Surroundings(self.folder, self._secrets, self.mongo_url(spec.name), self.kafka_url, public, path)
