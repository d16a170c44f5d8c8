"""What overtakes what is done about an alert, the tasks and the rota, and what comes of it then."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_service.identity import Role
from careflow_service.testing.overtaking import Overtaking
from services.screening.tests.clinic import answers, has_case, has_rota, ok, open_alert, refusal, rota
from services.screening.tests.world import World

CLOSING = {
    "outcome": "resolved",
    "note": "spoken to at length",
    "disposition": "safe_with_plan",
    "safety_plan": "sister stays tonight",
}
WHEREABOUTS = {"location": "at home, 5 Elm Street", "callback_number": "+14155550123"}
SOME_DAYS, OFTEN = "1", "2"
SCREENER_WITHIN = timedelta(minutes=15)
PAST_THE_ROTA = timedelta(days=27)
"""Three days before the last shift ends somebody must draw the rota on."""


async def alerted(world: World, item_9: str) -> tuple[Any, str]:
    """Somebody answered item 9 of the PHQ-9; answers the case and the alert."""
    await has_rota(world)
    case = await has_case(world)
    return case, ok(await answers(world, case, "phq-9", {"9": item_9}))["alert_id"]


async def does(world: World, alert_id: str, what: str, body: Any = None, *, version: int | None = None) -> Any:
    return await world.nurse.post(f"/v1/alerts/{alert_id}/{what}", body, version=version)


async def raises(world: World, case: Any, level: str) -> Any:
    body = {"patient_id": case["patient_id"], "level": level, "note": f"a friend called, {level}"}
    return ok(await world.nurse.post("/v1/alerts", body), 201)


async def draws(world: World, *, version: int) -> httpx.Response:
    return await world.calling(Role.MEDICAL_DIRECTOR).put("/v1/rota", rota(world.clock()), version=version)


async def pages_of(world: World) -> set[str]:
    return {page["state"] for page in (await open_alert(world))["pages"]}


async def an_alert_while_another_is_raised(world: World, overtaking: Overtaking) -> None:
    """It joins that one and raises its level."""
    await has_rota(world)
    case = await has_case(world)
    overtaking.by(lambda: raises(world, case, "moderate"))
    await raises(world, case, "high")
    assert await world.alarmed(case["patient_id"]) == ["SafetyAlertRaised", "SafetyAlertUpgraded"]
    assert len((await open_alert(world))["positives"]) == 2


async def whereabouts_while_the_alert_is_closed(world: World, overtaking: Overtaking) -> None:
    case, alert_id = await alerted(world, OFTEN)
    version = ok(await does(world, alert_id, "acknowledge"))["version"]
    overtaking.by(lambda: does(world, alert_id, "close", CLOSING, version=version))
    late = await world.patient(case["patient_id"]).post(f"/v1/alerts/{alert_id}/whereabouts", WHEREABOUTS)
    assert refusal(late) == (409, "alert_closed")


async def an_acknowledgement_while_it_is_acknowledged(world: World, overtaking: Overtaking) -> None:
    _, alert_id = await alerted(world, OFTEN)
    overtaking.by(lambda: world.prescriber.post(f"/v1/alerts/{alert_id}/acknowledge"))
    assert refusal(await does(world, alert_id, "acknowledge")) == (409, "alert_already_acknowledged")
    assert (await open_alert(world))["acknowledged_by"] == "user-prescriber"


async def an_acknowledgement_while_the_alert_is_upgraded(world: World, overtaking: Overtaking) -> None:
    """The pages of the upgrade are withdrawn too."""
    case, alert_id = await alerted(world, SOME_DAYS)
    overtaking.by(lambda: raises(world, case, "high"))
    ok(await does(world, alert_id, "acknowledge"))
    assert await pages_of(world) == {"withdrawn"}
    await world.catch_up()
    assert world.paged() == []


async def a_contact_while_the_alert_is_upgraded(world: World, overtaking: Overtaking) -> None:
    """Whoever spoke to the patient did not know of it, and takes the alert on anew."""
    case, alert_id = await alerted(world, SOME_DAYS)
    ok(await does(world, alert_id, "acknowledge"))
    overtaking.by(lambda: raises(world, case, "high"))
    late = await does(world, alert_id, "contact", {"note": "spoke on the phone"})
    assert refusal(late) == (409, "alert_not_acknowledged")


async def a_close_while_the_alert_is_upgraded(world: World, overtaking: Overtaking) -> None:
    case, alert_id = await alerted(world, SOME_DAYS)
    version = ok(await does(world, alert_id, "acknowledge"))["version"]
    overtaking.by(lambda: answers(world, case, "c-ssrs-screener", {"2": "yes", "4": "yes"}))
    late = await does(world, alert_id, "close", CLOSING, version=version)
    assert refusal(late) == (409, "alert_not_acknowledged")
    alert = await open_alert(world)
    assert (alert["state"], alert["level"]) == ("open", "high")


async def a_close_while_another_concern_joins(world: World, overtaking: Overtaking) -> None:
    case, alert_id = await alerted(world, OFTEN)
    version = ok(await does(world, alert_id, "acknowledge"))["version"]
    overtaking.by(lambda: raises(world, case, "low"))
    assert refusal(await does(world, alert_id, "close", CLOSING, version=version)) == (412, "stale_version")
    assert len((await open_alert(world))["positives"]) == 2


async def a_task_is_done_while_it_is_done(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    ok(await answers(world, case, "phq-9", {"9": OFTEN}))  # without a rota, somebody has to see to it
    open_tasks = ok(await world.nurse.get("/v1/tasks"))["items"]
    (task,) = [each for each in open_tasks if each["kind"] != "rota_gap"]
    path = f"/v1/tasks/{task['id']}/complete"
    overtaking.by(lambda: world.prescriber.post(path))
    assert refusal(await world.nurse.post(path)) == (409, "task_already_done")


async def a_rota_is_drawn_while_it_is_drawn(world: World, overtaking: Overtaking) -> None:
    """The first one of all: there is nothing yet whose version could tell."""
    overtaking.by(lambda: draws(world, version=0))
    assert refusal(await draws(world, version=0)) == (412, "stale_version")


async def a_rota_is_redrawn_while_it_is_redrawn(world: World, overtaking: Overtaking) -> None:
    await has_rota(world)
    overtaking.by(lambda: draws(world, version=1))
    assert refusal(await draws(world, version=1)) == (412, "stale_version")


async def an_escalation_while_the_alert_is_acknowledged(world: World, overtaking: Overtaking) -> None:
    _, alert_id = await alerted(world, SOME_DAYS)
    world.clock.advance(SCREENER_WITHIN)
    overtaking.by(lambda: does(world, alert_id, "acknowledge"))
    await world.catch_up()
    assert world.paged() == []


async def a_test_page_while_it_is_asked_for(world: World, overtaking: Overtaking) -> None:
    """The second click: one set of pages goes out."""
    await has_rota(world)
    overtaking.by(lambda: world.nurse.post("/v1/rota/test-pages"))
    assert refusal(await world.nurse.post("/v1/rota/test-pages")) == (409, "test_page_under_way")
    await world.catch_up()
    assert [person for person, _ in world.paged()] == ["user-nurse"] * 2


async def a_test_page_is_confirmed_while_it_is_confirmed(world: World, overtaking: Overtaking) -> None:
    await has_rota(world)
    path = f"/v1/rota/test-pages/{ok(await world.nurse.post('/v1/rota/test-pages'), 201)['page_ids'][0]}/confirm"
    await world.catch_up()
    overtaking.by(lambda: world.nurse.post(path))
    assert ok(await world.nurse.post(path))["version"] == 3


async def a_test_page_goes_out_while_it_is_confirmed(world: World, overtaking: Overtaking) -> None:
    """Whoever has it in their hand is quicker than the channel's answer."""
    await has_rota(world)
    first, _ = ok(await world.nurse.post("/v1/rota/test-pages"), 201)["page_ids"]
    overtaking.by(lambda: world.nurse.post(f"/v1/rota/test-pages/{first}/confirm"))
    await world.catch_up()
    listed = ok(await world.nurse.get("/v1/rota/test-pages"))["items"]
    assert {each["id"]: each["state"] for each in listed}[first] == "acknowledged"


async def an_answer_said_anew_while_its_alert_is_closed(world: World, overtaking: Overtaking) -> None:
    """It would have joined the alert that was open: it is not lost with it."""
    case, alert_id = await alerted(world, OFTEN)
    await does(world, alert_id, "acknowledge")
    world.clock.advance(timedelta(hours=1))
    version = (await open_alert(world))["version"]
    overtaking.by(lambda: does(world, alert_id, "close", CLOSING, version=version))
    again = ok(await answers(world, case, "phq-9", {"9": OFTEN}))
    assert again["alert_id"] not in (None, alert_id)
    assert (await open_alert(world))["id"] == again["alert_id"]


async def a_disclosure_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    wanted = {"part": "general", "basis": "patient_access", "recipient": "the patient", "reason": "asked for a copy"}
    overtaking.by(lambda: raises(world, case, "low"))
    made = ok(await world.prescriber.post(f"/v1/patients/{case['patient_id']}/disclosures", wanted), 201)
    record = await world.prescriber.get(f"/v1/disclosures/{made['disclosure_id']}/record")
    assert "a friend called, low" in record.text


async def a_gap_is_reported_while_the_rota_is_drawn_on(world: World, overtaking: Overtaking) -> None:
    await has_rota(world)
    world.clock.advance(PAST_THE_ROTA)
    overtaking.by(lambda: draws(world, version=1))
    await world.catch_up()
    assert ok(await world.nurse.get("/v1/tasks"))["items"] == []


async def a_page_goes_out_while_the_alert_is_acknowledged(world: World, overtaking: Overtaking) -> None:
    """By somebody else than whom it was sent to: it is no longer wanted, and the next is not sent."""
    _, alert_id = await alerted(world, OFTEN)
    overtaking.by(lambda: world.prescriber.post(f"/v1/alerts/{alert_id}/acknowledge"))
    await world.catch_up()
    assert world.paged() == [("user-nurse", "sms")]
    assert await pages_of(world) == {"withdrawn"}
