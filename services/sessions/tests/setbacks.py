"""What comes in the way of a dose: an adverse event, a consent withdrawn, a plan on hold, a visit called off."""

import httpx

from services.sessions.tests.clinic import ok
from services.sessions.tests.world import World


async def suffers(world: World, patient_id: str, session_id: str | None = None, *, grade: int) -> str:
    """The nurse reports an adverse event; answers its id."""
    body = {
        "patient_id": patient_id,
        "session_id": session_id,
        "description": "vomited twice",
        "grade": grade,
        "serious": False,
        "expected": True,
        "related": True,
        "started_at": world.clock().isoformat(),
    }
    return str(ok(await world.nurse.post("/v1/adverse-events", body), 201)["id"])


async def reviews(world: World, event_id: str, decision: str) -> httpx.Response:
    """The prescriber signs the first review of an adverse event."""
    body = {"decision": decision, "note": "seen and settled"}
    return await world.prescriber.post(f"/v1/adverse-events/{event_id}/reviews", body, version=1)


async def regrades(world: World, event_id: str, grade: int) -> httpx.Response:
    """The prescriber grades an adverse event anew."""
    body = {"grade": grade, "reason": "seen again"}
    return await world.prescriber.post(f"/v1/adverse-events/{event_id}/grade", body, version=1)


async def calls(world: World, contact_id: str, *, reached: bool = True, note: str = "well") -> httpx.Response:
    """The nurse calls the patient."""
    return await world.nurse.post(f"/v1/follow-up-contacts/{contact_id}/attempts", {"reached": reached, "note": note})


async def withdraws_consent(world: World, patient_id: str) -> httpx.Response:
    """The patient takes the one consent back that counts."""
    own = world.patient(patient_id)
    (consent,) = ok(await own.get(f"/v1/patients/{patient_id}/consents"))["items"]
    return await own.post(f"/v1/consents/{consent['id']}/withdraw")


async def holds_plan(world: World, plan_id: str) -> httpx.Response:
    plan = ok(await world.prescriber.get(f"/v1/plans/{plan_id}"))
    return await world.prescriber.post(f"/v1/plans/{plan_id}/hold", {"reason": "clinical"}, version=plan["version"])
