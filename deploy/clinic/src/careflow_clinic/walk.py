"""One patient's way through the clinic in stretches, each ending where the next begins.

Owns the order of steps that lead to a clearance and what an unremarkable patient says on the way. Time passes on the
domain clock: the walk goes to each appointment's time. Invariant: a stretch waits for the events it needs, never for
time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from careflow_clinic.cashier import PAYS_HERSELF, Cashier
from careflow_clinic.clinic import PRESCRIBER, Clinic, Patient, Person, at, instant, position
from careflow_clinic.http import Answer
from careflow_clinic.subscriber import SeenEvent

PHQ_9: Mapping[str, str] = {"1": "2", "2": "3", "3": "2", "4": "2", "5": "2", "6": "2", "7": "2", "8": "2", "9": "0"}
"""Moderately severe depression, 17 of 27, nothing on item 9."""
GAD_7: Mapping[str, str] = {"1": "2", "2": "2", "3": "2", "4": "2", "5": "1", "6": "2", "7": "1"}
"""Moderate anxiety, 12 of 21."""
C_SSRS_NONE: Mapping[str, str] = {"1": "no", "2": "no", "6_lifetime": "no"}
SINCE_LAST_CONTACT_NONE: Mapping[str, str] = {"1": "no", "2": "no", "6": "no"}
"""No thoughts and no behaviour: none reported."""

NOT_SO = (
    "drug_allergy",
    "hypersensitivity_to_ketamine",
    "aneurysmal_vascular_disease",
    "arteriovenous_malformation",
    "intracerebral_hemorrhage",
    "hypertension",
    "raised_pressure_hazard",
    "myocardial_infarction",
    "stroke",
    "transient_ischemic_attack",
    "unstable_angina",
    "decompensated_heart_failure",
    "severe_valve_disease",
    "severe_arrhythmia",
    "psychosis",
    "schizophrenia_spectrum",
    "mania",
    "bipolar_i",
    "pregnancy",
    "breastfeeding",
    "raised_intracranial_pressure",
    "recent_head_injury",
    "cns_mass",
    "seizures",
    "liver_disease_child_pugh_c",
    "alcohol_use_disorder",
    "opioid_use_disorder",
    "stimulant_use_disorder",
    "ketamine_use_disorder",
    "substance_use_disorder",
    "cystitis",
    "lower_urinary_tract_symptoms",
    "hematuria",
    "untreated_hyperthyroidism",
    "pheochromocytoma",
    "porphyria",
    "glaucoma",
    "severe_respiratory_disease",
    "untreated_sleep_apnea",
    "difficult_airway",
    "bmi_40_or_more",
    "severe_personality_disorder",
    "dissociative_disorder",
    "no_stable_support",
    "declines_psychotherapy",
    "ketamine_elsewhere",
    "ketamine_tolerance",
)
"""What the patient is asked of their history, and says no to."""
BETWEEN_READINGS = timedelta(minutes=10)
MEDICATION = "sertraline"
DIAGNOSIS = "F33.2"
NO_SPRAY = ("intranasal",)
"""The routes a prescriber excludes for most."""


class TravelsInTime(Protocol):
    """The domain clock of a running stack. Its methods block."""

    def now(self) -> datetime: ...
    def set(self, instant: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Cleared:
    """Where the walk ends: everything a later step needs to name."""

    patient: Patient
    case_id: str
    evaluation_id: str
    clearance_id: str
    granted: SeenEvent


@dataclass(slots=True)
class Walk:
    """Takes patients through the clinic. `chapter` is told what comes next."""

    clinic: Clinic
    clock: TravelsInTime
    chapter: Callable[[str], None] = lambda _: None

    async def travel_to(self, when: datetime) -> None:
        """Go to that time, if it has not come yet; every deadline on the way fires."""
        if when > self.clock.now():
            await asyncio.to_thread(self.clock.set, when)

    async def open_the_clinic(self) -> None:
        """Staff, a room and an on-call rota for the next year of the domain clock."""
        now = self.clock.now()
        await self.clinic.open(now=now, until=now + timedelta(days=400))

    async def info_call(self, person: Person, *, disposition: str = "proceed") -> tuple[Patient, SeenEvent]:
        """The free 15-minute call, booked by the visitor, held and ended with `disposition`."""
        self.chapter("The free 15-minute call")
        starts = await self.clinic.free_info_calls(self.clock.now())
        patient, booked = await self.clinic.book_info_call(person, starts[0])
        return patient, await self.held(booked, disposition)

    async def held(self, booked: Answer, disposition: str = "proceed") -> SeenEvent:
        """A consultation that was booked is held at its time. Returns that it was completed."""
        await self._visit(booked, disposition)
        return await self.clinic.events.wait_for("ConsultationCompleted", where=_of(booked.body["id"]))

    async def intake(self, patient: Patient, completed: SeenEvent) -> str:
        """The case opens by itself, and booking hears of it; the patient answers the intake and hands it in. Returns
        the case's id.
        """
        self.chapter("Screening")
        started = await self.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
        case_id = (await self.clinic.case(patient, after=completed)).body["id"]
        for code, answers in (("phq-9", PHQ_9), ("gad-7", GAD_7), ("c-ssrs-screener", C_SSRS_NONE)):
            await self.clinic.answer_questionnaire(patient, case_id, code, answers)
        await self.hands_in(patient, case_id)
        await self.clinic.care_path(patient, after=started)
        return str(case_id)

    async def hands_in(self, patient: Patient, case_id: str) -> None:
        """What the patient is asked beside the questionnaires, and that this is all."""
        history = {"facts": [{"condition": condition, "status": "ruled_out"} for condition in NOT_SO]}
        await self.clinic.record(case_id, "history", history, by=patient.caller)
        await self.clinic.record(case_id, "medications", {"name": MEDICATION}, by=patient.caller)
        handed_in = {"history_complete": True, "medications_complete": True}
        await self.clinic.http.post(patient.caller, "screening", f"/v1/cases/{case_id}/submit", handed_in)

    async def evidence(self, case_id: str, *, labs_aged: timedelta = timedelta()) -> None:
        """Two identifiers seen, and what is tested and read; all in order."""
        seen = {"condition": "identity_unverified", "status": "ruled_out"}
        await self.clinic.record(case_id, "facts", seen)
        await self.takes_evidence(case_id, labs_aged=labs_aged)

    async def takes_evidence(self, case_id: str, *, labs_aged: timedelta = timedelta()) -> None:
        """Blood pressure twice, prescription report, and laboratory that old; all in order."""
        now = self.clock.now()
        pressure: dict[str, float] = {"systolic_mmhg": 128, "diastolic_mmhg": 82}
        liver = {"alt_times_uln": 0.8, "ast_times_uln": 0.7}
        readings: tuple[tuple[str, datetime, dict[str, float]], ...] = (
            ("blood_pressure", now - BETWEEN_READINGS, pressure),
            ("blood_pressure", now, pressure),
            ("lab_panel", now - labs_aged, {}),
            ("liver_panel", now - labs_aged, liver),
            ("cures_report", now, {}),
        )
        for kind, taken_at, measures in readings:
            evidence = {"kind": kind, "taken_at": instant(taken_at), "result": "in_range", "measures": measures}
            await self.clinic.record(case_id, "evidence", evidence)

    async def evaluation(self, patient: Patient, case_id: str, *, labs_aged: timedelta = timedelta()) -> str:
        """The evaluation in person: booked, held, recorded in all four parts with a diagnosis. Returns its id."""
        booked, _ = await self._evaluated(patient)
        await self.evidence(case_id, labs_aged=labs_aged)
        recorded = await self.clinic.record(case_id, "evaluations", _evaluation(booked.body), by=PRESCRIBER)
        evaluation_id = str(recorded.body["evaluation_id"])
        diagnoses = {"evaluation_id": evaluation_id, "codes": [DIAGNOSIS]}
        await self.clinic.record(case_id, "diagnoses", diagnoses, by=PRESCRIBER)
        for drug in ("sertraline", "venlafaxine"):
            await self.clinic.record(case_id, "trials", _failed(drug), by=PRESCRIBER)
        return evaluation_id

    async def holds_evaluation(self, patient: Patient) -> SeenEvent:
        """The evaluation in person: booked and held. Returns that it was completed."""
        _, completed = await self._evaluated(patient)
        return completed

    async def _evaluated(self, patient: Patient) -> tuple[Answer, SeenEvent]:
        """What was booked, and that it was completed. The case has heard of it, and so stands at a version that no news
        of this visit changes any more under whoever has read it.
        """
        self.chapter("Medical and psychiatric evaluation")
        registered = await self.clinic.events.wait_for("PatientRegistered", subject=patient.subject)
        if "billing" in self.clinic.http.urls:  # who measures or kills two services runs no third
            await Cashier(self.clinic.http).record_coverage(patient, PAYS_HERSELF, after=(position(registered),))
        starts = await self.clinic.free_times(patient, "evaluation", self.clock.now())
        booked = await self.clinic.book(patient, "evaluation", starts[0])
        ahead = await self.clinic.events.wait_for("ConsultationBooked", where=_of(booked.body["id"]))
        if "sessions" in self.clinic.http.urls:  # by a link it sends ahead of the evaluation, if it hears of it in time
            consents = f"/v1/patients/{patient.id}/consents"
            await self.clinic.http.get(PRESCRIBER, "sessions", consents, after=(position(ahead),))
        await self._visit(booked, "completed")
        completed = await self.clinic.events.wait_for("ConsultationCompleted", where=_of(booked.body["id"]))
        await self.clinic.case(patient, after=completed)
        return booked, completed

    async def grant(self, patient: Patient, case_id: str, *, excluded_routes: Sequence[str] = NO_SPRAY) -> SeenEvent:
        """The prescriber signs the clearance."""
        self.chapter("The decision")
        decision = {"indications": ["treatment_resistant_depression"], "excluded_routes": list(excluded_routes)}
        answer = await self.clinic.decide(case_id, "grant", decision)
        granted = answer.body["clearance_id"]
        return await self.clinic.events.wait_for(
            "ClearanceGranted", subject=patient.subject, where=lambda event: event.data["clearance_id"] == granted
        )

    async def to_clearance(
        self, person: Person, *, labs_aged: timedelta = timedelta(), excluded_routes: Sequence[str] = NO_SPRAY
    ) -> Cleared:
        """All of it: from the first visit to the web page to a signed clearance."""
        patient, completed = await self.info_call(person)
        case_id = await self.intake(patient, completed)
        evaluation_id = await self.evaluation(patient, case_id, labs_aged=labs_aged)
        granted = await self.grant(patient, case_id, excluded_routes=excluded_routes)
        return Cleared(patient, case_id, evaluation_id, str(granted.data["clearance_id"]), granted)

    async def _visit(self, booked: Answer, disposition: str) -> None:
        """Time passes to the appointment; the patient arrives; the visit ends on time."""
        appointment_id = booked.body["id"]
        await self.travel_to(at(booked.body["starts_at"]))
        await self.clinic.move_appointment(appointment_id, "arrive")
        await self.travel_to(at(booked.body["ends_at"]))
        await self.clinic.move_appointment(appointment_id, "complete", {"disposition": disposition}, by=PRESCRIBER)


def _failed(drug: str) -> dict[str, Any]:
    """An antidepressant that did not help enough, though it was taken long enough at an adequate dose."""
    return {"drug": drug, "adequate_dose": True, "weeks": 8, "response_percent": 20}


def _evaluation(appointment: Mapping[str, Any]) -> dict[str, object]:
    return {
        "appointment_id": appointment["id"],
        "started_at": appointment["starts_at"],
        "ended_at": appointment["ends_at"],
        "parts": [
            {"part": part, "favourable": True, "summary": "Nothing speaks against treatment."}
            for part in ("psychiatric", "physical", "risk", "capacity")
        ],
        "service_lines": [{"code": "90792", "units": 1, "minutes": 75}],
    }


def _of(appointment_id: str) -> Callable[[SeenEvent], bool]:
    return lambda event: event.data.get("appointment_id") == appointment_id
