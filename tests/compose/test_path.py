"""The care path through the edge: as deployed, with two of booking, and after every container was restarted."""

import io

from rich.console import Console

from careflow_clinic.claims import Claims
from careflow_clinic.clinic import Person
from careflow_clinic.story import tell
from careflow_clinic.view import view_for
from careflow_clinic.walk import Walk
from tests.compose.project import Project, docker, until

ANSWERED = 'careflow_http_requests_total{route="GET /v1/'
HEARD = "careflow_events_settled_total"
RESTARTED_WITHIN = 90.0  # seconds until a restarted container is healthy


async def test_from_the_free_call_to_a_superbill(walk: Walk, person: Person) -> None:
    claims = Claims(view_for(Console(file=io.StringIO())))

    told = await tell(walk, claims, person)

    assert claims.failed == []
    assert claims.held
    assert told.papers
    assert all(paper.startswith(b"%PDF-") for paper in told.papers.values())


async def test_two_of_booking_share_the_work(project: Project, walk: Walk, person: Person) -> None:
    project.up("--no-recreate", "--scale", "booking-api=2", "--scale", "booking-worker=2")
    served = project.metric("booking-api", ANSWERED)
    heard = project.metric("booking-worker", HEARD)

    await reaches_clearance(walk, person)

    assert len(served) == len(heard) == 2
    assert more_than(served, project.metric("booking-api", ANSWERED)), "the edge found both"
    # a checkpoint comes to every partition each 30 seconds
    assert until(lambda: more_than(heard, project.metric("booking-worker", HEARD)), 60), "both have partitions"


async def test_the_path_goes_on_after_every_container_was_restarted(project: Project) -> None:
    for container in project.lasting():
        docker("restart", "--time", "20", container["Id"])
        project.await_healthy(container["Id"], patience=RESTARTED_WITHIN)
    project.await_healthy()


async def test_a_walk_after_the_restarts(walk: Walk, person: Person) -> None:
    await reaches_clearance(walk, person)


async def reaches_clearance(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person)
    path = await walk.clinic.care_path(cleared.patient, after=cleared.granted)
    assert path["stage"] == "cleared"


def more_than(before: list[float], now: list[float]) -> bool:
    """Whether every count has grown."""
    return all(later > earlier for earlier, later in zip(before, now, strict=True))
