"""From the info call to a submitted screening, over HTTP and events."""

from careflow_events.contracts import codes
from careflow_service.ids import new_id
from services.screening.tests.builders import phq_9
from services.screening.tests.clinic import (
    answers,
    has_case,
    has_rota,
    info_call_ended,
    ok,
    reads,
    refusal,
    request_of,
    submits,
)
from services.screening.tests.world import World


async def test_an_info_call_that_ends_with_proceed_opens_a_case_with_its_questionnaires(world: World) -> None:
    case = await has_case(world)
    assert case["state"] == "open"
    assert [each["questionnaire"] for each in case["clinical"]["responses"]] == ["phq-9", "gad-7", "c-ssrs-screener"]
    assert await world.said_types(case["patient_id"]) == ["ScreeningStarted", *["QuestionnaireRequested"] * 3]


async def test_another_end_of_a_consultation_opens_nothing(world: World) -> None:
    ana = new_id()
    await world.hear(info_call_ended(ana, world.clock(), codes.Disposition.NOT_A_FIT))
    await world.hear(info_call_ended(ana, world.clock(), codes.Disposition.COMPLETED, codes.AppointmentKind.EVALUATION))
    assert ok(await world.prescriber.get(f"/v1/patients/{ana}/cases"))["items"] == []


async def test_a_second_proceed_leaves_the_open_case_alone(world: World) -> None:
    case = await has_case(world)
    await world.hear(info_call_ended(case["patient_id"], world.clock()))
    assert len(ok(await world.prescriber.get(f"/v1/patients/{case['patient_id']}/cases"))["items"]) == 1


async def test_a_patient_answers_in_parts_and_hands_in(world: World) -> None:
    case = await has_case(world)
    first = ok(await answers(world, case, "phq-9", {"1": "2", "2": "3"}))
    assert (first["completed"], first["missing"], first["crisis"]) == (False, list("3456789"), None)
    done = ok(await answers(world, case, "phq-9", phq_9(17), complete=True))
    assert done["completed"]
    score = request_of(await reads(world, case), "phq-9")["score"]
    assert score == {"total": 17, "band": "moderately_severe", "level": None, "clusters": None}


async def test_a_submitted_screening_says_so(world: World) -> None:
    case = await has_case(world)
    await submits(world, case)
    assert (await reads(world, case))["state"] == "submitted"
    said = await world.said_types(case["patient_id"])
    assert said[-1] == "ScreeningSubmitted"
    assert said.count("QuestionnaireCompleted") == 3


async def test_nothing_is_handed_in_half(world: World) -> None:
    case = await has_case(world)
    ana = world.patient(case["patient_id"])
    whole = {"history_complete": True, "medications_complete": True}
    path = f"/v1/cases/{case['id']}/submit"
    assert refusal(await ana.post(path, {**whole, "history_complete": False})) == (422, "statement_missing")
    assert refusal(await ana.post(path, whole)) == (409, "questionnaires_incomplete")


async def test_saying_complete_with_an_item_missing_keeps_the_answers_and_stays_open(world: World) -> None:
    case = await has_case(world)
    partial = {item: option for item, option in phq_9(20).items() if item != "4"}
    saved = ok(await answers(world, case, "phq-9", partial, complete=True))
    assert (saved["completed"], saved["missing"]) == (False, ["4"])
    response = request_of(await reads(world, case), "phq-9")
    assert (response["answers"], response["score"]) == (partial, None)


async def test_bad_answers_are_refused_and_nothing_is_kept(world: World) -> None:
    case = await has_case(world)
    ana = world.patient(case["patient_id"])
    path, request = f"/v1/cases/{case['id']}/responses", request_of(case, "phq-9")["request_id"]

    def body(**changes: object) -> dict[str, object]:
        return {"request_id": request, "definition_version": 1, "answers": {"1": "1"}, **changes}

    assert refusal(await ana.post(path, body(answers={"1": "9"}))) == (422, "unknown_option")
    assert refusal(await ana.post(path, body(answers={"12": "1"}))) == (422, "unknown_item")
    assert refusal(await ana.post(path, body(definition_version=2))) == (422, "definition_version_mismatch")
    assert refusal(await ana.post(path, body(request_id=new_id()))) == (404, "questionnaire_request_not_found")
    assert refusal(await ana.post(path, body(answers={"1": 1}))) == (422, "invalid_request")
    assert refusal(await ana.post(path, body(surprise=True))) == (422, "invalid_request")
    assert request_of(await reads(world, case), "phq-9")["answers"] == {}


async def test_answers_after_completion_are_refused(world: World) -> None:
    case = await has_case(world)
    ok(await answers(world, case, "phq-9", phq_9(3), complete=True))
    assert refusal(await answers(world, case, "phq-9", {"1": "0"})) == (409, "questionnaire_completed")


async def test_the_same_request_again_is_answered_the_same_and_done_once(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    first = await answers(world, case, "phq-9", {"9": "2"}, key="once")
    again = await answers(world, case, "phq-9", {"9": "2"}, key="once")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert await world.alarmed(case["patient_id"]) == ["SafetyAlertRaised"]
    other = await answers(world, case, "phq-9", {"9": "3"}, key="once")
    assert refusal(other) == (422, "idempotency_key_reused")


async def test_what_a_questionnaire_shows_tells_nothing_of_its_alerts(world: World) -> None:
    ana = world.patient(new_id())
    shown = ok(await ana.get("/v1/questionnaires/phq-9"))
    assert len(shown["items"]) == 10
    assert "item_alerts" not in shown
    assert shown["licence"]["terms"]
    assert refusal(await ana.get("/v1/questionnaires/madrs")) == (404, "questionnaire_not_found")
    listed = {each["code"]: each["items"][0]["text"] for each in ok(await ana.get("/v1/questionnaires"))["items"]}
    assert {code for code, text in listed.items() if text is None} == {"dast-10", "peg"}
    assert listed.keys() > {"c-ssrs-screener", "gad-7", "phq-9", "pcl-5", "audit-c"}
