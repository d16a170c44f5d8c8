"""A patient is sent where to see what their plan asks of them, by booking; the clinic takes such a link back."""

from collections.abc import AsyncIterator

import pytest

from careflow_events.catalogue import read
from careflow_events.contracts import PlanLinkIssued
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.visiting import Visitor
from careflow_service.testing.world import SEALING
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.clinic import Course, has_course, ok, refusal
from services.sessions.tests.integration.test_my_tasks import MINE, RIGHT
from services.sessions.tests.planned import asks
from services.sessions.tests.world import World, running

CLINIC = "https://clinic.example/sessions"


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    async with running(store_url, database, settings={"public_url": CLINIC}) as world:
        yield world


async def given(world: World, course: Course) -> list[PlanLinkIssued]:
    """What the patient was given, opened as booking would."""
    said = await world.said(course.patient_id)
    opened = [read(each, SEALING.ring("booking")) for each in said if "PlanLink" in each.type]
    return [each for each in opened if isinstance(each, PlanLinkIssued)]


async def test_a_link_is_sent_from_the_plans_page_and_only_the_patient_has_it(world: World) -> None:
    course = await has_course(world)
    await asks(world, course, text="A diary of sleep")
    path = f"/pages/plans/{course.patient_id}"
    therapist, page = await logs_in(world, Role.THERAPIST, to=path)
    sent = await therapist.presses(page, "Send the patient a link")
    assert "The link is on its way" in sent.text
    assert "Only the patient has its address." in sent.text
    assert MINE not in sent.text
    await therapist.presses(page, "Send the patient a link")
    (link,) = await given(world, course)
    whole = link.for_booking.opened().link
    assert whole.startswith(f"{CLINIC}{MINE}/")
    assert await world.readable(whole) == set()
    world.client.cookies.clear()
    someone = Visitor(world.client)
    mine = await someone.presses(await someone.opens(whole.removeprefix(CLINIC)), "Continue", **RIGHT)
    assert "A diary of sleep" in mine.text


async def test_a_link_that_is_withdrawn_leads_nowhere_and_whoever_sits_there_is_out(world: World) -> None:
    course = await has_course(world)
    path = f"/v1/patients/{course.patient_id}/plan-links"
    made = ok(await world.nurse.post(path), 201)
    someone = Visitor(world.client)
    page = await someone.presses(await someone.opens(made["path"]), "Continue", **RIGHT)
    assert page.h1 == "What you are asked to do"
    plans = f"/pages/plans/{course.patient_id}"
    cookies = dict(world.client.cookies)
    therapist, seen = await logs_in(world, Role.THERAPIST, to=plans)
    withdrawn = await therapist.presses(seen, "Withdraw the link")
    assert "The link leads nowhere any more." in withdrawn.text
    assert "Withdraw the link" not in withdrawn.text
    world.client.cookies.clear()
    world.client.cookies.update(cookies)
    assert (await someone.opens(MINE)).status == 401
    assert (await someone.opens(made["path"])).status == 404
    async with world.nothing_changes():
        assert refusal(await world.nurse.post(f"{path}/{made['link_id']}/withdraw")) == (409, "link_over")


async def test_booking_hears_of_a_withdrawn_link_where_it_was_given_it(world: World) -> None:
    course = await has_course(world)
    path = f"/v1/patients/{course.patient_id}/plan-links"
    handed_over = ok(await world.nurse.post(path), 201)
    sent = ok(await world.nurse.post(f"{path}/send"), 201)
    for link_id in (handed_over["link_id"], sent["id"]):
        ok(await world.nurse.post(f"{path}/{link_id}/withdraw"))
    said = [each for each in await world.said(course.patient_id) if "PlanLinkWithdrawn" in each.type]
    assert [each.data["link_id"] for each in said] == [sent["id"]]


async def test_who_sends_and_withdraws_and_whose(world: World) -> None:
    hers, his = await has_course(world), await has_course(world)
    made = ok(await world.nurse.post(f"/v1/patients/{hers.patient_id}/plan-links"), 201)
    async with world.nothing_changes():
        for patient_id, link_id in ((his.patient_id, made["link_id"]), (hers.patient_id, new_id())):
            path = f"/v1/patients/{patient_id}/plan-links/{link_id}/withdraw"
            assert refusal(await world.nurse.post(path)) == (404, "plan_link_not_found")
        for caller in (world.patient(hers.patient_id), world.calling(Role.BILLER)):
            for rest in ("send", f"{made['link_id']}/withdraw"):
                answer = await caller.post(f"/v1/patients/{hers.patient_id}/plan-links/{rest}")
                assert refusal(answer) == (403, "forbidden")


async def test_nothing_is_sent_while_nobody_has_said_where_patients_find_it(store_url: str, database: str) -> None:
    async with running(store_url, database) as world:
        course = await has_course(world)
        path = f"/v1/patients/{course.patient_id}/plan-links/send"
        assert refusal(await world.nurse.post(path)) == (409, "public_address_unknown")
