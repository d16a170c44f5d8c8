"""Whoever comes to an evaluation is sent where to read and sign, once, and stands on the list while something is
missing.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.testing.commands import CommandLog
from careflow_service.testing.visiting import Visitor
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.clinic import Course, consent_body, has_course, ok, signs_the_packet
from services.sessions.tests.integration.test_end_of_care import discharges, ends
from services.sessions.tests.integration.test_my_tasks import MINE, RIGHT
from services.sessions.tests.integration.test_sent_plan_links import CLINIC, given
from services.sessions.tests.news import (
    evaluation,
    evaluation_called_off,
    evaluation_moved,
    merged,
    registered,
    snapshot,
)
from services.sessions.tests.world import World, running

LOG = CommandLog()
BORN = datetime(1988, 4, 2, tzinfo=UTC)


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    async with running(store_url, database, listeners=[LOG], settings={"public_url": CLINIC}) as world:
        yield world


async def known(world: World) -> Course:
    """Registered, without a plan."""
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    return Course(patient_id, "", "")


async def links(world: World, ana: Course) -> list[str]:
    return [each.for_booking.opened().link for each in await given(world, ana)]


async def waiting(world: World) -> str:
    _, page = await logs_in(world, Role.COORDINATOR, to="/pages/consents")
    return page.text


async def test_a_link_goes_out_once_before_there_is_a_plan_and_the_packet_is_signed_by_it(world: World) -> None:
    ana, appointment_id, at = await known(world), new_id(), world.clock() + timedelta(hours=40)
    await world.hear(evaluation(ana.patient_id, appointment_id, at))
    await world.hear_again()
    await world.hear(evaluation_moved(ana.patient_id, appointment_id, at + timedelta(hours=2)))
    await world.hear(evaluation(ana.patient_id, new_id(), at + timedelta(days=9)))
    (link,) = await links(world, ana)
    assert "Comes Wed, November 25, 3:00 AM" in await waiting(world)

    world.client.cookies.clear()
    someone = Visitor(world.client)
    page = await someone.presses(await someone.opens(link.removeprefix(CLINIC)), "Continue", **RIGHT)
    for title in ("Financial policy", "Notice of privacy practices", "Consent to care by video or telephone"):
        text = await someone.follows(await someone.opens(MINE), title)
        page = await someone.presses(text, "Sign", agreed="1")
    assert "To read and sign" not in page.text
    assert "PlanLinkWithdrawn" not in await world.said_types(ana.patient_id), "they sit there still"
    assert "Consent to ketamine-assisted" not in page.text, "nobody has decided on a way yet"
    assert "Nothing is missing" in await waiting(world)


async def test_who_has_signed_everything_or_cannot_come_in_is_sent_nothing(world: World) -> None:
    signed, unheard, at = await known(world), Course(new_id(), "", ""), world.clock() + timedelta(days=1)
    await signs_the_packet(world, signed.patient_id)
    for each in (signed, unheard):
        await world.hear(evaluation(each.patient_id, new_id(), at))
        assert await links(world, each) == []
    free_call = snapshot(unheard.patient_id, new_id(), at, kind="info_call")
    await world.hear(contracts.ConsultationBooked(**free_call, booked_by=codes.BookedBy.PATIENT))
    assert len([each async for each in world.store.database["evaluations"].find({})]) == 2
    assert "Not signed" in await waiting(world), "of whom nothing was heard yet, too"


async def test_a_link_nobody_came_in_by_is_taken_back_with_the_last_signature_on_paper(world: World) -> None:
    ana = await known(world)
    await world.hear(evaluation(ana.patient_id, new_id(), world.clock() + timedelta(days=1)))
    path = f"/v1/patients/{ana.patient_id}/consents"
    for category in ("privacy", "telehealth"):
        ok(await world.nurse.post(path, consent_body(category)), 201)
    assert "PlanLinkWithdrawn" not in await world.said_types(ana.patient_id)
    ok(await world.nurse.post(path, consent_body("financial")), 201)
    assert (await world.said_types(ana.patient_id))[-1] == "PlanLinkWithdrawn"


async def test_an_evaluation_that_is_called_off_is_no_longer_waited_for(world: World) -> None:
    ana, appointment_id, at = await known(world), new_id(), world.clock() + timedelta(days=1)
    await world.hear(evaluation(ana.patient_id, appointment_id, at))
    await world.hear(evaluation_called_off(ana.patient_id, appointment_id, at))
    assert "Nothing is missing" in await waiting(world)
    stale = evaluation_moved(ana.patient_id, appointment_id, at)
    await world.hear(stale)
    assert "Nothing is missing" in await waiting(world), "an older version of it"


async def test_a_link_leads_nowhere_once_the_record_is_merged_or_care_has_ended(world: World) -> None:
    ana = await known(world)
    await world.hear(evaluation(ana.patient_id, new_id(), world.clock() + timedelta(days=1)))
    (link,) = await links(world, ana)
    await world.hear(merged(ana.patient_id))
    course = await has_course(world)
    ok(await world.nurse.post(f"/v1/patients/{course.patient_id}/plan-links/send"), 201)
    (sent,) = await links(world, course)
    await ends(world, course)
    ok(await discharges(world, course.patient_id), 201)
    world.client.cookies.clear()
    for each, whose in ((link, ana), (sent, course)):
        assert (await world.client.get(each.removeprefix(CLINIC))).status_code == 404
        assert "PlanLinkWithdrawn" in await world.said_types(whose.patient_id)


async def test_whoever_came_to_an_evaluation_after_all_is_not_waited_for(world: World) -> None:
    """Said to have been missed, it is put right; what is heard late of before changes nothing any more."""
    course, appointment_id = await known(world), new_id()
    soon = world.clock() + timedelta(days=1)
    await world.hear(evaluation(course.patient_id, appointment_id, soon))
    visit = snapshot(course.patient_id, appointment_id, soon, kind="evaluation", version=3)
    missed, arrived = codes.AppointmentStatus.MISSED, codes.AppointmentStatus.ARRIVED
    corrected = {**visit, "status": arrived, "from": missed, "to": arrived}
    await world.hear(contracts.AppointmentCorrected.model_validate(corrected))
    await world.hear(evaluation_moved(course.patient_id, appointment_id, soon))

    assert await world.ports.evaluations.between(world.clock(), soon + timedelta(days=9)) == []


async def test_the_list_of_who_has_not_signed_asks_the_store_as_often_for_many_as_for_one(world: World) -> None:
    """And as far ahead as the clinic's policy says."""

    async def asked() -> list[str]:
        with LOG.recording():
            await world.application.reading_papers.waiting(actor)
        return sorted(trip for trip in LOG.round_trips if trip.startswith("find ") and not trip.startswith("find _"))

    actor = Actor(id="user-coordinator", roles=frozenset({Role.COORDINATOR}))
    for number in range(3):
        course = await known(world)
        await world.hear(evaluation(course.patient_id, new_id(), world.clock() + timedelta(hours=20 + 3 * number)))
        if number == 0:
            for_one = await asked()
    assert await asked() == for_one
    assert len(await world.application.reading_papers.waiting(actor)) == 3

    policy = world.ports.policy
    sooner = replace(policy, consent_ahead_days=replace(policy.consent_ahead_days, value=1))
    object.__setattr__(world.ports, "policy", sooner)
    assert len(await world.application.reading_papers.waiting(actor)) == 2
