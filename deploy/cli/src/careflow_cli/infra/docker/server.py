"""Kafka and the stores as containers: what they run and when they are ready.

Invariant: one is asked whether it is ready only after its own container has started: from then on its port can be
nobody else's.
"""

import socket
import struct
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from careflow_cli.infra.docker.container import Container, await_end, engine_name
from careflow_cli.infra.kafka import settings
from careflow_cli.infra.local_server import LocalServer
from careflow_cli.infra.store import MONGOD, REPLICA_SET
from careflow_cli.processes import endings
from careflow_cli.processes.ports import HOST
from careflow_cli.processes.table import Program

KAFKA_IMAGE = "apache/kafka:4.3.1"
STORE_IMAGE = "mongo:8.0"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - inside a container, which is published on the loopback address only
KAFKA_DATA = "/var/lib/kafka/data"
CONTROLLER_PORT = 9093  # seen inside the container only
LAST_ONE_ENDS_WITHIN = 20.0  # seconds: more than a stopped server is given
ANSWERS_WITHIN = 1.0  # seconds

ENDING = "containers"

# ApiVersions, version 0, correlation 0, no client id: the request every Kafka answers before anything else.
WHICH_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 0, -1)


class DockerServer(LocalServer, ABC):
    """A server whose process in the table stands for its container.

    Pausing that process does not pause the container.
    """

    def start(self, *, other_port: bool = False) -> None:
        if self._table.find(self.name):
            return
        self._table.run.mkdir(parents=True, exist_ok=True)
        await_end(self._table.run / f"{self.name}.container", LAST_ONE_ENDS_WITHIN)
        self._claim()
        (port,) = self._table.ports(self.name, 1, anew=other_port)
        container = self._container(port).written()
        argv = (sys.executable, "-I", "-m", "careflow_cli.infra.docker.process", container)
        self._table.start(Program(self.name, argv, {}, None))

    def ready(self) -> bool:
        return self._alive().port is not None and self._answers()

    def memory(self) -> int | None:
        from careflow_cli.infra.docker import engine

        with engine.connected() as client:
            return engine.memory(client, engine_name(self._table.folder, self.name))

    def _claim(self) -> None:
        """A folder's first container: what an earlier stack in the same place left in the engine is not its data."""
        if endings.noted(self._table.folder, ENDING):
            return
        from careflow_cli.infra.docker import engine

        folder = str(self._table.folder)
        with engine.connected() as client:
            engine.discard(client, folder)
        endings.note(
            self._table.folder, ENDING, (sys.executable, "-I", "-m", "careflow_cli.infra.docker.discard", folder)
        )

    def _of(
        self, image: str, port: int, data: str, *, command: Sequence[str] | None, environment: Mapping[str, str]
    ) -> Container:
        return Container(
            name=self.name,
            folder=str(self._table.folder),
            image=image,
            command=command,
            environment=environment,
            port=port,
            data=data,
        )

    @abstractmethod
    def _container(self, port: int) -> Container:
        """What to run so that it listens on this port."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server in the container can be used."""


class DockerKafka(DockerServer):
    """Apache Kafka's own image, with the settings a local one has."""

    @property
    def url(self) -> str:
        """Bootstrap servers."""
        return f"{HOST}:{self.port}"

    def _container(self, port: int) -> Container:
        chosen = settings(EVERYWHERE, port, CONTROLLER_PORT, KAFKA_DATA)
        environment = {f"KAFKA_{name.replace('.', '_').upper()}": str(value) for name, value in chosen.items()}
        environment["KAFKA_HEAP_OPTS"] = "-Xmx512m"
        return self._of(KAFKA_IMAGE, port, KAFKA_DATA, command=None, environment=environment)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=ANSWERS_WITHIN) as connection:
                connection.sendall(WHICH_VERSIONS)
                return bool(connection.recv(1))
        except OSError:
            return False


class DockerStore(DockerServer):
    """MongoDB's own image, as a replica set of one."""

    @property
    def url(self) -> str:
        """Connection string without a write concern: the transaction runner pins its own."""
        return f"mongodb://{HOST}:{self.port}/?replicaSet={REPLICA_SET}"

    def _container(self, port: int) -> Container:
        command = ("mongod", *MONGOD, "--bind_ip_all", "--port", str(port))
        return self._of(STORE_IMAGE, port, "/data/db", command=command, environment={})

    def _answers(self) -> bool:
        from careflow_cli.infra.replica_set import leads

        return leads(REPLICA_SET, f"{HOST}:{self.port}")
