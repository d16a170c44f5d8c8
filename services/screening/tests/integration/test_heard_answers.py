"""An alarming answer is heard whatever the request it came in is refused for: alert and crisis text first."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.screening.tests.builders import phq_9
from services.screening.tests.clinic import answers, cleared, has_case, has_rota, ok, open_alert, reads, request_of
from services.screening.tests.treatment import a_visit, booked, moved, pre_session_requests
from services.screening.tests.world import World

ALARMING = {"9": "3"}
Attempt = Callable[[World, Any], Awaitable[httpx.Response]]


def body(case: Any, **changes: Any) -> dict[str, Any]:
    request_id = request_of(case, "phq-9")["request_id"]
    return {"request_id": request_id, "definition_version": 1, "answers": ALARMING, **changes}


def sent(**changes: Any) -> Attempt:
    """The patient sends item 9 = 3 in a body that is wrong in this."""

    async def attempt(world: World, case: Any) -> httpx.Response:
        ana = world.patient(case["patient_id"])
        return await ana.post(f"/v1/cases/{case['id']}/responses", body(case, **changes))

    return attempt


async def after_completion(world: World, case: Any) -> httpx.Response:
    ok(await answers(world, case, "phq-9", phq_9(3), complete=True))
    return await sent()(world, case)


async def after_the_case_was_closed(world: World, case: Any) -> httpx.Response:
    closing = {"reason": "withdrawn", "note": "going elsewhere"}
    version = (await reads(world, case))["version"]
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/close", closing, version=version))
    return await sent()(world, case)


async def under_a_key_that_was_used(world: World, case: Any) -> httpx.Response:
    ana, path = world.patient(case["patient_id"]), f"/v1/cases/{case['id']}/responses"
    ok(await ana.post(path, body(case, answers={"1": "0"}), key="once"))
    return await ana.post(path, body(case), key="once")


async def without_a_key(world: World, case: Any) -> httpx.Response:
    ana = world.patient(case["patient_id"])
    return await ana.client.post(f"/v1/cases/{case['id']}/responses", json=body(case), headers=ana.headers)


async def in_a_case_that_does_not_exist(world: World, case: Any) -> httpx.Response:
    return await sent()(world, {**case, "id": "0199e0a0-0000-7000-8000-00000000dead"})


REFUSED: dict[str, tuple[Attempt, str]] = {
    "another item is wrong": (sent(answers={**ALARMING, "1": "17"}), "unknown_option"),
    "there is no such item": (sent(answers={**ALARMING, "12": "1"}), "unknown_item"),
    "numbers instead of codes": (sent(answers={"9": 3, "1": 0}), "invalid_request"),
    "words instead of codes": (sent(answers={"9": "nearly every day"}), "unknown_option"),
    "another version": (sent(definition_version=2), "definition_version_mismatch"),
    "no version": (sent(definition_version=None), "invalid_request"),
    "a field nobody knows": (sent(surprise=True), "invalid_request"),
    "no such request": (sent(request_id="none"), "questionnaire_request_not_found"),
    "completed": (after_completion, "questionnaire_completed"),
    "the case is closed": (after_the_case_was_closed, "case_closed"),
    "no such case": (in_a_case_that_does_not_exist, "case_not_found"),
    "a used key": (under_a_key_that_was_used, "idempotency_key_reused"),
    "no key": (without_a_key, "idempotency_key_missing"),
}


@pytest.mark.parametrize("why", REFUSED)
async def test_whatever_it_is_refused_for_an_alarming_answer_is_heard(world: World, why: str) -> None:
    await has_rota(world)
    case = await has_case(world)
    attempt, code = REFUSED[why]
    refused = await attempt(world, case)
    problem = refused.json()
    assert problem["code"] == code
    assert (problem["crisis"]["lifeline"], problem["crisis"]["emergency"]) == ("988", "911")
    alert = await open_alert(world)
    assert (alert["id"], alert["level"], alert["patient_id"]) == (problem["alert_id"], "high", case["patient_id"])
    await world.catch_up()
    assert world.paged()[0][0] == "user-nurse"


async def test_a_questionnaire_withdrawn_by_moving_the_dose_is_heard_too(world: World) -> None:
    await has_rota(world)
    case, _ = await cleared(world)
    visit = a_visit(case["patient_id"], world.clock() + timedelta(days=2))
    await world.hear(booked(visit))
    await world.catch_up()
    request_id = (await pre_session_requests(world, case))[0]["id"]
    await world.hear(moved(visit, world.clock() + timedelta(days=30)))
    ana = world.patient(case["patient_id"])
    refused = await ana.post(f"/v1/cases/{case['id']}/responses", body(case, request_id=request_id))
    assert refused.json()["code"] == "questionnaire_withdrawn"
    assert refused.json()["crisis"]
    assert (await open_alert(world))["level"] == "high"


async def test_item_9_of_one_in_a_refused_save_opens_the_screener_all_the_same(world: World) -> None:
    case = await has_case(world)
    refused = (await sent(answers={"9": "1", "1": "17"})(world, case)).json()
    screener = request_of(await reads(world, case), "c-ssrs-screener")
    assert refused["next_request_id"] == screener["request_id"]
    assert (await open_alert(world))["level"] == "moderate"


async def test_the_same_refused_answers_again_join_their_alert(world: World) -> None:
    case = await has_case(world)
    first = (await sent(surprise=True)(world, case)).json()["alert_id"]
    again = (await sent(surprise=True)(world, case)).json()["alert_id"]
    assert first == again
    assert len((await open_alert(world))["positives"]) == 1


@pytest.mark.parametrize("harmless", [{"9": "0", "1": "17"}, {"1": "17"}, {}, {"9": None}])
async def test_a_refusal_without_an_alarming_answer_says_nothing_more(world: World, harmless: Any) -> None:
    case = await has_case(world)
    refused = (await sent(answers=harmless, surprise=True)(world, case)).json()
    assert "crisis" not in refused
    assert ok(await world.nurse.get("/v1/alerts"))["items"] == []


async def test_an_answer_that_alarms_only_in_another_questionnaire_says_nothing_more(world: World) -> None:
    """Most instruments number their items: 1 to the first of the GAD-7 is no yes to the first of the screener."""
    case = await has_case(world)
    gad_7 = request_of(case, "gad-7")["request_id"]
    refused = (await sent(request_id=gad_7, answers={"1": "1"}, surprise=True)(world, case)).json()
    assert (refused["code"], "crisis" in refused) == ("invalid_request", False)
    assert ok(await world.nurse.get("/v1/alerts"))["items"] == []


@pytest.mark.parametrize("more", [{}, {"surprise": True}])
async def test_of_two_answers_to_one_item_the_worse_one_is_heard(world: World, more: dict[str, bool]) -> None:
    case = await has_case(world)
    twice = json.dumps(body(case, answers={}, **more)).replace("{}", '{"9": "3", "9": "0"}')
    refused = await world.patient(case["patient_id"]).send("POST", f"/v1/cases/{case['id']}/responses", twice)
    assert refused.json()["crisis"]
    assert (await open_alert(world))["level"] == "high"


@pytest.mark.parametrize("raw", ["{", "[]", '{"answers": 3}', '"text"', "[" * 20_000])
async def test_a_body_that_is_none_is_refused_as_everywhere(world: World, raw: str) -> None:
    case = await has_case(world)
    refused = await world.patient(case["patient_id"]).send("POST", f"/v1/cases/{case['id']}/responses", raw)
    assert refused.status_code in (400, 422)
    assert "crisis" not in refused.json()


async def test_the_crisis_text_is_shown_also_when_the_alert_cannot_be_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await has_case(world)

    async def away(*_: object, **__: object) -> None:
        raise ConnectionError("item 9 was 3")

    monkeypatch.setattr(world.work, "run", away)
    refused = (await sent(surprise=True)(world, case)).json()
    assert (refused["crisis"]["lifeline"], refused["alert_id"]) == ("988", None)
    logged = world.logs.getvalue()
    assert "alarming_answers_not_kept" in logged
    assert "item 9" not in logged


async def test_another_patients_case_raises_nothing_there(world: World) -> None:
    mine, theirs = await has_case(world), await has_case(world)
    ana = world.patient(mine["patient_id"])
    refused = await ana.post(f"/v1/cases/{theirs['id']}/responses", body(theirs))
    assert refused.json()["code"] == "case_not_found"
    assert (await open_alert(world))["patient_id"] == mine["patient_id"]
