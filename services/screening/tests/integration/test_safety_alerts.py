"""Item 9 and everything after it: crisis text, pages, escalation, acknowledging, closing (journey 2)."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_events.contracts import PersonName
from careflow_service.identity import Role
from careflow_service.ids import new_id
from screening.domain.rota import ChannelKind
from services.screening.tests.builders import c_ssrs, phq_9, since_last_contact
from services.screening.tests.clinic import (
    answers,
    details_changed,
    grants,
    has_case,
    has_rota,
    ok,
    open_alert,
    reads,
    ready_to_decide,
    refusal,
    registered,
    request_of,
    rota,
)
from services.screening.tests.world import World

MINUTE = timedelta(minutes=1)
CLOSING = {
    "outcome": "resolved",
    "note": "spoken to at length",
    "disposition": "safe_with_plan",
    "safety_plan": "sister stays tonight",
}


def people(world: World) -> list[str]:
    """Who was paged, in order, each once per page over both channels."""
    paged = [person for person, _ in world.paged()]
    assert paged[::2] == paged[1::2], "everybody is paged over both channels"
    return paged[::2]


async def answered_item_9(world: World, option: str) -> Any:
    await has_rota(world)
    case = await has_case(world)
    saved = ok(await answers(world, case, "phq-9", {"1": "1", "9": option}))
    return {**case, "saved": saved}


async def test_item_9_some_days_shows_the_crisis_text_and_opens_the_screener(world: World) -> None:
    case = await answered_item_9(world, "1")
    saved = case["saved"]
    assert next(iter(saved)) == "crisis"
    assert saved["crisis"]["lifeline"] == "988"
    assert saved["crisis"]["emergency"] == "911"
    assert saved["next_request_id"] == request_of(case, "c-ssrs-screener")["request_id"]
    alert = await open_alert(world)
    assert (alert["level"], alert["source"], alert["state"]) == ("moderate", "answer", "open")
    assert alert["respond_by"] == "2026-11-24T02:00:00Z"


async def test_with_the_screener_already_answered_the_one_about_what_has_been_since_opens_in_the_same_sitting(
    world: World,
) -> None:
    case = await has_case(world)
    ok(await answers(world, case, "c-ssrs-screener", c_ssrs(), complete=True))
    saved = ok(await answers(world, case, "phq-9", {"9": "1"}))
    screener = request_of(await reads(world, case), "c-ssrs-since-last-contact")
    assert screener["request_id"] == saved["next_request_id"]
    ok(await answers(world, case, "c-ssrs-since-last-contact", since_last_contact(), complete=True))
    await world.travel(60 * MINUTE)
    assert people(world) == [], "finished in time, it spares the page"


async def test_an_unfinished_screener_pages_after_a_quarter_of_an_hour(world: World) -> None:
    case = await answered_item_9(world, "1")
    ok(await answers(world, case, "c-ssrs-screener", {"1": "no"}))
    await world.travel(14 * MINUTE)
    assert people(world) == []
    await world.travel(MINUTE)
    assert people(world) == ["user-nurse"]


async def test_a_quiet_screener_in_time_spares_the_page_and_leaves_the_review(world: World) -> None:
    case = await answered_item_9(world, "1")
    ok(await answers(world, case, "c-ssrs-screener", c_ssrs(), complete=True))
    await world.travel(60 * MINUTE)
    assert people(world) == []
    assert (await open_alert(world))["state"] == "open"


async def test_a_worse_screener_raises_the_level_and_pages_at_once(world: World) -> None:
    case = await answered_item_9(world, "1")
    saved = ok(await answers(world, case, "c-ssrs-screener", {"2": "yes", "4": "yes"}))
    await world.catch_up()
    alert = await open_alert(world)
    assert saved["alert_id"] == alert["id"]
    assert (alert["level"], [each["code"] for each in alert["positives"]]) == (
        "high",
        ["phq9_item9_some", "cssrs_active_thoughts", "cssrs_intent"],
    )
    assert people(world) == ["user-nurse"]
    assert await world.alarmed(case["patient_id"]) == ["SafetyAlertRaised", "SafetyAlertJoined", "SafetyAlertUpgraded"]


async def test_item_9_often_escalates_every_five_minutes_to_the_end_of_the_chain(world: World) -> None:
    case = await answered_item_9(world, "2")
    await world.catch_up()
    assert people(world) == ["user-nurse"]
    await world.travel(5 * MINUTE)
    assert people(world) == ["user-nurse", "user-prescriber"]
    await world.travel(10 * MINUTE)
    assert people(world)[2:] == ["user-medical_director", "user-prescriber", "user-medical_director"]
    (task,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    alert = await open_alert(world)
    assert (task["kind"], task["ref"], alert["exhausted"]) == ("welfare_check", alert["id"], True)
    escalated = [
        (event.type.split(".")[2], event.data.get("step"))
        for event in await world.said(case["patient_id"], "careflow.screening.safety.v1")
    ]
    assert escalated == [
        ("SafetyAlertRaised", None),
        ("SafetyAlertEscalated", 2),
        ("SafetyAlertEscalated", 3),
        ("SafetyAlertEscalated", 4),
    ]


async def test_whoever_answers_sees_why_where_and_whom_to_call(world: World) -> None:
    case = await answered_item_9(world, "3")
    ana = world.patient(case["patient_id"])
    where = {"location": "at home, 5 Elm Street", "callback_number": "+14155550123"}
    ok(await ana.post(f"/v1/alerts/{case['saved']['alert_id']}/whereabouts", where))
    await world.catch_up()
    alert = await open_alert(world)
    assert alert["whereabouts"] == where
    assert alert["patient_phone"] == "+14155550123"
    assert alert["patient_name"] is None, "booking has not said it"
    assert alert["emergency_contact"] == {"name": "Bea Rivera", "phone": "+14155550199"}
    assert {page["state"] for page in alert["pages"]} == {"delivered"}

    await world.hear(details_changed(case["patient_id"], name=PersonName(given="Ana", family="Rivera")))
    assert (await open_alert(world))["patient_name"] == "Ana Rivera"


async def test_acknowledged_nobody_else_is_asked(world: World) -> None:
    case = await answered_item_9(world, "2")
    await world.catch_up()
    ok(await world.nurse.post(f"/v1/alerts/{case['saved']['alert_id']}/acknowledge"))
    await world.travel(timedelta(hours=1, minutes=59))
    assert people(world) == ["user-nurse"]
    alert = await open_alert(world)
    assert (alert["acknowledged_by"], {page["state"] for page in alert["pages"]}) == ("user-nurse", {"acknowledged"})


async def test_acknowledged_before_the_page_went_out_it_is_withdrawn(world: World) -> None:
    case = await answered_item_9(world, "2")
    ok(await world.prescriber.post(f"/v1/alerts/{case['saved']['alert_id']}/acknowledge"))
    await world.catch_up()
    assert people(world) == []
    assert {page["state"] for page in (await open_alert(world))["pages"]} == {"withdrawn"}


async def test_a_high_alert_closes_only_with_disposition_and_plan_and_leaves_a_task(world: World) -> None:
    case = await answered_item_9(world, "2")
    path = f"/v1/alerts/{case['saved']['alert_id']}"
    version = ok(await world.nurse.post(f"{path}/acknowledge"))["version"]
    bare = {"outcome": "resolved", "note": "fine"}
    refused = await world.nurse.post(f"{path}/close", bare, version=version)
    assert refusal(refused) == (422, "closing_incomplete")
    assert refused.json()["missing"] == ["disposition", "safety_plan"]
    ok(await world.nurse.post(f"{path}/close", CLOSING, version=version))
    assert ok(await world.nurse.get("/v1/alerts"))["items"] == []
    (task,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    assert (task["kind"], task["due_at"]) == ("next_day_contact", "2026-11-24T17:00:00Z")
    ok(await world.nurse.post(f"/v1/tasks/{task['id']}/complete"))
    assert ok(await world.nurse.get("/v1/tasks"))["items"] == []


async def test_a_positive_that_joined_meanwhile_is_not_closed_unseen(world: World) -> None:
    case = await answered_item_9(world, "2")
    path = f"/v1/alerts/{case['saved']['alert_id']}"
    seen = ok(await world.nurse.post(f"{path}/acknowledge"))["version"]
    ok(await answers(world, case, "c-ssrs-screener", {"2": "yes", "5": "yes"}))
    assert refusal(await world.nurse.post(f"{path}/close", CLOSING, version=seen)) == (412, "stale_version")


async def test_a_later_low_score_closes_nothing(world: World) -> None:
    case = await answered_item_9(world, "2")
    ok(await answers(world, case, "phq-9", phq_9(0), complete=True))
    alert = await open_alert(world)
    assert (alert["level"], alert["state"]) == ("high", "open")


async def test_a_low_answer_asks_nobody_while_its_review_is_not_overdue(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    saved = ok(await answers(world, case, "c-ssrs-screener", {"1": "yes"}))
    assert saved["crisis"]
    await world.travel(timedelta(hours=8, minutes=59))
    assert people(world) == []
    assert (await open_alert(world))["level"] == "low"
    await world.travel(MINUTE)
    assert people(world) == ["user-nurse"]


async def test_on_a_friday_evening_the_on_call_is_asked_at_once(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    await world.travel(timedelta(days=4, hours=10))
    ok(await answers(world, case, "phq-9", {"9": "1"}))
    ok(await answers(world, case, "c-ssrs-screener", c_ssrs("1", "2"), complete=True))
    await world.catch_up()
    assert people(world) == ["user-nurse"]
    assert (await open_alert(world))["respond_by"] == "2026-11-28T04:00:00Z"


async def test_a_high_alert_taken_on_and_forgotten_pages_again(world: World) -> None:
    case = await answered_item_9(world, "2")
    await world.catch_up()
    path = f"/v1/alerts/{case['saved']['alert_id']}"
    ok(await world.nurse.post(f"{path}/acknowledge"))
    ok(await world.nurse.post(f"{path}/contact", {"note": "spoke", "safety_plan": "sister stays"}))
    await world.travel(timedelta(hours=23, minutes=59))
    assert people(world) == ["user-nurse"]
    await world.travel(MINUTE)
    assert people(world) == ["user-nurse", "user-nurse"]
    alert = await open_alert(world)
    assert (alert["state"], [each["safety_plan"] for each in alert["contacts"]]) == ("open", ["sister stays"])
    late = await world.nurse.post(f"{path}/contact", {"note": "spoke again"})
    assert refusal(late) == (409, "alert_not_acknowledged")


@pytest.mark.thorough
async def test_an_exhausted_chain_is_asked_again_and_again(world: World) -> None:
    await answered_item_9(world, "2")
    await world.travel(timedelta(hours=6))
    assert people(world).count("user-nurse") > 10


async def test_a_rota_of_people_nobody_could_reach_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.ports.notifier, "channels", lambda: frozenset({ChannelKind.SMS, ChannelKind.VOICE}))
    director = world.calling(Role.MEDICAL_DIRECTOR)
    refused = await director.put("/v1/rota", rota(world.clock()), version=0)
    assert (refusal(refused), refused.json()["channels"]) == ((422, "too_few_channels"), ["sms", "voice"])


async def test_staff_raise_an_alert_for_what_they_heard(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    body = {"patient_id": case["patient_id"], "level": "high", "note": "said goodbye on the phone"}
    raised = ok(await world.calling(Role.COORDINATOR).post("/v1/alerts", body), 201)
    await world.catch_up()
    assert people(world) == ["user-nurse"]
    again = ok(await world.nurse.post("/v1/alerts", body), 201)
    assert again["alert_id"] == raised["alert_id"]
    event = (await world.said(case["patient_id"], "careflow.screening.safety.v1"))[0]
    assert event.data["source"] == "staff"


async def test_an_alert_needs_a_patient_somebody_knows(world: World) -> None:
    body = {"patient_id": new_id(), "level": "low", "note": "heard something"}
    assert refusal(await world.nurse.post("/v1/alerts", body)) == (404, "patient_not_found")
    ana = new_id()
    await world.hear(registered(ana))
    ok(await world.nurse.post("/v1/alerts", {**body, "patient_id": ana}), 201)


@pytest.mark.parametrize("acknowledged", [False, True], ids=["open", "acknowledged"])
async def test_nothing_is_granted_past_a_high_alert(world: World, acknowledged: bool) -> None:
    case = await ready_to_decide(world)
    body = {"patient_id": case["patient_id"], "level": "high", "note": "a friend called"}
    alert = ok(await world.nurse.post("/v1/alerts", body), 201)["alert_id"]
    if acknowledged:
        ok(await world.nurse.post(f"/v1/alerts/{alert}/acknowledge"))
    refused = await grants(world, case)
    assert refusal(refused) == (409, "decision_not_ready")
    assert refused.json()["missing"] == ["alert_open"]


async def test_alerts_are_listed_by_urgency_page_by_page(world: World) -> None:
    for level in ("low", "high", "moderate"):
        ana = new_id()
        await world.hear(registered(ana))
        ok(await world.nurse.post("/v1/alerts", {"patient_id": ana, "level": level, "note": "heard"}), 201)
    first = ok(await world.nurse.get("/v1/alerts", limit=2))
    assert [each["level"] for each in first["items"]] == ["high", "moderate"]
    rest = ok(await world.nurse.get("/v1/alerts", limit=2, after=first["next"]))
    assert ([each["level"] for each in rest["items"]], rest["next"]) == (["low"], None)


async def test_without_a_rota_every_alarm_becomes_a_task_at_once(world: World) -> None:
    case = await has_case(world)
    ok(await answers(world, case, "phq-9", {"9": "3"}))
    tasks = ok(await world.nurse.get("/v1/tasks"))["items"]
    assert {each["kind"] for each in tasks} == {"welfare_check", "rota_gap"}


async def test_the_rota_is_drawn_up_and_anew_and_says_who_is_on_call(world: World) -> None:
    director = world.calling(Role.MEDICAL_DIRECTOR)
    assert refusal(await director.get("/v1/rota")) == (404, "rota_not_found")
    assert refusal(await director.put("/v1/rota", rota(world.clock()))) == (428, "precondition_required")
    assert refusal(await director.put("/v1/rota", rota(world.clock()), version=1)) == (412, "stale_version")
    await has_rota(world)
    shown = ok(await director.get("/v1/rota"))
    assert shown["on_call_now"] == ["user-nurse", "user-prescriber", "user-medical_director"]
    assert shown["responders"][0] == {"id": "user-nurse", "channels": ["sms", "push"]}
    assert refusal(await director.put("/v1/rota", rota(world.clock()), version=7)) == (412, "stale_version")
    ok(await director.put("/v1/rota", rota(world.clock(), shifts=[]), version=shown["version"]))
    assert ok(await director.get("/v1/rota"))["on_call_now"] == ["user-medical_director"]


async def test_three_days_before_a_gap_somebody_must_draw_the_rota_on(world: World) -> None:
    await has_rota(world)
    await world.travel(timedelta(days=26, hours=23))
    assert ok(await world.nurse.get("/v1/tasks"))["items"] == []
    await world.travel(timedelta(hours=1))
    (task,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    assert task["kind"] == "rota_gap"
    await world.travel(timedelta(days=30))
    assert len(ok(await world.nurse.get("/v1/tasks"))["items"]) == 1


async def test_a_gap_that_was_ticked_off_and_stands_is_told_again_a_day_before_it(world: World) -> None:
    await has_rota(world)
    await world.travel(timedelta(days=27))
    (first,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    ok(await world.nurse.post(f"/v1/tasks/{first['id']}/complete"))
    await world.travel(timedelta(days=1, hours=23))
    assert ok(await world.nurse.get("/v1/tasks"))["items"] == []
    await world.travel(timedelta(hours=1))
    (again,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    (gap,) = ok(await world.nurse.get("/v1/rota"))["gaps"]
    assert (again["kind"], again["due_at"], gap["ends_at"]) == ("rota_gap", gap["starts_at"], None)


async def test_the_task_about_a_gap_is_over_once_the_rota_is_drawn_on(world: World) -> None:
    await has_rota(world)
    await world.travel(timedelta(days=27))
    director = world.calling(Role.MEDICAL_DIRECTOR)
    version = ok(await director.get("/v1/rota"))["version"]
    ok(await director.put("/v1/rota", rota(world.clock()), version=version))
    assert ok(await world.nurse.get("/v1/tasks"))["items"] == []


async def test_a_rota_drawn_with_an_earlier_gap_has_a_task_due_when_that_one_begins(world: World) -> None:
    await has_rota(world)
    await world.travel(timedelta(days=27))
    director = world.calling(Role.MEDICAL_DIRECTOR)
    version = ok(await director.get("/v1/rota"))["version"]
    shorter = rota(world.clock() - timedelta(days=29))
    ok(await director.put("/v1/rota", shorter, version=version))
    await world.catch_up()
    (task,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    (gap,) = ok(await world.nurse.get("/v1/rota"))["gaps"]
    assert (task["kind"], task["due_at"]) == ("rota_gap", gap["starts_at"])
