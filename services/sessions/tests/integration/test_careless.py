"""What a careless nurse, a hurried prescriber and a tired therapist do in a day: asked of the service as it runs."""

from datetime import timedelta
from typing import Any

from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    SCORE,
    consent_body,
    does,
    dose,
    draws,
    gate_of,
    has_course,
    has_vial,
    observes,
    ok,
    plan_body,
    ready_for_dose,
    receives_dose,
    refusal,
    signs,
)
from services.sessions.tests.dispensed import troches
from services.sessions.tests.news import clearance_granted, merged
from services.sessions.tests.setbacks import reviews, suffers
from services.sessions.tests.sprays import begun, gives
from services.sessions.tests.world import World

MINUTE = timedelta(minutes=1)
LEAVES = {"patient_left": True, "reason": "walked out"}


async def rests(world: World, session_id: str, *minutes: int) -> None:
    for each in minutes:
        await world.travel(each * MINUTE)
        ok(await observes(world, session_id), 201)


async def test_time_away_is_no_monitoring_and_who_leaves_twice_is_looked_for_twice(world: World) -> None:
    """Two hours under the program are two hours with somebody who watches."""
    session_id, device = await begun(world)
    ok(await gives(world, session_id, device), 201)
    await rests(world, session_id, 40)
    ok(await does(world, session_id, "abort", LEAVES))
    await world.travel(75 * MINUTE)
    ok(await does(world, session_id, "return"))
    await rests(world, session_id, 10)

    early = await does(world, session_id, "discharge", SCORE)

    assert refusal(early) == (403, "discharge_forbidden")
    assert early.json()["criteria"] == ["monitored_long_enough"]
    ok(await does(world, session_id, "abort", LEAVES))
    ok(await does(world, session_id, "return"))
    patient_id = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["patient_id"]
    said = await world.alarmed(patient_id)
    assert said.count("PatientLeftEarly") == said.count("PatientReturned") == 2
    await rests(world, session_id, 30, 30, 15)
    ok(await does(world, session_id, "discharge", SCORE))
    report = ok(await world.nurse.get(f"/v1/sessions/{session_id}/rems-form"))["report"]
    assert (report["minutes"], report["monitored_long_enough"]) == (125, True)


async def test_of_the_time_somebody_was_away_nothing_is_written_down(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    await rests(world, session_id, 10)
    ok(await does(world, session_id, "abort", LEAVES))
    await world.travel(20 * MINUTE)
    meanwhile = (world.clock() - 10 * MINUTE).isoformat()
    ok(await does(world, session_id, "return"))

    path = f"/v1/sessions/{session_id}/vitals"
    seen = await world.nurse.post(path, {"signs": {**signs(), "observed_at": meanwhile}})

    assert refusal(seen) == (409, "nothing_to_monitor")
    moved = {"among": "vitals", "number": 0, "signs": {"observed_at": meanwhile}, "reason": "misread the clock"}
    assert refusal(await world.nurse.post(f"{path}/corrections", moved)) == (409, "nothing_to_monitor")
    before = (world.clock() - 25 * MINUTE).isoformat()
    ok(await world.nurse.post(path, {"signs": {**signs(), "observed_at": before}}), 201)


async def test_a_clearance_that_ends_between_the_check_and_the_dose_closes_the_gate(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ends = world.clock() + 5 * MINUTE
    await world.hear(clearance_granted(course.patient_id, new_id(), ends))
    await world.travel(6 * MINUTE)
    await world.has_heard_all()

    late = await does(world, session_id, "doses", dose(vial, draw_id))

    assert refusal(late) == (409, "dose_gate_closed")
    assert {"item": "clearance_valid", "overridable": False} in late.json()["failed"]


async def test_while_one_event_is_reviewed_the_second_still_holds(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    first = await suffers(world, course.patient_id, session_id, grade=2)
    second = await suffers(world, course.patient_id, session_id, grade=2)

    ok(await reviews(world, first, "resume"))

    assert await gate_of(world, session_id) == ["adverse_events_reviewed"]
    ok(await reviews(world, second, "resume"))
    assert await gate_of(world, session_id) == []


async def test_another_escort_comes_and_when_none_does_until_night_a_prescriber_says_how_they_get_home(
    world: World,
) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    await rests(world, session_id, 40)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    other = {
        "name": "Mia", "phone": "+14155550111", "adult": True, "reached_today": True,
        "pick_up_at": (world.clock() + timedelta(hours=2)).isoformat(),
    }  # fmt: skip
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"escort": other}))
    await rests(world, session_id, 14 * 60)  # after midnight
    alone = {**SCORE, "escort_signed": False}

    refused = await does(world, session_id, "discharge", alone)

    assert refusal(refused) == (409, "discharge_criteria_unmet")
    assert refused.json()["criteria"] == ["escort_signed"]
    signed: dict[str, Any] = {"exceptions": [{"criterion": "escort_signed", "reason": "nobody came"}]}
    homeward = await does(world, session_id, "discharge", {**alone, **signed}, by=world.prescriber)
    assert refusal(homeward)[1] == "transport_missing"
    ok(await does(world, session_id, "discharge", {**alone, **signed, "transport": "ambulance"}, by=world.prescriber))


async def test_the_clock_of_a_tablet_says_nothing_that_has_not_happened(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    fast, slow = (world.clock() + 3 * MINUTE).isoformat(), (world.clock() - 3 * MINUTE).isoformat()
    path = f"/v1/sessions/{session_id}/vitals"

    early, late = [await world.nurse.post(path, {"signs": {**signs(), "observed_at": at}}) for at in (fast, slow)]

    assert refusal(early) == (422, "observed_in_future")
    assert refusal(late) == (422, "observed_before_dose")


async def test_nothing_is_begun_on_a_record_that_was_merged(world: World) -> None:
    course = await has_course(world)
    await world.hear(merged(course.patient_id))
    opened = {"patient_id": course.patient_id, "location_id": MILL_VALLEY, "appointment_id": new_id()}

    begun_anew = [
        await world.nurse.post("/v1/sessions", {**opened, "kind": "preparation"}),
        await world.prescriber.post(f"/v1/patients/{course.patient_id}/plans", plan_body()),
        await world.nurse.post("/v1/drug-log/containers", troches(course.patient_id)),
        await world.patient(course.patient_id).post(f"/v1/patients/{course.patient_id}/consents", consent_body()),
    ]

    assert [refusal(each) for each in begun_anew] == [(409, "patient_merged")] * 4


async def test_who_lies_there_while_their_record_is_merged_is_watched_and_discharged(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)

    await world.hear(merged(course.patient_id))

    await rests(world, session_id, 40)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    await rests(world, session_id, 30, 30)
    ok(await does(world, session_id, "discharge", SCORE))
    ok(await does(world, session_id, "complete", {}))


async def test_every_form_at_the_bedside_says_whose_it_is_by_two_things(world: World) -> None:
    """Two of one name lie in two rooms, each in a tab of one tablet."""
    session_id = await ready_for_dose(world, await has_course(world))
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    forms = sorted(name for name, to in page.links.items() if f"{session_id}/" in to)

    assert len(forms) >= 5
    for form in forms:
        asked = await nurse.follows(page, form)
        assert "Ana Rivera · Born April 2, 1988" in asked.text, form
