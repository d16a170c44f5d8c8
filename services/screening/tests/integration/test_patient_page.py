"""A patient's page as screening shows it: the clearance with its reasons, what alarms, what the scores show."""

from careflow_service.identity import Role
from services.screening.tests.builders import ANA
from services.screening.tests.clinic import cleared, grants, has_rota, ok, ready_to_decide, registered
from services.screening.tests.visiting import CASES, logs_in
from services.screening.tests.world import World


def page_of(patient_id: str) -> str:
    return f"/pages/patients/{patient_id}"


async def test_the_clearance_what_alarms_and_the_scores_are_one_read(world: World) -> None:
    await has_rota(world)
    case, clearance = await cleared(world)
    heard = {"patient_id": case["patient_id"], "level": "high", "note": "said so by telephone"}
    ok(await world.nurse.post("/v1/alerts", heard), 201)
    someone, _ = await logs_in(world, Role.NURSE)
    before = len(await world.audited())

    page = await someone.opens(page_of(case["patient_id"]))

    for said in ("Safety alert: High", "said so by telephone", "It lasts until", "How the scores went"):
        assert said in page.text, page.text
    assert len((await world.audited())[before:]) == 1
    assert f"clearances/{clearance}" in (await world.audited())[-1]["touched"]
    assert set(page.refers) <= set(page.ids)
    assert [form.buttons for form in page.forms if "Take it on" in form.buttons] == [], "it is decided on its own page"
    assert (await someone.follows(page, "Screening of a patient")).h1 == "Screening of a patient"


async def test_of_whom_nothing_was_asked_it_says_so(world: World) -> None:
    await world.hear(registered(ANA))
    _, page = await logs_in(world, Role.PRESCRIBER, page_of(ANA))
    assert "No screening of this patient has begun." in page.text


async def test_what_is_about_substance_use_is_said_to_be_elsewhere(world: World) -> None:
    case = await ready_to_decide(world)
    drinks = {"condition": "alcohol_use_disorder", "status": "active"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", drinks), 201)
    assert (await grants(world, case)).status_code != 201
    someone, page = await logs_in(world, Role.PRESCRIBER, page_of(case["patient_id"]))
    assert "alcohol" not in page.text
    whole = await someone.follows(page, "They find something in the part about substance use.")
    assert whole.url.partition("?")[0].endswith(f"{CASES}/{case['id']}")
