"""Containers of an engine on this machine, by the images production uses."""

from collections.abc import Callable, Mapping
from functools import partial

from careflow_cli.errors import CareflowError
from careflow_cli.infra.docker.server import KAFKA_IMAGE, STORE_IMAGE, DockerKafka, DockerStore
from careflow_cli.infra.server import Server
from careflow_cli.processes.table import ProcessTable
from careflow_cli.progress import step

IMAGES: Mapping[str, str] = {"kafka": KAFKA_IMAGE, "store": STORE_IMAGE}


class DockerProvider:
    """Kafka and one MongoDB for each service; the services stay processes of this machine."""

    def prepare(self) -> None:
        """Pull the images that are not there. Raises CareflowError without an engine, or without a way to an image."""
        from careflow_cli.infra.docker import engine

        with engine.connected() as client:
            for image in IMAGES.values():
                if not engine.has(client, image):
                    with step(f"image {image}") as running:
                        engine.pull(client, image, running.say)

    def kafka(self, table: ProcessTable) -> Server:
        return DockerKafka(table, "kafka")

    def store(self, table: ProcessTable, name: str, *, durable: bool) -> Server:  # noqa: ARG002 - mongod always journals
        return DockerStore(table, name)

    def checks(self) -> Mapping[str, Callable[[], str]]:
        return {
            "engine": whose_engine,
            **{part: partial(image_there, image) for part, image in IMAGES.items()},
            "containers": containers,
        }


def whose_engine() -> str:
    from careflow_cli.infra.docker import engine

    with engine.connected() as client:
        return engine.version(client)


def image_there(image: str) -> str:
    from careflow_cli.infra.docker import engine

    with engine.connected() as client:
        if not engine.has(client, image):
            raise CareflowError(f"{image} is not there: run careflow infra prepare")
    return image


def containers() -> str:
    """Those of stacks that are gone: only an engine or a keeper that was killed itself leaves any."""
    from careflow_cli.infra.docker import engine

    with engine.connected() as client:
        left = engine.of_ended_stacks(client)
    if left:
        raise CareflowError(f"left behind by stacks that are gone; docker rm --force {' '.join(left)}")
    return "none left behind"
