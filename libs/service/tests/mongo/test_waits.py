"""How often a command waits for the store, one time after the other: what is asked side by side is waited for once."""

import asyncio

import pytest

from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.testing.commands import Asking, CommandLog, RoundTrip, sequential_waits
from libs.service.tests.clinic import CarePath

NOBODY = "no-such-path"


def trip(began: float, ended: float) -> RoundTrip:
    return RoundTrip("find", "clinic", {"find": "paths"}, began, ended)


def unanswered(began: float) -> RoundTrip:
    return RoundTrip("find", "clinic", {"find": "paths"}, began)


@pytest.mark.parametrize(
    ("trips", "waits"),
    [
        ([], 0),
        ([trip(0, 1), trip(1, 2), trip(2, 3)], 3),
        ([trip(0, 3), trip(1, 4), trip(2, 5)], 1),
        ([trip(0, 1), trip(0, 9), trip(2, 3), trip(4, 5)], 3),  # a long one beside three short ones in a row
        ([trip(0, 4), trip(3, 6), trip(5, 8)], 2),  # each overlaps the next, yet the first is over before the last
        ([unanswered(0), trip(1, 2)], 1),
        ([trip(0, 1), unanswered(2)], 2),
    ],
)
def test_the_longest_chain_of_round_trips_that_follow_each_other(trips: list[RoundTrip], waits: int) -> None:
    assert sequential_waits(trips) == waits
    assert sequential_waits(reversed(trips)) == waits


@pytest.fixture
async def warm(store: Store, paths: Documents[CarePath]) -> None:
    """Two connections are open, so that no command waits for one."""
    await asyncio.gather(paths.looked.find(NOBODY), paths.looked.find(NOBODY))


@pytest.mark.store
@pytest.mark.usefixtures("warm")
async def test_two_finds_in_a_row_are_waited_for_twice(paths: Documents[CarePath], log: CommandLog) -> None:
    with log.recording():
        await paths.looked.find(NOBODY)
        await paths.looked.find(NOBODY)

    assert (log.waits, log.round_trips) == (2, ["find care_paths"] * 2)


@pytest.mark.store
@pytest.mark.usefixtures("warm")
async def test_two_finds_side_by_side_are_waited_for_once(paths: Documents[CarePath], log: CommandLog) -> None:
    with log.recording():
        await asyncio.gather(paths.looked.find(NOBODY), paths.looked.find(NOBODY))

    assert (log.waits, log.round_trips) == (1, ["find care_paths"] * 2)


def asked(began: float, ended: float, *asked_by: Asking) -> RoundTrip:
    return RoundTrip("find", "clinic", {"find": "paths"}, began, ended, asked_by)


ONE, OTHER = Asking(since=0), Asking(since=0)


@pytest.mark.parametrize(
    ("trips", "waits"),
    [
        ([asked(0, 1, ONE), asked(2, 3, OTHER)], 1),  # side by side, however late the other comes to ask
        ([asked(0, 1, ONE), asked(0, 4, OTHER), asked(2, 3, ONE), asked(5, 6, OTHER)], 2),
        ([asked(0, 1, ONE), asked(2, 3, ONE, Asking(since=1.5))], 2),  # it had another task ask
        ([asked(0, 1, ONE, OTHER), asked(2, 3, ONE)], 2),  # it waited for the task that asked
        ([asked(0, 1, ONE), asked(2, 3, Asking(since=1.5))], 2),  # started once the first was answered
        ([asked(0, 1, ONE), asked(2, 3, OTHER, Asking(since=1.5))], 1),  # by one that ran beside the first
    ],
)
def test_tasks_side_by_side_do_not_wait_for_each_other(trips: list[RoundTrip], waits: int) -> None:
    assert sequential_waits(trips) == waits


@pytest.mark.store
@pytest.mark.usefixtures("warm")
async def test_how_soon_a_task_is_run_makes_no_wait(paths: Documents[CarePath], log: CommandLog) -> None:
    async def late() -> None:
        await asyncio.sleep(0.2)
        await paths.looked.find(NOBODY)

    with log.recording():
        await asyncio.gather(paths.looked.find(NOBODY), late())
    assert log.waits == 1

    with log.recording():
        await paths.looked.find(NOBODY)
        await asyncio.gather(paths.looked.find(NOBODY), late())
        await paths.looked.find(NOBODY)
    assert log.waits == 3


@pytest.mark.store
@pytest.mark.usefixtures("warm")
async def test_what_the_store_refuses_was_waited_for_too(store: Store, log: CommandLog) -> None:
    with log.recording():
        with pytest.raises(Exception, match="noSuchCommand"):
            await store.database.command("noSuchCommand")
        await store.database["care_paths"].find_one({"_id": NOBODY})

    assert log.waits == 2
