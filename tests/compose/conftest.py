"""One deployment for all tests of this folder: images built, everything up, taken down at the end."""

import itertools
import signal
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from careflow_cli.infra import topics
from careflow_cli.stack.services import SERVICES
from careflow_clinic.clinic import Clinic, Person
from careflow_clinic.http import Http
from careflow_clinic.subscriber import Subscriber
from careflow_clinic.walk import Walk
from tests.compose.project import Project, what_is_missing

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What stands here needs a Docker engine, and `make test` does without."""
    for item in items:
        if "compose" in item.path.parts:
            item.add_marker(pytest.mark.compose)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The deployment, up and healthy."""
    if missing := what_is_missing():
        pytest.exit(f"test-compose: {missing}", returncode=1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, through every `finally`
    with Project.prepared(tmp_path_factory.mktemp("deployment")) as project:
        project.build()
        project.up()
        yield project


@pytest.fixture
async def walk(project: Project) -> AsyncIterator[Walk]:
    """Somebody to take patients through the clinic, by way of the edge alone."""
    urls = {spec.name: f"{project.edge}/{spec.name}" for spec in SERVICES}
    client = httpx.AsyncClient(timeout=30, verify=project.trust())
    named = [topic.name for topic in topics.declared()]
    subscriber = Subscriber(project.kafka_url, named, patience=60)
    async with Http(urls, project.token, client=client) as http, subscriber.following() as events:
        walk = Walk(Clinic(http, events), project.clock())
        await walk.open_the_clinic()
        yield walk
        assert (events.gaps, events.repeats) == ([], []), "every stream reaches an outsider whole"


@pytest.fixture
def person() -> Person:
    """Somebody nobody has met yet."""
    number = next(_numbers)
    return Person(
        given_name="Robin",
        family_name=f"Invented-{number}",
        email=f"robin.{number}@example.org",
        phone=f"+1415555{2000 + number}",
    )
