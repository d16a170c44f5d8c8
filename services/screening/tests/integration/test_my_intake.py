"""A patient tells their history and what they take in a browser, in their own language, and hands it in."""

from typing import Any

import pytest

from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from screening.entrypoints.pages.asked_history import AREAS
from services.screening.tests.clinic import SENSIBLE_ANSWERS, answers, has_case, ok, reads, submits
from services.screening.tests.integration.test_question_pages import comes_in
from services.screening.tests.world import World

MINE = "/pages/questions/mine"
KEEP = "Keep and continue"
ADD = "Add to the list"
CANARY = "zzcanaryzz"


def all_no(page: Page) -> dict[str, str]:
    return dict.fromkeys(page.form(KEEP).choices, "ruled_out")


def the_day(name: str, month: str, day: str, year: str) -> dict[str, str]:
    return {f"{name}_month": month, f"{name}_day": day, f"{name}_year": year}


async def facts(world: World, case: Any) -> dict[str, dict[str, Any]]:
    return {each["condition"]: each for each in (await reads(world, case))["clinical"]["facts"]}


async def medicines(world: World, case: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await reads(world, case))["clinical"]["medications"]
    return listed


async def answers_all_questionnaires(world: World, case: Any) -> None:
    for questionnaire, given in SENSIBLE_ANSWERS.items():
        ok(await answers(world, case, questionnaire, given, complete=True))


async def test_from_the_link_to_all_handed_in(world: World) -> None:
    case = await has_case(world)
    await answers_all_questionnaires(world, case)
    someone, page = await comes_in(world, case)
    assert "All questionnaires are answered." in page.text
    page = await someone.follows(page, "Your illnesses and allergies 0 of 47 answered")
    page = await someone.follows(page, "Allergies 0 of 2 answered")
    for _ in AREAS:
        page = await someone.presses(page, KEEP, **all_no(page))
    assert "Heart and blood vessels 8 of 8 answered" in page.links
    page = await someone.follows(page, "Next: what you take")
    page = await someone.presses(page, ADD, name="Zoloft", detail="50 mg every morning")
    assert "It is on the list." in page.text
    page = await someone.follows(page, "My list is complete")
    assert ("All is answered." in page.text, "zoloft" in page.text) == (True, True)
    forgotten = await someone.presses(page, "Hand everything in", history_complete="1")
    assert (forgotten.status, "Please tick this if it is so" in forgotten.text) == (422, True)
    handed_in = await someone.presses(forgotten, "Hand everything in", medications_complete="1")
    assert "Thank you. The clinic has everything you told it." in handed_in.text
    assert "Hand everything in" not in handed_in.links
    seen = await reads(world, case)
    assert seen["state"] == "submitted"
    assert {each["source"] for each in seen["clinical"]["facts"]} == {"patient"}
    assert "There is nothing to answer now." in (await someone.opens("/pages/questions")).text


async def test_a_yes_takes_its_day_and_its_words(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/history/brain")
    stroke = {"stroke": "history", **the_day("stroke.occurred_on", "10", "1", "2026"), "stroke.detail": "left arm"}
    ahead = await someone.presses(page, KEEP, **{**all_no(page), **stroke, "stroke.occurred_on_year": "2027"})
    assert (ahead.status, "This cannot lie in the future." in ahead.text) == (422, True)
    assert await facts(world, case) == {}
    assert ahead.form(KEEP).fields["stroke.detail"] == "left arm"
    await someone.presses(ahead, KEEP, **{"stroke.occurred_on_year": "2026"})
    told = await facts(world, case)
    assert (told["stroke"]["status"], told["stroke"]["occurred_on"]) == ("history", "2026-10-01")
    assert told["stroke"]["detail"] == "left arm"
    assert (told["seizures"]["status"], told["seizures"]["detail"]) == ("ruled_out", "")


async def test_an_allergy_says_to_what(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/history/allergies")
    without = await someone.presses(page, KEEP, **{**all_no(page), "drug_allergy": "active"})
    assert (without.status, "Please fill this in." in without.text) == (422, True)
    await someone.presses(without, KEEP, **{"drug_allergy.detail": "penicillin, a rash"})
    assert (await facts(world, case))["drug_allergy"]["detail"] == "penicillin, a rash"


async def test_nothing_is_kept_while_a_question_has_no_answer(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/history/heart")
    half = await someone.presses(page, KEEP, hypertension="active")
    assert (half.status, "Please choose an answer." in half.text) == (422, True)
    assert half.form(KEEP).fields["hypertension"] == "active"
    forged = await someone.presses(half, KEEP, **{**all_no(half), "hypertension": CANARY})
    assert (forged.status, CANARY in forged.text) == (422, False)
    assert await facts(world, case) == {}


async def test_what_somebody_does_not_know_stays_unknown(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/history/body")
    await someone.presses(page, KEEP, **{**all_no(page), "porphyria": "unsure"})
    assert "porphyria" not in await facts(world, case)
    found = ok(await world.prescriber.get(f"/v1/cases/{case['id']}/findings"))
    assert "history_porphyria" in found["missing"]
    await answers_all_questionnaires(world, case)
    last = await someone.opens(f"{MINE}/hand-in")
    assert "38 without an answer. Somebody of the clinic will ask you about them." in last.text


async def test_a_no_becomes_a_yes_and_a_yes_is_the_prescribers(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/history/mind")
    await someone.presses(page, KEEP, **all_no(page))
    again = await someone.opens(f"{MINE}/history/mind")
    assert again.form(KEEP).fields["mania"] == "ruled_out"
    await someone.presses(again, KEEP, mania="active")
    told = (await reads(world, case))["clinical"]["facts"]
    assert [each["status"] for each in told if each["condition"] == "mania"] == ["ruled_out", "active"]
    assert len(told) == 7, "what is told again unchanged is not told twice"
    last = await someone.opens(f"{MINE}/history/mind")
    assert "mania" not in last.form(KEEP).choices
    assert "If this is wrong, or no longer so, tell your clinician" in last.text


async def test_what_the_clinic_recorded_is_not_shown(world: World) -> None:
    case = await has_case(world)
    found = {"condition": "severe_personality_disorder", "status": "active", "detail": CANARY}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", found), 201)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/history/mind")
    assert "somebody of the clinic has asked you already" in page.text
    assert ("personality" in page.text, CANARY in page.html) == (False, False)
    assert "Mental health 1 of 6 answered" in (await someone.opens(f"{MINE}/history")).links


@pytest.mark.thorough
async def test_only_whom_it_can_concern_is_asked_of_pregnancy(world: World) -> None:
    case = await has_case(world, pregnancy_possible=False)
    someone, _ = await comes_in(world, case)
    asked = (await someone.opens(f"{MINE}/history/body")).form(KEEP).choices
    assert "glaucoma" in asked
    assert "pregnancy" not in asked


async def test_a_name_that_comes_near_another_is_asked_about(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/medicines")
    assert "Nothing is on the list yet." in page.text
    asked = await someone.presses(page, ADD, name="Sertralin 50 mg", detail="mornings")
    assert (asked.status, "Please say which one it is." in asked.text) == (422, True)
    assert await medicines(world, case) == []
    await someone.presses(asked, ADD, meant="sertraline 50 mg")
    (listed,) = await medicines(world, case)
    assert (listed["ingredient"], listed["unknown"], listed["detail"]) == ("sertraline 50 mg", [], "mornings")

    other = await someone.presses(page, ADD, name="Sertralin")
    another = await someone.presses(other, ADD, name="Lamictil", meant="sertraline")
    assert another.status == 422, "what was chosen of one name says nothing of another"
    await someone.presses(another, ADD, meant="Lamictil")
    assert (await medicines(world, case))[-1]["ingredient"] == "lamictil"


@pytest.mark.thorough
async def test_a_name_nobody_knows_is_kept_as_it_was_typed(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/medicines")
    wrong = await someone.presses(page, ADD, detail="daily", **the_day("started_on", "2", "30", "2026"))
    assert (wrong.status, wrong.form(ADD).fields["started_on_day"]) == (422, "30")
    assert await medicines(world, case) == []
    form = {"name": "Grandmother's drops", **the_day("started_on", "2", "3", "2026")}
    added = await someone.presses(wrong, ADD, **form)
    await someone.presses(wrong, ADD, **form)
    assert "Since" in added.text
    (listed,) = await medicines(world, case)
    assert (listed["ingredient"], listed["started_on"]) == ("grandmother's drops", "2026-02-03")


async def test_that_it_is_no_longer_taken_is_a_report(world: World) -> None:
    case = await has_case(world)
    ok(await world.patient(case["patient_id"]).post(f"/v1/cases/{case['id']}/medications", {"name": "Xanax"}), 201)
    someone, _ = await comes_in(world, case)
    form = await someone.follows(await someone.opens(f"{MINE}/medicines"), "I no longer take this")
    ahead = await someone.presses(form, "Tell the clinic", **the_day("last_taken_on", "1", "1", "2027"))
    assert (ahead.status, "This cannot lie in the future." in ahead.text) == (422, True)
    told = await someone.presses(ahead, "Tell the clinic", last_taken_on_year="2026")
    assert "A prescriber will look at it." in told.text
    assert "A prescriber has not looked at that yet." in told.text
    assert "I no longer take this" not in told.links
    (listed,) = await medicines(world, case)
    assert (listed["stop"]["last_taken_on"], listed["stop"]["confirmed_by"]) == ("2026-01-01", None)
    assert (await someone.opens(f"{MINE}/medicines/{listed['id']}/stop")).h1 == "What you take"


async def test_it_is_handed_in_once_and_after_the_questionnaires(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    early = await someone.opens(f"{MINE}/hand-in")
    assert "Please answer the questionnaires first." in early.text
    await submits(world, case)
    late = await someone.opens(f"{MINE}/hand-in")
    assert "Handed in November 23, 2026." in late.text
    changed = await someone.presses(await someone.opens(f"{MINE}/medicines"), ADD, name="Lithium")
    assert "It is on the list." in changed.text, "what changes later is told on the same pages"


async def test_a_case_that_is_closed_takes_nothing(world: World) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    page = await someone.opens(f"{MINE}/history/mind")
    version = (await reads(world, case))["version"]
    closing = {"reason": "withdrawn", "note": "moved"}
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/close", closing, version=version))
    assert (await someone.presses(page, KEEP, **all_no(page))).status == 410
    for path in ("history", "history/heart", "medicines", "medicines/x/stop", "hand-in"):
        assert (await someone.opens(f"{MINE}/{path}")).status == 410, path
    assert "Your illnesses" not in (await someone.opens("/pages/questions")).text


async def test_no_medicine_of_another_is_there(world: World) -> None:
    other = await has_case(world)
    added = ok(await world.nurse.post(f"/v1/cases/{other['id']}/medications", {"name": "Xanax"}), 201)["id"]
    someone, _ = await comes_in(world, await has_case(world))
    assert (await someone.opens(f"{MINE}/medicines/{added}/stop")).status == 410
    path, form = f"{MINE}/medicines/{added}/stop", {"key": "k", **the_day("last_taken_on", "1", "1", "2026")}
    assert (await world.client.post(path, data=form)).status_code == 410
    assert (await medicines(world, other))[0]["stop"] is None


@pytest.mark.thorough
async def test_in_spanish(world: World) -> None:
    case = await has_case(world)
    await comes_in(world, case)
    page = await Visitor(world.client, "es-MX").opens(f"{MINE}/history/allergies")
    assert (page.h1, "¿Tiene alergia a algún medicamento?" in page.text) == ("Alergias", True)


async def test_nobody_else_comes_here(world: World) -> None:
    assert (await world.client.get(f"{MINE}/history")).status_code == 401
    assert (await world.calling(Role.NURSE).get(f"{MINE}/medicines")).status_code in (401, 403)
