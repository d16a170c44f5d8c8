"""What alarmed and was answered for is said again: by whom and how decides whether it is one more alarm or the same one
sent twice.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from careflow_events.contracts.session_codes import FactSource, ReportedFact
from services.screening.tests.builders import phq_9
from services.screening.tests.clinic import (
    answers,
    cleared,
    has_case,
    has_rota,
    ok,
    open_alert,
    reads,
    refusal,
    request_of,
)
from services.screening.tests.treatment import a_visit, booked, reported
from services.screening.tests.world import World

A_SITTING = timedelta(hours=1)
ALARMING = {"9": "2"}
CLOSING = {
    "outcome": "resolved",
    "note": "spoken to at length",
    "disposition": "safe_with_plan",
    "safety_plan": "sister stays tonight",
}
Saying = Callable[[World, Any], Awaitable[None]]


async def alarms(world: World) -> Any:
    """A patient whose alarming answer somebody was paged for."""
    await has_rota(world)
    case = await has_case(world)
    ok(await answers(world, case, "phq-9", ALARMING))
    await world.catch_up()
    return case


async def is_answered_for(world: World) -> None:
    """The one open alert is taken on and closed."""
    path = f"/v1/alerts/{(await open_alert(world))['id']}"
    version = ok(await world.nurse.post(f"{path}/acknowledge"))["version"]
    ok(await world.nurse.post(f"{path}/close", CLOSING, version=version))


async def raised(world: World, case: Any) -> int:
    return (await world.alarmed(case["patient_id"])).count("SafetyAlertRaised")


async def the_same_answers_once_more(world: World, case: Any) -> None:
    saved = ok(await answers(world, case, "phq-9", {**ALARMING, "1": "1"}))
    assert saved["crisis"], "whatever the clinic makes of it, the patient reads the crisis text"


async def the_same_form_once_more_after_it_was_completed(world: World, case: Any) -> None:
    request_id = request_of(await reads(world, case), "phq-9")["request_id"]
    ok(await answers(world, case, "phq-9", {**phq_9(9), **ALARMING}, complete=True))
    body = {"request_id": request_id, "definition_version": 1, "answers": ALARMING}
    refused = await world.patient(case["patient_id"]).post(f"/v1/cases/{case['id']}/responses", body)
    assert refusal(refused) == (409, "questionnaire_completed")
    assert refused.json()["crisis"]


async def in_another_sitting(world: World, case: Any) -> None:
    await world.travel(A_SITTING)
    ok(await answers(world, case, "phq-9", ALARMING))


async def in_another_sitting_though_it_is_refused(world: World, case: Any) -> None:
    await world.travel(A_SITTING)
    refused = await answers(world, case, "phq-9", {**ALARMING, "1": "17"})
    assert refusal(refused) == (422, "unknown_option")


async def in_another_questionnaire(world: World, case: Any) -> None:
    ok(await answers(world, case, "c-ssrs-screener", {"2": "yes", "4": "yes"}))


async def worse(world: World, case: Any) -> None:
    ok(await answers(world, case, "phq-9", {"9": "3"}))


async def after_it_was_taken_back(world: World, case: Any) -> None:
    ok(await answers(world, case, "phq-9", {"9": "0"}))
    ok(await answers(world, case, "phq-9", ALARMING))


async def to_somebody_of_the_clinic(world: World, case: Any) -> None:
    body = {"patient_id": case["patient_id"], "level": "high", "note": "said it again on the telephone"}
    ok(await world.nurse.post("/v1/alerts", body), 201)


async def at_a_session(world: World, case: Any) -> None:
    fact, by = ReportedFact.SUICIDE_RISK, FactSource.CLINICIAN
    await world.hear(reported(case["patient_id"], world.clock(), fact, "high", by))


SENT_TWICE: tuple[Saying, ...] = (the_same_answers_once_more, the_same_form_once_more_after_it_was_completed)
SAID_ANEW: tuple[Saying, ...] = (
    in_another_sitting,
    in_another_sitting_though_it_is_refused,
    in_another_questionnaire,
    worse,
    after_it_was_taken_back,
    to_somebody_of_the_clinic,
    at_a_session,
)


@pytest.mark.parametrize("saying", SENT_TWICE)
async def test_what_is_sent_twice_in_a_sitting_pages_nobody_twice(world: World, saying: Saying) -> None:
    case = await alarms(world)
    await is_answered_for(world)
    paged = world.paged()
    await saying(world, case)
    await world.catch_up()
    assert (await raised(world, case), world.paged()) == (1, paged)


@pytest.mark.parametrize("saying", SAID_ANEW)
async def test_what_is_said_anew_after_its_alert_was_closed_is_an_alert_and_pages(world: World, saying: Saying) -> None:
    case = await alarms(world)
    await is_answered_for(world)
    paged = len(world.paged())
    await saying(world, case)
    await world.catch_up()
    assert await raised(world, case) == 2
    assert (await open_alert(world))["level"] == "high"
    assert [person for person, _ in world.paged()[paged:]] == ["user-nurse"] * 2


async def test_a_new_response_to_the_same_questions_is_said_anew(world: World) -> None:
    await has_rota(world)
    case, _ = await cleared(world)
    for days in (2, 40):
        await world.hear(booked(a_visit(case["patient_id"], world.clock() + timedelta(days=days))))
    await world.catch_up()
    ok(await answers(world, case, "phq-9", ALARMING))
    await is_answered_for(world)
    await world.travel(timedelta(days=38))
    ok(await answers(world, case, "phq-9", ALARMING))
    assert await raised(world, case) == 2


@pytest.mark.parametrize("saying", [in_another_sitting, at_a_session])
async def test_what_is_said_anew_beside_an_open_alert_joins_it_and_is_seen_before_it_is_closed(
    world: World, saying: Saying
) -> None:
    case = await alarms(world)
    path = f"/v1/alerts/{(await open_alert(world))['id']}"
    seen = ok(await world.nurse.post(f"{path}/acknowledge"))["version"]
    await saying(world, case)
    assert len((await open_alert(world))["positives"]) == 2
    assert await raised(world, case) == 1
    assert refusal(await world.nurse.post(f"{path}/close", CLOSING, version=seen)) == (412, "stale_version")


@pytest.mark.parametrize(("saying", "told"), [(in_another_sitting, 1), (the_same_answers_once_more, 0)])
async def test_what_is_said_anew_while_nobody_has_the_alert_is_told_to_those_who_decided_on_less(
    world: World, saying: Saying, told: int
) -> None:
    """A prescriber may have signed for a dose beside the open alert: not for what was said after that."""
    case = await alarms(world)
    await saying(world, case)
    said = await world.alarmed(case["patient_id"])
    assert (said.count("SafetyAlertJoined"), await raised(world, case)) == (told, 1)


@pytest.mark.parametrize("saying", [in_another_sitting, in_another_questionnaire])
async def test_what_is_said_anew_after_the_contact_pages_though_the_alert_is_kept_open(
    world: World, saying: Saying
) -> None:
    """With a plan agreed on, the next contact is due a day later: until then somebody hears of it all the same."""
    case = await alarms(world)
    alert_id = (await open_alert(world))["id"]
    seen = ok(await world.nurse.post(f"/v1/alerts/{alert_id}/acknowledge"))["version"]
    spoke = {"note": "spoke on the telephone", "safety_plan": "sister stays tonight"}
    ok(await world.nurse.post(f"/v1/alerts/{alert_id}/contact", spoke, version=seen))
    paged = len(world.paged())
    await saying(world, case)
    await world.catch_up()
    alert = await open_alert(world)
    assert (alert["id"], alert["acknowledged_by"]) == (alert_id, None)
    assert len(alert["positives"]) > 1
    assert [person for person, _ in world.paged()[paged:]] == ["user-nurse"] * 2
    assert (await world.alarmed(case["patient_id"]))[-1] == "SafetyAlertEscalated"
