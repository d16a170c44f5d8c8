"""A deployment made with `--with small`: one store for all four services, in which each finds its own database."""

import json
from collections.abc import Iterator

import pytest

from careflow_cli.deployment.deployment import Wishes
from careflow_cli.deployment.overlays import Overlay
from careflow_clinic.clinic import Person
from careflow_clinic.walk import Walk
from tests.compose.project import Project, what_is_missing
from tests.compose.test_containers import NAMES, memory, stores_reached
from tests.compose.test_path import reaches_clearance

MEMORY_OF_ALL = 1_500_000_000  # bytes
PROGRAM = """
import json, pymongo
client = pymongo.MongoClient(open("/run/secrets/mongo-url").read())
def told(name):
    try:
        return client[name]["_streams"].estimated_document_count() >= 0
    except pymongo.errors.OperationFailure as refused:
        return refused.code != 13
print(json.dumps([name for name in {names} if told(name)]))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A try that is small."""
    if missing := what_is_missing():
        pytest.exit(f"test-compose: {missing}", returncode=1)
    wishes = Wishes(development=True, bundled=frozenset({Overlay.SMALL}))
    with Project.prepared(tmp_path_factory.mktemp("small"), wishes) as small:
        small.build()
        small.up()
        yield small


async def test_somebody_is_cleared_for_treatment(walk: Walk, person: Person) -> None:
    await reaches_clearance(walk, person)


def test_there_is_one_store_and_each_service_reaches_it_by_the_name_of_its_own(project: Project) -> None:
    assert [name for name in NAMES if project.containers(f"{name}-store")] == ["booking"]
    for name in NAMES:
        (worker,) = project.containers(f"{name}-worker")
        assert set(stores_reached(project, worker)) == {f"{name}-store", "booking-store"}, "two names of one"


@pytest.mark.parametrize("service", NAMES)
def test_a_service_reads_its_own_database_and_none_of_the_others(project: Project, service: str) -> None:
    (container,) = project.containers(f"{service}-api")

    said = project.execute(container["Id"], "python", "-c", PROGRAM.replace("{names}", repr([*NAMES, "admin"])))

    assert json.loads(said.stdout) == [service], said.stderr


def test_it_fits_a_laptop(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    used = [memory(project, each) for each in project.lasting()]
    with capsys.disabled():
        print(f"\nmemory of {len(used)} containers, small: {sum(used) / 1e6:.0f} MB")

    assert min(used) > 0
    assert sum(used) < MEMORY_OF_ALL
