"""One docker-compose deployment of this checkout for tests: its own project name, secrets, ports and subnet.

Invariant: whatever ends the block it runs in, also a signal, takes down every container, network and volume of it.
"""

import json
import os
import secrets
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from careflow_cli.deployment import settings
from careflow_cli.deployment.deployment import Deployment, Wishes
from careflow_cli.domain_clock.clock_file import ClockFile
from careflow_cli.processes.ports import free_ports
from careflow_cli.processes.signals import uninterrupted
from careflow_cli.stack.clock import StackClock
from careflow_cli.stack.secrets import Secrets
from careflow_cli.stack.services import SERVICES
from careflow_clinic.http import Caller

ROOT = Path(__file__).parents[2]
A_TRY = Wishes(development=True)
SERVICE_LABEL = "com.docker.compose.service"
BUILDING = ("topics", *(f"{spec.name}-indexes" for spec in SERVICES))
"""The services of docker-compose.yml whose images are ours."""
BUILD_PATIENCE = 420.0  # seconds for five images from nothing
READY_PATIENCE = 240.0  # seconds for all of it on a busy machine; 40 are usual
DOWN_PATIENCE = 120.0
POLL = 0.5
_built: set[str] = set()


class CommandFailed(AssertionError):
    """A docker command ended badly; the message ends with what it said."""


def run(*argv: str, patience: float = 120.0, environment: Mapping[str, str] | None = None, folder: Path = ROOT) -> str:
    """The standard output of a command that must succeed."""
    done = subprocess.run(
        argv,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise CommandFailed(
            f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return done.stdout


def docker(*arguments: str, patience: float = 60.0) -> str:
    """`docker …`"""
    return run("docker", *arguments, patience=patience)


def named(project: str) -> tuple[str, str]:
    """What makes docker list the things of one project."""
    return ("--filter", f"label=com.docker.compose.project={project}")


@cache
def compose_command() -> tuple[str, ...]:
    """Compose as this machine has it: the engine's plugin, or the program of its own."""
    return ("docker", "compose") if answers("docker", "compose", "version") else ("docker-compose",)


def answers(*argv: str) -> bool:
    """Whether a program is there and says yes."""
    if shutil.which(argv[0]) is None:
        return False
    return subprocess.run(argv, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL).returncode == 0


def what_is_missing() -> str | None:
    """Why compose cannot be run here, in one line; None when it can."""
    if not answers("docker", "version"):
        return "no Docker engine answers; start one, or say where it is with DOCKER_HOST"
    return None if answers(*compose_command(), "version") else "neither docker compose nor docker-compose is installed"


@dataclass(frozen=True, slots=True)
class Project:
    """A deployment in `folder`, up or not, of the sources in `root`."""

    folder: Path
    name: str
    edge_port: int
    kafka_port: int
    root: Path = ROOT

    @classmethod
    @contextmanager
    def prepared(cls, folder: Path, wishes: Wishes = A_TRY) -> Iterator["Project"]:
        """With secrets and settings, nothing started; nothing is left when the block ends."""
        edge_port, kafka_port = free_ports(2)
        project = cls(folder, f"careflow-test-{secrets.token_hex(4)}", edge_port, kafka_port)
        project._initialise(wishes)
        try:
            yield project
        finally:
            with uninterrupted():
                project.down()

    def _initialise(self, wishes: Wishes) -> None:
        deployment = Deployment(
            ROOT, self.folder / "secrets", self.folder / ".env", self.folder / "development", self.folder / "content"
        )
        changed = {
            "COMPOSE_PROJECT_NAME": self.name,
            "CAREFLOW_EDGE_LISTEN": f"127.0.0.1:{self.edge_port}",
            "CAREFLOW_EDGE_SUBNET": f"10.{secrets.randbelow(200) + 20}.{secrets.randbelow(256)}.0/24",
            "CAREFLOW_HEALTH_INTERVAL": "2s",
            "CAREFLOW_DEVELOPMENT_KAFKA_PORT": str(self.kafka_port),
        }
        deployment.make(wishes)
        settings.write(self.folder / ".env", self.folder / ".env", changed)

    def set(self, name: str, value: str) -> None:
        """Another setting in `.env`."""
        settings.write(self.folder / ".env", self.folder / ".env", {name: value})

    # -- compose

    def compose(self, *arguments: str, patience: float = 300.0) -> str:
        """`docker-compose …` of this project."""
        argv, environment = self._command(arguments)
        return run(*argv, patience=patience, environment=environment, folder=self.root)

    def _command(self, arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        file = str(self.folder / ".env")
        argv = [*compose_command(), "--env-file", file, "--project-name", self.name, *arguments]
        return argv, {"COMPOSE_FILE": settings.values(self.folder / ".env")["COMPOSE_FILE"]}

    def operator(self, *arguments: str) -> str:
        """What `careflow …` says to an operator, in the container it has for that."""
        argv, environment = self._command(("run", "--rm", "-T", "operator", *arguments))
        token = {"CAREFLOW_TOKEN": self.token(Caller("olga-operator", ("operator",)))}
        return run(*argv, environment={**environment, **token}, folder=self.root)

    @contextmanager
    def running(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """`docker-compose …` of this project, for the length of the block."""
        argv, environment = self._command(arguments)
        surroundings = {**os.environ, **environment}
        with subprocess.Popen(argv, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.terminate()

    def build(self, *services: str) -> None:
        """The images of these, or of all that the files name; what this run of the tests has built it does not build
        again.
        """
        wanted = [each for each in services or BUILDING if each not in _built]
        if wanted:
            self.compose("build", "--quiet", *wanted, patience=BUILD_PATIENCE)
            _built.update(wanted)

    def up(self, *arguments: str) -> None:
        """Start what the files say, in their order, and wait until all of it is healthy."""
        self.compose("up", "--detach", *arguments, patience=READY_PATIENCE)
        self.await_healthy()

    def down(self) -> None:
        """Stop and remove everything, data included, and what the engine was still making for an interrupted start."""

        def taken_down() -> bool:
            with suppress(CommandFailed):  # what appeared meanwhile keeps the network it is in
                self.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")
            return not self.left()

        if not until(taken_down, DOWN_PATIENCE):
            raise CommandFailed(f"still there after {DOWN_PATIENCE:.0f} s: {self.left()}")

    def left(self) -> list[str]:
        """What the engine still has of this project."""
        kinds = (("ps", "--all"), ("network", "ls"), ("volume", "ls"))
        return [each for kind in kinds for each in docker(*kind, "--quiet", *named(self.name)).split()]

    # -- containers

    def containers(self, service: str | None = None) -> list[dict[str, Any]]:
        """What `docker inspect` says of each, jobs included."""
        chosen = ["--filter", f"label={SERVICE_LABEL}={service}"] if service else []
        ids = docker("ps", "--all", "--quiet", *named(self.name), *chosen).split()
        inspected: list[dict[str, Any]] = json.loads(docker("inspect", *ids)) if ids else []
        return inspected

    def lasting(self) -> list[dict[str, Any]]:
        """Those that are meant to go on running."""
        return [each for each in self.containers() if each["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"]

    def execute(self, container: str, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a program in a running container."""
        return subprocess.run(
            ["docker", "exec", container, *argv], capture_output=True, text=True, timeout=60, check=False
        )

    def await_healthy(self, container: str | None = None, *, patience: float = READY_PATIENCE) -> None:
        """Wait until one container is healthy, or every lasting one. Raises with the logs of those that are not."""

        def unhealthy() -> list[dict[str, Any]]:
            looked_at: list[dict[str, Any]] = json.loads(docker("inspect", container)) if container else self.lasting()
            return [each for each in looked_at if each["State"]["Health"]["Status"] != "healthy"]

        if not until(lambda: not unhealthy(), patience):
            raise CommandFailed(f"not healthy after {patience:.0f} s:\n" + "\n".join(map(_told, unhealthy())))

    def metric(self, process: str, prefix: str) -> list[float]:
        """The sum of a metric, by the beginning of its lines, for each container of a process."""
        program = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/metrics').read().decode())"
        said = [self.execute(each["Id"], "python", "-c", program).stdout for each in self.containers(process)]
        return [
            sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(prefix)) for text in said
        ]

    # -- the ways in

    @property
    def edge(self) -> str:
        """The one origin."""
        return f"https://localhost:{self.edge_port}"

    @property
    def kafka_url(self) -> str:
        """Bootstrap servers, from this host."""
        return f"127.0.0.1:{self.kafka_port}"

    def direct(self, service: str) -> list[str]:
        """Where the development overlay publishes each api of a service, past the edge."""
        ports = [
            each["NetworkSettings"]["Ports"]["8000/tcp"][0]["HostPort"] for each in self.containers(f"{service}-api")
        ]
        return [f"http://127.0.0.1:{port}" for port in ports]

    def trust(self) -> ssl.SSLContext:
        """Trusts the edge's own certificate and no other."""
        return ssl.create_default_context(cafile=self.folder / "secrets" / "edge-certificate.pem")

    def token(self, caller: Caller) -> str:
        """A bearer token of the development issuer."""
        signing = Secrets(self.folder / "secrets")
        lasting = timedelta(hours=12)
        return signing.token(caller.roles, subject=caller.subject, patient_id=caller.patient_id, lasting=lasting)

    def clock(self) -> StackClock:
        """The clock all containers share."""
        operator = Caller("compose-clock", ("operator",))
        return StackClock(
            ClockFile(self.folder / "development" / "clock.json"),
            {spec.name: self.direct(spec.name)[0] for spec in SERVICES},
            lambda: self.token(operator),
            self.kafka_url,
        )


def _told(container: dict[str, Any]) -> str:
    log = subprocess.run(
        ["docker", "logs", "--tail", "20", container["Id"]], capture_output=True, text=True, check=False
    )
    return f"{container['Name']} {container['State']['Health']}\n{log.stdout}{log.stderr}"


def until(holds: Callable[[], bool], patience: float) -> bool:
    """Whether it came to hold within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True
