"""Many who want the same: exactly one gets it, the others are told what is free, and nobody is in two places."""

import asyncio
from collections import Counter
from contextvars import Context
from typing import Any

import pytest

from booking.application.scheduling import Scheduling
from booking.domain.slots import Slot
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.testing.store import new_keys
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    had_info_call,
    has_patient,
    has_practitioner,
    has_room,
    have_patients,
    ok,
    refusal,
    screening_began,
    visit,
)
from services.booking.tests.world import World, running

TWO_HUNDRED = 200


async def claims(world: World, resource: str) -> list[str]:
    """Whose claims stand in the days of the resource, or of all patients: which of them is whose cannot be read."""
    days = world.store.database["calendar_days"].find({"_id": {"$regex": f"^{resource}"}})
    return [taken["appointment_id"] async for day in days for taken in day["taken"]]


@pytest.mark.timeout(300)
async def test_of_two_hundred_who_book_one_time_one_gets_it(world: World) -> None:
    await has_practitioner(world)
    people = await have_patients(world, TWO_HUNDRED)
    answers = await asyncio.gather(
        *(world.patient(person).post("/v1/appointments", visit(person)) for person in people)
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: TWO_HUNDRED - 1}
    (winner,) = (answer.json() for answer in answers if answer.status_code == 201)
    losers = [answer for answer in answers if answer.status_code == 409]
    assert {refusal(answer)[1] for answer in losers} == {"slot_taken"}
    assert {answer.json()["next_free"][0] for answer in losers} == {"2026-11-24T18:15:00Z"}
    assert await claims(world, "practitioner:dr-lee") == [winner["id"]]
    assert await claims(world, "patient:") == [winner["id"]]
    assert await world.store.database["appointments"].count_documents({}) == 1


async def test_two_processes_of_booking_give_one_time_once(store_url: str, database: str) -> None:
    """Each process lets its own go one after another; between processes only the store decides."""
    keys = new_keys()
    async with running(store_url, database, keys=keys) as one, running(store_url, database, keys=keys) as other:
        await has_practitioner(one)
        people = await have_patients(one, 12)
        answers = await asyncio.gather(
            *(
                (one, other)[number % 2].patient(person).post("/v1/appointments", visit(person))
                for number, person in enumerate(people)
            )
        )
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 11}
        assert len(await claims(one, "practitioner:dr-lee")) == 1


async def test_two_rooms_with_one_clinician_are_one_time(world: World) -> None:
    await has_practitioner(world)
    await has_room(world, "Room 1")
    await has_room(world, "Room 2")
    people = await have_patients(world, 2)
    for hour, person in enumerate(people):
        call = ok(await world.coordinator.post("/v1/appointments", visit(person, starts_at=local(24, 10 + hour))), 201)
        world.clock.now = local(24, 10 + hour)
        path = f"/v1/appointments/{call['id']}"
        ok(await world.coordinator.post(f"{path}/arrive", version=1))
        ok(await world.coordinator.post(f"{path}/complete", {"disposition": "proceed"}, version=2))
        await screening_began(world, person)
    answers = await asyncio.gather(
        *(world.patient(each).post("/v1/appointments", visit(each, "evaluation", local(25, 9))) for each in people)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    later = ok(
        await world.coordinator.get(
            "/v1/availability",
            kind="evaluation",
            modality="in_person",
            **{"from": local(25, 9).isoformat(), "to": local(25, 12).isoformat()},
        )
    )["items"]
    assert later[0]["starts_at"] == "2026-11-25T18:30:00Z"


async def test_two_clinicians_are_two_times(world: World) -> None:
    await has_practitioner(world, "dr-lee")
    await has_practitioner(world, "dr-ray")
    people = await have_patients(world, 3)
    answers = await asyncio.gather(*(world.patient(each).post("/v1/appointments", visit(each)) for each in people))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409]


async def test_a_patient_who_clicks_everywhere_has_one_call(world: World) -> None:
    for name in ("dr-lee", "dr-ray", "dr-kim"):
        await has_practitioner(world, name)
    ana = await has_patient(world)
    wishes = [visit(ana, starts_at=local(24, 10, minute)) for minute in (0, 0, 15, 30)]
    answers = await asyncio.gather(*(world.patient(ana).post("/v1/appointments", wish) for wish in wishes))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    assert len(await claims(world, "patient:")) == 1


async def test_a_patient_is_never_in_two_places(world: World) -> None:
    await has_practitioner(world, "dr-lee")
    await has_practitioner(world, "dr-ray")
    await has_room(world)
    ana = await has_patient(world)
    await had_info_call(world, ana)
    await screening_began(world, ana)
    evaluation = visit(ana, "evaluation", local(25, 9))
    first, second = await asyncio.gather(
        world.patient(ana).post("/v1/appointments/holds", evaluation),
        world.patient(ana).post("/v1/appointments/holds", {**evaluation, "starts_at": local(25, 10).isoformat()}),
    )
    assert {first.status_code, second.status_code} == {201, 409}
    refused = first if first.status_code == 409 else second
    assert refusal(refused)[1] in {"patient_busy", "slot_taken"}
    assert len(await claims(world, "patient:")) == 2  # the call that is over, and one hold


@pytest.mark.parametrize("path", ["/v1/appointments", "/v1/appointments/holds"])
async def test_a_booking_does_not_pass_a_gate_that_closes_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Between the judgement of the gate and the commit, screening closes the case: the booking is judged anew."""
    await has_practitioner(world)
    await has_room(world)
    ana = await has_patient(world)
    await had_info_call(world, ana)
    case_id = await screening_began(world, ana)
    closing = contracts.ScreeningClosed(
        patient_id=ana, case_id=case_id, closed_at=world.clock(), reason=codes.ScreeningCloseReason.WITHDRAWN
    )
    claim, tries = Scheduling.claim, []

    async def claim_slowly(*args: Any, **more: Any) -> Slot:
        tries.append(1)
        if len(tries) == 1:
            await asyncio.get_running_loop().create_task(world.hear(closing), context=Context())
        return await claim(*args, **more)

    monkeypatch.setattr(Scheduling, "claim", claim_slowly)
    answer = await world.patient(ana).post(path, visit(ana, "evaluation", local(25, 9)))
    assert refusal(answer) == (409, "gates_closed")
    assert tries
    assert await world.store.database["appointments"].count_documents({"starts_at": local(25, 9)}) == 0
