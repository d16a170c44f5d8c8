"""A search of a month asks the store few times, and nobody else waits for it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import pytest

from booking.adapters.calendar_days import AT_ONCE, MongoCalendarDays
from booking.domain.availability import Opening, openings
from booking.domain.calendar import DayKey, Resource, ResourceKind
from careflow_service.testing.commands import CommandLog
from services.booking.tests.builders import TODAY, ZONE, local
from services.booking.tests.clinic import books, has_patient, has_practitioner, has_room, ok, refusal, visit
from services.booking.tests.world import World, running

LONGEST = 20.0
"""Seconds a search is held up at most, should nobody be answered meanwhile."""


@pytest.fixture
def log() -> CommandLog:
    return CommandLog()


@pytest.fixture
async def world(store_url: str, database: str, log: CommandLog) -> AsyncIterator[World]:
    async with running(store_url, database, listeners=[log]) as world:
        yield world


async def find(world: World, until: datetime) -> list[Any]:
    query = {"kind": "dosing", "modality": "in_person", "from": local(24, 9).isoformat(), "to": until.isoformat()}
    return list(ok(await world.coordinator.get("/v1/availability", **query))["items"])


async def is_staffed(world: World, each: int) -> None:
    """So many of each kind, with a day of their own in the calendar for each date of the search."""
    roles = [role for role in ("therapist", "nurse", "prescriber") for _ in range(each)]
    people = [await has_practitioner(world, f"{role}-{n}", role) for n, role in enumerate(roles)]
    rooms = [await has_room(world, f"Bay {n}", "dosing") for n in range(each)]
    resources = [Resource(ResourceKind.PRACTITIONER, person) for person in people]
    resources += [Resource(ResourceKind.ROOM, room) for room in rooms]
    days = [TODAY + timedelta(days=n) for n in range(33)]
    calendar_days = MongoCalendarDays(world.store.database, ZONE)
    await calendar_days.make([DayKey(resource, day) for resource in resources for day in days])


@pytest.mark.parametrize(
    ("each", "until", "days"), [(1, local(24, 10), 4), (13, local(24, 9) + timedelta(days=31), 52 * 32)]
)
async def test_a_search_asks_once_for_people_and_rooms_and_once_for_so_many_days(
    world: World, log: CommandLog, each: int, until: datetime, days: int
) -> None:
    await is_staffed(world, each)
    with log.recording():
        assert await find(world, until)
    queries = ceil(days / AT_ONCE)
    assert log.round_trips == ["find practitioners", "find rooms", *["find calendar_days"] * queries]
    asked = [query["filter"]["_id"]["$in"] for query in log.commands if query.get("find") == "calendar_days"]
    assert len({name for names in asked for name in names}) == days


async def test_others_are_answered_while_somebody_searches(world: World, searching: "Held") -> None:
    await is_staffed(world, 1)
    search = asyncio.create_task(find(world, local(25, 9)))
    await searching.began()
    ok(await world.coordinator.get("/v1/rooms"))
    searching.goes_on()
    assert await search


async def test_others_are_answered_while_somebody_is_refused_and_told_other_times(
    world: World, searching: "Held"
) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    await books(world.coordinator, ben)
    refused = asyncio.create_task(world.coordinator.post("/v1/appointments", visit(ana)))
    await searching.began()
    ok(await world.coordinator.get("/v1/rooms"))
    searching.goes_on()
    assert refusal(await refused) == (409, "slot_taken")


class Held:
    """A search for free times that stands still from its first step until it is told to go on."""

    def __init__(self) -> None:
        self._began, self._goes_on = threading.Event(), threading.Event()

    def __call__(self, *wanted: Any) -> Iterator[Opening]:
        self._began.set()
        assert self._goes_on.wait(LONGEST), "Nobody else was answered while this search went on."
        return openings(*wanted)

    async def began(self) -> None:
        assert await asyncio.to_thread(self._began.wait, LONGEST)

    def goes_on(self) -> None:
        self._goes_on.set()


@pytest.fixture
def searching(monkeypatch: pytest.MonkeyPatch) -> Held:
    held = Held()
    monkeypatch.setattr("booking.application.scheduling.openings", held)
    return held
