"""The chart's tables agree with docker-compose.yml, with the settings the services read, with topics and with the edge.

None of it needs Helm: what stands in the chart's files is what its templates make objects of.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretBytes, SecretStr

from careflow_cli.cache import jars
from careflow_cli.deployment import settings as env_file
from careflow_cli.infra import kafka
from careflow_service.settings import PREFIX, ServiceSettings
from tests.deployment.compose_files import Tree, secret_names
from tests.deployment.conftest import deployment, secure
from tests.kubernetes.chart import CHART, NAMES, PROCESSES, ROOT, read

__all__ = ["deployment", "secure"]

KNOWN = read("files/processes.yaml")
VALUES = read("values.yaml")
OF_COMPOSE = {
    "COMPOSE_FILE",
    "COMPOSE_PROJECT_NAME",
    "CAREFLOW_REGISTRY",
    "CAREFLOW_VERSION",
    "CAREFLOW_SECRETS",
    "CAREFLOW_CONTENT",
    "CAREFLOW_HEALTH_INTERVAL",
    "CAREFLOW_EDGE_LISTEN",
    "CAREFLOW_EDGE_SUBNET",
    "CAREFLOW_IDENTITY_HOST",
    "CAREFLOW_IDENTITY_CLINIC_HOST",
    "CAREFLOW_GRAFANA_LISTEN",
    "CAREFLOW_DEVELOPMENT_FOLDER",
    "CAREFLOW_DEVELOPMENT_KAFKA_PORT",
}
"""Of .env.example, what is about containers of one host, or stands in values.yaml under a name of its own."""
MADE_BY_TEMPLATES = {
    "api": {"FORWARDED_ALLOW_IPS"},
    "worker": {"CAREFLOW_KAFKA_URL", "CAREFLOW_KAFKA_ACCOUNT", "CAREFLOW_KAFKA_MECHANISM"},
}
ONLY_HERE = {"CAREFLOW_KAFKA_MECHANISM"}
"""docker-compose has Kafka read passwords from a file, which goes with the mechanism that is the default."""


def parts(service: str, process: str) -> Iterator[Tree]:
    yield from (KNOWN["every"], KNOWN["processes"][process], KNOWN["services"][service])


def fixed(service: str, process: str) -> dict[str, str]:
    return {name: value for part in parts(service, process) for name, value in part.get("fixed", {}).items()}


def from_values(service: str, process: str) -> set[str]:
    return {name for part in parts(service, process) for name in part.get("settings", ())}


def files(service: str, process: str) -> dict[str, str]:
    return {name: file for part in parts(service, process) for name, file in part.get("secrets", {}).items()}


def settings_class(service: str) -> type[ServiceSettings]:
    found: type[ServiceSettings] = importlib.import_module(f"{service}.bootstrap").SERVICE.settings
    return found


@pytest.mark.parametrize("service", NAMES)
@pytest.mark.parametrize("process", ["indexes", *PROCESSES])
def test_a_process_is_given_what_it_is_given_by_docker_compose(secure: Tree, service: str, process: str) -> None:
    container = secure["services"][f"{service}-{process}"]
    composed = {name: str(value) for name, value in container["environment"].items()}
    mounted = {name: f"/run/secrets/{file}" for name, file in files(service, process).items()}
    made = MADE_BY_TEMPLATES.get(process, set())
    here = fixed(service, process).keys() | from_values(service, process) | mounted.keys() | made
    of_the_bundled_provider = {name for name in composed if "INTROSPECTION" in name or name.endswith("TOKEN_CA_FILE")}

    assert here - ONLY_HERE == composed.keys() - of_the_bundled_provider
    assert {name: composed[name] for name in fixed(service, process)} == fixed(service, process)
    assert {name: composed[name] for name in mounted} == mounted
    assert {*mounted.values()} <= {f"/run/secrets/{file}" for file in secret_names(container)}


@pytest.mark.parametrize("service", NAMES)
def test_a_process_is_given_no_variable_it_does_not_know(service: str) -> None:
    fields = {f"{PREFIX}{field.upper()}" for field in settings_class(service).model_fields}

    for process in ("indexes", *PROCESSES):
        made = MADE_BY_TEMPLATES.get(process, set()) - {"FORWARDED_ALLOW_IPS"}
        assert fixed(service, process).keys() | from_values(service, process) | made <= fields
        assert files(service, process).keys() <= fields | {f"{field}_FILE" for field in fields}


def test_no_value_is_secret() -> None:
    secret = {
        f"{PREFIX}{name.upper()}"
        for service in NAMES
        for name, field in settings_class(service).model_fields.items()
        if {SecretStr, SecretBytes} & {field.annotation, *getattr(field.annotation, "__args__", ())}
    }
    given = {name for service in NAMES for process in PROCESSES for name in from_values(service, process)}

    assert "CAREFLOW_MASTER_KEY" in secret
    assert not secret & (given | VALUES["settings"].keys())


def test_what_may_be_set_is_what_docker_compose_lets_one_set_with_the_same_defaults() -> None:
    example = env_file.values(ROOT / ".env.example")

    assert VALUES["settings"] == {name: value for name, value in example.items() if name not in OF_COMPOSE}


def test_every_setting_is_given_to_somebody_and_comes_from_the_values() -> None:
    given = {name for service in NAMES for process in PROCESSES for name in from_values(service, process)}

    assert given == VALUES["settings"].keys()


def test_the_services_are_those_of_the_local_stack() -> None:
    assert [*KNOWN["services"]] == [*VALUES["services"]] == NAMES
    for template in (CHART / "templates").iterdir():
        for listed in re.findall(r'list ((?:"\w+" ?){4})\}?', template.read_text("utf-8")):
            assert re.findall(r'"(\w+)"', listed) == NAMES, template.name


def test_topics_and_the_edge_are_the_files_of_docker_compose_and_no_copies() -> None:
    for name, original in {"topics.yaml": "deploy/kafka/topics.yaml", "nginx.conf": "deploy/edge/nginx.conf"}.items():
        linked = CHART / "files" / name
        assert linked.is_symlink()
        assert linked.resolve() == (ROOT / original).resolve()
        assert not Path(linked.readlink()).is_absolute()


def test_versions_are_those_of_docker_compose(deployment: Tree) -> None:
    assert VALUES["kafka"]["version"] == jars.VERSION
    assert VALUES["edge"]["image"] == deployment["services"]["edge"]["image"]
    major = deployment["services"]["booking-store"]["image"].partition(":")[2]
    assert VALUES["stores"]["version"].startswith(f"{major}.")
    chart = read("Chart.yaml")
    assert f"careflow-booking:{chart['appVersion']}" == deployment["services"]["booking-api"]["image"]


def test_offsets_are_kept_as_long_as_the_local_stack_keeps_them() -> None:
    said = re.findall(r"offsets\.retention\.minutes: (\d+)", (CHART / "templates/kafka.yaml").read_text("utf-8"))

    assert said == [str(kafka.OFFSETS_RETENTION_MINUTES)]


def test_processes_run_as_who_owns_the_files_of_their_images() -> None:
    user = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "deploy/docker/Dockerfile").read_text("utf-8"), re.MULTILINE)
    pod = (CHART / "templates/_pod.tpl").read_text("utf-8")

    assert user == [(*re.findall(r"runAsUser: (\d+)", pod), *re.findall(r"runAsGroup: (\d+)", pod))]
