"""Whom a case is about is read by name, wherever booking has said one."""

from careflow_events.contracts import PersonName
from careflow_service.identity import Role
from services.screening.tests.clinic import details_changed, has_case, has_rota, ok, ready_to_decide
from services.screening.tests.visiting import CASES, logs_in, nameless
from services.screening.tests.world import World

ANA = PersonName(given="Ana", family="Rivera", preferred="Anita")


async def alarmed(world: World, patient_id: str) -> None:
    heard = {"patient_id": patient_id, "level": "high", "note": "said so by telephone"}
    ok(await world.nurse.post("/v1/alerts", heard), 201)


async def test_who_waits_is_read_by_name_in_every_list_and_who_has_none_by_the_id_with_the_reason(
    world: World,
) -> None:
    await has_rota(world)
    ana, other = await ready_to_decide(world), await has_case(world)
    await world.hear(details_changed(ana["patient_id"], name=ANA))
    await alarmed(world, ana["patient_id"])
    await alarmed(world, other["patient_id"])
    someone, page = await logs_in(world, Role.PRESCRIBER)
    parts = await someone.opens(f"{CASES}/now?unattended=1")
    for shown in (page, parts):
        assert ana["patient_id"] not in shown.text
        assert shown.text.count("Ana R.") >= 2, "as one who waits for a decision, and as one who alarmed somebody"
        assert f"{nameless(other['patient_id'])} The name has not come from booking yet." in shown.text
    assert "Rivera" not in page.text, "no more of a name than tells two apart"
    read = (await world.audited())[-1]
    assert read["action"] == "name_patients read_alert read_case", "all that the page shows is one entry"
    assert set(read["touched"]) > {f"patients/{each['patient_id']}" for each in (ana, other)}


async def test_two_of_one_name_and_one_day_of_birth_are_two_in_the_list(world: World) -> None:
    cases = [await has_case(world, name=ANA) for _ in range(2)]
    for each in cases:
        await alarmed(world, each["patient_id"])
    someone, page = await logs_in(world, Role.NURSE)
    for each in cases:
        name = f"Ana Rivera (1988) …{each['patient_id'][-4:]}"
        assert (await someone.follows(page, name)).h1 == "Screening of a patient"


async def test_a_case_its_forms_and_the_patients_page_name_whom_they_are_about(world: World) -> None:
    case = await ready_to_decide(world)
    path = f"{CASES}/{case['id']}"
    prescriber, page = await logs_in(world, Role.PRESCRIBER, path)
    assert f"{nameless(case['patient_id'])} The name has not come from booking yet." in page.text
    await world.hear(details_changed(case["patient_id"], name=ANA))
    whole = f"/pages/patients/{case['patient_id']}"
    for address in (path, f"{path}/grant", f"{path}/evidence", whole):
        seen = await prescriber.opens(address)
        assert "Ana Rivera" in seen.text, address
        assert "has not come from booking" not in seen.text
    refused = await prescriber.presses(await prescriber.opens(f"{path}/deny"), "Deny treatment here", reason="")
    assert refused.status == 422
    assert "Ana Rivera" in refused.text
