"""What the tests do with sessions over HTTP and events: patients, clearances, plans, dosing visits, the drug log."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.ids import new_id
from careflow_service.testing.calling import Caller
from services.sessions.tests.builders import MILL_VALLEY, TEXTS, ZONE
from services.sessions.tests.news import clearance_granted, registered, screen_assessed, snapshot
from services.sessions.tests.world import World
from sessions.domain.consents import ConsentCategory
from sessions.domain.words import Route


def ok(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    return response.status_code, response.json()["code"]


async def books(
    world: World, patient_id: str, starts_at: datetime, *, kind: str = "dosing", appointment_id: str | None = None
) -> str:
    """Booking books a treatment visit; answers the appointment's id."""
    appointment_id = appointment_id or new_id()
    booked = contracts.TreatmentBooked(
        **snapshot(patient_id, appointment_id, starts_at, kind=kind), booked_by=codes.BookedBy.STAFF
    )
    await world.hear(booked)
    return appointment_id


def plan_body(**changes: Any) -> dict[str, Any]:
    """IV 0.5 mg/kg up to 0.8, six sessions with their integrations."""

    def visits(kind: str, count: int, minutes: int, *roles: str) -> dict[str, Any]:
        return {"kind": kind, "count": count, "minutes": minutes, "roles": ["therapist", *roles]}

    return {
        "phase": "induction",
        "goals": ["Get up in the morning and want to"],
        "indications": ["treatment_resistant_depression"],
        "route": "intravenous",
        "route_reason": "titrates well",
        "start": {"mg_per_kg": "0.5"},
        "ceiling": {"mg_per_kg": "0.8"},
        "visits": [
            visits("preparation", 1, 60),
            visits("dosing", 6, 180, "nurse"),
            visits("integration", 6, 60),
        ],
        "cadence_days": 4,
        "therapist_id": "user-therapist",
        "stop_rules": ["no response after six sessions"],
        "exit_criteria": ["PHQ-9 below 5 for four weeks"],
        "expected_end": "2027-01-15",
        **changes,
    }


def consent_body(
    category: str = "treatment", *, route: str | None = "intravenous", language: str = "en", **changes: Any
) -> dict[str, Any]:
    """What is signed of it now, by its route where it has one."""
    of = ConsentCategory(category)
    document = TEXTS.current(of, Route(route) if route and of is ConsentCategory.TREATMENT else None)
    assert document is not None
    text = document.to_sign(language)
    return {
        "category": category,
        "document": text.document,
        "document_version": text.document_version,
        "sha256": text.sha256,
        "language": text.language,
        "route": text.route,
        **changes,
    }


async def signs_the_packet(world: World, patient_id: str) -> None:
    """Everything that does not wait for a plan."""
    for category in ("privacy", "telehealth", "financial"):
        ok(await world.patient(patient_id).post(f"/v1/patients/{patient_id}/consents", consent_body(category)), 201)


@dataclass(frozen=True, slots=True)
class Course:
    """A patient who may be treated: cleared, consented, with a signed plan."""

    patient_id: str
    clearance_id: str
    plan_id: str


async def has_course(world: World, **terms: Any) -> Course:
    """Registered, cleared for ninety days, consented to the plan's route, the plan signed."""
    planned = plan_body(**terms)
    patient_id, clearance_id = new_id(), new_id()
    await world.hear(registered(patient_id, datetime(1988, 4, 2)))  # noqa: DTZ001 - a birth date
    await world.hear(clearance_granted(patient_id, clearance_id, world.clock() + timedelta(days=90)))
    ok(
        await world.patient(patient_id).post(
            f"/v1/patients/{patient_id}/consents", consent_body(route=planned["route"])
        ),
        201,
    )
    drafted = ok(await world.prescriber.post(f"/v1/patients/{patient_id}/plans", planned), 201)
    path = f"/v1/plans/{drafted['id']}/sign"
    ok(await world.prescriber.post(path, version=drafted["version"]))
    return Course(patient_id, clearance_id, drafted["id"])


async def session_of(world: World, appointment_id: str) -> Any:
    return ok(await world.nurse.get(f"/v1/appointments/{appointment_id}/session"))


async def does(
    world: World, session_id: str, what: str, body: dict[str, Any] | None = None, *, by: Caller | None = None
) -> httpx.Response:
    """A command on a session as it is now."""
    current = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))
    caller = by or world.nurse
    return await caller.post(f"/v1/sessions/{session_id}/{what}", body, version=current["version"])


async def gate_of(world: World, session_id: str) -> list[str]:
    """Every failed item of the gate."""
    failed: list[str] = ok(await world.nurse.get(f"/v1/sessions/{session_id}/gate"))["failed"]
    return failed


def signs(systolic: int = 128, diastolic: int = 82, **more: Any) -> dict[str, Any]:
    return {
        "systolic": systolic,
        "diastolic": diastolic,
        "heart_rate": 72,
        "oxygen_saturation": 98,
        "respiratory_rate": 14,
        "moaas": 5,
        **more,
    }


def all_checks(now: datetime, **changes: Any) -> dict[str, Any]:
    """Everything asked before a dose, all in order."""
    today = now.astimezone(ZONE).date().isoformat()
    return {
        "identifiers": ["name", "birth_date"],
        "weight": {"kilograms": "80", "measured_on": today},
        "reported_weight": {"amount": "176", "unit": "pounds"},
        "allergic": False,
        "substances": {"recent": False, "intoxicated": False},
        "drug_screen": "expected",
        "bladder_symptoms": False,
        "intake": {
            "solids_at": (now - timedelta(hours=12)).isoformat(),
            "liquids_at": (now - timedelta(hours=3)).isoformat(),
        },
        "pregnancy": "negative",
        "suicide_risk": "none",
        "escort": {
            "name": "Ben",
            "phone": "+14155550100",
            "adult": True,
            "reached_today": True,
            "pick_up_at": (now + timedelta(hours=3)).isoformat(),
        },
        "equipment_ready": True,
        "cures_reviewed_on": today,
        "baseline": [signs()],
        **changes,
    }


ORDER = {"mg": "40", "mg_per_kg": "0.5", "most_mg": "50"}


async def therapy_hour(world: World, course: Course, kind: str) -> str:
    """A preparation or integration of an hour from now on; answers its session's id."""
    appointment_id = await books(world, course.patient_id, world.clock(), kind=kind)
    session_id: str = (await session_of(world, appointment_id))["id"]
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
    ok(await does(world, session_id, "start", by=world.therapist))
    began = world.clock()
    await world.travel(timedelta(minutes=55))
    hour = {"provider": "user-therapist", "started_at": began.isoformat(), "ended_at": world.clock().isoformat()}
    ok(await does(world, session_id, "complete", {"therapy": [hour]}, by=world.therapist))
    return session_id


async def dosing_visit(world: World, course: Course) -> str:
    """A dosing visit now, its integration booked for tomorrow; answers its session's id."""
    appointment_id = await books(world, course.patient_id, world.clock())
    await books(world, course.patient_id, world.clock() + timedelta(days=1), kind="integration")
    await world.hear(screen_assessed(course.patient_id, world.clock()))
    await world.has_heard_all()
    session_id: str = (await session_of(world, appointment_id))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    await team_joins(world, session_id)
    return session_id


async def team_joins(world: World, session_id: str) -> None:
    """Therapist, nurse and prescriber, each by their own login."""
    for caller, role in ((world.therapist, "therapist"), (world.nurse, "nurse"), (world.prescriber, "prescriber")):
        ok(await caller.post(f"/v1/sessions/{session_id}/join", {"role": role}))


async def ready_for_dose(world: World, course: Course) -> str:
    """Prepared, arrived, checked and ordered, nothing missing; answers the session's id."""
    await therapy_hour(world, course, "preparation")
    session_id = await dosing_visit(world, course)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", all_checks(world.clock())))
    ok(await does(world, session_id, "order", ORDER, by=world.prescriber))
    return session_id


async def has_vial(world: World, **changes: str) -> str:
    """A vial of 10 mL with 50 mg/mL ketamine, unless told otherwise."""
    body = {
        "location_id": MILL_VALLEY,
        "drug": "ketamine",
        "form": "vial",
        "ndc": "00143950801",
        "lot": "L-1",
        "expires_on": "2027-06-30",
        "ml": "10",
        "mg_per_ml": "50",
        **changes,
    }
    return str(ok(await world.nurse.post("/v1/drug-log/containers", body), 201)["id"])


async def draws(world: World, vial: str, session_id: str, ml: str = "1") -> str:
    body = {"session_id": session_id, "ml": ml}
    return str(ok(await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", body), 201)["added_id"])


async def loses(world: World, vial: str, mg: str) -> None:
    """The nurse enters a loss, which opens a case."""
    ok(await world.nurse.post(f"/v1/drug-log/containers/{vial}/entries", {"kind": "lost", "mg": mg}), 201)


async def wastes(world: World, vial: str, draw_id: str, mg: str) -> str:
    """The nurse enters waste; answers the entry's id."""
    body = {"kind": "wasted", "mg": mg, "draw_id": draw_id, "note": "rest of the syringe"}
    return str(ok(await world.nurse.post(f"/v1/drug-log/containers/{vial}/entries", body), 201)["added_id"])


async def wastes_before_witness(world: World, vial: str, draw_id: str, mg: str) -> None:
    """The nurse enters waste and a second nurse confirms it."""
    entry = await wastes(world, vial, draw_id, mg)
    path = f"/v1/drug-log/containers/{vial}/entries/{entry}/witness"
    ok(await world.nurse_called("second-nurse").post(path))


def dose(vial: str, draw_id: str, **changes: Any) -> dict[str, Any]:
    """40 mg out of the draw, stated in every way."""
    whole = {"container_id": vial, "draw_id": draw_id, "mg": "40", "mg_per_kg": "0.5", "ml": "0.8", "mg_per_ml": "50"}
    return {**whole, **changes}


SCORE = {
    "oriented": True,
    "walks_unaided": True,
    "nausea_controlled": True,
    "effects_resolved": True,
    "suicide_risk": "none",
    "escort_signed": True,
    "instructions_given": True,
}


async def observes(world: World, session_id: str, **changes: Any) -> httpx.Response:
    return await world.nurse.post(f"/v1/sessions/{session_id}/vitals", {"signs": signs(**changes)})


async def receives_dose(world: World, session_id: str) -> tuple[str, str]:
    """Cleared, started, 40 mg given; answers the vial and the draw."""
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    ok(await does(world, session_id, "doses", dose(vial, draw_id)), 201)
    return vial, draw_id


async def goes_home(world: World, session_id: str) -> None:
    """Forty minutes of infusion, an hour of rest, every observation made, discharged and completed."""
    for minutes in (10, 5, 15, 10):
        await world.travel(timedelta(minutes=minutes))
        ok(await observes(world, session_id), 201)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    for _ in range(4):
        await world.travel(timedelta(minutes=15))
        ok(await observes(world, session_id), 201)
    ok(await does(world, session_id, "discharge", SCORE))
    ok(await does(world, session_id, "complete", {}))
