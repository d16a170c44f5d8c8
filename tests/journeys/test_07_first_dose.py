"""From a clearance to a first dose at the bedside: what sessions heard of screening over Kafka decides, by name."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from careflow_cli.demo.clinic import NURSE, PRESCRIBER, THERAPIST, Person, instant, position
from careflow_cli.demo.http import Answer, Caller, Http
from careflow_cli.demo.walk import Cleared, Walk

CLINIC = "0199e0a0-0000-7000-8000-0000000000b1"
OVERRIDDEN = ("symptom_score_current", "integration_booked")
"""What booking and screening say of later visits is not part of this journey."""


def visits(kind: str, count: int, minutes: int, *roles: str) -> dict[str, Any]:
    return {"kind": kind, "count": count, "minutes": minutes, "roles": ["therapist", *roles]}


PLAN: Mapping[str, Any] = {
    "phase": "induction",
    "goals": ["Sleep through the night"],
    "indications": ["treatment_resistant_depression"],
    "route": "intravenous",
    "route_reason": "titrates well",
    "start": {"mg_per_kg": "0.5"},
    "ceiling": {"mg_per_kg": "0.8"},
    "visits": [visits("preparation", 1, 60), visits("dosing", 6, 180, "nurse"), visits("integration", 6, 60)],
    "cadence_days": 4,
    "therapist_id": THERAPIST.subject,
    "stop_rules": ["no response after six sessions"],
    "exit_criteria": ["PHQ-9 below 5 for four weeks"],
    "expected_end": "2030-01-15",
}
CONSENT = {
    "category": "treatment",
    "document": "off-label-treatment",
    "document_version": "2026-11",
    "sha256": "0" * 64,
    "language": "en",
    "route": "intravenous",
}
SIGNS = {"systolic": 128, "diastolic": 82, "heart_rate": 72, "oxygen_saturation": 98, "moaas": 5}


class Bedside:
    """One patient's sessions, driven over HTTP."""

    def __init__(self, walk: Walk, cleared: Cleared) -> None:
        self.walk, self.cleared = walk, cleared

    @property
    def http(self) -> Http:
        return self.walk.clinic.http

    async def plan(self) -> None:
        """Consented and signed, once sessions has heard of the clearance."""
        patient, after = self.cleared.patient, [position(self.cleared.granted)]
        path = f"/v1/patients/{patient.id}"
        await self.http.post(patient.caller, "sessions", f"{path}/consents", CONSENT)
        drafted = await self.http.post(PRESCRIBER, "sessions", f"{path}/plans", PLAN)
        sign = f"/v1/plans/{drafted.body['id']}/sign"
        await self.http.post(PRESCRIBER, "sessions", sign, version=drafted.version, after=after)

    async def opened(self, kind: str) -> str:
        """A session opened at the clinic, the patient there."""
        body = {
            "appointment_id": str(uuid.uuid4()),
            "patient_id": self.cleared.patient.id,
            "kind": kind,
            "location_id": CLINIC,
        }
        session_id = str((await self.http.post(NURSE, "sessions", "/v1/sessions", body)).body["id"])
        await self.http.post(NURSE, "sessions", f"/v1/sessions/{session_id}/arrive")
        return session_id

    async def does(
        self, session_id: str, what: str, body: Mapping[str, Any] | None = None, *, by: Caller = NURSE
    ) -> Answer:
        current = await self.http.get(NURSE, "sessions", f"/v1/sessions/{session_id}")
        path = f"/v1/sessions/{session_id}/{what}"
        return await self.http.post(by, "sessions", path, body, version=current.version)

    async def checked_and_ordered(self, session_id: str) -> None:
        now = self.walk.clock.now()
        today = now.astimezone(ZoneInfo("America/Los_Angeles")).date().isoformat()
        checks = {
            "identifiers": ["name", "birth_date"],
            "weight": {"kilograms": "80", "measured_on": today},
            "allergic": False,
            "substances": {"recent": False, "intoxicated": False},
            "drug_screen": "expected",
            "bladder_symptoms": False,
            "intake": {
                "solids_at": instant(now - timedelta(hours=12)),
                "liquids_at": instant(now - timedelta(hours=3)),
            },
            "pregnancy": "negative",
            "suicide_risk": "none",
            "escort": {
                "name": "Ben",
                "phone": "+14155550100",
                "adult": True,
                "reached_today": True,
                "pick_up_at": instant(now + timedelta(hours=3)),
            },
            "team": {"therapist": THERAPIST.subject, "nurse": NURSE.subject},
            "equipment_ready": True,
            "emergency_contact": True,
            "cures_reviewed_on": today,
            "baseline": [SIGNS],
        }
        await self.http.post(NURSE, "sessions", f"/v1/sessions/{session_id}/checks", checks)
        order = {"mg": "40", "mg_per_kg": "0.5", "most_mg": "40"}
        await self.does(session_id, "order", order, by=PRESCRIBER)

    async def gate(self, session_id: str) -> list[str]:
        return list((await self.http.get(NURSE, "sessions", f"/v1/sessions/{session_id}/gate")).body["failed"])


async def test_a_first_dose_after_a_clearance(walk: Walk, person: Person) -> None:
    bedside = Bedside(walk, await walk.to_clearance(person))
    events, subject = walk.clinic.events, bedside.cleared.patient.subject
    await bedside.plan()
    preparation = await bedside.opened("preparation")
    await bedside.does(preparation, "start", by=THERAPIST)
    await bedside.does(preparation, "complete", {}, by=THERAPIST)

    session_id = await bedside.opened("dosing")
    await bedside.checked_and_ordered(session_id)
    failed = await bedside.gate(session_id)
    if "eligibility_fresh" in failed:
        attestation = {"reason": "read the case in screening"}
        await bedside.http.post(PRESCRIBER, "sessions", f"/v1/sessions/{session_id}/attest", attestation)
    assert await bedside.gate(session_id) == ["symptom_score_current", "integration_booked"]
    overrides = [{"item": item, "reason": "decided at the bedside"} for item in OVERRIDDEN]
    await bedside.does(session_id, "clear", {"overrides": overrides}, by=PRESCRIBER)
    await bedside.does(session_id, "start")
    vial = await bedside.http.post(
        NURSE,
        "sessions",
        "/v1/drug-log/containers",
        {
            "location_id": CLINIC,
            "drug": "ketamine",
            "form": "vial",
            "ndc": "00143950801",
            "lot": "L-1",
            "expires_on": "2040-06-30",
            "ml": "10",
            "mg_per_ml": "50",
        },
    )
    container = str(vial.body["id"])
    draw = await bedside.http.post(
        NURSE, "sessions", f"/v1/drug-log/containers/{container}/draws", {"session_id": session_id, "ml": "0.8"}
    )
    dose = {
        "container_id": container,
        "draw_id": draw.body["added_id"],
        "mg": "40",
        "mg_per_kg": "0.5",
        "ml": "0.8",
        "mg_per_ml": "50",
    }
    await bedside.does(session_id, "doses", dose)

    await events.wait_for("IntegrationDue", subject=subject)
    stream = f"careflow.sessions.v1/{subject}"
    said = [event.name for event in events.seen if event.stream == stream]
    assert said == [
        "ConsentSigned",
        "PlanActivated",
        "SessionCheckedIn",
        "SessionStarted",
        "SessionCompleted",
        "SessionCheckedIn",
        "SessionCleared",
        "SessionStarted",
        "DoseAdministered",
        "IntegrationDue",
    ]
