"""The services of the local stack, one row each, and how their processes are started.

Invariant: what a process is told is all here: services read nothing but these variables.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from careflow_cli.errors import CareflowError
from careflow_cli.infra.local_server import LocalServer
from careflow_cli.processes.ports import HOST
from careflow_cli.processes.table import ProcessTable, Program
from careflow_cli.stack.secrets import Secrets

HEALTH_TIMEOUT = 3.0  # seconds for one health answer


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service by the name of its package, its database and its prefix in process names.

    `program` is run in place of its package and is told `environment` beside the rest: by tests that have to look into
    a process, which nothing that is shipped can.
    """

    name: str
    pages_on_call: bool = False  # writes each page to on-call as a file one can look at
    writes_to_patients: bool = False  # likewise each message to a patient
    program: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def argv(self) -> tuple[str, ...]:
        """What runs it; the command follows."""
        return (sys.executable, *(self.program or ("-m", self.name)))


SERVICES: tuple[ServiceSpec, ...] = (
    ServiceSpec("booking", writes_to_patients=True),
    ServiceSpec("screening", pages_on_call=True),
    ServiceSpec("sessions"),
    ServiceSpec("billing"),
)


def spec_of(service: str | ServiceSpec) -> ServiceSpec:
    """The row of a service; a service of one's own, for a test, is its own row."""
    if isinstance(service, ServiceSpec):
        return service
    for spec in SERVICES:
        if spec.name == service:
            return spec
    raise CareflowError(f"there is no service {service}; there are {', '.join(spec.name for spec in SERVICES)}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the processes of a stack share. A browser finds this service under `public_path` of `public_url`, once that
    is known.
    """

    folder: Path
    secrets: Secrets
    store_url: str
    kafka_url: str
    public_url: str | None
    public_path: str = ""

    @property
    def clock_file(self) -> Path:
        """Where the domain clock's offset is."""
        return self.folder / "clock.json"

    @property
    def pages(self) -> Path:
        """Where pages to on-call land."""
        return self.folder / "pages"

    @property
    def messages(self) -> Path:
        """Where messages to patients land."""
        return self.folder / "messages"

    def environment(self, spec: ServiceSpec, command: str, port: int | None) -> Mapping[str, str]:
        """The variables of one process. Only a worker learns where Kafka is."""
        variables = {
            "CAREFLOW_ENVIRONMENT": "development",
            "CAREFLOW_MONGO_URL": self.store_url,
            "CAREFLOW_MONGO_DATABASE": spec.name,
            "CAREFLOW_CLOCK_FILE": str(self.clock_file),
            **self.secrets.variables(spec.name),
            **spec.environment,
        }
        if self.public_url is not None:
            variables["CAREFLOW_PUBLIC_URL"] = self.public_url
            variables["CAREFLOW_PUBLIC_PATH"] = self.public_path
        if command == "worker":
            variables["CAREFLOW_KAFKA_URL"] = self.kafka_url
        if port is not None:
            variables["CAREFLOW_HTTP_HOST"] = HOST
            variables["CAREFLOW_HTTP_PORT" if command == "api" else "CAREFLOW_HEALTH_PORT"] = str(port)
        if spec.pages_on_call:
            self.pages.mkdir(exist_ok=True)
            variables["CAREFLOW_PAGES_DIR"] = str(self.pages)
        if spec.writes_to_patients:
            self.messages.mkdir(exist_ok=True)
            variables["CAREFLOW_MESSAGES_DIR"] = str(self.messages)
            variables["CAREFLOW_DESK_EMAIL"] = "desk@clinic.invalid"
        return variables


COMMANDS: Mapping[str, tuple[str, ...]] = {
    "api": ("api",),
    "worker": ("worker", "--with-timers"),  # one process less than in production; both work the same apart
}


class ServiceProcess(LocalServer):
    """The `api` or a `worker` of one service; `part` is the command, `worker-2` a second one."""

    def __init__(
        self, table: ProcessTable, spec: ServiceSpec, part: str, surroundings: Callable[[], Surroundings]
    ) -> None:
        """`surroundings` is asked at each start: only then the infrastructure's addresses are known."""
        super().__init__(table, f"{spec.name}-{part}")
        self._spec = spec
        self._command = part.partition("-")[0]
        self._surroundings = surroundings

    @property
    def url(self) -> str:
        """Where its HTTP is: the API of `api`, health and metrics of `worker`."""
        return f"http://{HOST}:{self.port}"

    def start(self, *, other_port: bool = False) -> None:
        if self._table.find(self.name):
            return
        (port,) = self._table.ports(self.name, 1, anew=other_port)
        argv = (*self._spec.argv, *COMMANDS[self._command])
        environment = self._surroundings().environment(self._spec, self._command, port)
        self._table.start(Program(self.name, argv, environment, port))

    def ready(self) -> bool:
        return self._listens() and health(self.url) == "ready"


def index_program(spec: ServiceSpec, surroundings: Surroundings) -> Program:
    """The one-shot command that makes a service's indexes and seeds; idempotent."""
    argv = (*spec.argv, "indexes")
    return Program(f"{spec.name}-indexes", argv, surroundings.environment(spec, "indexes", None), None)


def health(url: str) -> str:
    """`ready`, or what is not: the names of failed checks, or that nobody answers."""
    try:
        answer = httpx.get(f"{url}/health/ready", timeout=HEALTH_TIMEOUT)
        if answer.status_code == httpx.codes.OK:
            return "ready"
        checks = answer.json().get("checks", {})
    except (httpx.HTTPError, ValueError):
        return "no answer"
    return "not ready: " + ", ".join(name for name, good in checks.items() if not good)
