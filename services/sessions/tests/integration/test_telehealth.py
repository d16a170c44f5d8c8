"""A therapy hour by video: nobody begins it without knowing who and where the patient is, and where it may not be held
it is a coordination call, which costs nothing, over HTTP.
"""

from datetime import timedelta
from typing import Any

import pytest

from careflow_events.contracts import codes
from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    Course,
    books,
    consent_body,
    does,
    gate_of,
    has_course,
    ok,
    ready_for_dose,
    receives_dose,
    refusal,
    session_of,
)
from services.sessions.tests.distance import AT_HOME, agrees_to_telehealth, hour_at_a_distance, verifies
from services.sessions.tests.world import World

IN_OREGON = {**AT_HOME, "state": "OR", "address": "Hotel Siskiyou, Ashland, room 12"}
CALL: dict[str, Any] = {"minutes": 12, "note": "She is at her sister's until Friday; an hour in person is booked."}


async def missing(world: World, session_id: str, **by: Any) -> list[str]:
    """What a start is refused for."""
    async with world.nothing_changes():
        refused = await does(world, session_id, "start", by=world.therapist)
        assert refusal(refused) == (409, "telehealth_not_ready")
        shown = ok(await world.therapist.get(f"/v1/sessions/{session_id}/telehealth"))
        assert shown["missing"] == refused.json()["missing"]
    listed: list[str] = shown["missing"]
    return listed


async def consented(world: World) -> Course:
    course = await has_course(world)
    await agrees_to_telehealth(world, course.patient_id)
    return course


async def test_an_hour_by_video_begins_once_it_is_known_who_and_where_the_patient_is(world: World) -> None:
    course = await has_course(world)
    session_id = await hour_at_a_distance(world, course)
    assert await missing(world, session_id) == ["verified_now", "telehealth_consent"]

    ok(await verifies(world, session_id))
    assert await missing(world, session_id) == ["telehealth_consent"]

    await agrees_to_telehealth(world, course.patient_id)
    assert ok(await world.therapist.get(f"/v1/sessions/{session_id}/telehealth"))["missing"] == []
    ok(await does(world, session_id, "start", by=world.therapist))
    shown = ok(await world.therapist.get(f"/v1/sessions/{session_id}/telehealth"))
    assert shown["missing"] is None
    (found,) = shown["verifications"]
    assert {name: found[name] for name in AT_HOME} == {**AT_HOME, "identifiers": sorted(AT_HOME["identifiers"])}
    assert found["by"] == "user-therapist"


async def test_an_hour_by_telephone_asks_for_the_same_and_one_in_the_room_for_nothing(world: World) -> None:
    course = await has_course(world)
    called = await hour_at_a_distance(world, course, modality=codes.Modality.PHONE)
    assert await missing(world, called) == ["verified_now", "telehealth_consent"]

    here = await hour_at_a_distance(world, course, modality=codes.Modality.IN_PERSON)
    assert ok(await world.therapist.get(f"/v1/sessions/{here}/telehealth"))["missing"] is None
    async with world.nothing_changes():
        assert refusal(await verifies(world, here)) == (409, "not_at_a_distance")
        assert refusal(await does(world, here, "coordination-call", CALL)) == (409, "not_at_a_distance")
    ok(await does(world, here, "start", by=world.therapist))


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"identifiers": ["name"]}, "two_identifiers"),
        ({"state": "OR"}, "state_served"),
        ({"state": None}, "state_served"),
        ({"private": False}, "in_private"),
        ({"fit": False}, "fit_for_telehealth"),
    ],
)
async def test_what_is_not_in_order_is_named_and_recorded_anew_once_it_is(
    world: World, changes: dict[str, Any], item: str
) -> None:
    session_id = await hour_at_a_distance(world, await consented(world))
    ok(await verifies(world, session_id, **changes))
    assert await missing(world, session_id) == [item]

    ok(await verifies(world, session_id))
    ok(await does(world, session_id, "start", by=world.therapist))
    assert len(ok(await world.therapist.get(f"/v1/sessions/{session_id}/telehealth"))["verifications"]) == 2


async def test_a_verification_counts_for_an_hour_and_a_consent_until_it_is_withdrawn(world: World) -> None:
    course = await has_course(world)
    consent_id = await agrees_to_telehealth(world, course.patient_id)
    session_id = await hour_at_a_distance(world, course)
    ok(await verifies(world, session_id))
    await world.travel(timedelta(minutes=61))
    assert await missing(world, session_id) == ["verified_now"]

    ok(await verifies(world, session_id))
    ok(await world.patient(course.patient_id).post(f"/v1/consents/{consent_id}/withdraw"))
    assert await missing(world, session_id) == ["telehealth_consent"]


async def test_who_moves_during_the_hour_is_located_again_and_both_places_are_kept(world: World) -> None:
    session_id = await hour_at_a_distance(world, await consented(world))
    ok(await verifies(world, session_id))
    ok(await does(world, session_id, "start", by=world.therapist))
    ok(await verifies(world, session_id, address="In her car, Miller Avenue", private=True))

    shown = ok(await world.therapist.get(f"/v1/sessions/{session_id}/telehealth"))
    assert [each["address"] for each in shown["verifications"]] == [AT_HOME["address"], "In her car, Miller Avenue"]
    ok(await does(world, session_id, "complete", {}, by=world.therapist))
    async with world.nothing_changes():
        assert refusal(await verifies(world, session_id)) == (409, "wrong_state")


async def test_from_another_state_it_is_a_coordination_call_without_a_service(world: World) -> None:
    course = await consented(world)
    session_id = await hour_at_a_distance(world, course)
    ok(await verifies(world, session_id, **IN_OREGON))
    ok(await does(world, session_id, "coordination-call", CALL, by=world.therapist))

    shown = ok(await world.therapist.get(f"/v1/sessions/{session_id}"))
    assert (shown["state"], shown["started_at"]) == ("refused", None)
    assert shown["refusal"] == {"items": ["state_served"], "reason": "logistics", "patient_controllable": False}
    call = ok(await world.therapist.get(f"/v1/sessions/{session_id}/telehealth"))["coordination_call"]
    assert (call["items"], call["minutes"], call["note"]) == (["state_served"], 12, CALL["note"])
    assert ok(await world.therapist.get(f"/v1/sessions/{session_id}/services"))["lines"] == []
    said = await world.said(course.patient_id)
    (refused,) = [each for each in said if each.type == "careflow.sessions.SessionRefused.v1"]
    assert (refused.data["kind"], refused.data["reason"]) == ("preparation", "logistics")
    assert not {"SessionStarted", "SessionCompleted", "SessionAborted"} & set(await world.said_types(course.patient_id))


async def test_a_coordination_call_is_over_and_nothing_is_made_of_it(world: World) -> None:
    session_id = await hour_at_a_distance(world, await consented(world))
    ok(await verifies(world, session_id, private=False))
    ok(await does(world, session_id, "coordination-call", CALL, by=world.therapist))

    async with world.nothing_changes():
        for what, body in (
            ("coordination-call", CALL),
            ("start", None),
            ("complete", {}),
            ("abort", {"reason": "x"}),
            ("services", {"lines": []}),
        ):
            assert refusal(await does(world, session_id, what, body, by=world.therapist)) == (409, "wrong_state"), what
        stays = {"kind": "integration", "patient_agreed": True}
        assert refusal(await does(world, session_id, "convert", stays)) == (422, "conversion_impossible")
        assert refusal(await verifies(world, session_id)) == (409, "wrong_state")


async def test_nobody_is_sent_away_for_what_was_not_asked_or_is_in_order(world: World) -> None:
    session_id = await hour_at_a_distance(world, await consented(world))
    async with world.nothing_changes():
        unasked = await does(world, session_id, "coordination-call", CALL, by=world.therapist)
        assert refusal(unasked) == (409, "telehealth_not_verified")
    ok(await verifies(world, session_id))
    async with world.nothing_changes():
        groundless = await does(world, session_id, "coordination-call", CALL, by=world.therapist)
        assert refusal(groundless) == (409, "nothing_failed")


async def test_an_integration_that_became_a_coordination_call_is_still_owed(world: World) -> None:
    course = await consented(world)
    await receives_dose(world, await ready_for_dose(world, course))
    await world.travel(timedelta(days=1))
    session_id = await hour_at_a_distance(world, course, kind="integration")
    ok(await verifies(world, session_id, **IN_OREGON))
    ok(await does(world, session_id, "coordination-call", CALL, by=world.therapist))

    assert "IntegrationDone" not in await world.said_types(course.patient_id)
    next_dose = (await session_of(world, await books(world, course.patient_id, world.clock())))["id"]
    assert "integration_since_last_dose" in await gate_of(world, next_dose)
    await world.travel(timedelta(days=7))
    assert "IntegrationOverdue" in await world.said_types(course.patient_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"state": "ZZ"}, "state"),
        ({"state": "ca"}, "state"),
        ({"callback": "415 555 0123"}, "callback"),
        ({"address": " "}, "address"),
        ({"identifiers": []}, "identifiers"),
        ({"private": None}, "private"),
    ],
)
async def test_a_verification_that_cannot_be_read_is_named_by_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    session_id = await hour_at_a_distance(world, await consented(world))
    async with world.nothing_changes():
        refused = await verifies(world, session_id, **changes)
        assert refusal(refused) == (422, "invalid_request")
        assert [each["field"] for each in refused.json()["errors"]] == [field]


async def test_consent_to_treatment_is_no_consent_to_telehealth(world: World) -> None:
    course = await has_course(world)
    own = world.patient(course.patient_id)
    ok(await own.post(f"/v1/patients/{course.patient_id}/consents", consent_body(language="es")), 201)
    session_id = await hour_at_a_distance(world, course)
    ok(await verifies(world, session_id))
    assert await missing(world, session_id) == ["telehealth_consent"]


async def test_an_hour_opened_before_booking_was_heard_is_no_hour_in_the_room_until_booking_says_so(
    world: World,
) -> None:
    course = await consented(world)
    opened = {"appointment_id": new_id(), "patient_id": course.patient_id, "location_id": MILL_VALLEY}
    async with world.nothing_changes():
        by_video = await world.nurse.post("/v1/sessions", {**opened, "kind": "dosing", "modality": "video"})
        assert refusal(by_video) == (422, "dosing_at_a_distance")
    session_id = ok(await world.nurse.post("/v1/sessions", {**opened, "kind": "preparation"}), 201)["id"]
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
    assert await missing(world, session_id) == ["verified_now"]

    ok(await verifies(world, session_id))
    ok(await does(world, session_id, "start", by=world.therapist))
    began = world.clock()
    await world.travel(timedelta(minutes=55))
    held = {"provider": "user-therapist", "started_at": began.isoformat(), "ended_at": world.clock().isoformat()}
    ok(await does(world, session_id, "complete", {"therapy": [held]}, by=world.therapist))
    assert await billed(world, session_id) == (1, "10", ["95"])

    await books(world, course.patient_id, began, kind="preparation", appointment_id=opened["appointment_id"])
    assert await billed(world, session_id) == (2, "11", [])
    assert (await world.said_types(course.patient_id))[-1] == "SessionServicesCorrected"


async def test_an_hour_opened_for_somebody_in_the_room_asks_for_nothing(world: World) -> None:
    course = await has_course(world)
    opened = {
        "appointment_id": new_id(),
        "patient_id": course.patient_id,
        "kind": "preparation",
        "location_id": MILL_VALLEY,
        "modality": "in_person",
    }
    session_id = ok(await world.nurse.post("/v1/sessions", opened), 201)["id"]
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
    ok(await does(world, session_id, "start", by=world.therapist))
    assert ok(await world.therapist.get(f"/v1/sessions/{session_id}"))["modality"] == "in_person"


async def billed(world: World, session_id: str) -> tuple[int, str, list[str]]:
    """Revision, place and modifiers of an hour's one service."""
    services = ok(await world.therapist.get(f"/v1/sessions/{session_id}/services"))
    (line,) = services["lines"]
    return services["revision"], line["place_of_service"], line["modifiers"]


async def test_the_therapist_does_all_of_it_by_forms(world: World) -> None:
    session_id = await hour_at_a_distance(world, await consented(world))
    therapist, page = await logs_in(world, Role.THERAPIST, to=of(session_id))
    page = await therapist.presses(page, "Start the session")
    assert "Not everything is in order for an hour at a distance:" in page.text
    assert "Who and where the patient is, recorded within the hour" in page.text

    typed = {name: AT_HOME[name] for name in ("address", "callback", "emergency_service")}
    found = {**typed, "identifiers.name": "1", "identifiers.birth_date": "1", "private": "yes", "fit": "yes"}
    form = await therapist.follows(page, "Who and where the patient is")
    page = await therapist.presses(form, "Save", **{**found, "state": "CA", "callback": "555 0123"})
    assert (page.status, page.h1) == (422, "Who and where the patient is")
    page = await therapist.presses(page, "Save", callback=AT_HOME["callback"], state="outside")
    assert f"{AT_HOME['address']}, outside the United States." in page.text
    assert f"Call back: {AT_HOME['callback']}. Nearest emergency service: {AT_HOME['emergency_service']}." in page.text

    form = await therapist.follows(page, "It was a coordination call")
    page = await therapist.presses(form, "Save", minutes="12", note=CALL["note"])
    assert "It costs the patient nothing, and the hour is still to be held: book it again." in page.text
    assert "In a state where the clinic is licensed" in page.text
    assert CALL["note"] in page.text
