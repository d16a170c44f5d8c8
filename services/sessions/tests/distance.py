"""What the tests do with therapy hours whose patient is somewhere else."""

from typing import Any

import httpx

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.ids import new_id
from services.sessions.tests.clinic import Course, consent_body, ok, session_of
from services.sessions.tests.news import snapshot
from services.sessions.tests.world import World

AT_HOME: dict[str, Any] = {
    "identifiers": ["name", "birth_date"],
    "address": "14 Throckmorton Avenue, Mill Valley",
    "state": "CA",
    "callback": "+14155550123",
    "emergency_service": "MarinHealth Medical Center, Greenbrae; 911",
    "private": True,
    "fit": True,
}


async def agrees_to_telehealth(world: World, patient_id: str) -> str:
    """The patient signs; answers the consent's id."""
    signed = consent_body("telehealth")
    consent_id: str = ok(await world.patient(patient_id).post(f"/v1/patients/{patient_id}/consents", signed), 201)["id"]
    return consent_id


async def hour_at_a_distance(
    world: World, course: Course, *, kind: str = "preparation", modality: codes.Modality = codes.Modality.VIDEO
) -> str:
    """An hour now, the patient on the line; answers its session's id."""
    appointment_id = new_id()
    visit = snapshot(course.patient_id, appointment_id, world.clock(), kind=kind, modality=modality)
    await world.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
    session_id: str = (await session_of(world, appointment_id))["id"]
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
    return session_id


async def verifies(world: World, session_id: str, **changes: Any) -> httpx.Response:
    """The therapist records who and where the patient is."""
    return await world.therapist.post(f"/v1/sessions/{session_id}/verifications", {**AT_HOME, **changes})
