"""A patient asks for their own record in a browser, and sees by when it is answered."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import ok
from services.booking.tests.integration.test_my_visits import BORN, comes_in, is_told
from services.booking.tests.mailbox import link_of, settings
from services.booking.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    given = {**settings(tmp_path), "clinic_phone": "(415) 555-0100"}
    async with running(store_url, database, settings=given) as world:
        yield world


async def comes_to_ask(world: World) -> tuple[Visitor, Page]:
    someone, page = await comes_in(world)
    return someone, await someone.follows(page, "Your record: ask for it, or see when you get it")


async def waiting(world: World) -> list[Any]:
    return list(ok(await world.coordinator.get("/v1/record-requests"))["items"])


async def test_it_is_asked_for_once_with_its_last_day_and_who_asks_is_made_sure_of(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_to_ask(world)
    wanted = {"ordinary": "1", "billing": "1"}
    after = await someone.presses(page, "Ask for it", **wanted)
    assert "You have an answer by Tuesday, December 8, 2026." in after.text
    assert "we make sure that it is you" in after.text
    await someone.presses(page, "Ask for it", **wanted)
    (request,) = await waiting(world)
    assert (request["patient_id"], request["status"], request["due_on"], request["form"]) == (
        visit["patient_id"],
        "identity_needed",
        "2026-12-08",
        "electronic",
    )
    assert [each["part"] for each in request["parts"]] == ["billing", "ordinary"]
    assert await world.said_types(visit["patient_id"]) == [
        each for each in await world.said_types(visit["patient_id"]) if "RecordRequest" not in each
    ]


async def test_nothing_ticked_is_said_where_it_is_and_asks_for_nothing(world: World) -> None:
    await is_told(world)
    someone, page = await comes_to_ask(world)
    again = await someone.presses(page, "Ask for it", access="inspect", ordinary="")
    assert again.status == 422
    assert await waiting(world) == []


async def test_what_became_of_it_is_seen_and_it_is_taken_back(world: World) -> None:
    await is_told(world)
    someone, page = await comes_to_ask(world)
    await someone.presses(page, "Ask for it", ordinary="1", billing="1")
    (request,) = await waiting(world)
    path = f"/v1/record-requests/{request['id']}"
    ok(await world.coordinator.post(f"{path}/identify", {"identity": "photo_id"}, version=1))
    refusal = {"grounds": "not_held", "reason": "zzcanaryzz"}
    ok(await world.coordinator.post(f"{path}/parts/billing/refuse", refusal, version=2))
    seen = await someone.opens("http://booking/pages/visits/mine/record")
    assert "Bills and payments: not given; we wrote to you why on Monday, November 23, 2026" in seen.text
    assert "zzcanaryzz" not in seen.text
    stale = await someone.presses(page, "Ask for it", ordinary="1", billing="1")
    closed = await someone.presses(stale, "I do not want it any more")
    assert "Your request is closed." in closed.text
    assert await waiting(world) == []


async def test_in_spanish_and_for_nobody_else(world: World) -> None:
    await is_told(world)
    someone = Visitor(world.client, "es")
    page = await someone.presses(await someone.opens(link_of(world, "visits")), "Continuar", **BORN)
    page = await someone.follows(page, "Su historia clínica: pídala, o vea cuándo la recibe")
    assert page.h1 == "Su historia clínica"
    after = await someone.presses(page, "Pedirla", ordinary="1")
    assert "Tendrá una respuesta a más tardar el" in after.text
    world.client.cookies.clear()
    assert (await world.client.get("/pages/visits/mine/record")).status_code == 401
    other = world.patient(new_id())
    (request,) = await waiting(world)
    assert (await other.get(f"/v1/record-requests/{request['id']}")).status_code == 404


async def test_what_is_due_soon_or_late_stands_on_the_work_list_of_who_works_on_it(world: World) -> None:
    await is_told(world)
    someone, page = await comes_to_ask(world)
    await someone.presses(page, "Ask for it", ordinary="1")
    tasks = "/pages/desk/tasks"
    _, page = await logs_in(world, to=tasks)
    assert "answered by" not in page.text
    world.clock.advance(timedelta(days=13))
    _, page = await logs_in(world, to=tasks)
    assert "Ana R. ► To be answered by Tuesday, December 8, 2026" in page.text
    world.clock.advance(timedelta(days=3))
    _, page = await logs_in(world, to=tasks)
    assert "Late: it was to be answered by Tuesday, December 8, 2026." in page.text
    assert "answered by" not in (await logs_in(world, Role.NURSE, to=tasks))[1].text
