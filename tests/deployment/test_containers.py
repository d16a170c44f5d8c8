"""docker-compose.yml says of every container how it is kept, and agrees with the local stack about what there is."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.core import get_global

from careflow_cli.cache import jars
from careflow_cli.infra import kafka
from careflow_cli.stack.services import COMMANDS, SERVICES
from careflow_events.topics import EVERY_SERVICE
from careflow_service.pages.words import LOCALES
from tests.deployment.compose_files import FILES, ROOT, Tree, defaults, secret_names, text

NAMES = [spec.name for spec in SERVICES]
PROCESSES = ("api", "worker", "timers")
JOBS = {"topics", "operator", *(f"{name}-{job}" for name in NAMES for job in ("store-init", "indexes"))}
WITHOUT_A_SHELL = ("collector", "tempo")
"""Whose images have no program that could ask; Prometheus asks them."""
SERVER_PLACES = re.compile(r"^(listeners|advertised\.listeners|log\.dirs|controller\.quorum\.voters)$")
BYTES = re.compile(r"[1-9][0-9]*[mg]")


@pytest.fixture
def containers(deployment: Tree) -> dict[str, Tree]:
    return dict(deployment["services"])


@pytest.fixture(
    params=["deployment", "identity", "observability", "secure", "small", "secure_ha", "store_tls", "store_tls_ha"]
)
def all_containers(request: pytest.FixtureRequest) -> dict[str, Tree]:
    """Of each kind of production."""
    return dict(request.getfixturevalue(request.param)["services"])


def test_there_is_what_the_local_stack_has_and_the_edge(containers: dict[str, Tree]) -> None:
    parts = ("store", "store-init", "indexes", *PROCESSES)

    assert containers.keys() == {
        *("edge", "kafka", "topics", "operator"),
        *(f"{name}-{part}" for name in NAMES for part in parts),
    }
    assert {command for each in COMMANDS.values() for command in each} - {"--with-timers"} <= {*PROCESSES}
    for name in NAMES:
        for process in (*PROCESSES, "indexes"):
            assert containers[f"{name}-{process}"]["command"] == [process]


def test_each_service_is_built_once_of_its_own_lock(containers: dict[str, Tree]) -> None:
    built = {each["build"]["args"]["SERVICE"]: each["image"] for each in containers.values() if "build" in each}

    assert built.keys() == {*NAMES, "tools"}
    for service, image in built.items():
        assert (ROOT / "locks" / f"{service}.txt").is_file()
        assert image == f"careflow-{service}:{defaults(FILES[0])['CAREFLOW_VERSION']}"
    for name in NAMES:
        assert {containers[f"{name}-{process}"]["image"] for process in (*PROCESSES, "indexes")} == {built[name]}


def test_foreign_images_are_pinned(containers: dict[str, Tree], observability: Tree) -> None:
    foreign = {each["image"] for each in containers.values() if not each["image"].startswith("careflow-")}
    watching = {
        each["image"] for name, each in observability["services"].items() if name not in {*containers, "identity"}
    }

    assert {image.partition(":")[0] for image in foreign} == {"apache/kafka", "mongo", "nginxinc/nginx-unprivileged"}
    assert len(watching) == 7
    assert all(re.fullmatch(r"v?\d+(\.\d+)+", image.partition(":")[2]) for image in foreign | watching)
    assert f"apache/kafka:{jars.VERSION}" in foreign
    bases = set(re.findall(r"^FROM (\S+)", text("deploy/docker/Dockerfile"), re.MULTILINE))
    assert bases == {"python:3.11-slim-bookworm"}


def test_every_container_is_hardened_and_bounded(all_containers: dict[str, Tree]) -> None:
    for name, each in all_containers.items():
        assert each["read_only"] is True, name
        assert "/tmp" in each["tmpfs"], name  # noqa: S108 - of the container
        assert each["cap_drop"] == ["ALL"], name
        assert not each.keys() & {"cap_add", "privileged", "container_name", "network_mode", "pid", "ipc"}, name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert BYTES.fullmatch(each["mem_limit"]), name
        assert 0 < each["cpus"] <= 2, name
        assert 0 < each["pids_limit"] <= 1000, name
        assert each["stop_grace_period"] == "30s", name
        assert each["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert each["restart"] == ("no" if name in JOBS else "unless-stopped"), name
        runs_as = each["user"] if "user" in each else user_of_our_images()
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", runs_as), name


def user_of_our_images() -> str:
    (user,) = re.findall(r"^USER (\S+)$", text("deploy/docker/Dockerfile"), re.MULTILINE)
    return str(user)


def test_only_the_edge_is_published(all_containers: dict[str, Tree], development: Tree) -> None:
    ports = {name: each["ports"] for name, each in all_containers.items() if "ports" in each}
    assert ports.pop("edge") == ["443:8443"]
    assert ports in ({}, {"grafana": ["127.0.0.1:3000:3000"]}), "for who is on this host"
    published = [port for each in development["services"].values() for port in each.get("ports", ())]
    assert len(published) == 2 + len(NAMES)
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_what_lasts_is_asked_for_its_health_at_its_own_port(all_containers: dict[str, Tree]) -> None:
    for name, each in all_containers.items():
        if name in {*JOBS, *WITHOUT_A_SHELL}:
            assert "healthcheck" not in each, name
            continue
        check = each["healthcheck"]
        assert (check["interval"], check["timeout"], check["start_period"]) == ("30s", "30s", "5m"), name
        script = check["test"][-1]
        if name.endswith(PROCESSES):
            ports = {each["environment"].get(field) for field in ("CAREFLOW_HTTP_PORT", "CAREFLOW_HEALTH_PORT")}
            assert ports - {None} == {"8000"}, name
            assert "127.0.0.1/8000" in script, name
            assert "GET /health/ready" in script, name


def test_the_operators_command_runs_only_when_called_and_knows_every_api(containers: dict[str, Tree]) -> None:
    operator = containers["operator"]

    assert operator["profiles"] == ["operator"]
    assert operator["image"] == containers["topics"]["image"]
    assert operator["environment"] == {
        "CAREFLOW_URLS": " ".join(f"{name}=http://{name}-api:8000" for name in NAMES),
        "CAREFLOW_TOKEN": None,
    }
    assert "secrets" not in operator


def test_it_starts_in_order(containers: dict[str, Tree]) -> None:
    def waits(name: str) -> dict[str, str]:
        return {other: how["condition"] for other, how in containers[name].get("depends_on", {}).items()}

    healthy, done, started = "service_healthy", "service_completed_successfully", "service_started"
    assert waits("topics") == {"kafka": healthy}
    assert waits("edge") == {f"{name}-api": started for name in NAMES}, "one that is down must not hold up the others"
    for name in NAMES:
        assert waits(f"{name}-store-init") == {f"{name}-store": healthy}
        assert waits(f"{name}-indexes") == {f"{name}-store-init": done}
        assert waits(f"{name}-api") == waits(f"{name}-timers") == {f"{name}-indexes": done}
        assert waits(f"{name}-worker") == {f"{name}-indexes": done, "topics": done}


def test_the_identity_provider_is_reached_by_the_edge_alone_and_keeps_its_data(
    deployment: Tree, identity: Tree
) -> None:
    assert identity["services"].keys() - deployment["services"].keys() == {"identity"}
    provider = identity["services"]["identity"]

    assert provider["networks"] == ["edge"]
    assert provider["volumes"] == ["identity:/var/lib/careflow"]
    assert provider["build"]["args"]["SERVICE"] == "identity"
    assert (ROOT / "locks" / "identity.txt").is_file()
    assert secret_names(provider).keys() == {"identity-secret", "identity-services-secret", "identity-signing"}
    assert not any("identity" in name for name in secret_names(identity["services"]["edge"]))


def test_services_and_people_know_the_identity_provider_by_one_name(identity: Tree) -> None:
    name = "login.careflow.example.org"

    assert identity["services"]["edge"]["networks"] == {"edge": {"aliases": [name]}}
    assert identity["services"]["identity"]["environment"]["IDENTITY_HOST"] == name
    for service in NAMES:
        given = identity["services"][f"{service}-api"]["environment"]
        assert given["CAREFLOW_TOKEN_ISSUER"] == f"https://{name}"
        for address in ("CAREFLOW_TOKEN_JWKS_URL", "CAREFLOW_TOKEN_INTROSPECTION_URL"):
            assert given[address].startswith(f"https://{name}/oauth/")
        assert (given["CAREFLOW_TOKEN_ROLES_CLAIM"], given["CAREFLOW_TOKEN_PATIENT_CLAIM"]) == ("groups", "sub")


def test_a_store_shares_its_network_with_its_own_service_alone(deployment: Tree) -> None:
    members: dict[str, set[str]] = {}
    for name, each in deployment["services"].items():
        for network in each["networks"]:
            members.setdefault(network, set()).add(name)

    for name in NAMES:
        parts = ("store", "store-init", "indexes", *PROCESSES)
        assert members.pop(name) == {f"{name}-{part}" for part in parts}
        assert deployment["networks"][name] == {"internal": True}
    assert members.pop("kafka") == {"kafka", "topics", *(f"{name}-worker" for name in NAMES)}
    assert deployment["networks"]["kafka"] == {"internal": True}
    assert members.pop("edge") == {"edge", "operator", *(f"{name}-api" for name in NAMES)}
    timers = {f"{name}-timers" for name in ("booking", "screening", "sessions", "billing")}
    out = {
        "pages": {"screening-timers"},
        "messages": {"booking-timers"},
        "cards": {"billing-timers"},
        "webhooks": timers,
    }
    assert members == out, "only who sends needs a way out"


def test_data_is_kept_in_a_volume_of_each_store_and_of_kafka(deployment: Tree) -> None:
    volumes = {name: each["volumes"][0] for name, each in deployment["services"].items() if name.endswith("-store")}

    assert volumes == {f"{name}-store": f"{name}:/data/db" for name in NAMES}
    assert deployment["services"]["kafka"]["volumes"] == ["kafka:/var/lib/kafka/data"]
    assert deployment["volumes"].keys() == {"kafka", *NAMES}


def test_kafka_is_set_as_in_the_local_stack(containers: dict[str, Tree]) -> None:
    local = kafka.settings("127.0.0.1", 1, 2, Path("/data"))
    given = containers["kafka"]["environment"]
    deployed = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in given.items()
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    }

    def comparable(properties: dict[str, Any]) -> dict[str, str]:
        return {name: str(value) for name, value in properties.items() if not SERVER_PLACES.match(name)}

    assert comparable(deployed) == comparable(local)


def test_the_topics_are_those_of_the_local_stack(containers: dict[str, Tree]) -> None:
    (mount,) = containers["topics"]["volumes"]
    source, target, _ = mount.split(":")

    assert source == "./deploy/kafka/topics.yaml"
    assert containers["topics"]["command"] == ["infra", "topics", target]
    declared = yaml.safe_load(text("deploy/kafka/topics.yaml"))
    assert {row["writer"] for row in declared["topics"]} == {*NAMES, EVERY_SERVICE}
    assert declared["partitions"] >= declared["local_partitions"]


def test_a_store_asks_for_a_password_and_its_init_job_has_the_service_user(containers: dict[str, Tree]) -> None:
    for name in NAMES:
        store, job = containers[f"{name}-store"], containers[f"{name}-store-init"]
        assert {"--auth", "--keyFile", "--replSet"} <= set(store["command"][-1].split())
        assert secret_names(store) == {
            "store-key": f"{name}-store-key",
            "store-admin-password": f"{name}-store-admin-password",
        }
        assert secret_names(job) == {
            "mongo-url": f"{name}-mongo-url",
            "store-admin-password": f"{name}-store-admin-password",
        }
        assert job["environment"]["CAREFLOW_MONGO_DATABASE"] == name


def test_every_file_that_is_mounted_is_there(observability: Tree) -> None:
    mounts = [mount for each in observability["services"].values() for mount in each.get("volumes", ())]

    assert [mount for mount in mounts if mount.startswith("./") and not (ROOT / mount.split(":")[0]).exists()] == []


def test_the_images_keep_the_dates_of_every_language_pages_are_in() -> None:
    kept = set(re.findall(r"! -name (\w+)\.dat", text("deploy/docker/install")))

    assert kept == {name for locale in LOCALES.values() for name in _with_its_parents(str(locale))}


def _with_its_parents(name: str) -> Iterator[str]:
    """What Babel reads for a locale: its own data, and what that adds to."""
    yield name
    if name != "root":
        yield from _with_its_parents(get_global("parent_exceptions").get(name) or name.rpartition("_")[0] or "root")


def test_what_reads_files_of_this_checkout_is_made_anew_by_the_next_version(all_containers: dict[str, Tree]) -> None:
    """The engine sees no change in a file: only a container whose description changed is made anew by `up`."""
    reading = set()
    for name, each in all_containers.items():
        mounted = [str(place) for place in each.get("volumes", ()) if str(place).startswith("./deploy/")]
        if mounted and each["restart"] == "unless-stopped":
            reading.add(name)
            assert each["image"].startswith("careflow-") or "careflow.version" in each["labels"], name
    assert "edge" in reading
