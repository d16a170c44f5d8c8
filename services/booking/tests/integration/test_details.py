"""Sex, address and contacts of a patient: at the desk, and by the patient behind a link."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import details, has_patient, ok
from services.booking.tests.integration.test_my_visits import comes_in, is_told
from services.booking.tests.mailbox import settings
from services.booking.tests.world import World, running

CANARY = "zzcanaryzz"
HOME = {
    "address.line": "12 Oak Lane",
    "address.city": "Mill Valley",
    "address.state": "CA",
    "address.postal_code": "94941",
}
AT_HOME = {"line": "12 Oak Lane", "city": "Mill Valley", "state": "CA", "postal_code": "94941"}


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(store_url, database, settings=settings(tmp_path)) as world:
        yield world


def address_of(patient_id: str) -> str:
    return f"/pages/desk/patients/{patient_id}/details"


async def known(world: World, patient_id: str) -> Any:
    return ok(await world.coordinator.get(f"/v1/patients/{patient_id}"))["details"]


async def at_the_desk(world: World, patient_id: str) -> tuple[Visitor, Page]:
    return await logs_in(world, Role.COORDINATOR, to=address_of(patient_id))


async def test_sex_and_address_are_written_down_and_nothing_else_is_lost(world: World) -> None:
    more = {
        "channels": ["email"],
        "delivery_preference": "paper",
        "timezone": "America/Denver",
        "preferred_name": "Ani",
    }
    ana = await has_patient(world, **more)
    before = await known(world, ana)
    someone, page = await at_the_desk(world, ana)
    assert page.form("Save").fields["given_name"] == "Ana"
    unseen = await someone.presses(page, "Save", sex="female", **HOME)
    assert (unseen.status, "Say what you have seen" in unseen.text) == (422, True)
    assert unseen.form("Save").fields["address.line"] == "12 Oak Lane"
    after = await someone.presses(unseen, "Save", evidence="photo_id")
    assert "It is saved." in after.text
    assert ("Female" in after.text, "12 Oak Lane, Mill Valley, CA 94941" in after.text) == (True, True)
    assert await known(world, ana) == {**before, "sex": "female", "address": AT_HOME}
    again = await someone.presses(unseen, "Save", evidence="photo_id")
    assert "It is saved." in again.text, "the same form sent twice is done once"


async def test_what_is_wrong_stands_beside_its_field(world: World) -> None:
    ana = await has_patient(world)
    before = await known(world, ana)
    someone, page = await at_the_desk(world, ana)
    typed = {**HOME, "address.postal_code": CANARY, "phone": "12", "emergency_contact.name": "Bea"}
    wrong = await someone.presses(page, "Save", **typed)
    assert wrong.status == 422
    for said in (
        "ZIP code: Please give five digits, such as 94941.",
        "Telephone number: Please give a telephone number with its area code",
        "Emergency contact: telephone number: Please fill this in.",
    ):
        assert said in wrong.text
    assert wrong.form("Save").fields["address.postal_code"] == CANARY
    assert await known(world, ana) == before


async def test_who_was_overtaken_sees_what_stands_otherwise_and_loses_nothing(world: World) -> None:
    ana = await has_patient(world)
    someone, page = await at_the_desk(world, ana)
    changed = details(phone="(415) 555-0199")
    ok(await world.coordinator.put(f"/v1/patients/{ana}", changed, version=1))
    late = await someone.presses(page, "Save", **HOME)
    assert late.status == 412
    assert "Telephone number: +14155550199" in late.text
    assert late.form("Save").fields["address.line"] == "12 Oak Lane"
    await someone.presses(late, "Save", phone="+14155550199")
    assert (await known(world, ana))["phone"] == "+14155550199"
    assert (await known(world, ana))["address"] == AT_HOME


@pytest.mark.thorough
async def test_an_address_that_is_emptied_is_not_known_any_more(world: World) -> None:
    ana = await has_patient(world, address=AT_HOME)
    someone, page = await at_the_desk(world, ana)
    await someone.presses(page, "Save", **dict.fromkeys(HOME, ""))
    assert (await known(world, ana))["address"] is None


async def test_who_may_not_change_a_patient_is_not_let_in(world: World) -> None:
    ana = await has_patient(world)
    _, page = await logs_in(world, Role.COORDINATOR, to=f"/pages/desk/patients/{ana}")
    assert "Name, address and contacts" in page.links
    _, page = await logs_in(world, Role.NURSE, to=f"/pages/desk/patients/{ana}")
    assert "Name, address and contacts" not in page.links
    _, page = await logs_in(world, Role.NURSE, to=address_of(ana))
    assert page.status == 403


async def test_a_patient_says_where_they_live_and_who_is_beside_them(world: World) -> None:
    visit = await is_told(world)
    before = await known(world, visit["patient_id"])
    someone, page = await comes_in(world)
    form = await someone.follows(page, "Your address and contacts")
    assert {"sex", "phone", "email", "given_name", "birth_date"}.isdisjoint(form.form("Save").fields)
    half = await someone.presses(form, "Save", **{"escort.name": "Bea Rivera"})
    assert (half.status, "Please fill this in." in half.text) == (422, True)
    saved = await someone.presses(half, "Save", **HOME, **{"escort.phone": "415 555 0177"})
    assert "Thank you. It is saved." in saved.text
    escort = {"name": "Bea Rivera", "phone": "+14155550177"}
    assert await known(world, visit["patient_id"]) == {**before, "address": AT_HOME, "escort": escort}


async def test_a_browser_fills_in_where_its_own_reader_lives_and_no_staff_for_a_patient(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_in(world)
    own = await someone.follows(page, "Your address and contacts")
    _, at_desk = await at_the_desk(world, visit["patient_id"])
    filled_in = [re.findall(r'autocomplete="([a-z0-9-]+)"', each.html) for each in (own, at_desk)]
    assert set(filled_in[0]) == {"street-address", "address-level2", "address-level1", "postal-code", "off"}
    assert set(filled_in[1]) == {"off"}


@pytest.mark.thorough
async def test_who_moves_to_another_state_lives_there(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_in(world)
    form = await someone.follows(page, "Your address and contacts")
    await someone.presses(form, "Save", **{**HOME, "address.state": "NV", "address.postal_code": "89501"})
    assert (await known(world, visit["patient_id"]))["state"] == "NV"


async def test_the_clinic_changed_it_meanwhile(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_in(world)
    form = await someone.follows(page, "Your address and contacts")
    person = ok(await world.coordinator.get(f"/v1/patients/{visit['patient_id']}"))
    moved = {**person["details"], "address": {**AT_HOME, "line": "1 Elm Street"}}
    ok(await world.coordinator.put(f"/v1/patients/{person['id']}", moved, version=person["version"]))
    late = await someone.presses(form, "Save", **HOME)
    assert (late.status, "The clinic changed this meanwhile" in late.text) == (412, True)
    assert (await known(world, person["id"]))["address"]["line"] == "1 Elm Street"
    await someone.presses(late, "Save")
    assert (await known(world, person["id"]))["address"] == AT_HOME


@pytest.mark.thorough
async def test_in_spanish(world: World) -> None:
    await is_told(world)
    await comes_in(world)
    page = await Visitor(world.client, "es-MX").opens("/pages/visits/mine/details")
    assert (page.h1, "Calle y número" in page.text) == ("Su dirección y contactos", True)
