"""Who is asked something is given a link to it, which booking sends: each time they are asked, and as soon as it can be
theirs.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from careflow_events.catalogue import read
from careflow_events.contracts import AnswerLinkIssued, codes
from careflow_service.ids import new_id
from careflow_service.testing.visiting import Visitor
from careflow_service.testing.world import SEALING
from services.screening.tests.builders import NOW, phq_9
from services.screening.tests.clinic import (
    answers,
    cleared,
    details_changed,
    has_case,
    has_rota,
    info_call_ended,
    ok,
    registered,
)
from services.screening.tests.integration.test_indications import treats
from services.screening.tests.integration.test_outcomes import in_course
from services.screening.tests.treatment import a_visit, booked
from services.screening.tests.world import World, running

CLINIC = "https://clinic.example"


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(store_url, database, tmp_path / "pages", public_url=CLINIC) as world:
        yield world


async def links(world: World, patient_id: str) -> list[AnswerLinkIssued]:
    """What the patient was given, opened as booking would."""
    opened = [read(each, SEALING.ring("booking")) for each in await world.said(patient_id) if "AnswerLink" in each.type]
    return [each for each in opened if isinstance(each, AnswerLinkIssued)]


async def test_a_patient_whose_screening_begins_is_given_one_link_that_leads_in(world: World) -> None:
    case = await has_case(world)
    (given,) = await links(world, case["patient_id"])
    assert (given.answer_by, given.works_until) == (NOW + timedelta(days=7), NOW + timedelta(days=14))
    link = given.for_booking.opened().link
    assert link.startswith(f"{CLINIC}/pages/questions/")
    asks = await Visitor(world.client).opens(link.removeprefix(CLINIC))
    assert asks.status == 200
    assert asks.forms


async def test_the_link_stands_in_nothing_that_is_stored(world: World) -> None:
    case = await has_case(world)
    (given,) = await links(world, case["patient_id"])
    assert await world.readable(given.for_booking.opened().link) == set()


async def test_who_is_asked_before_they_are_known_is_given_one_once_they_are(world: World) -> None:
    ana = new_id()
    await world.hear(info_call_ended(ana, world.clock()))
    assert await links(world, ana) == []
    await world.hear(registered(ana))
    assert len(await links(world, ana)) == 1
    await world.hear(details_changed(ana, phone="+14155550178"))
    assert len(await links(world, ana)) == 1


async def test_who_is_asked_nothing_is_given_none(world: World) -> None:
    ana = new_id()
    await world.hear(registered(ana))
    await world.hear(info_call_ended(ana, world.clock(), codes.Disposition.NOT_A_FIT))
    assert await links(world, ana) == []


async def test_the_questions_before_a_dose_have_their_link(world: World) -> None:
    case, _ = await cleared(world)
    ana = case["patient_id"]
    assert len(await links(world, ana)) == 1
    visit_at = NOW + timedelta(days=10)
    await world.hear(booked(a_visit(ana, visit_at)))
    await world.travel(timedelta(days=7))
    assert [each.answer_by for each in await links(world, ana)][1:] == [visit_at]


async def test_each_week_of_a_course_has_its_link(world: World) -> None:
    case = await in_course(world)
    ana = case["patient_id"]
    await world.travel(timedelta(days=7))
    assert len(await links(world, ana)) == 2
    await world.travel(timedelta(days=7))
    assert len(await links(world, ana)) == 3


async def test_another_indication_asks_by_a_link_only_what_was_not_asked(world: World) -> None:
    case = await has_case(world)
    ok(await treats(world, case, "ptsd"))
    assert len(await links(world, case["patient_id"])) == 2
    ok(await treats(world, case, "ptsd"))
    assert len(await links(world, case["patient_id"])) == 2


async def test_questions_opened_by_an_answer_need_no_link(world: World) -> None:
    """Whoever answers sits before them."""
    case = await has_case(world)
    await has_rota(world)
    ok(await answers(world, case, "phq-9", phq_9(17, item_9=1), complete=True))
    assert len(await links(world, case["patient_id"])) == 1
