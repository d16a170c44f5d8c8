"""What the tests tell booking over HTTP to begin with: who works there, who is a patient, and how far they have
come.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from booking.domain.ids import PatientId, PractitionerId
from careflow_events import contracts
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.results import Changed
from careflow_service.testing.calling import Caller
from careflow_service.work import Transaction
from services.booking.tests.builders import local
from services.booking.tests.world import World

NINE_TO_FIVE = [{"opens": "09:00", "closes": "17:00"}]
WORKING_WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), NINE_TO_FIVE)
TOMORROW_AT_TEN = local(24, 10)
ABOUT_PATIENTS = {"_outbox": {"stream": {"$regex": "/patient:"}}}
"""Of what is stored what is about a patient: who works here is said, too."""


def ok(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    return response.status_code, response.json()["code"]


async def has_practitioner(world: World, name: str = "dr-lee", *roles: str, week: dict[str, Any] | None = None) -> str:
    body = {
        "id": name,
        "name": name,
        "licences": [{"role": role, "state": "CA"} for role in roles or ("prescriber",)],
        "telehealth": True,
        "hours": WORKING_WEEK if week is None else week,
    }
    return str(ok(await world.coordinator.post("/v1/practitioners", body), 201)["id"])


async def has_room(world: World, name: str = "Room 1", *purposes: str) -> str:
    body = {"name": name, "purposes": list(purposes or ("consultation",)), "hours": WORKING_WEEK}
    return str(ok(await world.coordinator.post("/v1/rooms", body), 201)["id"])


def details(**changes: Any) -> dict[str, Any]:
    person = {
        "given_name": "Ana",
        "family_name": "Rivera",
        "birth_date": "1988-04-02",
        "email": "ana@example.org",
        "phone": "(415) 555-0123",
        "state": "CA",
    }
    return {**person, **changes}


async def has_patient(world: World, **changes: Any) -> str:
    return str(ok(await world.coordinator.post("/v1/patients", details(**changes)), 201)["id"])


async def have_patients(world: World, number: int) -> list[str]:
    """That many, a few at a time."""
    few = asyncio.Semaphore(8)

    async def one(n: int) -> str:
        async with few:
            return await has_patient(world, email=f"p{n}@example.org", phone=f"415 555 {n:04}")

    return list(await asyncio.gather(*(one(n) for n in range(number))))


def visit(
    patient_id: str, kind: str = "info_call", starts_at: datetime = TOMORROW_AT_TEN, **more: Any
) -> dict[str, Any]:
    modality = "phone" if kind == "info_call" else "in_person"
    body = {"patient_id": patient_id, "kind": kind, "starts_at": starts_at.isoformat(), "modality": modality}
    return {**body, **more}


async def books(caller: Caller, patient_id: str, kind: str = "info_call", **more: Any) -> Any:
    return ok(await caller.post("/v1/appointments", visit(patient_id, kind, **more)), 201)


async def calls(world: World, **changes: Any) -> Any:
    """A visitor asks for the free call, and confirms it where they are asked to. Returns what they are answered."""
    asked = ok(await world.public.post("/v1/public/info-calls", details(**changes)), 201)
    return asked if asked["confirm_by"] is None else ok(await confirms(world, asked))


async def confirms(world: World, asked: Any) -> httpx.Response:
    """By the link that was sent to the visitor."""
    assert world.ports.call_links is not None
    link = world.ports.call_links.sign(asked["appointment_id"])
    return await world.public.post("/v1/public/info-calls/confirm", {"link": link})


async def acts(caller: Caller, appointment: Any, verb: str, **body: Any) -> Any:
    """One step of an appointment's life, on the version it was seen at."""
    path = f"/v1/appointments/{appointment['id']}/{verb}"
    return ok(await caller.post(path, body or None, version=appointment["version"]))


async def had_info_call(world: World, patient_id: str, disposition: str = "proceed") -> Any:
    """The patient had their call tomorrow at ten; the clock stands there afterwards."""
    call = await books(world.coordinator, patient_id)
    world.clock.now = TOMORROW_AT_TEN
    call = await acts(world.coordinator, call, "arrive")
    return await acts(world.calling(Role.THERAPIST), call, "complete", disposition=disposition)


async def screening_began(world: World, patient_id: str) -> str:
    case_id = new_id()
    await world.hear(contracts.ScreeningStarted(patient_id=patient_id, case_id=case_id, started_at=world.clock()))
    return case_id


async def registered_before(world: World, patient_id: str) -> int:
    """As a version has it that told others less than they are told by now; the patient's version."""

    async def as_before(tx: Transaction) -> Changed:
        known = await world.ports.patients.get(PatientId(patient_id))
        before = replace(known.recording(), told=0)
        await world.ports.patients.save(before, expecting=known.version, tx=tx)
        return Changed(before.id, before.version)

    done = await world.work.run(as_before, by=Actor.system("test"), action="as_before", returns=Changed)
    return done.value.version


async def entered_before(world: World, practitioner_id: str) -> int:
    """As a version has it that told nobody what practitioners are called; their version."""

    async def as_before(tx: Transaction) -> Changed:
        known = await world.ports.practitioners.get(PractitionerId(practitioner_id))
        before = replace(known.recording(), told="")
        await world.ports.practitioners.save(before, expecting=known.version, tx=tx)
        return Changed(before.id, before.version)

    done = await world.work.run(as_before, by=Actor.system("test"), action="as_before", returns=Changed)
    await world.store.database["colleague_names"].delete_many({})
    return done.value.version
