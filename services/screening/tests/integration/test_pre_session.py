"""The questions before a dosing visit: asked in time, once, following the visit; and what the answers come to."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_events.catalogue import read
from careflow_events.contracts import PreSessionScreenAssessed, codes
from careflow_service.testing.world import SEALING
from services.screening.tests.builders import NOW, c_ssrs, phq_9, since_last_contact
from services.screening.tests.clinic import answers, cleared, has_case, has_rota, ok, open_alert, reads, refusal
from services.screening.tests.treatment import (
    a_visit,
    answers_before_session,
    booked,
    came_after_all,
    cancelled,
    missed,
    moved,
    pre_session_requests,
)
from services.screening.tests.world import World

VISIT_AT = NOW + timedelta(days=10)
OPENS = timedelta(days=7)
"""From now until three days before the visit."""
SCREENER = "c_ssrs_since_last_contact"
CALM = {"phq_9": phq_9(12), SCREENER: since_last_contact()}


async def assessed(world: World, patient_id: str) -> PreSessionScreenAssessed:
    """The one assessment, opened as sessions would."""
    (event,) = (each for each in await world.said(patient_id) if "PreSessionScreenAssessed" in each.type)
    data = read(event, SEALING.ring("sessions"))
    assert isinstance(data, PreSessionScreenAssessed)
    return data


async def test_a_patient_is_asked_three_days_before_the_dose_and_not_at_the_booking(world: World) -> None:
    case, _ = await cleared(world)
    await world.hear(booked(a_visit(case["patient_id"], VISIT_AT)))
    await world.travel(OPENS - timedelta(minutes=1))
    assert await pre_session_requests(world, case) == []
    await world.travel(timedelta(minutes=1))
    requests = await pre_session_requests(world, case)
    assert len(requests) == 2
    assert {each["due_at"] for each in requests} == {VISIT_AT.isoformat().replace("+00:00", "Z")}
    await world.travel(timedelta(days=1))
    assert len(await pre_session_requests(world, case)) == 2


async def test_before_another_kind_of_visit_nobody_is_asked(world: World) -> None:
    case, _ = await cleared(world)
    await world.hear(booked(a_visit(case["patient_id"], VISIT_AT, kind=codes.AppointmentKind.INTEGRATION)))
    await world.travel(timedelta(days=9))
    assert await pre_session_requests(world, case) == []


async def test_a_visit_booked_at_short_notice_is_asked_about_at_once(world: World) -> None:
    case, _ = await cleared(world)
    await world.hear(booked(a_visit(case["patient_id"], NOW + timedelta(hours=20))))
    await world.catch_up()
    assert len(await pre_session_requests(world, case)) == 2


async def test_the_questions_follow_a_visit_that_moves(world: World) -> None:
    case, _ = await cleared(world)
    visit = a_visit(case["patient_id"], VISIT_AT)
    await world.hear(booked(visit))
    await world.travel(OPENS)
    await world.hear(moved(visit, VISIT_AT + timedelta(days=14)))
    old = await answers(world, case, "phq-9", phq_9(12))
    assert refusal(old) == (409, "questionnaire_withdrawn")
    await world.travel(timedelta(days=14))
    assert len(await pre_session_requests(world, case)) == 4
    await answers_before_session(world, case, **CALM)
    assert (await assessed(world, case["patient_id"])).result.value == "pass"


async def test_what_was_assessed_still_counts_for_a_visit_that_moves_a_little(world: World) -> None:
    case, _ = await cleared(world)
    visit = a_visit(case["patient_id"], VISIT_AT)
    await world.hear(booked(visit))
    await world.travel(OPENS)
    await answers_before_session(world, case, **CALM)
    await world.hear(moved(visit, VISIT_AT + timedelta(days=3)))
    await world.travel(timedelta(days=4))
    assert len(await pre_session_requests(world, case)) == 2


async def test_what_was_assessed_still_counts_for_a_patient_marked_missed_who_came(world: World) -> None:
    case, _ = await cleared(world)
    visit = a_visit(case["patient_id"], VISIT_AT)
    await world.hear(booked(visit))
    await world.travel(OPENS)
    await answers_before_session(world, case, **CALM)
    await world.hear(missed(visit))
    await world.hear(came_after_all(visit))
    await world.catch_up()
    assert len(await pre_session_requests(world, case)) == 2


async def test_who_had_not_answered_and_was_marked_missed_is_asked_again(world: World) -> None:
    case, _ = await cleared(world)
    visit = a_visit(case["patient_id"], VISIT_AT)
    await world.hear(booked(visit))
    await world.travel(OPENS)
    await world.hear(missed(visit))
    await world.hear(came_after_all(visit))
    await world.catch_up()
    await answers_before_session(world, case, **CALM)
    assert (await assessed(world, case["patient_id"])).result.value == "pass"


async def test_nothing_is_asked_about_a_visit_that_is_cancelled(world: World) -> None:
    case, _ = await cleared(world)
    first, second = a_visit(case["patient_id"], VISIT_AT), a_visit(case["patient_id"], VISIT_AT + timedelta(days=7))
    await world.hear(booked(first))
    await world.hear(booked(second))
    await world.hear(cancelled(first))
    await world.travel(OPENS)
    assert await pre_session_requests(world, case) == []
    await world.travel(timedelta(days=7))
    assert len(await pre_session_requests(world, case)) == 2
    await world.hear(cancelled(second))
    assert refusal(await answers(world, case, "phq-9", phq_9(12))) == (409, "questionnaire_withdrawn")


@pytest.mark.parametrize(
    ("given", "result", "level", "change"),
    [
        (CALM, "pass", None, -5),
        ({**CALM, "phq_9": phq_9(22)}, "prescriber_decides", None, 5),
        ({**CALM, "phq_9": phq_9(21)}, "pass", None, 4),
        ({**CALM, SCREENER: since_last_contact("1")}, "prescriber_decides", "low", -5),
        (
            {**CALM, SCREENER: since_last_contact("1", "2", "3")},
            "prescriber_decides",
            "moderate",
            -5,
        ),
        ({**CALM, SCREENER: since_last_contact("1", "2", "3", "4")}, "stop", "high", -5),
        ({**CALM, SCREENER: since_last_contact("6")}, "stop", "high", -5),
    ],
)
async def test_what_the_answers_come_to(
    world: World, given: dict[str, Any], result: str, level: str | None, change: int
) -> None:
    await has_rota(world)
    case, _ = await cleared(world)
    await world.hear(booked(a_visit(case["patient_id"], VISIT_AT)))
    await world.travel(OPENS)
    await answers_before_session(world, case, **given)
    found = await assessed(world, case["patient_id"])
    assert (found.result.value, found.valid_until) == (result, world.clock() + timedelta(days=7))
    section = found.for_sessions.value
    assert section is not None
    assert (section.level and section.level.value, section.change_from_baseline) == (level, change)


@pytest.mark.thorough
async def test_what_was_told_at_the_intake_is_not_asked_and_alarms_no_more_at_each_visit(world: World) -> None:
    """An attempt years ago, told at first contact, was answered for then."""
    await has_rota(world)
    case = await has_case(world)
    ok(await answers(world, case, "c-ssrs-screener", c_ssrs("6_lifetime"), complete=True))
    before = (await open_alert(world))["positives"]
    assert [each["code"] for each in before] == ["cssrs_behavior_lifetime"]
    await world.hear(booked(a_visit(case["patient_id"], VISIT_AT)))
    await world.travel(OPENS)
    asked = {each["questionnaire"] for each in (await reads(world, case))["clinical"]["responses"]}
    assert asked >= {"c-ssrs-screener", "c-ssrs-since-last-contact"}
    await answers_before_session(world, case, **CALM)
    assert (await assessed(world, case["patient_id"])).result.value == "pass"
    assert (await open_alert(world))["positives"] == before


async def test_half_the_questions_are_not_assessed(world: World) -> None:
    case, _ = await cleared(world)
    await world.hear(booked(a_visit(case["patient_id"], VISIT_AT)))
    await world.travel(OPENS)
    await answers_before_session(world, case, phq_9=phq_9(12))
    assert "PreSessionScreenAssessed" not in await world.said_types(case["patient_id"])


async def test_a_closed_case_is_not_asked(world: World) -> None:
    case, _ = await cleared(world)
    await world.hear(booked(a_visit(case["patient_id"], VISIT_AT)))
    version = (await reads(world, case))["version"]
    body = {"reason": "withdrawn", "note": "the patient went no further"}
    await world.prescriber.post(f"/v1/cases/{case['id']}/close", body, version=version)
    await world.travel(OPENS)
    assert await pre_session_requests(world, case) == []
