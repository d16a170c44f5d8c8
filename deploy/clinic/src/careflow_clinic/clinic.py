"""A small clinic that works through CareFlow's HTTP alone: its staff, its patients and the steps of the care path.

Owns the vocabulary of the demo and the journeys: one method for each thing somebody of the clinic does. Everybody in
it is invented. Invariant: a step returns what the service answered; nothing is assumed to have worked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from careflow_clinic.http import ANYBODY, Answer, Caller, Http
from careflow_clinic.subscriber import SeenEvent, Subscriber

COORDINATOR = Caller("cora-coordinator", ("coordinator",))
PRESCRIBER = Caller("dr-paula-prescriber", ("prescriber",))
THERAPIST = Caller("theo-therapist", ("therapist",))
NURSE = Caller("nora-nurse", ("nurse",))
DIRECTOR = Caller("dr-maya-director", ("medical_director", "prescriber"))

SAFE_WITH_PLAN: Mapping[str, str] = {
    "outcome": "resolved",
    "note": "Reached by phone.",
    "disposition": "safe_with_plan",
    "safety_plan": "Written with the patient.",
}
"""How a prescriber closes an alert, however grave it was."""

OPEN_HOURS = [{"opens": "09:00:00", "closes": "17:00:00"}]
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), OPEN_HOURS)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes to the clinic. Obviously invented."""

    given_name: str = "Wren"
    family_name: str = "Sampleton"
    birth_date: str = "1988-04-12"
    email: str = "wren@example.org"
    phone: str = "+14155550142"
    state: str = "CA"

    def body(self) -> dict[str, object]:
        """The fields of a public booking."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Patient:
    """A person the clinic knows: their opaque id, and the caller they are once logged in."""

    id: str

    @property
    def caller(self) -> Caller:
        return Caller(f"patient-{self.id[-8:]}", ("patient",), patient_id=self.id)

    @property
    def subject(self) -> str:
        return f"patient:{self.id}"


@dataclass(slots=True)
class Clinic:
    """The clinic at work. `events` follows the topics from outside."""

    http: Http
    events: Subscriber

    # -- the clinic itself ---------------------------------------------------------------------------------------------

    async def open(self, *, until: datetime, now: datetime) -> None:
        """Staff, a room and an on-call rota. Safe to call again: what is there already is left alone."""
        for caller, role, telehealth in (
            (PRESCRIBER, "prescriber", True),
            (THERAPIST, "therapist", True),
            (NURSE, "nurse", False),
        ):
            person = {
                "id": caller.subject,
                "name": caller.subject.replace("-", " ").title(),
                "licences": [{"role": role, "state": "CA", "valid_until": None}],
                "telehealth": telehealth,
                "hours": WEEK,
            }
            await self._unless_there("booking", "/v1/practitioners", person)
        rooms = await self.http.get(COORDINATOR, "booking", "/v1/rooms")
        if not rooms.body["items"]:
            room = {"name": "Redwood room", "purposes": ["consultation", "dosing"], "hours": WEEK}
            await self.http.post(COORDINATOR, "booking", "/v1/rooms", room)
        await self.draw_rota([(now - timedelta(days=1), until)])

    async def draw_rota(self, shifts: Sequence[tuple[datetime, datetime]]) -> Answer:
        """The prescriber is on call, the director behind them; each reached over two channels."""
        current = await self.http.ask(DIRECTOR, "GET", "screening", "/v1/rota")
        channels = [{"kind": "sms", "address": "+14155550100"}, {"kind": "voice", "address": "+14155550100"}]
        rota = {
            "responders": [{"id": each.subject, "channels": channels} for each in (PRESCRIBER, DIRECTOR)],
            "shifts": [
                {"starts_at": instant(start), "ends_at": instant(end), "on_call": PRESCRIBER.subject}
                for start, end in shifts
            ],
            "medical_director": DIRECTOR.subject,
            "prescribers": [PRESCRIBER.subject, DIRECTOR.subject],
        }
        return await self.http.ask(DIRECTOR, "PUT", "screening", "/v1/rota", rota, version=current.version or 0)

    # -- booking -------------------------------------------------------------------------------------------------------

    async def free_info_calls(self, start: datetime, *, days: int = 7) -> list[str]:
        """Starts of free calls that anybody may book."""
        window = {"from": instant(start), "to": instant(start + timedelta(days=days))}
        found = await self.http.get(ANYBODY, "booking", "/v1/public/info-calls/availability", params=window)
        return [each["starts_at"] for each in found.body["items"]]

    async def book_info_call(self, person: Person, starts_at: str) -> tuple[Patient, Answer]:
        """Asked for in public, and booked by the coordinator, who has the visitor at the telephone, where it is kept
        for them until they confirm it. The coordinator reads the patient's id, as the public answer does not tell.
        """
        asked = await self.http.post(
            ANYBODY, "booking", "/v1/public/info-calls", {**person.body(), "starts_at": starts_at}
        )
        seen = await self.appointment(asked.body["appointment_id"])
        if asked.body["confirm_by"] is not None:
            path = f"/v1/appointments/{seen.body['id']}/book"
            seen = await self.http.post(COORDINATOR, "booking", path, version=seen.version)
        return Patient(seen.body["patient_id"]), seen

    async def free_times(self, patient: Patient, kind: str, start: datetime, *, days: int = 7) -> list[str]:
        """Starts of visits of a kind, in person, that fit this patient."""
        window = {
            "kind": kind,
            "modality": "in_person",
            "patient_id": patient.id,
            "from": instant(start),
            "to": instant(start + timedelta(days=days)),
        }
        found = await self.http.get(COORDINATOR, "booking", "/v1/availability", params=window)
        return [each["starts_at"] for each in found.body["items"]]

    async def book(self, patient: Patient, kind: str, starts_at: str, *, modality: str = "in_person") -> Answer:
        """The coordinator books a visit."""
        visit = {"patient_id": patient.id, "kind": kind, "starts_at": starts_at, "modality": modality}
        return await self.http.post(COORDINATOR, "booking", "/v1/appointments", visit)

    async def appointment(self, appointment_id: str) -> Answer:
        return await self.http.get(COORDINATOR, "booking", f"/v1/appointments/{appointment_id}")

    async def move_appointment(
        self, appointment_id: str, verb: str, body: Mapping[str, object] | None = None, *, by: Caller = COORDINATOR
    ) -> Answer:
        """`arrive`, `complete`, `cancel`, `reschedule`, `missed` or `correct`, at the version just read."""
        visit = f"/v1/appointments/{appointment_id}"
        return await self.http.post_at_newest(by, "booking", visit, f"{visit}/{verb}", body, reader=COORDINATOR)

    async def care_path(self, patient: Patient, *, after: SeenEvent | None = None) -> dict[str, Any]:
        """Where the patient stands, once booking has seen `after`."""
        positions = (position(after),) if after else ()
        path = f"/v1/care-paths/{patient.id}"
        answer = await self.http.get(COORDINATOR, "booking", path, after=positions)
        return answer.body

    async def holds(self, appointment_id: str, *, after: SeenEvent | None = None) -> list[tuple[str, str]]:
        """What the visit waits for, as booking says it openly: a coarse reason and what it is about."""
        positions = (position(after),) if after else ()
        path = f"/v1/appointments/{appointment_id}"
        answer = await self.http.get(COORDINATOR, "booking", path, after=positions)
        return [(each["reason"], each["ref"]) for each in answer.body["holds"]]

    async def closed_gates(self, patient: Patient, kind: str, *, after: SeenEvent | None = None) -> set[str]:
        """What keeps a visit of this kind from being booked for now."""
        path = await self.care_path(patient, after=after)
        return {gate["code"] for each in path["bookable"] if each["kind"] == kind for gate in each["closed_gates"]}

    # -- screening -----------------------------------------------------------------------------------------------------

    async def case(self, patient: Patient, *, after: SeenEvent | None = None) -> Answer:
        """The patient's newest case, as the prescriber sees it."""
        positions = (position(after),) if after else ()
        cases = await self.http.get(PRESCRIBER, "screening", f"/v1/patients/{patient.id}/cases", after=positions)
        return await self.http.get(PRESCRIBER, "screening", f"/v1/cases/{cases.body['items'][0]['id']}")

    async def answer_questionnaire(
        self, patient: Patient, case_id: str, code: str, answers: Mapping[str, str], *, complete: bool = True
    ) -> Answer:
        """The patient answers what was asked last and waits for an answer; partial answers with `complete=False`."""
        case = (await self.http.get(PRESCRIBER, "screening", f"/v1/cases/{case_id}")).body
        waiting = {each["id"] for each in case["requests"] if not (each["completed_at"] or each["withdrawn_at"])}
        responses = case["clinical"]["responses"]
        asked = next(
            each for each in reversed(responses) if each["questionnaire"] == code and each["request_id"] in waiting
        )
        body = {
            "request_id": asked["request_id"],
            "definition_version": asked["definition_version"],
            "answers": answers,
            "complete": complete,
        }
        return await self.http.post(patient.caller, "screening", f"/v1/cases/{case_id}/responses", body)

    async def record(self, case_id: str, what: str, body: Mapping[str, object], *, by: Caller = NURSE) -> Answer:
        """`facts`, `medications`, `evidence`, `evaluations` or `diagnoses` of a case."""
        return await self.http.post(by, "screening", f"/v1/cases/{case_id}/{what}", body)

    async def decide(self, case_id: str, decision: str, body: Mapping[str, object]) -> Answer:
        """`grant`, `defer` or `deny`, at the version the prescriber has just read."""
        case = await self.http.get(PRESCRIBER, "screening", f"/v1/cases/{case_id}")
        path = f"/v1/cases/{case_id}/decisions/{decision}"
        return await self.http.post(PRESCRIBER, "screening", path, body, version=case.version)

    async def clearance(self, clearance_id: str) -> dict[str, Any]:
        """The clearance as the prescriber sees it."""
        return (await self.http.get(PRESCRIBER, "screening", f"/v1/clearances/{clearance_id}")).body

    async def raise_alert(self, patient: Patient, level: str, note: str, *, by: Caller = THERAPIST) -> Answer:
        """Somebody of the clinic is worried about a patient."""
        concern = {"patient_id": patient.id, "level": level, "note": note}
        return await self.http.post(by, "screening", "/v1/alerts", concern)

    async def act_on(self, kind: str, identity: str, verb: str, body: Mapping[str, object] | None = None) -> Answer:
        """A command on a `clearances` or `alerts` item, at the version the caller has just read."""
        path = f"/v1/{kind}/{identity}"
        return await self.http.post_at_newest(PRESCRIBER, "screening", path, f"{path}/{verb}", body)

    async def tries_on(self, kind: str, identity: str, verb: str, body: Mapping[str, object] | None = None) -> Answer:
        """The same, whatever it is answered."""
        path = f"/v1/{kind}/{identity}"
        current = await self.http.get(PRESCRIBER, "screening", path)
        return await self.http.ask(
            PRESCRIBER, "POST", "screening", f"{path}/{verb}", body or {}, version=current.version
        )

    async def _unless_there(self, service: str, path: str, body: Mapping[str, object]) -> None:
        there = await self.http.ask(COORDINATOR, "GET", service, f"{path}/{body['id']}")
        if there.status == 404:
            await self.http.post(COORDINATOR, service, path, body)


def position(event: SeenEvent) -> str:
    """How `Careflow-After` names an event that was seen."""
    return f"{event.stream}@{event.sequence}"


def instant(when: datetime) -> str:
    """An RFC 3339 instant in UTC, whole seconds."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(text: str) -> datetime:
    """The instant a service wrote."""
    return datetime.fromisoformat(text)
