"""Who is registered with the DEA for a place stands on its papers; where nobody has said, the paper says that."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from careflow_service.content import Content
from careflow_service.identity import Role
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import has_vial, loses, ok
from services.sessions.tests.integration.test_inventories import takes
from services.sessions.tests.world import World
from sessions.adapters.clinic_data import ENTRIES, SHIPPED, registrants

OURS = {"location_id": MILL_VALLEY, "name": "CareFlow Mill Valley", "address": ["1 Example Street", "Mill Valley, CA"]}


def content(folder: Path, **registrant: object) -> Content:
    (folder / "registrants").mkdir()
    said = {"registrants": [{**OURS, **registrant}]}
    (folder / "registrants" / "registrants.json").write_text(json.dumps(said))
    return Content(SHIPPED, ENTRIES, folder)


async def test_the_papers_of_a_place_are_headed_by_its_registrant(world: World, tmp_path: Path) -> None:
    vial = await has_vial(world)
    await world.travel(timedelta(days=1))
    taken = ok(await takes(world, {vial: ("10", "ml")}), 201)["id"]
    await loses(world, await has_vial(world), "450")
    (case,) = ok(await world.nurse.get(f"/v1/drug-log/locations/{MILL_VALLEY}/cases"))["items"]
    papers = (f"inventories/{taken}", f"cases/{case['id']}", f"day?location={MILL_VALLEY}&day=2026-11-24")
    nurse, _ = await logs_in(world, Role.NURSE, to=f"/pages/drug-log?location={MILL_VALLEY}")
    for paper in papers:
        page = await nurse.opens(f"/pages/drug-log/{paper}")
        assert "Nobody has said who is registered with the DEA for this place" in page.text
    assert ok(await world.nurse.get(f"/v1/drug-log/inventories/{taken}"))["registrant"] is None
    assert case["form_record"]["registrant"] is None

    ours = registrants(content(tmp_path, dea_number="FE1234563"))
    object.__setattr__(world.ports, "registrants", ours)
    for paper in papers:
        page = await nurse.opens(f"/pages/drug-log/{paper}")
        assert "CareFlow Mill Valley" in page.text
        assert "DEA registration FE1234563" in page.text
    shown = ok(await world.nurse.get(f"/v1/drug-log/inventories/{taken}"))
    assert shown["registrant"] == {**{k: OURS[k] for k in ("name", "address")}, "dea_number": "FE1234563"}


def test_a_number_that_is_none_keeps_the_service_from_starting(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="this is no DEA registration number"):
        registrants(content(tmp_path, dea_number="FE1234564"))


def test_as_shipped_nobody_is_registered() -> None:
    assert registrants().registrants == ()
