"""Many patients want one time: exactly one gets it, everybody else is told what is free instead."""

import asyncio
from collections import Counter

import pytest

from careflow_clinic.clinic import COORDINATOR, THERAPIST, Person
from careflow_clinic.http import Answer
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.thorough

CONTENDERS = 200
AT_ONCE = 40


async def test_two_hundred_want_the_same_call(walk: Walk) -> None:
    limit = asyncio.Semaphore(AT_ONCE)

    async def register(number: int) -> str:
        person = Person(email=f"contender.{number}@example.org", phone=f"+1628555{1000 + number}")
        async with limit:
            return str((await walk.clinic.http.post(COORDINATOR, "booking", "/v1/patients", person.body())).body["id"])

    patients = await asyncio.gather(*(register(number) for number in range(CONTENDERS)))
    slot = (await walk.clinic.free_info_calls(walk.clock.now()))[-1]

    async def book(patient_id: str) -> Answer:
        visit = {
            "patient_id": patient_id,
            "kind": "info_call",
            "starts_at": slot,
            "modality": "phone",
            "provider_id": THERAPIST.subject,
        }
        return await walk.clinic.http.ask(COORDINATOR, "POST", "booking", "/v1/appointments", visit)

    answers = await asyncio.gather(*(book(patient_id) for patient_id in patients))

    assert Counter(answer.status for answer in answers) == {201: 1, 409: CONTENDERS - 1}
    refused = [answer for answer in answers if answer.status == 409]
    assert {answer.code for answer in refused} == {"slot_taken"}
    assert all(answer.body["next_free"] for answer in refused), "everybody else hears what is free instead"
    (winner,) = (answer.body for answer in answers if answer.status == 201)
    booked = await walk.clinic.events.wait_for("ConsultationBooked", subject=f"patient:{winner['patient_id']}")
    assert booked.data["appointment_id"] == winner["id"]
