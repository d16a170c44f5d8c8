"""What somebody gives up is offered to those who wait, one after the other, by the running timers."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_clinic.clinic import COORDINATOR, Patient, Person, at
from careflow_clinic.walk import Walk
from careflow_events.testing.worker import until

pytestmark = pytest.mark.long

WAITLIST = "/v1/waitlist"


async def waits(walk: Walk, number: int) -> Patient:
    """Somebody new who waits for a call, after those who wait already."""
    http = walk.clinic.http
    person = Person(email=f"waits.{number}@example.org", phone=f"+1530555{1000 + number}")
    patient = Patient((await http.post(COORDINATOR, "booking", "/v1/patients", person.body())).body["id"])
    wish = {"patient_id": patient.id, "kind": "info_call", "modality": "phone"}
    await http.post(patient.caller, "booking", WAITLIST, wish)
    await walk.travel_to(walk.clock.now() + timedelta(seconds=1))
    return patient


async def waiting(walk: Walk) -> list[Any]:
    """Everybody who waits or is offered something."""
    listed: list[Any] = (await walk.clinic.http.get(COORDINATOR, "booking", WAITLIST)).body["items"]
    return listed


async def offered(walk: Walk, patient: Patient) -> str:
    """The appointment that is held for the patient, once it is."""
    found: list[Any] = []

    async def is_offered() -> bool:
        found[:] = [each["offer"] for each in await waiting(walk) if each["patient_id"] == patient.id and each["offer"]]
        return bool(found)

    await until(is_offered)
    return str(found[0]["appointment_id"])


async def test_the_waitlist_gets_the_time_one_offer_at_a_time(walk: Walk, person: Person) -> None:
    clinic = walk.clinic
    first_call, *_, last_call = await clinic.free_info_calls(walk.clock.now() + timedelta(hours=1))
    await walk.travel_to(at(first_call))
    _, given_up = await clinic.book_info_call(person, last_call)
    ana, ben = await waits(walk, 1), await waits(walk, 2)

    await clinic.move_appointment(given_up.body["id"], "cancel", {"reason": "patient_request"})
    held = await offered(walk, ana)
    seen = (await clinic.appointment(held)).body
    assert (seen["status"], seen["starts_at"]) == ("held", last_call)
    await clinic.move_appointment(held, "release", by=ana.caller)

    held = await offered(walk, ben)
    await clinic.move_appointment(held, "book", by=ben.caller)
    booked = await clinic.events.wait_for("ConsultationBooked", subject=ben.subject)
    assert (booked.data["appointment_id"], at(str(booked.data["starts_at"]))) == (held, at(last_call))
    assert [each["patient_id"] for each in await waiting(walk)] == [ana.id], "who declined waits on"
    (entry,) = await waiting(walk)
    await clinic.http.post(ana.caller, "booking", f"{WAITLIST}/{entry['id']}/leave", version=entry["version"])
