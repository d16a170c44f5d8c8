"""How often booking goes to its store, counted: no machine changes that. And no query reads a whole collection."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import NoneType
from typing import Any

import pytest

from booking.application.deadlines.check_visits import check_visits, next_check
from careflow_service.testing.commands import CommandLog, collection_scans
from careflow_service.timers.kinds import ACTOR
from careflow_service.work import Transaction
from services.booking.tests import mailbox
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    acts,
    books,
    confirms,
    details,
    had_info_call,
    has_patient,
    has_practitioner,
    has_room,
    ok,
    screening_began,
    visit,
)
from services.booking.tests.world import World, running

WHOLE_LISTS = {"practitioners {}", "rooms {}"}
"""A page of all there are, in the order of their ids: nothing to look for."""


@pytest.fixture
def log() -> CommandLog:
    return CommandLog()


@pytest.fixture
async def world(store_url: str, database: str, log: CommandLog, tmp_path: Path) -> AsyncIterator[World]:
    async with running(store_url, database, listeners=[log], settings=mailbox.settings(tmp_path)) as world:
        yield world


async def test_a_booking_waits_four_times(world: World, log: CommandLog) -> None:
    """For whom and the clinic; the days; the writes; the commit."""
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    await books(world.coordinator, ben, starts_at=local(24, 12))
    with log.recording():
        await books(world.coordinator, ana)
    assert sorted(log.round_trips[:-2]) == [
        "find _owners",
        "find _positions",
        "find calendar_days",
        "find care_paths",
        "find patients",
        "find practitioners",
    ]
    assert log.round_trips[-2:] == [
        "bulkWrite: update _owners, update patients, insert _outbox, insert _outbox, insert _idempotency, "
        "insert _audit, insert calendar_days, update calendar_days, insert appointments, insert messages, "
        "update care_paths",
        "commitTransaction",
    ]
    assert log.waits == 4


async def test_a_refusal_with_other_times_writes_nothing(world: World, log: CommandLog) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    await books(world.coordinator, ben)
    await world.coordinator.post("/v1/appointments", visit(ana))  # opens the connections it takes
    with log.recording():
        assert (await world.coordinator.post("/v1/appointments", visit(ana))).status_code == 409
    assert {trip.partition(" ")[0] for trip in log.round_trips} == {"find"}
    assert log.waits == 5, "for whom and the clinic; the days; what is reserved; whether it came before; other times"


async def test_who_is_away_costs_a_look_at_their_own_calendar_alone(world: World, log: CommandLog) -> None:
    """However much is booked, with them and with others: what is booked with them is read once, and whose it is. All
    of it is marked by the first of the two looks.
    """
    lee = await has_practitioner(world)
    for hour in (10, 11, 12):
        patient = await has_patient(world, email=f"p{hour}@example.org", phone=f"415 555 01{hour}")
        await books(world.coordinator, patient, starts_at=local(24, hour))
    ok(await world.coordinator.post(f"/v1/practitioners/{lee}/absence", {"day": "2026-11-24"}, version=1))
    await world.catch_up()
    due = await next_check(world.ports)
    assert due is not None
    world.clock.now, check_id = due

    async def look(tx: Transaction) -> None:
        await check_visits(check_id, tx, world.ports)

    with log.recording():
        await world.work.run(look, by=ACTOR, action="check_visits", returns=NoneType)
    assert sorted(log.round_trips[:-2]) == [
        "find appointments",
        "find calendar_days",
        "find calendar_days",
        "find fitness_checks",
        "find patients",
        "find practitioners",
        "find rooms",
    ]
    assert log.waits == 7, "which check; their days, in two parts; what is booked; whose it is; the writes; the commit"


async def test_others_wait_no_longer_than_they_must(world: World, log: CommandLog) -> None:
    """Registering makes a key before it writes and looks whether its owner was erased meanwhile."""
    await has_practitioner(world)
    await has_patient(world)
    with log.recording():
        ana = await has_patient(world, email="ana@example.org")
    assert log.waits == 5
    call = await books(world.coordinator, ana)
    world.clock.now = TOMORROW_AT_TEN
    call = await acts(world.coordinator, call, "arrive")
    with log.recording():
        await acts(world.coordinator, call, "complete", disposition="proceed")
    assert log.waits == 4
    for hour, name in ((14, "opens-the-connections"), (15, "cara")):
        wish = details(email=f"{name}@example.org", phone=f"415 555 01{hour}", starts_at=local(27, hour).isoformat())
        with log.recording():
            ok(await world.public.post("/v1/public/info-calls", wish), 201)
    assert log.waits == 6


async def told(world: World, path: str, **query: Any) -> Any:
    """What is read; of what is no JSON, nothing."""
    response = await world.coordinator.get(path, **query)
    assert response.status_code == 200, response.text
    return response.json() if "json" in response.headers["content-type"] else {}


async def test_no_query_reads_a_whole_collection(world: World, log: CommandLog) -> None:
    await has_practitioner(world)
    await has_room(world)
    ana = await has_patient(world)
    await had_info_call(world, ana)
    await screening_began(world, ana)
    held = ok(await world.coordinator.post("/v1/appointments/holds", visit(ana, "evaluation", local(25, 9))), 201)
    booked = await acts(world.coordinator, held, "book")
    moved = await acts(world.coordinator, booked, "reschedule", starts_at=local(25, 10).isoformat())
    await acts(world.coordinator, moved, "cancel", reason="clinic_closed")
    ok(
        await world.coordinator.post(
            "/v1/waitlist", {"patient_id": ana, "kind": "evaluation", "modality": "in_person"}
        ),
        201,
    )
    await world.catch_up()
    feed = ok(await world.coordinator.post("/v1/practitioners/dr-lee/calendar-feed"), 201)["path"]
    await told(world, feed)
    await world.application.ports.appointments.next_lapse()
    await world.client.get("/pages/messages/of-nobody")
    week = {"from": local(24, 11).isoformat(), "to": local(27, 0).isoformat()}
    for path, query in (
        ("/v1/availability", {"kind": "evaluation", "modality": "in_person", "patient_id": ana, **week}),
        ("/v1/appointments", {"patient_id": ana, "limit": "1"}),
        ("/v1/appointments", {"day": "2026-11-24", "limit": "1"}),
        ("/v1/practitioners", {}),
        ("/v1/rooms", {}),
        ("/v1/practitioners/dr-lee/absence", {**week, "limit": "1"}),
        ("/v1/tasks", {}),
        ("/v1/waitlist", {"limit": "1"}),
        ("/v1/waitlist", {"patient_id": ana}),
        (f"/v1/appointments/{moved['id']}/invitation", {}),
        (f"/v1/care-paths/{ana}", {}),
        (f"/v1/patients/{ana}", {}),
        (f"/v1/patients/{ana}/messages", {"limit": "1"}),
        (f"/v1/patients/{ana}/contact-consents", {}),
    ):
        page = await told(world, path, **query)
        if page.get("next"):
            ok(await world.coordinator.get(path, **query, after=page["next"]))
    scans = [each for each in await collection_scans(log, world.store.database) if not each.startswith("_")]
    assert set(scans) <= WHOLE_LISTS


async def test_a_call_costs_the_same_whether_or_not_the_person_is_known(world: World, log: CommandLog) -> None:
    """In round trips and in what they ask for: who measures it learns nothing."""
    await has_practitioner(world)
    known = await has_patient(world, email="known@example.org", phone="415 555 0177")
    trips = []
    for number, email in enumerate(("opens@example.org", "known@example.org", "new@example.org")):
        phone = "415 555 0177" if email.startswith("known") else f"415 555 018{number}"
        wish = details(email=email, phone=phone, starts_at=local(24, 10 + number).isoformat())
        with log.recording():
            asked = ok(await world.public.post("/v1/public/info-calls", wish), 201)
        trips.append(sorted(log.round_trips))
        ok(await confirms(world, asked))
    assert trips[1] == trips[2]
    assert not any("_keys" in trip and trip.startswith("find") for trip in trips[1])
    duplicates = [patient["possible_duplicates"] for patient in await all_patients(world)]
    assert [known] in duplicates


async def all_patients(world: World) -> list[Any]:
    ids = [document["_id"] async for document in world.store.database["patients"].find()]
    return [ok(await world.coordinator.get(f"/v1/patients/{each}")) for each in ids]
