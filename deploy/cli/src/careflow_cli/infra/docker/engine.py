"""What is asked of the container engine, by the client testcontainers finds for it (DOCKER_HOST, contexts, its own
settings).

Invariant: everything made here carries the label of its stack; what goes wrong becomes one sentence. Nobody but this
module loads the client, and only when a container is wanted.
"""

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from careflow_cli.errors import CareflowError
from careflow_cli.infra.docker.container import STACK, Container
from careflow_cli.processes.ports import HOST

if TYPE_CHECKING:
    from docker.models.containers import Container as Started
    from testcontainers.core.docker_client import DockerClient

NETWORKED = ("tcp", "http", "https", "ssh")
USUAL = "unix:///var/run/docker.sock"
THIS_MACHINE = ("localhost", HOST, "::1")


@contextmanager
def connected() -> "Iterator[DockerClient]":
    """The engine of this machine. Raises CareflowError when there is none, it is elsewhere or it fails."""
    try:
        from testcontainers.core.docker_client import DockerClient, get_docker_host
    except ModuleNotFoundError as missing:
        raise CareflowError("CAREFLOW_INFRA=docker needs what careflow-cli[docker] installs") from missing
    address = get_docker_host() or USUAL
    refuse(address)
    try:
        client = DockerClient()
        with contextlib.closing(client.client):
            yield client
    except failures() as error:
        raise CareflowError(sentence(error, address)) from error


def failures() -> tuple[type[Exception], ...]:
    """What the client raises when the engine, or the way to it, fails."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    return DockerException, RequestException


def refuse(address: str) -> None:
    """Raise CareflowError for an engine that cannot be this machine's, because ports are published on its loopback
    address, and for one that does not accept a connection."""
    parts = urlsplit(address)
    if parts.scheme in NETWORKED and parts.hostname not in THIS_MACHINE:
        raise CareflowError(
            f"the container engine at {address} is on another machine: what it publishes cannot be reached from here"
        )
    if parts.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as trying:
            try:
                trying.connect(parts.path)
            except PermissionError as error:
                raise CareflowError(f"this user may not use the container engine at {address}") from error
            except OSError as error:
                raise CareflowError(nobody(address)) from error


def nobody(address: str) -> str:
    """What to say when no engine answers."""
    return f"no container engine answers at {address}: start one or set DOCKER_HOST; CAREFLOW_INFRA=local needs none"


def sentence(error: Exception, address: str) -> str:
    """What is the matter, for a person."""
    from docker.errors import APIError

    return (
        f"the container engine refused: {error.explanation or error}"
        if isinstance(error, APIError)
        else nobody(address)
    )


def version(client: "DockerClient") -> str:
    """Which one it is."""
    known = client.client.version()
    return f"{known['Version']}, {known['Os']}/{known['Arch']}"


def has(client: "DockerClient", image: str) -> bool:
    """Whether an image is there."""
    from docker.errors import ImageNotFound

    try:
        client.client.images.get(image)
    except ImageNotFound:
        return False
    return True


def pull(client: "DockerClient", image: str, say: Callable[[str], None]) -> None:
    """Fetch an image. Raises CareflowError when its registry cannot or will not give it."""
    repository, _, tag = image.rpartition(":")
    layers: dict[str, tuple[int, int]] = {}
    try:
        for event in client.client.api.pull(repository, tag, stream=True, decode=True):
            if "error" in event:
                raise CareflowError(f"the image {image} cannot be had: {event['error']}")
            detail = event.get("progressDetail") or {}
            if event.get("status") == "Downloading" and detail.get("total"):
                layers[event["id"]] = (detail["current"], detail["total"])
                have, all_of_it = (sum(column) / 1e6 for column in zip(*layers.values(), strict=True))
                say(f"{have:.0f} of {all_of_it:.0f} MB")
    except failures() as error:
        raise CareflowError(
            f"the image {image} cannot be had: {getattr(error, 'explanation', None) or error}"
        ) from error


@contextmanager
def made(client: "DockerClient", container: Container) -> "Iterator[Started]":
    """The started container; gone afterwards, while its volume stays."""
    labels = {STACK: container.folder}
    remove(client, container.engine_name)  # of a keeper that was killed itself
    client.client.volumes.create(container.engine_name, labels=labels)
    created = client.create(
        container.image,
        command=list(container.command) if container.command else None,
        environment=dict(container.environment),
        ports={f"{container.port}/tcp": (HOST, container.port)},
        labels=labels,
        name=container.engine_name,
        volumes={container.engine_name: {"bind": container.data, "mode": "rw"}},
    )
    try:
        client.start(created)
        yield created
    finally:
        remove(client, container.engine_name)


def remove(client: "DockerClient", name: str) -> None:
    """Have no container of that name."""
    from docker.errors import NotFound

    with contextlib.suppress(NotFound):
        client.client.containers.get(name).remove(force=True, v=True)


def memory(client: "DockerClient", name: str) -> int | None:
    """Bytes a running container has in use, without what the system could take back; None when there is none."""
    from docker.errors import NotFound

    try:
        found: dict[str, Any] = client.client.containers.get(name).stats(stream=False, one_shot=True)["memory_stats"]
    except NotFound:
        return None
    cached = found.get("stats", {})
    return int(found.get("usage", 0)) - int(cached.get("inactive_file", cached.get("total_inactive_file", 0)))


def of_ended_stacks(client: "DockerClient") -> list[str]:
    """The names of containers whose stack has no folder any more."""
    ours = client.client.containers.list(all=True, filters={"label": STACK})
    return [str(container.name) for container in ours if not Path(container.labels[STACK]).exists()]


def discard(client: "DockerClient", folder: str) -> None:
    """Remove every container and every volume of the stack in that folder."""
    of_this = {"label": f"{STACK}={folder}"}
    for container in client.client.containers.list(all=True, filters=of_this):
        remove(client, str(container.name))
    for volume in client.client.volumes.list(filters=of_this):
        volume.remove(force=True)
