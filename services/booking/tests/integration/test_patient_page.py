"""A patient's page as booking shows it: who it is, their visits and what is open, and places for the other services."""

import re
from pathlib import Path

import booking.domain.due
from booking.domain.care_path import Stage
from booking.domain.visits import VisitKind
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.words import words_of
from services.booking.tests import news
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import has_patient
from services.booking.tests.world import World


async def test_who_it_is_what_comes_and_what_is_open_are_one_read(world: World) -> None:
    known, dose = await news.booked(world)
    ana = known["patient_id"]
    before = len(await world.audited())

    someone, page = await logs_in(world, Role.NURSE, to=f"/pages/patients/{ana}")

    assert (page.h1, page.title.partition(" – ")[0]) == ("Patient", "Patient")
    for said in ("Ana Rivera", "On the care path: Preparation", "Dosing At the clinic, Expected", "What is to be done"):
        assert said in page.text, page.text
    assert "Ana" not in page.url + page.title
    assert page.headers["cache-control"] == "no-store"
    entries = (await world.audited())[before:]
    assert [(each["action"], each["touched"][0]) for each in entries] == [("read_patient_page", f"patients/{ana}")]
    assert f"appointments/{dose['id']}" in entries[0]["touched"]
    there = {name: href for name, href in page.links.items() if name.startswith("Open what")}
    assert list(there.values()) == [
        f"../../../{service}/pages/patients/{ana}?lang=en" for service in ("screening", "sessions", "billing")
    ]
    desk = await someone.follows(page, "Book, move or call off a visit")
    assert (await someone.follows(desk, "All that is known of this patient")).h1 == "Patient"


async def test_somebody_who_was_only_registered_has_nothing_yet(world: World) -> None:
    _, page = await logs_in(world, to=f"/pages/patients/{await has_patient(world)}")
    for said in ("No visit is booked.", "Book the free call.", "There was no visit yet."):
        assert said in page.text, page.text


async def test_nobody_else_and_nobody_of_that_name(world: World) -> None:
    ana = await has_patient(world)
    _, refused = await logs_in(world, Role.BILLER, to=f"/pages/patients/{ana}")
    assert (refused.status, "Ana" in refused.text) == (403, False)
    _, unknown = await logs_in(world, to=f"/pages/patients/{new_id()}")
    assert unknown.status == 404


async def test_in_an_emergency_a_biller_reads_who_it_is_and_whom_to_call_and_nothing_else(world: World) -> None:
    ana = await has_patient(world, emergency_contact={"name": "Bea Rivera", "phone": "(415) 555-0199"})
    someone, refused = await logs_in(world, Role.BILLER, to=f"/pages/patients/{ana}")
    asked = await someone.follows(refused, "Open this in an emergency")
    page = await someone.presses(asked, "Open it", kind="medical", reason="He collapsed.", recipient="Ambulance 12")
    assert page.status == 200
    for said in ("Open in an emergency until", "Ana Rivera", "Emergency contact: Bea Rivera, +14155550199"):
        assert said in page.text, page.text
    assert not [said for said in ("Book the free call", "care path", "What is to be done") if said in page.text]


def test_there_are_words_for_every_stage_and_all_that_can_be_due() -> None:
    written = re.findall(r'Due\("(\w+)"', Path(booking.domain.due.__file__).read_text(encoding="utf-8"))
    for words in words_of("careflow_service.pages", "booking.entrypoints.pages").values():
        assert set(words.groups["stages"]) == set(Stage)
        assert set(words.groups["dues"]) == set(written) - {f"{kind}_visit" for kind in VisitKind}
