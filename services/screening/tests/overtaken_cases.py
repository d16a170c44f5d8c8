"""What overtakes each command on a case, and what comes of it then."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx

from careflow_service.identity import Actor
from careflow_service.testing.calling import Caller
from careflow_service.testing.overtaking import Overtaking, Race
from careflow_service.testing.visiting import Visitor
from screening.application.commands.open_link import OpenLink
from screening.domain.ids import LinkId
from services.screening.tests.clinic import (
    SENSIBLE_ANSWERS,
    answers,
    details_changed,
    evaluation,
    evidence,
    grants,
    has_case,
    has_rota,
    ok,
    open_alert,
    reads,
    reads_clearance,
    ready_to_decide,
    refusal,
    request_of,
    trial,
)
from services.screening.tests.world import World

WITHDRAWN = {"reason": "withdrawn", "note": "the patient went no further"}
PREGNANT = {"condition": "pregnancy", "status": "active"}


async def does(
    world: World, case: Any, what: str, body: Any = None, *, by: Caller | None = None, version: int | None = None
) -> httpx.Response:
    """A command on a case, the prescriber's unless said otherwise."""
    return await (by or world.prescriber).post(f"/v1/cases/{case['id']}/{what}", body, version=version)


async def closes(world: World, case: Any) -> httpx.Response:
    return await does(world, case, "close", WITHDRAWN, version=(await reads(world, case))["version"])


async def suspended_for(world: World, clearance_id: str) -> list[str]:
    return [each["ref"] for each in (await reads_clearance(world, clearance_id))["suspensions"]]


# intake


async def answers_while_others_are_given(world: World, overtaking: Overtaking) -> None:
    """Both are kept."""
    case = await has_case(world)
    overtaking.by(lambda: answers(world, case, "phq-9", {"1": "1"}))
    ok(await answers(world, case, "phq-9", {"2": "2"}))
    assert request_of(await reads(world, case), "phq-9")["answers"] == {"1": "1", "2": "2"}


async def a_worrying_answer_while_another_is_given(world: World, overtaking: Overtaking) -> None:
    """They are one alert, with both in it."""
    await has_rota(world)
    case = await has_case(world)
    overtaking.by(lambda: answers(world, case, "c-ssrs-screener", {"4": "yes"}))
    saved = ok(await answers(world, case, "phq-9", {"9": "2"}))
    alert = await open_alert(world)
    assert (alert["id"], len(alert["positives"])) == (saved["alert_id"], 2)
    assert await world.alarmed(case["patient_id"]) == ["SafetyAlertRaised", "SafetyAlertJoined"]


async def a_refused_alarming_answer_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    """It joins that one."""
    await has_rota(world)
    case = await has_case(world)
    overtaking.by(lambda: _an_alert(world, case))
    body = {"request_id": request_of(case, "phq-9")["request_id"], "answers": {"9": "3"}, "surprise": True}
    refused = await does(world, case, "responses", body, by=world.patient(case["patient_id"]))
    assert refusal(refused) == (422, "invalid_request")
    alert = await open_alert(world)
    assert (alert["id"], len(alert["positives"])) == (refused.json()["alert_id"], 2)


async def a_submission_while_the_patient_withdraws(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    for questionnaire, given in SENSIBLE_ANSWERS.items():
        ok(await answers(world, case, questionnaire, given, complete=True))
    overtaking.by(lambda: closes(world, case))
    statement = {"history_complete": True, "medications_complete": True}
    late = await does(world, case, "submit", statement, by=world.patient(case["patient_id"]))
    assert refusal(late) == (409, "case_closed")
    assert "ScreeningSubmitted" not in await world.said_types(case["patient_id"])


async def a_case_is_closed_while_it_is_denied(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    denial = {"reason": "not safe here"}
    overtaking.by(lambda: does(world, case, "decisions/deny", denial, version=case["version"]))
    assert refusal(await does(world, case, "close", WITHDRAWN, version=case["version"])) == (409, "case_closed")


# what becomes known while a clearance is granted that did not know of it


def news_while_a_clearance_is_granted(what: str, body: Callable[[World], Any], rule: str) -> Race[World]:
    """The clearance that was granted meanwhile is suspended for it."""

    async def news(world: World, overtaking: Overtaking) -> None:
        case = await ready_to_decide(world)
        granted: list[str] = []

        async def a_grant() -> None:
            granted.append(ok(await grants(world, case), 201)["clearance_id"])

        overtaking.by(a_grant)
        ok(await does(world, case, what, body(world), by=world.nurse), 201)
        assert await suspended_for(world, granted[0]) == [rule]

    return news


def _a_positive_test(world: World) -> dict[str, Any]:
    return evidence("pregnancy_test", world.clock(), "positive")


a_fact_while_a_clearance_is_granted = news_while_a_clearance_is_granted("facts", lambda _: PREGNANT, "CI-08")
a_medication_while_a_clearance_is_granted = news_while_a_clearance_is_granted(
    "medications", lambda _: {"name": "phenelzine"}, "IX-MAOI"
)
evidence_while_a_clearance_is_granted = news_while_a_clearance_is_granted("evidence", _a_positive_test, "CI-08")


async def a_fact_is_reclassified_while_a_clearance_is_granted(world: World, overtaking: Overtaking) -> None:
    case = await ready_to_decide(world)
    fact = ok(await does(world, case, "facts", {**PREGNANT, "status": "ruled_out"}), 201)["id"]
    granted: list[str] = []

    async def a_grant() -> None:
        granted.append(ok(await grants(world, case), 201)["clearance_id"])

    overtaking.by(a_grant)
    ok(await does(world, case, f"facts/{fact}/reclassify", {"status": "active", "reason": "the test was mixed up"}))
    assert await suspended_for(world, granted[0]) == ["CI-08"]


async def a_medication_is_stopped_while_it_is_stopped(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    taken = ok(await does(world, case, "medications", {"name": "Sertraline"}), 201)["id"]
    body = {"last_taken_on": world.clock().date().isoformat()}
    overtaking.by(lambda: does(world, case, f"medications/{taken}/stop", body))
    late = await does(world, case, f"medications/{taken}/stop", body)
    assert refusal(late) == (409, "medication_already_stopped")


async def a_medication_is_identified_while_it_is_identified(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    taken = ok(await does(world, case, "medications", {"name": "klonipin"}), 201)["id"]
    body = {"names": ["klonopin"]}
    overtaking.by(lambda: does(world, case, f"medications/{taken}/identify", body))
    assert refusal(await does(world, case, f"medications/{taken}/identify", body)) == (409, "medication_known")


async def a_medication_is_voided_while_it_is_voided(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    taken = ok(await does(world, case, "medications", {"name": "Sertraline"}), 201)["id"]
    body = {"reason": "another patient's"}
    overtaking.by(lambda: does(world, case, f"medications/{taken}/void", body))
    assert refusal(await does(world, case, f"medications/{taken}/void", body)) == (409, "already_voided")


async def a_trial_is_recorded_while_another_is(world: World, overtaking: Overtaking) -> None:
    """Both are kept, and together they show treatment resistance."""
    case = await has_case(world)
    overtaking.by(lambda: does(world, case, "trials", trial("sertraline")))
    ok(await does(world, case, "trials", trial("venlafaxine")), 201)
    found = ok(await world.prescriber.get(f"/v1/cases/{case['id']}/findings"))
    assert found["treatment_resistance"]["shown"]


async def a_trial_is_voided_while_it_is_voided(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    recorded = ok(await does(world, case, "trials", trial("sertraline")), 201)["id"]
    body = {"reason": "another patient's"}
    overtaking.by(lambda: does(world, case, f"trials/{recorded}/void", body))
    assert refusal(await does(world, case, f"trials/{recorded}/void", body)) == (409, "already_voided")


async def indications_while_a_fact_is_recorded(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    overtaking.by(lambda: does(world, case, "facts", PREGNANT, by=world.nurse))
    late = await world.nurse.put(
        f"/v1/cases/{case['id']}/indications", {"indications": ["ptsd"]}, version=case["version"]
    )
    assert refusal(late) == (412, "stale_version")
    assert len((await reads(world, case))["requests"]) == len(case["requests"])


async def evidence_is_voided_while_a_clearance_is_granted(world: World, overtaking: Overtaking) -> None:
    """The clearance that was granted on it meanwhile waits."""
    case = await ready_to_decide(world)
    lab = next(each["id"] for each in case["clinical"]["evidence"] if each["kind"] == "lab_panel")
    granted: list[str] = []

    async def a_grant() -> None:
        granted.append(ok(await grants(world, case), 201)["clearance_id"])

    overtaking.by(a_grant)
    ok(await does(world, case, f"evidence/{lab}/void", {"reason": "another patient's"}))
    assert await suspended_for(world, granted[0]) == [lab]


async def an_evaluation_while_the_case_is_closed(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    overtaking.by(lambda: closes(world, case))
    assert refusal(await does(world, case, "evaluations", evaluation(world))) == (409, "case_closed")


async def diagnoses_while_the_case_is_closed(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    evaluated = ok(await does(world, case, "evaluations", evaluation(world)), 201)["evaluation_id"]
    overtaking.by(lambda: closes(world, case))
    late = await does(world, case, "diagnoses", {"evaluation_id": evaluated, "codes": ["F33.2"]})
    assert refusal(late) == (409, "case_closed")


# decisions


async def a_deferral_while_a_fact_is_recorded(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    overtaking.by(lambda: does(world, case, "facts", PREGNANT, by=world.nurse))
    later = {"until": (world.clock() + timedelta(days=30)).isoformat(), "reason": "blood pressure first"}
    assert refusal(await does(world, case, "decisions/defer", later, version=case["version"])) == (412, "stale_version")


async def a_denial_while_a_clearance_is_granted(world: World, overtaking: Overtaking) -> None:
    case = await ready_to_decide(world)
    overtaking.by(lambda: grants(world, case))
    late = await does(world, case, "decisions/deny", {"reason": "not safe here"}, version=case["version"])
    assert refusal(late) == (412, "stale_version")
    assert (await world.said_types(case["patient_id"]))[-1] == "ClearanceGranted"


def a_grant_against(setback: Callable[[World, Any], Awaitable[object]], *missing: str) -> Race[World]:
    """A decision that everything is ready for while this comes in its way; `missing` is what tells."""

    async def a_grant(world: World, overtaking: Overtaking) -> None:
        case = await ready_to_decide(world)
        overtaking.by(lambda: setback(world, case))
        refused = await grants(world, case)
        assert refusal(refused) == (409, "decision_not_ready")
        assert tuple(refused.json()["missing"]) == missing
        assert "ClearanceGranted" not in await world.said_types(case["patient_id"])

    return a_grant


async def _a_fact(world: World, case: Any) -> None:
    ok(await does(world, case, "facts", PREGNANT, by=world.nurse), 201)


async def _a_medication(world: World, case: Any) -> None:
    ok(await does(world, case, "medications", {"name": "phenelzine"}, by=world.nurse), 201)


async def _an_alert(world: World, case: Any) -> None:
    alarm = {"patient_id": case["patient_id"], "level": "high", "note": "a friend called"}
    ok(await world.nurse.post("/v1/alerts", alarm), 201)


a_grant_while_a_fact_is_recorded = a_grant_against(_a_fact, "class_a_finding")
a_grant_while_a_medication_is_added = a_grant_against(_a_medication, "finding_without_pathway")
a_grant_while_an_alert_is_raised = a_grant_against(_an_alert, "alert_open")


async def a_grant_while_a_clearance_is_granted(world: World, overtaking: Overtaking) -> None:
    case = await ready_to_decide(world)
    overtaking.by(lambda: grants(world, case))
    assert refusal(await grants(world, case)) == (412, "stale_version")
    assert (await world.said_types(case["patient_id"])).count("ClearanceGranted") == 1


# links


async def a_link_while_the_details_change(world: World, overtaking: Overtaking) -> None:
    """It is for whoever is known then."""
    case = await has_case(world)
    overtaking.by(lambda: world.hear(details_changed(case["patient_id"], birth_date=date(1990, 1, 1))))
    issued = ok(await does(world, case, "links"), 201)
    page = await Visitor(world.client).opens(issued["path"])
    again = await Visitor(world.client).presses(
        page, "Continue", birth_date_month="1", birth_date_day="1", birth_date_year="1990"
    )
    assert again.h1 == "Your questions"


async def a_link_is_opened_while_somebody_guesses(world: World, overtaking: Overtaking) -> None:
    """Both tries count, one after the other."""
    case = await has_case(world)
    link_id = LinkId(ok(await does(world, case, "links"), 201)["link_id"])

    async def guesses() -> bool:
        tried = await world.application.open_link(OpenLink(link_id, date(2000, 1, 1)), Actor.public())
        return tried.value.opened_at is not None

    overtaking.by(guesses)
    assert not await guesses()
    assert (await world.application.ports.links.get(link_id)).tries.wrong == 2
