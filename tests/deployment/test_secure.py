"""The overlay `secure`: nobody speaks to Kafka in plain text, and each has the account of one."""

import importlib
import re

import pytest
import yaml

from careflow_cli.stack.services import SERVICES
from careflow_events.kafka.worker import heard_topics
from careflow_events.topics import refeed_of
from tests.deployment.compose_files import Tree, secret_names, text
from tests.deployment.test_settings import PROCESSES, loaded

NAMES = [spec.name for spec in SERVICES]


@pytest.mark.parametrize(
    ("where", "broker"),
    [("secure", "kafka"), ("secure_development", "kafka"), *(("secure_ha", f"kafka{n}") for n in ("", "-2", "-3"))],
)
def test_no_listener_is_in_plain_text(where: str, broker: str, request: pytest.FixtureRequest) -> None:
    given = request.getfixturevalue(where)["services"][broker]["environment"]
    spoken = dict(pair.split(":") for pair in given["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    listeners = re.findall(r"([A-Z]+)://", given["KAFKA_LISTENERS"])

    assert len(listeners) == (3 if where == "secure_development" else 2)
    assert {spoken[name] for name in listeners} == {"SASL_SSL"}
    assert given["KAFKA_AUTHORIZER_CLASS_NAME"].endswith("StandardAuthorizer")
    assert given["KAFKA_SUPER_USERS"] == "User:kafka;User:topics"
    assert not any("ALLOW_EVERYONE" in name for name in given)


@pytest.mark.parametrize("service", NAMES)
def test_only_a_worker_has_an_account_and_it_is_its_services(
    secure: Tree, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for process in PROCESSES:
        mounted = {*secret_names(secure["services"][f"{service}-{process}"]).values()}
        settings = loaded(secure, service, process, monkeypatch)
        ours = {f"{service}-kafka-password", "kafka-authority"} if process == "worker" else set()

        assert {name for name in mounted if "kafka" in name} == ours
        assert settings.kafka_account == (service if process == "worker" else None)


def test_what_signs_certificates_is_mounted_nowhere_and_kafkas_own_files_only_there(secure: Tree) -> None:
    holders = {
        secret: {name for name, each in secure["services"].items() if secret in secret_names(each).values()}
        for secret in secure["secrets"]
        if "kafka" in secret
    }

    workers = {f"{name}-worker" for name in NAMES}
    assert holders == {
        "kafka-authority": {"kafka", "topics", *workers},
        "kafka-keystore": {"kafka"},
        "kafka-accounts": {"kafka"},
        "kafka-readers": {"topics"},
        "kafka-topics-password": {"topics"},
        **{f"{name}-kafka-password": {f"{name}-worker"} for name in NAMES},
    }


def test_the_readers_of_a_topic_are_the_services_that_subscribe_to_it() -> None:
    hears = {
        name: {
            *heard_topics(importlib.import_module(f"{name}.bootstrap").SERVICE.subscriptions),
            refeed_of(name).name,
        }
        for name in NAMES
    }

    for topic in yaml.safe_load(text("deploy/kafka/topics.yaml"))["topics"]:
        assert {*topic["readers"]} == {name for name in NAMES if topic["name"] in hears[name]}, topic["name"]
