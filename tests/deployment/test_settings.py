"""Each process is given every setting it asks for, none it does not know, and only the secrets that are its own."""

import importlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretBytes, SecretStr

from careflow_cli.deployment import settings as env_file
from careflow_cli.stack.services import SERVICES
from careflow_service.settings import PREFIX, ServiceSettings, load
from careflow_service.tokens import verifier_for
from tests.deployment.compose_files import FILES, ROOT, Tree, defaults, secret_file, secret_names

NAMES = [spec.name for spec in SERVICES]
PROCESSES = ("indexes", "api", "worker", "timers")
MOUNTED = re.compile(r"^/run/secrets/(.+)$")
OF_COMPOSE = {"COMPOSE_FILE", "COMPOSE_PROJECT_NAME"}


def settings_class(service: str) -> type[ServiceSettings]:
    """What the service is told from outside, by its own description."""
    found: type[ServiceSettings] = importlib.import_module(f"{service}.bootstrap").SERVICE.settings
    return found


def on_the_host(deployment: Tree, name: str) -> dict[str, str]:
    """The environment of a container, with files named where they lie here."""
    container = deployment["services"][name]
    secrets = secret_names(container)

    def placed(value: str) -> str:
        found = MOUNTED.match(value)
        return str(secret_file(deployment, secrets[found[1]])) if found else value

    return {variable: placed(str(value)) for variable, value in container["environment"].items()}


def loaded(deployment: Tree, service: str, process: str, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    for variable in [variable for variable in os.environ if variable.startswith(PREFIX)]:
        monkeypatch.delenv(variable)
    for variable, value in on_the_host(deployment, f"{service}-{process}").items():
        monkeypatch.setenv(variable, value)
    return load(settings_class(service))


@pytest.mark.parametrize("service", NAMES)
@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("where", ["deployment", "development", "observability", "secure", "small", "store_tls", "ha"])
def test_a_process_could_start_with_what_it_is_given(
    where: str, service: str, process: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = loaded(request.getfixturevalue(where), service, process, monkeypatch)

    assert settings.in_development == (where == "development")
    settings.require("sealing_public_file")
    if process == "worker":
        settings.require("kafka_url", "sealing_private_file")
    else:
        assert settings.kafka_url is None, "only workers know Kafka"
        assert settings.sealing_private_file is None, "only workers open what is sealed"
    if process == "api":
        verifier_for(settings)


@pytest.mark.parametrize("service", NAMES)
@pytest.mark.parametrize("where", ["deployment", "development", "observability", "secure", "small", "store_tls", "ha"])
def test_a_process_is_given_no_variable_it_does_not_know(
    where: str, service: str, request: pytest.FixtureRequest
) -> None:
    deployment = request.getfixturevalue(where)
    fields = {f"{PREFIX}{field.upper()}" for field in settings_class(service).model_fields}
    known = fields | {f"{field}_FILE" for field in fields} | {"FORWARDED_ALLOW_IPS"}

    for process in PROCESSES:
        assert deployment["services"][f"{service}-{process}"]["environment"].keys() <= known


@pytest.mark.parametrize("service", NAMES)
@pytest.mark.parametrize("where", ["deployment", "observability", "secure", "small", "store_tls", "ha"])
def test_a_secret_is_a_file_and_never_a_variable(where: str, service: str, request: pytest.FixtureRequest) -> None:
    deployment = request.getfixturevalue(where)
    secret = {
        f"{PREFIX}{name.upper()}"
        for name, field in settings_class(service).model_fields.items()
        if {SecretStr, SecretBytes} & {field.annotation, *getattr(field.annotation, "__args__", ())}
    }

    assert secret
    for process in PROCESSES:
        container = deployment["services"][f"{service}-{process}"]
        assert not secret & container["environment"].keys()
        files = {
            MOUNTED.sub(r"\1", value) for value in map(str, container["environment"].values()) if MOUNTED.match(value)
        }
        assert files == secret_names(container).keys(), "nothing is mounted that no setting names"


@pytest.mark.parametrize("service", NAMES)
def test_a_process_has_its_own_secrets_and_everybodys_public_keys(deployment: Tree, service: str) -> None:
    for process in PROCESSES:
        mounted = set(secret_names(deployment["services"][f"{service}-{process}"]).values())
        foreign = {secret for secret in mounted for other in NAMES if other != service and other in secret}
        assert foreign == set()
        assert mounted <= {each for each in mounted if service in each} | {"sealing-public", "practice"}
        assert not any("admin" in secret for secret in mounted)


def test_every_secret_is_made_by_init_and_everything_it_makes_is_used(
    deployment: Tree,
    development: Tree,
    observability: Tree,
    secure: Tree,
    small: Tree,
    secure_ha: Tree,
    store_tls: Tree,
    store_tls_ha: Tree,
) -> None:
    of_stores = {f"{name}-store-admin.password" for name in NAMES if name != "booking"}
    for tree, signing in (
        (small, of_stores),
        (secure, {"kafka-authority.key", "kafka-kafka.password"}),
        (secure_ha, {"kafka-authority.key", "kafka-kafka.password"}),
        (store_tls, {"store-authority.key"}),
        (store_tls_ha, {"store-authority.key"}),
        (deployment, set[str]()),
        (development, {"tokens-private.json"}),
        (observability, set[str]()),
    ):
        named = [secret_file(tree, secret) for secret in tree["secrets"]]
        assert {file.name for file in named} | signing == {file.name for file in named[0].parent.iterdir()}
        mounted = {secret for each in tree["services"].values() for secret in secret_names(each).values()}
        assert mounted == tree["secrets"].keys()


def test_the_example_names_exactly_what_the_files_take_with_the_same_defaults() -> None:
    taken: dict[str, str] = {}
    for file in FILES:
        for name, otherwise in defaults(file).items():
            assert taken.setdefault(name, otherwise) == otherwise
    example = env_file.values(ROOT / ".env.example")

    assert example.keys() == taken.keys() | OF_COMPOSE
    without_default = {name for name, otherwise in taken.items() if not otherwise}
    assert {name: example[name] for name in taken.keys() - without_default} == {
        name: otherwise for name, otherwise in taken.items() if otherwise
    }
    assert _commented(ROOT / ".env.example") >= example.keys() - OF_COMPOSE


def _commented(file: Path) -> set[str]:
    """The variables that stand below a comment, alone or with others."""
    commented: set[str] = set()
    below_comment = False
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("#"):
            below_comment = True
        elif not line:
            below_comment = False
        elif below_comment:
            commented.add(line.partition("=")[0])
    return commented


def test_services_believe_the_edge_about_clients_and_nobody_else(deployment: Tree) -> None:
    subnet = deployment["networks"]["edge"]["ipam"]["config"][0]["subnet"]
    believed: Mapping[str, Any] = {
        name: each["environment"]["FORWARDED_ALLOW_IPS"]
        for name, each in deployment["services"].items()
        if "FORWARDED_ALLOW_IPS" in each.get("environment", {})
    }

    assert believed == {f"{name}-api": subnet for name in NAMES}
