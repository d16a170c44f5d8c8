"""Requests for records at the desk, in a browser without scripts: asked for, worked on, settled; and what is wrong said
where it was typed.
"""

from datetime import timedelta

from careflow_service.identity import Role
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import has_patient, ok
from services.booking.tests.world import World

LIST = "/pages/desk/record-requests"


async def test_somebody_asks_and_it_is_given_part_by_part(world: World) -> None:
    ana = await has_patient(world)
    someone, patient = await logs_in(world, to=f"/pages/desk/patients/{ana}")
    form = await someone.follows(patient, "Somebody asks for the record")
    done = await someone.presses(form, "Record the request", ordinary="1", identity="photo_id")
    assert "The request is recorded." in done.text
    assert done.form("The share of Booking is here"), "what comes next"
    listed = await someone.follows(done, "Records")
    assert "To be answered by" in listed.text
    assert "Missing from: Booking, Screening, Sessions" in listed.text
    request = await someone.follows(listed, "Ana R.")
    refused = await someone.presses(request, "It was given")
    assert "Not every service's share is there: nothing is given before." in refused.text
    for service in ("Booking", "Screening", "Sessions"):
        request = await someone.presses(request, f"The share of {service} is here", reference="printed today")
        assert "Noted: the share is here." in request.text
    given = await someone.presses(request, "It was given")
    assert "Settled" in given.text
    assert "Nobody waits for a record." in (await someone.opens(LIST)).text


async def test_a_second_click_and_an_old_page_change_nothing_twice(world: World) -> None:
    ana = await has_patient(world)
    someone, form = await logs_in(world, to=f"/pages/desk/patients/{ana}/record-request")
    for _ in range(2):
        await someone.presses(form, "Record the request", billing="1")
    (asked,) = ok(await world.coordinator.get("/v1/record-requests"))["items"]
    page = await someone.opens(f"{LIST}/{asked['id']}")
    closed = await someone.presses(page, "Close the request")
    assert "The request is closed." in closed.text
    late = await someone.presses(page, "The share of Billing is here", reference="printed")
    assert late.status == 412
    assert "Somebody else changed this meanwhile" in late.text


async def test_what_is_wrong_is_said_and_what_was_typed_stays(world: World) -> None:
    ana = await has_patient(world)
    someone, form = await logs_in(world, to=f"/pages/desk/patients/{ana}/record-request")
    nothing = await someone.presses(form, "Record the request")
    assert nothing.status == 422
    assert "Please choose at least one part." in nothing.text
    unnamed = await someone.presses(form, "Record the request", ordinary="1", by="representative", authority="a paper")
    assert "Name who asks, where it is not the patient." in unnamed.text
    notes = await someone.presses(form, "Record the request", psychotherapy_notes="1")
    assert "Name the signed authorization by which this part may be given." in notes.text
    tomorrow = {"received_on_month": "11", "received_on_day": "24", "received_on_year": "2026"}
    assert "still to come" in (await someone.presses(form, "Record the request", ordinary="1", **tomorrow)).text
    assert ok(await world.coordinator.get("/v1/record-requests"))["items"] == []


async def test_a_part_is_refused_with_its_reason_and_review(world: World) -> None:
    ana = await has_patient(world)
    someone, form = await logs_in(world, to=f"/pages/desk/patients/{ana}/record-request")
    done = await someone.presses(form, "Record the request", ordinary="1")
    request = await someone.follows(await someone.follows(done, "Records"), "Ana R.")
    said = {"grounds": "mental_health_risk", "reason": "It would harm now."}
    missing = await someone.presses(request, "Refuse it", **said)
    assert "another licensed professional of their choice may read it." in missing.text
    refused = await someone.presses(missing, "Refuse it", **said, review="Dr Vu was named.")
    assert "Refused. A mental-health record: reading it would harm" in refused.text
    assert "Dr Vu was named." in refused.text


async def test_what_is_late_stands_first_and_says_so(world: World) -> None:
    ana = await has_patient(world)
    someone, form = await logs_in(world, to=f"/pages/desk/patients/{ana}/record-request")
    await someone.presses(form, "Record the request", ordinary="1")
    world.clock.advance(timedelta(days=16))
    _, listed = await logs_in(world, Role.PRESCRIBER, to=LIST)
    assert "Late: it was to be answered by" in listed.text
