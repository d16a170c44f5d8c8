"""The standing orders of a location on a page of their own, and all orders by word that wait."""

import pytest

from careflow_service.identity import Role
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import draws, has_course, has_vial, ok, ready_for_dose
from services.sessions.tests.integration.test_bedside_forms import fills
from services.sessions.tests.medicated import (
    ORDERS,
    asked,
    draws_for,
    has_lorazepam,
    lorazepam,
    orders,
    revokes,
    signs_standing_order,
    takes_order,
    visit,
)
from services.sessions.tests.world import World
from sessions.entrypoints.pages import standing_orders

PAGE = f"/pages/standing-orders?location={MILL_VALLEY}"
SAID = {
    "medicine.medicine": "Ondansetron",
    "medicine.strength": "4 mg tablet",
    "medicine.route": "oral",
    "medicine.unit": "mg",
    "medicine.least": "4",
    "medicine.most": "8",
    "medicine.in_visit": "8",
    "medicine.interval_minutes": "60",
    "medicine.indication": "nausea",
    "medicine.controlled": "no",
    "medicine.sign_limits.0.signal": "oxygen_saturation",
    "medicine.sign_limits.0.at_most": "90",
    "medicine.not_with.intoxication": "1",
    "valid_from": "2026-11-01",
    "valid_until": "2026-12-31",
}


async def test_a_prescriber_signs_changes_and_revokes_one_and_everybody_reads_it(world: World) -> None:
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=PAGE)
    assert "None is signed for this location" in page.text
    form = await prescriber.follows(page, "Sign a standing order")
    page = await prescriber.presses(form, "Sign", **SAID)
    assert "Signed. Where it replaces another one, revoke that." in page.text
    whole = "Ondansetron (4 mg tablet), by mouth: 4 – 8 mg, 8 mg at most in the visit, 60 min apart. nausea."
    assert whole in page.text
    assert "Counts today · November 1, 2026 to December 31, 2026" in page.text

    anew = await prescriber.follows(page, "Sign Ondansetron anew")
    fields = anew.form("Sign").fields
    assert {name: fields[name] for name in SAID if not name.startswith("valid")} == {
        name: said for name, said in SAID.items() if not name.startswith("valid")
    }
    page = await prescriber.presses(
        anew, "Sign", **{"medicine.most": "4", "valid_from": "2026-12-01", "valid_until": "2027-01-31"}
    )
    assert "Counts later · December 1, 2026 to January 31, 2027" in page.text

    (first,) = (each["id"] for each in ok(await world.nurse.get(ORDERS))["items"] if each["medicine"]["most"] == "8")
    form = await prescriber.opens(f"/pages/standing-orders/{first}/revoke")
    assert whole in form.text
    page = await prescriber.presses(form, "Revoke", reason="half is enough")
    assert "Revoked: nothing more is given by it." in page.text
    assert "Revoked by user-prescriber" in page.text
    assert "half is enough" in page.text

    _, read = await logs_in(world, Role.NURSE, to=PAGE)
    assert "half is enough" in read.text
    assert not [link for link in read.links if link.startswith(("Sign", "Revoke"))]
    assert (await world.client.get(f"/pages/standing-orders/sign?location={MILL_VALLEY}")).status_code == 403
    form_of_a_nurse = {"key": "k", "reason": "mine"}
    assert (await world.client.post(f"/pages/standing-orders/{first}/revoke", data=form_of_a_nurse)).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"valid_until": "2026-11-20"}, "A standing order ends no earlier than it begins, and not in the past."),
        ({"medicine.interval_minutes": "often"}, "Minutes between two doses, at least"),
        ({"medicine.medicine": "Ketamine"}, "The drug of the dose has an"),
    ],
)
async def test_what_cannot_be_signed_is_told_and_what_was_typed_is_kept(
    world: World, wrong: dict[str, str], told: str
) -> None:
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=PAGE)
    form = await prescriber.follows(page, "Sign a standing order")
    refused = await prescriber.presses(form, "Sign", **{**SAID, **wrong})
    assert refused.status in {409, 422}
    assert told in refused.text
    assert refused.form("Sign").fields["medicine.indication"] == "nausea"
    assert ok(await world.nurse.get(ORDERS))["items"] == []


async def test_what_somebody_else_revoked_meanwhile_is_told(world: World) -> None:
    order_id = await signs_standing_order(world)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=PAGE)
    form = await prescriber.follows(page, "Revoke Ondansetron")
    ok(await revokes(world, order_id))
    refused = await prescriber.presses(form, "Revoke", reason="half is enough")
    assert refused.status == 409
    assert "This standing order has been revoked." in refused.text


async def test_all_orders_by_word_that_wait_are_listed_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = [await visit(world) for _ in range(2)]
    for session_id in sessions:
        await takes_order(world, session_id)
    first = ok(await world.nurse.get("/v1/verbal-orders", limit=1))
    second = ok(await world.nurse.get("/v1/verbal-orders", limit=1, after=first["next"]))
    assert [each["session_id"] for page in (first, second) for each in page["items"]] == sessions
    assert second["next"] is None

    monkeypatch.setattr(standing_orders, "ORDERS_ON_A_PAGE", 1)
    nurse, today = await logs_in(world, Role.NURSE)
    page = await nurse.follows(today, "All orders by word that wait")
    assert page.text.count("is to sign an order by") == 1
    page = await nurse.follows(page, "Further orders")
    assert page.text.count("is to sign an order by") == 1
    assert "Further orders" not in page.links


async def test_a_dose_is_offered_once_its_own_drug_is_drawn_up(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    await asked(world, session_id)
    order_id = await orders(world, session_id, **lorazepam())
    ok(await draws_for(world, await has_lorazepam(world), session_id, order_id), 201)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    page = await nurse.presses(page, "Clear for the dose")
    page = await nurse.presses(page, "Start the session")
    assert "Give a dose" not in page.links
    assert "Waste or spill" in page.links
    await draws(world, await has_vial(world), session_id)
    page = await nurse.opens(of(session_id))
    asks = (await nurse.follows(page, "Give a dose")).form("Save").labels
    assert "lorazepam" not in str(asks)
    refused = await fills(nurse, page, "Give a medicine", order_id=order_id, amount="1", allergic="no")
    assert "A controlled medicine is drawn up in the drug log first" in refused.text
