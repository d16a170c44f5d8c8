"""What clinicians look at in a browser: who waits for what, and one case with everything its clearance rests on."""

from datetime import timedelta

import pytest

from careflow_service.http import live
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.words import words_of
from careflow_service.testing.following import following
from screening.entrypoints.pages import cases
from services.screening.tests.clinic import cleared, grants, has_case, has_rota, ok, open_alert, registered
from services.screening.tests.treatment import dosed
from services.screening.tests.visiting import CASES, logs_in, nameless, with_another_key
from services.screening.tests.world import World

APART = "Substance use (42 CFR Part 2)"


async def alarmed(world: World, patient_id: str, level: str = "high") -> None:
    heard = {"patient_id": patient_id, "level": level, "note": "said so by telephone"}
    ok(await world.nurse.post("/v1/alerts", heard), 201)


async def test_the_most_urgent_is_first_and_leads_to_the_patient(world: World) -> None:
    await has_rota(world)
    case, other = await has_case(world), await has_case(world)
    await alarmed(world, other["patient_id"], "low")
    await alarmed(world, case["patient_id"])
    someone, page = await logs_in(world, Role.PRESCRIBER)
    assert page.h1 == "Who waits for what"
    assert page.text.index(nameless(case["patient_id"])) < page.text.index(nameless(other["patient_id"]))
    seen = await someone.follows(page, nameless(case["patient_id"]))
    assert seen.h1 == "Screening of a patient"
    assert "said so by telephone" in seen.text


async def test_with_no_rota_the_page_says_that_nobody_is_paged_and_whoever_works_there_has_it_as_a_task(
    world: World,
) -> None:
    case = await has_case(world)
    await alarmed(world, case["patient_id"])
    kinds = {each["kind"] for each in ok(await world.nurse.get("/v1/tasks"))["items"]}
    assert kinds == {"welfare_check", "rota_gap"}
    someone, page = await logs_in(world, Role.NURSE)
    assert "No on-call rota has been drawn up: nobody is paged, whatever a patient says." in page.text
    await has_rota(world)
    assert "No on-call rota" not in (await someone.follows(page, nameless(case["patient_id"]))).text
    assert "No on-call rota" not in (await someone.opens(CASES)).text


async def test_the_list_of_who_waits_says_that_it_changed_and_puts_in_place_what_did(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    await has_rota(world)
    case = await has_case(world)
    nurse, page = await logs_in(world, Role.NURSE)
    assert "Load this page anew to see what has changed." in page.text, "what it says without scripts"
    assert nameless(case["patient_id"]) not in page.text
    cookie = "; ".join(f"{name}={value}" for name, value in world.client.cookies.items())
    async with following(world.app, "/pages/cases/live", {"cookie": cookie}) as follower:
        assert await follower.begins() == 200
        first = await follower.next()
        await alarmed(world, case["patient_id"])
        second = await follower.next()
        parts = await nurse.opens("/pages/cases/now?unattended=1")
        assert nameless(case["patient_id"]) in parts.text
        path = f"/v1/alerts/{(await open_alert(world))['id']}/acknowledge"
        ok(await world.nurse.post(path))
        third = await follower.next()
    assert first is not None
    assert second is not None
    assert third is not None
    assert {each.event for each in (first, second, third)} == {"changed"}
    assert len({each.data for each in (first, second, third)}) == 3
    assert case["patient_id"] not in first.data + second.data + third.data


async def test_more_than_a_page_of_alerts_is_reached_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "SHOWN", 2)
    await has_rota(world)
    patients = [new_id() for _ in range(3)]
    for each in patients:
        await world.hear(registered(each))
        await alarmed(world, each, "low")
    someone, page = await logs_in(world, Role.NURSE)
    rest = await someone.follows(page, "More alerts")
    shown = [[each for each in patients if nameless(each) in one.text] for one in (page, rest)]
    assert (len(shown[0]), len(shown[1])) == (2, 1)
    assert "More alerts" not in rest.links
    assert set(shown[0] + shown[1]) == set(patients)


async def test_an_alert_is_taken_on_once_and_the_next_one_is_told_by_whom(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    await alarmed(world, case["patient_id"])
    path = f"{CASES}/{case['id']}"
    nurse, seen = await logs_in(world, Role.NURSE, path)
    after = await nurse.presses(seen, "Take it on")
    assert "You have taken the alert on." in after.text
    assert (await open_alert(world))["acknowledged_by"] == "user-nurse"
    again = await nurse.presses(seen, "Take it on")
    assert "You have taken the alert on." in again.text, "the same form sent twice is one request"
    late, _ = await logs_in(world, Role.PRESCRIBER, path)
    refused = await late.presses(with_another_key(seen), "Take it on")
    assert refused.status == 409
    assert "Somebody has taken this alert on already" in refused.text
    assert "Taken on by user-nurse" in refused.text


async def test_a_clearance_is_shown_with_what_it_rests_on_and_until_when(world: World) -> None:
    case, _ = await cleared(world)
    await world.hear(dosed(case["patient_id"], world.clock()))
    _, page = await logs_in(world, Role.THERAPIST, f"{CASES}/{case['id']}")
    for said in ("Treatment is cleared.", "Decided by user-prescriber", "CURES report", "sertraline", "PHQ-9", "Dose"):
        assert said in page.text
    assert APART not in page.text


async def test_a_clearance_that_ran_out_is_not_shown_as_valid(world: World) -> None:
    case, _ = await cleared(world)
    await world.travel(timedelta(days=100))
    _, page = await logs_in(world, Role.PRESCRIBER, f"{CASES}/{case['id']}")
    assert "Treatment is not cleared." in page.text
    assert "Treatment is cleared." not in page.text


async def test_what_is_about_substance_use_stands_apart_and_still_stops(world: World) -> None:
    case, _ = await cleared(world)
    fact = {"condition": "alcohol_use_disorder", "status": "active"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", fact), 201)
    _, page = await logs_in(world, Role.PRESCRIBER, f"{CASES}/{case['id']}")
    general, _, apart = page.text.partition(APART)
    assert "Treatment is not cleared." in general
    assert "alcohol" not in general
    assert "They find something in the part about substance use." in general
    assert "The rules find nothing." not in general
    assert "Alcohol use disorder" in apart
    assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in apart


async def test_the_page_names_what_a_decision_misses(world: World) -> None:
    case = await has_case(world)
    refused = (await grants(world, case)).json()["missing"]
    _, page = await logs_in(world, Role.PRESCRIBER, f"{CASES}/{case['id']}", "es-US")
    assert page.h1 == "Evaluación previa de un paciente"
    words = words_of("screening.entrypoints.pages")["es"].groups
    said = {
        **words["case_missing"],
        **{f"history_{code}": f"Antecedentes: {word}" for code, word in words["conditions"].items()},
        **{f"evidence_{code}": word for code, word in words["evidence_kinds"].items()},
        **{f"part_{code}": f"Evaluación: {word}" for code, word in words["evaluation_parts"].items()},
    }
    assert len(refused) > 5
    for code in refused:
        assert said[code] in page.text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.BILLER, Role.OPERATOR])
async def test_nobody_but_clinicians_sees_a_case(world: World, role: Role) -> None:
    case = await has_case(world)
    _, page = await logs_in(world, role, f"{CASES}/{case['id']}")
    assert page.status == 403
    assert nameless(case["patient_id"]) not in page.text


async def test_a_case_that_is_not_there_is_a_page_that_says_so(world: World) -> None:
    someone, _ = await logs_in(world, Role.PRESCRIBER)
    for path in (f"{CASES}/{new_id()}", f"{CASES}/of/{new_id()}"):
        assert (await someone.opens(path)).status == 404
