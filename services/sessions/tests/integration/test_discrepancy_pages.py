"""Discrepancies of the drug log in a browser: what was found, judged by somebody else, and told to the DEA in time."""

from datetime import timedelta

from careflow_service.identity import Role
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import has_vial, loses, ok
from services.sessions.tests.world import World

PAGE = f"/pages/drug-log?location={MILL_VALLEY}"


async def test_a_case_is_judged_by_who_did_not_find_it_and_told_in_time(world: World) -> None:
    nurse, page = await logs_in(world, Role.NURSE, to=PAGE)
    assert "No inventory of this place has been taken." in page.text
    await loses(world, await has_vial(world), "450")
    page = await nurse.opens(PAGE)
    assert "The first inventory of this place is due by" in page.text
    assert "Something did not add up and nobody has judged it." in page.text
    page = await nurse.follows(page, "Discrepancies")
    assert "not judged yet" in page.text
    assert "Judgement, by Wed, November 25" in page.text
    page = await nurse.follows(page, next(each for each in page.links if each.startswith("ketamine, vial")))
    assert "Judge it" not in page.links

    prescriber, page = await logs_in(
        world, Role.PRESCRIBER, to=page.url.removeprefix("http://sessions").partition("?")[0]
    )
    form = await prescriber.follows(page, "Judge it")
    unsaid = await prescriber.presses(form, "Judge it", how="theft")
    assert unsaid.status == 422
    page = await prescriber.presses(unsaid, "Judge it", how="theft", note="the cabinet was forced")
    assert "The judgement is on record." in page.text
    assert "DEA Form 106, by" in page.text
    again = await prescriber.presses(await prescriber.follows(page, "Judge it"), "Judge it", how="theft", note="again")
    assert "So it was judged already." in again.text
    await world.travel(timedelta(days=3))
    _, page = await logs_in(world, Role.PRESCRIBER, to=page.url.removeprefix("http://sessions").partition("?")[0])
    assert "Notice to the DEA was due by" in page.text
    for kind in ("dea_notice", "dea_form_106"):
        form = await prescriber.follows(page, "The DEA was told")
        page = await prescriber.presses(form, "The DEA was told", kind=kind, reference=f"sent {kind}")
        assert f"sent {kind}" in page.text
    assert "Nothing more is to be done about it." in page.text
    assert "The DEA was told" not in page.links


async def test_who_found_it_is_told_that_somebody_else_judges_it(world: World) -> None:
    vial = await has_vial(world)
    ok(await world.prescriber.post(f"/v1/drug-log/containers/{vial}/entries", {"kind": "lost", "mg": "5"}), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=f"/pages/drug-log/cases?location={MILL_VALLEY}")
    page = await prescriber.follows(page, next(each for each in page.links if each.startswith("ketamine, vial")))
    assert "You found it: somebody else judges it." in page.text
    assert "Judge it" not in page.links
    settled = await prescriber.opens(f"/pages/drug-log/cases?location={MILL_VALLEY}&over=true")
    assert "None." in settled.text
