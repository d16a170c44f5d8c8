"""The forms of the bedside: a whole dose by them alone, and every way one is refused without losing what was typed."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from services.sessions.tests.bedside import clock, logs_in, of
from services.sessions.tests.builders import ZONE
from services.sessions.tests.clinic import (
    books,
    does,
    dosing_visit,
    has_course,
    has_vial,
    ok,
    ready_for_dose,
    receives_dose,
    session_of,
    signs,
    therapy_hour,
)
from services.sessions.tests.news import screen_assessed
from services.sessions.tests.world import World

MINUTE = timedelta(minutes=1)
CANARY = "zzcanaryzz"


async def fills(someone: Visitor, page: Page, form: str, button: str = "Save", **typed: str) -> Page:
    """Goes to a form of the session and sends it; `__` stands for a point in a field's name."""
    shown = await someone.follows(page, form)
    assert (shown.status, shown.h1) == (200, form)
    return await someone.presses(shown, button, **{name.replace("__", "."): text for name, text in typed.items()})


def observed(**changes: int) -> dict[str, str]:
    values = {**signs(), **changes}
    return {f"signs__{name}": str(value) for name, value in values.items()}


async def state(world: World, session_id: str) -> str:
    return str(ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["state"])


async def arrives(world: World) -> tuple[str, Visitor, Page]:
    """Somebody prepared for a dose is expected now; a nurse looks at the session."""
    course = await has_course(world)
    await therapy_hour(world, course, "preparation")
    appointment_id = await books(world, course.patient_id, world.clock())
    await books(world, course.patient_id, world.clock() + timedelta(days=1), kind="integration")
    await world.hear(screen_assessed(course.patient_id, world.clock()))
    await world.has_heard_all()
    session_id: str = (await session_of(world, appointment_id))["id"]
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    return session_id, nurse, page


async def checks(world: World, nurse: Visitor, page: Page) -> Page:
    now, today = world.clock(), world.clock().astimezone(ZONE).date().isoformat()
    page = await fills(
        nurse,
        page,
        "Identity and weight",
        identifiers__name="1",
        identifiers__birth_date="1",
        weight__kilograms="80",
        weight__measured_on=today,
        reported_weight__amount="176",
        reported_weight__unit="pounds",
    )
    page = await fills(
        nurse,
        page,
        "Ask before the dose",
        suicide_risk="none",
        allergic="no",
        substances__recent="no",
        substances__intoxicated="no",
        drug_screen="expected",
        pregnancy="negative",
        bladder_symptoms="no",
        intake__solids_at=clock(now - 12 * 60 * MINUTE),
        intake__liquids_at=clock(now - 180 * MINUTE),
    )
    page = await fills(
        nurse,
        page,
        "Way home and equipment",
        escort__name="Ben",
        escort__phone="+14155550100",
        escort__adult="yes",
        escort__reached_today="yes",
        escort__pick_up_at=clock(now + 180 * MINUTE),
        equipment_ready="yes",
        cures_reviewed_on=today,
    )
    baseline = {name.replace("signs", "baseline__0"): value for name, value in observed().items()}
    return await fills(nurse, page, "Vital signs before the dose", **baseline)


async def test_a_whole_dose_is_given_by_forms_alone(world: World) -> None:
    session_id, nurse, page = await arrives(world)
    vial = await has_vial(world)
    page = await nurse.presses(page, "Is here")
    assert "Noted: the patient is there." in page.text
    assert "I leave the session" not in page.text
    page = await fills(nurse, page, "I am in the session")  # one role is held: nobody is asked which
    assert "I leave the session" in page.text
    assert "I am in the session" not in page.links
    page = await checks(world, nurse, page)
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/join", {"role": "therapist"}))

    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=of(session_id))
    page = await fills(prescriber, page, "I am in the session", role="prescriber")
    page = await fills(prescriber, page, "Sign the order", mg="40", mg_per_kg="0.5", most_mg="50")
    assert "Everything is in order." in page.text
    assert "Restricted program" not in page.links

    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    page = await fills(nurse, page, "Draw up", container_id=vial, quantity="1")
    page = await nurse.presses(page, "Clear for the dose")
    page = await nurse.presses(page, "Start the session")
    asked = await nurse.follows(page, "Give a dose")
    assert "Ordered: 40 mg at a time, 50 mg at most. Given so far: 0 mg." in asked.text
    draw = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))["draws"][0]["id"]
    stated = {"mg": "40", "mg_per_kg": "0.5", "ml": "0.8", "mg_per_ml": "50"}
    page = await nurse.presses(asked, "Save", draw=f"{vial}/{draw}", **stated)
    assert "The dose is recorded as given." in page.text
    for minutes in (10, 5, 15, 10):
        assert "Vital signs due at" in page.text
        await world.travel(minutes * MINUTE)
        page = await fills(nurse, page, "Vital signs", **observed())
    page = await nurse.presses(page, "The dose has ended")
    page = await fills(nurse, page, "Waste or spill", draw=f"{vial}/{draw}", kind="wasted", mg="10")
    assert "It counts once somebody else has confirmed it." in page.text
    for _ in range(4):
        await world.travel(15 * MINUTE)
        page = await fills(nurse, page, "Vital signs", **observed())
    yes = ("oriented", "walks_unaided", "nausea_controlled", "effects_resolved", "escort_signed", "instructions_given")
    page = await fills(nurse, page, "Let go home", suicide_risk="none", **dict.fromkeys(yes, "yes"))
    assert "The patient may go home." in page.text
    await fills(nurse, page, "Complete the session")
    assert await state(world, session_id) == "completed"


async def under_way(world: World) -> tuple[str, Visitor, Page]:
    """A dose was given; a nurse looks at the session."""
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    return session_id, nurse, page


async def test_two_vials_of_one_lot_are_told_apart_as_in_the_log(world: World) -> None:
    _, nurse, page = await under_way(world)
    vials = {await has_vial(world), await has_vial(world)}
    asked = await nurse.follows(page, "Draw up")
    for vial in vials:
        assert f"ketamine 50 mg/mL (…{vial[-4:]})" in asked.text


async def observations(world: World, session_id: str) -> list[Any]:
    return list(ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))["vitals"])


async def test_what_cannot_be_right_is_told_at_its_field_and_what_was_typed_is_kept(world: World) -> None:
    session_id, nurse, page = await under_way(world)
    wrong = {**observed(), "signs__systolic": "twelve", "signs__oxygen_saturation": "980"}
    empty = await fills(nurse, page, "Vital signs")
    missing = ("Systolic pressure, mmHg", "Diastolic pressure, mmHg", "Pulse, per minute", "Oxygen saturation, %")
    assert (empty.status, [each for each in missing if f"{each}: " not in empty.text]) == (422, [])

    refused = await fills(nurse, page, "Vital signs", **wrong)

    assert refused.status == 422
    assert "Systolic pressure, mmHg: A whole number is written in digits alone, such as 128" in refused.text
    assert "Oxygen saturation, %: That is more than can be right." in refused.text
    fields = refused.form("Save").fields
    assert (fields["signs.systolic"], fields["signs.heart_rate"]) == ("twelve", "72")
    page = await nurse.presses(refused, "Save", **{"signs.systolic": "128", "signs.oxygen_saturation": "98"})
    assert "The vital signs are recorded." in page.text
    assert len(await observations(world, session_id)) == 1


async def test_signs_out_of_limits_stand_where_the_session_stands_until_newer_ones_are_within(world: World) -> None:
    """Not in the table alone, below all there is to do."""
    _, nurse, page = await under_way(world)

    page = await fills(nurse, page, "Vital signs", **observed(systolic=186), signs__symptoms__chest_pain="1")
    assert re.search(r"Vital signs at \S+ AM: ■ Act now: Systolic pressure, Chest pain 186/", page.text)
    assert page.text.index("Act now:") < page.text.index("What to do")

    await world.travel(timedelta(minutes=5))
    page = await fills(nurse, page, "Vital signs", **observed())
    assert "Act now:" not in page.text[: page.text.index("What to do")]


async def test_a_refusal_is_a_sentence_on_the_form(world: World) -> None:
    session_id, nurse, page = await under_way(world)
    refused = await fills(nurse, page, "Vital signs", **{**observed(), "signs__diastolic": "160"})
    assert refused.status == 422
    assert "These values cannot all be right. Measure again." in refused.text
    assert refused.form("Save").fields["signs.diastolic"] == "160"
    assert await observations(world, session_id) == []


async def test_everything_that_keeps_from_going_home_is_named_and_a_prescriber_signs_for_it(world: World) -> None:
    session_id, nurse, page = await under_way(world)
    await nurse.presses(page, "The dose has ended")
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=of(session_id))
    answers = dict.fromkeys(("oriented", "nausea_controlled", "effects_resolved", "instructions_given"), "yes")
    answers |= {"walks_unaided": "no", "escort_signed": "no", "suicide_risk": "none"}

    refused = await fills(prescriber, page, "Let go home", **answers)

    assert refused.status == 409
    assert "no prescriber has signed for each thing that is not" in refused.text
    named = ("Vital signs just observed", "Walks unaided", "Watched long enough", "Escort has signed")
    assert all(each in refused.text for each in named)
    until = (world.clock() + timedelta(minutes=60)).astimezone(ZONE).strftime("%-I:%M")
    assert f"Watched long enough: from {until}" in refused.text
    assert f"To be watched until {until}" in page.text
    unmet = (
        "vitals_observed",
        "vitals_near_baseline",
        "signs_in_limits",
        "awake",
        "walks_unaided",
        "monitored_long_enough",
    )
    signed = {f"exceptions.{each}": "examined by me" for each in (*unmet, "escort_signed")}
    gone = await prescriber.presses(refused, "Save", transport="her sister drives", **signed)
    assert "The patient may go home." in gone.text


async def test_what_stands_in_the_way_is_listed_and_signed_for_by_name(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"drug_screen": "unexpected"}))
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    refused = await nurse.presses(page, "Clear for the dose")
    assert refused.status == 409
    assert "Not everything is in order for a dose: Urine drug screen" in refused.text
    assert "Sign for what is in the way" not in refused.links

    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=of(session_id))
    page = await fills(prescriber, page, "Sign for what is in the way", overrides__drug_screen="prescribed by me")
    assert "Signed for: Urine drug screen" in page.text
    assert "Cleared for the dose." in (await prescriber.presses(page, "Clear for the dose")).text


async def test_a_second_click_is_the_same_command(world: World) -> None:
    session_id, nurse, page = await under_way(world)
    form = await nurse.follows(page, "Vital signs")
    typed = {name.replace("__", "."): value for name, value in observed().items()}
    for _ in range(2):
        assert "The vital signs are recorded." in (await nurse.presses(form, "Save", **typed)).text
    assert len(await observations(world, session_id)) == 1


async def test_of_two_tabs_the_second_is_told_in_words_and_sends_again_what_it_kept(world: World) -> None:
    session_id = await dosing_visit(world, await has_course(world))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"weight": weight(world)}))
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=of(session_id))
    tab = await prescriber.follows(page, "Sign the order")
    ok(await does(world, session_id, "order", {"mg": "20", "most_mg": "20"}, by=world.prescriber))

    refused = await prescriber.presses(tab, "Save", mg="40", mg_per_kg="0.5", most_mg="50")

    assert refused.status == 412
    assert "Somebody else changed this session meanwhile." in refused.text
    assert refused.form("Save").fields["mg"] == "40"
    assert "The order is signed." in (await prescriber.presses(refused, "Save")).text


def weight(world: World) -> dict[str, str]:
    return {"kilograms": "80", "measured_on": world.clock().astimezone(ZONE).date().isoformat()}


async def test_whoever_was_away_keeps_what_they_typed(world: World) -> None:
    session_id, nurse, page = await under_way(world)
    form = await nurse.follows(page, "Vital signs")
    typed = {name.replace("__", "."): value for name, value in observed().items()}
    world.client.cookies.clear()
    away = await nurse.presses(form, "Save", **typed)
    assert away.status == 401
    assert "Log in again in another window, then load this page anew" in away.text
    await logs_in(world, Role.NURSE, to=of(session_id))
    assert "The vital signs are recorded." in (await nurse.presses(form, "Save", **typed)).text
    assert len(await observations(world, session_id)) == 1


async def test_a_therapist_is_offered_nothing_that_is_not_theirs_and_is_refused_it(world: World) -> None:
    session_id, _, _ = await under_way(world)
    _, page = await logs_in(world, Role.THERAPIST, to=of(session_id))
    assert "Vital signs" not in page.links
    assert "mg/mL" not in page.text
    form = {"key": "k", "version": "1"}
    sent: httpx.Response = await world.client.post(f"/pages/bedside/{session_id}/vitals", data=form)
    assert sent.status_code == 403


@pytest.mark.parametrize("moment", ["2026-11-23T25:00", CANARY, "2027-03-14T02:30"])
async def test_a_time_the_clinics_clock_never_shows_is_told(world: World, moment: str) -> None:
    _, nurse, page = await under_way(world)
    refused = await fills(nurse, page, "Vital signs", **observed(), signs__observed_at=moment)
    assert refused.status == 422
    assert "Observed at, if not now: A whole number is written in digits alone" in refused.text
    assert "such as 128; a time as the clinic's clock shows it." in refused.text
    assert await world.readable(CANARY) == set()


async def test_an_adverse_event_is_reported_where_it_happens_and_seen_at_once(world: World) -> None:
    _, nurse, page = await under_way(world)
    told = {"serious": "no", "expected": "yes", "related": "yes", "started_at": clock(world.clock())}
    page = await fills(nurse, page, "Adverse event", description="vomited twice", grade="3", **told)
    assert "Adverse event, grade 3: dosing waits for a prescriber's review." in page.text
    assert "Stopped" in page.text
    assert "Vital signs due at" in page.text


async def test_no_dose_today_costs_a_confirmation_and_becomes_a_therapy_hour(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"equipment_ready": False}))
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    page = await fills(nurse, page, "No dose today", button="No dose today")
    assert "because of: Emergency equipment checked today" in page.text
    page = await fills(nurse, page, "Go on as a therapy hour", kind="integration", patient_agreed="yes")
    assert "The session goes on as a therapy hour." in page.text


@pytest.mark.parametrize(
    ("form", "status", "after"),
    [
        ({}, 422, "in_progress"),
        ({"version": "x"}, 422, "in_progress"),
        ({"version": "1", "surprise": CANARY, "version2": CANARY}, 303, "monitoring"),
    ],
)
async def test_what_no_page_sends_is_refused_or_not_looked_at(
    world: World, form: dict[str, str], status: int, after: str
) -> None:
    session_id, _, _ = await under_way(world)
    sent = await world.client.post(f"/pages/bedside/{session_id}/dose-ended", data={"key": "k", **form})
    assert sent.status_code == status
    assert CANARY not in sent.text
    assert await state(world, session_id) == after
