"""An account of Kafka reaches every client there is, and its password goes to nobody it should not."""

import ast
import ssl
from dataclasses import replace
from pathlib import Path

import certifi
import pytest

from careflow_events import kafka
from careflow_events.kafka.account import NO_OPTIONS, KafkaAccount
from careflow_events.kafka.broker import make_broker
from careflow_events.kafka.pauses import Pauses

CLIENTS = {"AIOKafkaClient", "AIOKafkaConsumer", "AIOKafkaProducer"}
SOURCES = sorted(Path(kafka.__path__[0]).glob("*.py"))


@pytest.fixture
def account() -> KafkaAccount:
    return KafkaAccount("booking", "open sesame", Path(certifi.where()))


async def _nothing(_: object) -> tuple[()]:
    return ()


def test_it_is_told_over_tls_to_a_broker_somebody_vouches_for(account: KafkaAccount) -> None:
    options = account.options()

    assert (options["security_protocol"], options["sasl_mechanism"]) == ("SASL_SSL", "PLAIN")
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("booking", "open sesame")
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert options["ssl_context"].check_hostname
    assert "sesame" not in repr(account)


def test_a_broker_that_keeps_passwords_is_given_a_proof_and_not_the_password(account: KafkaAccount) -> None:
    proven = replace(account, mechanism="SCRAM-SHA-512").options()

    assert proven["sasl_mechanism"] == "SCRAM-SHA-512"
    assert {**proven, "sasl_mechanism": "PLAIN", "ssl_context": None} == {**account.options(), "ssl_context": None}


def test_without_anybody_who_vouches_there_are_no_clients(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(OSError, match=r".*"):
            KafkaAccount("booking", "open sesame", tmp_path / name).options()


def test_every_client_is_made_with_the_options_of_the_account() -> None:
    made = [
        (source.name, node)
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLIENTS
    ]

    assert len(made) >= 6
    assert [name for name, call in made if None not in {keyword.arg for keyword in call.keywords}] == []


def test_faststream_is_told_the_same(account: KafkaAccount) -> None:
    options = account.options()
    told = make_broker("kafka:9092", "booking", {}, deliver=_nothing, pauses=Pauses(), options=options)
    plain = make_broker("kafka:9092", "booking", {}, deliver=_nothing, pauses=Pauses(), options=NO_OPTIONS)

    assert {name: told._connection_kwargs[name] for name in options} == dict(options)
    assert not options.keys() & plain._connection_kwargs.keys()
