"""Containers of an engine on this machine: what goes wrong is one sentence, and nothing of a stack stays behind."""

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from careflow_cli import checkout
from careflow_cli.errors import CareflowError
from careflow_cli.infra.docker import engine
from careflow_cli.infra.docker.container import STACK, engine_name
from careflow_cli.infra.docker.provider import IMAGES, DockerProvider
from careflow_cli.infra.docker.server import DockerStore
from careflow_cli.processes.table import ProcessTable
from careflow_cli.processes.watchdog import end


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        (
            "unix:///nobody/here.sock",
            "no container engine answers at unix:///nobody/here.sock: start one or set DOCKER_HOST",
        ),
        ("tcp://127.0.0.1:1", "no container engine answers at tcp://127.0.0.1:1"),
        ("tcp://engine.invalid:2375", "the container engine at tcp://engine.invalid:2375 is on another machine"),
        ("ssh://someone@engine.invalid", "is on another machine"),
    ],
)
def test_an_engine_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, address: str, complaint: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)

    with pytest.raises(CareflowError, match=complaint):
        DockerProvider().prepare()


def test_without_its_extra_the_provider_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "testcontainers.core.docker_client", None)

    with pytest.raises(CareflowError, match=r"careflow-cli\[docker\]"):
        DockerProvider().prepare()


class Registry:
    """Stands for an engine that pulls: tells what it was made with."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.client = SimpleNamespace(api=SimpleNamespace(pull=lambda *_, **__: iter(events)))


def downloading(layer: str, current: int, total: int) -> dict[str, Any]:
    return {"status": "Downloading", "id": layer, "progressDetail": {"current": current, "total": total}}


def test_a_pull_says_how_far_it_is_over_all_layers() -> None:
    said: list[str] = []
    registry = Registry(
        {"status": "Pulling from apache/kafka"},
        downloading("a", 1_000_000, 4_000_000),
        downloading("b", 2_000_000, 6_000_000),
        downloading("a", 4_000_000, 4_000_000),
        {"status": "Pull complete", "id": "a", "progressDetail": {}},
    )

    engine.pull(registry, "apache/kafka:4.3.1", said.append)  # type: ignore[arg-type]  # of the client it needs pull

    assert said == ["1 of 4 MB", "3 of 10 MB", "6 of 10 MB"]


def test_an_image_that_cannot_be_had_is_named() -> None:
    registry = Registry({"error": "toomanyrequests"})

    with pytest.raises(CareflowError, match=r"the image mongo:8\.0 cannot be had: toomanyrequests"):
        engine.pull(registry, "mongo:8.0", print)  # type: ignore[arg-type]  # of the client it needs pull


@pytest.mark.containers
def test_a_registry_that_does_not_answer_is_one_sentence() -> None:
    with (
        engine.connected() as client,
        pytest.raises(CareflowError, match=r"the image localhost:1/nobody:1 cannot be had"),
    ):
        engine.pull(client, "localhost:1/nobody:1", print)


@pytest.mark.containers
def test_doctor_looks_at_the_engine_the_images_and_what_was_left() -> None:
    DockerProvider().prepare()

    found = {name: check() for name, check in DockerProvider().checks().items()}

    assert found.keys() == {"engine", "kafka", "store", "containers"}
    assert (found["kafka"], found["store"]) == (IMAGES["kafka"], IMAGES["store"])


@pytest.mark.containers
def test_what_an_earlier_stack_left_in_the_same_place_is_not_this_ones_data(stack_folder: Path) -> None:
    DockerProvider().prepare()
    left = engine_name(stack_folder, "former-store")
    with engine.connected() as client:
        client.client.volumes.create(left, labels={STACK: str(stack_folder)})

        DockerStore(ProcessTable(stack_folder), "test-store").start()

        assert left not in [volume.name for volume in client.client.volumes.list()]


@pytest.mark.containers
@pytest.mark.parametrize("pause", [0.0, 0.3, 0.6, 0.9, 1.2])
def test_whenever_a_stack_is_closed_the_engine_keeps_nothing_of_it(pause: float) -> None:
    DockerProvider().prepare()
    folder = checkout.temporary()
    DockerStore(ProcessTable(folder), "test-store").start()
    time.sleep(pause)  # a moment in the making of a container, none of which can be waited for

    end(folder)

    with engine.connected() as client:
        of_this = {"label": f"{STACK}={folder}"}
        assert client.client.containers.list(all=True, filters=of_this) == []
        assert client.client.volumes.list(filters=of_this) == []
