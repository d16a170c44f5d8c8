"""Medicines at the bedside by forms alone: an order taken by word, given, followed, put right, and refused by its
prescriber; a controlled one out of the drug log.
"""

from datetime import timedelta

from careflow_service.identity import Role
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.clinic import ok
from services.sessions.tests.integration.test_bedside_forms import fills
from services.sessions.tests.medicated import (
    asked,
    has_lorazepam,
    lorazepam,
    medicines,
    signs_standing_order,
    takes_order,
    visit,
)
from services.sessions.tests.world import World

TAKEN = {
    "medicine__medicine": "Ondansetron",
    "medicine__strength": "4 mg tablet",
    "medicine__route": "oral",
    "medicine__unit": "mg",
    "medicine__least": "4",
    "medicine__most": "8",
    "medicine__in_visit": "8",
    "medicine__interval_minutes": "60",
    "medicine__indication": "nausea",
    "medicine__sign_limits__0__signal": "oxygen_saturation",
    "medicine__sign_limits__0__at_most": "90",
    "medicine__not_with__intoxication": "1",
    "prescriber": "user-prescriber",
    "reason": "she is on her way",
}


async def test_an_order_by_word_from_the_telephone_to_its_signature(world: World) -> None:
    session_id = await visit(world)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    page = await fills(nurse, page, "Take an order by word", **TAKEN, read_back="no")
    assert (page.status, page.h1) == (422, "Take an order by word")
    assert "Read the order back to the prescriber before it counts." in page.text
    page = await fills(nurse, await nurse.opens(of(session_id)), "Take an order by word", **TAKEN, read_back="yes")
    assert "user-prescriber is to sign this order by" in page.text
    assert "This is given by vital signs: observe them first." in page.text
    assert "Give a medicine" not in page.links
    signs = {"systolic": 128, "diastolic": 82, "heart_rate": 72, "oxygen_saturation": 98}
    await asked(world, session_id, baseline=[signs])
    (order,) = (await medicines(world, session_id))["orders"]

    page = await nurse.opens(of(session_id))
    given = {"order_id": order["id"], "allergic": "no"}
    refused = await fills(nurse, page, "Give a medicine", **given, amount="9")
    assert "The order allows another amount." in refused.text
    page = await fills(nurse, page, "Give a medicine", **given, amount="8")
    assert "The order asks for more time since the last dose." in page.text
    (administered,) = (await medicines(world, session_id))["given"]
    which = {"administration_id": administered["id"]}
    page = await fills(nurse, page, "Correct a medicine", **which, amount="4", reason="one tablet")
    page = await fills(nurse, page, "Effect of a medicine", **which, relief="relieved", note="ate a little")
    assert "Relieved ate a little" in page.text
    held = {"order_id": order["id"], "why": "held", "reason": "feels better"}
    page = await fills(nurse, page, "A medicine was not given", **held)
    assert "Held back: feels better" in page.text

    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=of(session_id))
    answer = {"order_id": order["id"], "signed": "no", "reason": "I said 2 mg"}
    page = await fills(prescriber, page, "Sign an order by word", **answer)
    assert "user-prescriber has refused this order." in page.text
    assert "Sign an order by word" not in page.links


async def test_what_may_be_given_by_a_standing_order_is_shown_with_why_not(world: World) -> None:
    await signs_standing_order(world)
    session_id = await visit(world)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    assert "Go through medicines and allergies first, or ask a prescriber for an order." in page.text
    await asked(world, session_id)
    page = await nurse.opens(of(session_id))
    assert "May be given now: Ondansetron (4 mg tablet), by mouth: 4 – 8 mg" in " ".join(page.text.split())
    _, page = await logs_in(world, Role.THERAPIST, to=of(session_id))
    assert "May be given now:" in page.text
    assert "Give a medicine" not in page.links


async def test_a_controlled_medicine_is_drawn_up_and_given_out_of_its_draw(world: World) -> None:
    session_id = await visit(world)
    order_id, vial = await takes_order(world, session_id, lorazepam()), await has_lorazepam(world)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    given = {"order_id": order_id, "amount": "1", "allergic": "no"}
    refused = await fills(nurse, page, "Give a medicine", **given)
    assert "A controlled medicine is drawn up in the drug log first, and given out of that draw." in refused.text
    drawing = {"order_id": order_id, "container_id": vial, "quantity": "0.5"}
    page = await fills(nurse, page, "Draw up a controlled medicine", **drawing)
    (draw,) = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))["draws"]
    await world.travel(timedelta(minutes=1))
    page = await fills(nurse, page, "Give a medicine", **given, draw=f"{vial}/{draw['id']}")
    assert "The medicine is recorded as given." in page.text
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["entries"][-1]["kind"], log["entries"][-1]["mg"]) == ("administered", "1")


async def test_who_is_to_sign_sees_it_on_their_day_and_everybody_once_it_is_late(world: World) -> None:
    session_id = await visit(world)
    order_id = await takes_order(world, session_id)
    signs = "user-prescriber is to sign an order by Tue, November 24"
    _, today = await logs_in(world, Role.NURSE)
    assert "Orders by word to be signed" not in today.text
    _, today = await logs_in(world, Role.PRESCRIBER)
    assert signs in today.text
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    for named in ("user-other", "user-prescriber"):
        mistyped = {"order_id": order_id, "prescriber": named, "reason": "mistyped"}
        page = await fills(nurse, page, "Correct who gave an order", **mistyped)
        assert f"{named} is to sign this order by" in page.text
    await world.travel(timedelta(hours=24))
    _, today = await logs_in(world, Role.NURSE)
    assert "user-prescriber was to sign an order by Tue, November 24" in today.text
    prescriber, today = await logs_in(world, Role.PRESCRIBER)
    (late,) = (name for name in today.links if name.startswith("user-prescriber was to sign"))
    page = await prescriber.follows(today, late)
    page = await fills(prescriber, page, "Sign an order by word", order_id=order_id, signed="yes")
    assert "Your answer is recorded." in page.text
    assert "Orders by word to be signed" not in (await prescriber.opens("/pages/bedside")).text


async def test_whoever_works_here_is_read_and_meant_by_name(world: World) -> None:
    session_id = await visit(world)
    await logs_in(world, Role.PRESCRIBER, name="Paula Prescriber")
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id), name="Joy Nurse")
    assert "Joy Nurse" in page.text, "a tablet says who works at it"
    form = await nurse.follows(page, "Take an order by word")
    assert '<option value="Paula Prescriber">' in form.html
    assert '<option value="Joy Nurse">' not in form.html, "nurses give no orders"

    named = {**TAKEN, "prescriber": "paula prescriber", "read_back": "yes"}
    page = await fills(nurse, await nurse.opens(of(session_id)), "Take an order by word", **named)

    assert "Paula Prescriber is to sign this order by" in page.text
    (order,) = (await medicines(world, session_id))["orders"]
    assert order["prescriber"] == "user-prescriber", "what is kept is who it is"
