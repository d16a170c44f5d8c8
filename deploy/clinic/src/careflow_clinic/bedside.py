"""Treatment at the clinic, through sessions' HTTP alone: consents, plans, the dose gate, a dose, the drug log.

Owns the vocabulary of the demo and the journeys for everything that happens around a dose, and what an unremarkable
patient brings to it. Invariant: a step returns what the service answered; nothing is assumed to have worked.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from careflow_clinic.clinic import NURSE, PRESCRIBER, THERAPIST, Patient, instant
from careflow_clinic.http import Answer, Caller, Http

CLINIC_ZONE = ZoneInfo("America/Los_Angeles")
WEIGHT_KG, WEIGHT_LB = "80", "176"
DOSE: Mapping[str, str] = {"mg": "40", "mg_per_kg": "0.5", "ml": "0.8", "mg_per_ml": "50"}
"""0.5 mg/kg, the dose of the trials, for that weight out of that vial."""
MOST_MG = "50"
"""What the order allows to be drawn up and given at most."""
DRAWN_ML = "1.0"
LEFT_OVER_MG = "10"
VIAL: Mapping[str, str] = {
    "drug": "ketamine",
    "form": "vial",
    "ndc": "00143950801",
    "expires_on": "2040-06-30",
    "ml": "10",
    "mg_per_ml": "50",
}
SIGNS: Mapping[str, int] = {
    "systolic": 128,
    "diastolic": 82,
    "heart_rate": 72,
    "oxygen_saturation": 98,
    "respiratory_rate": 14,
    "moaas": 5,
}
BETWEEN_READINGS = timedelta(minutes=6)
"""Far enough apart to count as two."""
READY_TO_LEAVE: Mapping[str, Any] = {
    "oriented": True,
    "walks_unaided": True,
    "nausea_controlled": True,
    "effects_resolved": True,
    "suicide_risk": "none",
    "escort_signed": True,
    "instructions_given": True,
}


def planned_visits(kind: str, count: int, minutes: int, *roles: str) -> dict[str, Any]:
    """One row of a plan: so many visits of a kind, with the therapist and whoever else."""
    return {"kind": kind, "count": count, "minutes": minutes, "roles": ["therapist", *roles]}


def induction(*, doses: int, ends: date) -> dict[str, Any]:
    """A course of infusions with therapy around each: what a prescriber signs first."""
    return {
        "phase": "induction",
        "goals": ["Sleep through the night", "Go back to the choir"],
        "indications": ["treatment_resistant_depression"],
        "route": "intravenous",
        "route_reason": "Titrates well, and ends when the pump is stopped.",
        "start": {"mg_per_kg": "0.5"},
        "ceiling": {"mg_per_kg": "0.8"},
        "visits": [
            planned_visits("preparation", 1, 90),
            planned_visits("dosing", doses, 180, "nurse", "prescriber"),
            planned_visits("integration", doses, 60),
        ],
        "cadence_days": 7,
        "therapist_id": THERAPIST.subject,
        "instruments": ["phq-9"],
        "stop_rules": ["no response after six sessions"],
        "exit_criteria": ["PHQ-9 below 5 for four weeks"],
        "expected_end": ends.isoformat(),
    }


def maintenance(*, doses: int, ends: date) -> dict[str, Any]:
    """What follows a course that helped: single doses, each with its integration."""
    plan = induction(doses=doses, ends=ends)
    visits = [each for each in plan["visits"] if each["kind"] != "preparation"]
    reason = "mornings are better for four weeks after each dose"
    again = {"phase": "maintenance", "maintenance_reason": reason, "visits": visits, "cadence_days": 28}
    return {**plan, **again}


@dataclass(frozen=True, slots=True)
class Bedside:
    """The team around a patient."""

    http: Http

    # -- what is signed ------------------------------------------------------------------------------------------------

    async def consent(self, patient: Patient, category: str, *, route: str | None = None) -> Answer:
        """The patient reads a text and signs it; consent to treatment is to one route."""
        texts = (await self.http.get(patient.caller, "sessions", "/v1/consent-texts")).body["items"]
        read = next(
            each for each in texts if (each["category"], each["route"], each["language"]) == (category, route, "en")
        )
        named = ("category", "document", "document_version", "sha256", "language", "route", "policy_version")
        signed = {name: read[name] for name in named if read[name] is not None}
        return await self.http.post(patient.caller, "sessions", f"/v1/patients/{patient.id}/consents", signed)

    async def withdraw_consent(self, patient: Patient, category: str) -> None:
        """The patient takes back every consent of a category."""
        path = f"/v1/patients/{patient.id}/consents"
        signed = (await self.http.get(patient.caller, "sessions", path)).body["items"]
        for consent in signed:
            if consent["category"] == category:
                await self.http.post(patient.caller, "sessions", f"/v1/consents/{consent['id']}/withdraw")

    async def draft_plan(self, patient: Patient, terms: Mapping[str, Any]) -> Answer:
        """What a prescriber intends; the patient is asked to consent to it."""
        return await self.http.post(PRESCRIBER, "sessions", f"/v1/patients/{patient.id}/plans", terms)

    async def sign_plan(self, drafted: Answer, *, after: Sequence[str] = ()) -> str:
        """A prescriber signs a plan that was drafted, once sessions has seen `after`. Returns its id."""
        sign = f"/v1/plans/{drafted.body['id']}/sign"
        await self.http.post(PRESCRIBER, "sessions", sign, version=drafted.version, after=after)
        return str(drafted.body["id"])

    async def change_plan(self, plan_id: str, change: str, body: Mapping[str, Any]) -> Answer:
        """`adjust` with new terms; `hold`, `resume`, `complete` or `discontinue` with a reason."""
        current = await self.http.get(PRESCRIBER, "sessions", f"/v1/plans/{plan_id}")
        return await self.http.post(
            PRESCRIBER, "sessions", f"/v1/plans/{plan_id}/{change}", body, version=current.version
        )

    async def discharge_from_care(self, patient_id: str) -> Answer:
        """The prescriber ends the patient's care, of which nothing is open."""
        body = {
            "reason": "course_ended",
            "aftercare": "The clinic is called when it gets worse; a friend knows the plan.",
        }
        return await self.http.post(PRESCRIBER, "sessions", f"/v1/patients/{patient_id}/care/discharges", body)

    # -- a session -----------------------------------------------------------------------------------------------------

    async def session_of(self, appointment_id: str, *, after: Sequence[str] = ()) -> str:
        """The id of the session of an appointment, once sessions has heard of it."""
        path = f"/v1/appointments/{appointment_id}/session"
        return str((await self.http.get(NURSE, "sessions", path, after=after)).body["id"])

    async def session(self, session_id: str, *, after: Sequence[str] = ()) -> Answer:
        """The session as it is, once sessions has seen `after`."""
        return await self.http.get(NURSE, "sessions", f"/v1/sessions/{session_id}", after=after)

    async def walk_in(self, patient: Patient, location_id: str) -> str:
        """A dosing session opened at the clinic, of a visit booking has not said anything of. Returns its id."""
        opened = {
            "appointment_id": str(uuid.uuid4()),
            "patient_id": patient.id,
            "kind": "dosing",
            "location_id": location_id,
        }
        session_id = str((await self.http.post(NURSE, "sessions", "/v1/sessions", opened)).body["id"])
        await self.http.post(NURSE, "sessions", f"/v1/sessions/{session_id}/arrive")
        return session_id

    async def does(
        self, session_id: str, what: str, body: Mapping[str, Any] | None = None, *, by: Caller = NURSE
    ) -> Answer:
        """A step of a session at the version just read; raises Refused."""
        path = f"/v1/sessions/{session_id}"
        return await self.http.post_at_newest(by, "sessions", path, f"{path}/{what}", body, reader=NURSE)

    async def tries(
        self, session_id: str, what: str, body: Mapping[str, Any] | None = None, *, by: Caller = NURSE
    ) -> Answer:
        """The same, whatever it is answered."""
        path, version = f"/v1/sessions/{session_id}/{what}", (await self.session(session_id)).version
        return await self.http.ask(by, "POST", "sessions", path, body or {}, version=version)

    async def check(self, session_id: str, now: datetime, **others: Any) -> Answer:
        """The team is there, and everything is asked and measured before a dose, all in order but for `others`; None
        leaves one out.
        """
        await self.gather(session_id)
        checks = {**unremarkable(now), **others}
        given = {name: value for name, value in checks.items() if value is not None}
        return await self.http.post(NURSE, "sessions", f"/v1/sessions/{session_id}/checks", given)

    async def gather(self, session_id: str) -> None:
        """Therapist, nurse and prescriber are there, each by their own login."""
        for caller, role in ((THERAPIST, "therapist"), (NURSE, "nurse"), (PRESCRIBER, "prescriber")):
            await self.http.post(caller, "sessions", f"/v1/sessions/{session_id}/join", {"role": role})

    async def record(self, session_id: str, **checks: Any) -> Answer:
        """Something more is asked or measured, or measured again."""
        return await self.http.post(NURSE, "sessions", f"/v1/sessions/{session_id}/checks", checks)

    async def pressure_twice(self, session_id: str, now: datetime, systolic: int, diastolic: int) -> Answer:
        """The same blood pressure now as a few minutes ago."""
        signs = {**SIGNS, "systolic": systolic, "diastolic": diastolic}
        first = {**signs, "observed_at": instant(now - BETWEEN_READINGS)}
        return await self.record(session_id, baseline=[first, signs])

    async def order(self, session_id: str) -> Answer:
        """The prescriber signs the order for the dose."""
        order = {"mg": DOSE["mg"], "mg_per_kg": DOSE["mg_per_kg"], "most_mg": MOST_MG}
        return await self.does(session_id, "order", order, by=PRESCRIBER)

    async def failed(self, session_id: str, *, after: Sequence[str] = ()) -> list[str]:
        """The items of the dose gate that are not in order, once sessions has seen `after`."""
        path = f"/v1/sessions/{session_id}/gate"
        return list((await self.http.get(NURSE, "sessions", path, after=after)).body["failed"])

    async def observe(self, session_id: str, **signs: Any) -> Answer:
        """One observation of vital signs, now."""
        path = f"/v1/sessions/{session_id}/vitals"
        return await self.http.post(NURSE, "sessions", path, {"signs": {**SIGNS, **signs}})

    # -- what goes wrong -----------------------------------------------------------------------------------------------

    async def report_harm(self, patient: Patient, session_id: str, now: datetime, *, grade: int) -> Answer:
        """Something harmful happened in a session, of that grade."""
        event = {
            "patient_id": patient.id,
            "session_id": session_id,
            "description": "Laryngospasm, resolved with oxygen.",
            "grade": grade,
            "serious": True,
            "expected": False,
            "related": True,
            "started_at": instant(now),
        }
        return await self.http.post(NURSE, "sessions", "/v1/adverse-events", event)

    async def review_harm(self, event_id: str, version: int | None, decision: str) -> Answer:
        """The prescriber signs what it means for further doses: `resume`, `hold` or `stop`."""
        review = {"decision": decision, "note": "Lower rate, oxygen at hand."}
        path = f"/v1/adverse-events/{event_id}/reviews"
        return await self.http.post(PRESCRIBER, "sessions", path, review, version=version)

    # -- the drug log --------------------------------------------------------------------------------------------------

    async def receive_vial(self, location_id: str, *, lot: str) -> str:
        """A vial arrives. Returns its id."""
        return await self.receive(location_id, {**VIAL, "lot": lot})

    async def receive(self, location_id: str, label: Mapping[str, str]) -> str:
        """A container of a controlled drug arrives, with this label. Returns its id."""
        container = {**label, "location_id": location_id}
        return str((await self.http.post(NURSE, "sessions", "/v1/drug-log/containers", container)).body["id"])

    async def draw(self, vial_id: str, session_id: str, *, ml: str = DRAWN_ML) -> str:
        """Drug is drawn up for a session. Returns the draw's id."""
        body = {"session_id": session_id, "ml": ml}
        path = f"/v1/drug-log/containers/{vial_id}/draws"
        return str((await self.http.post(NURSE, "sessions", path, body)).body["added_id"])

    async def waste(self, vial_id: str, draw_id: str, *, witness: Caller = PRESCRIBER) -> Answer:
        """What was left over is wasted, and somebody else watches."""
        entries = f"/v1/drug-log/containers/{vial_id}/entries"
        wasted = {"kind": "wasted", "mg": LEFT_OVER_MG, "draw_id": draw_id}
        entry = await self.http.post(NURSE, "sessions", entries, wasted)
        return await self.http.post(witness, "sessions", f"{entries}/{entry.body['added_id']}/witness")

    async def counted(self, location_id: str) -> dict[str, str]:
        """What is in every container of the location: just what the log says."""
        listed = await self.http.get(NURSE, "sessions", "/v1/drug-log/containers", params={"location_id": location_id})
        return {each["id"]: str(each["in_container_mg"]) for each in listed.body["items"]}

    async def close_drug_day(self, location_id: str, now: datetime) -> Answer:
        """Every container of the location is counted by two, and the day closed: all there is what the log says."""
        day = f"/v1/drug-log/locations/{location_id}/days/{today(now).isoformat()}"
        await self.http.post(NURSE, "sessions", f"{day}/close", {"counts": await self.counted(location_id)})
        return await self.http.post(PRESCRIBER, "sessions", f"{day}/confirm")


def today(now: datetime) -> date:
    """The clinic's calendar day."""
    return now.astimezone(CLINIC_ZONE).date()


def unremarkable(now: datetime) -> dict[str, Any]:
    """What is found when nothing speaks against a dose."""
    day = today(now).isoformat()
    return {
        "identifiers": ["name", "birth_date"],
        "weight": {"kilograms": WEIGHT_KG, "measured_on": day},
        "reported_weight": {"amount": WEIGHT_LB, "unit": "pounds"},
        "allergic": False,
        "substances": {"recent": False, "intoxicated": False},
        "drug_screen": "expected",
        "bladder_symptoms": False,
        "intake": {"solids_at": instant(now - timedelta(hours=12)), "liquids_at": instant(now - timedelta(hours=3))},
        "pregnancy": "negative",
        "suicide_risk": "none",
        "escort": {
            "name": "Ben Sampleton",
            "phone": "+14155550143",
            "adult": True,
            "reached_today": True,
            "pick_up_at": instant(now + timedelta(hours=3)),
        },
        "equipment_ready": True,
        "emergency_contact": True,
        "cures_reviewed_on": day,
        "baseline": [dict(SIGNS)],
    }
