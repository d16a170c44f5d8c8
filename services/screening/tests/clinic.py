"""What the tests do with screening over HTTP and events: patients, intake, evaluation, clearance, on-call."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.calling import Caller
from screening.domain.conditions import ConditionCode
from services.screening.tests.builders import POLICY, c_ssrs, gad_7, phq_9
from services.screening.tests.world import World

SENSIBLE_ANSWERS = {"phq-9": phq_9(17), "gad-7": gad_7(12), "c-ssrs-screener": c_ssrs()}


def ok(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    return response.status_code, response.json()["code"]


def registered(patient_id: str, **details: Any) -> contracts.PatientRegistered:
    """Booking's event about a new patient, with details for screening."""
    return contracts.PatientRegistered(patient_id=patient_id, **_sealed(**details))


def details_changed(patient_id: str, **details: Any) -> contracts.PatientDetailsChanged:
    """Booking's event about a patient of whom it knows better now."""
    changed = (codes.PatientDetail.IDENTITY, codes.PatientDetail.RESIDENCE)
    return contracts.PatientDetailsChanged(patient_id=patient_id, changed=changed, **_sealed(**details))


def _sealed(**details: Any) -> dict[str, Any]:
    """The sealed sections of an event about a patient; `details` are those for screening."""
    name = contracts.PersonName(given="Ana", family="Rivera")
    born, contact = date(1988, 4, 2), contracts.Contact(name="Bea Rivera", phone="+14155550199")
    usual = {"birth_date": born, "state": "CA", "phone": "+14155550123", "emergency_contact": contact}
    return {
        "for_screening": Sealed.plain(contracts.PatientForScreening(**{**usual, **details})),
        "for_sessions": Sealed.plain(contracts.PatientForSessions(name=name, birth_date=born)),
        "for_billing": Sealed.plain(contracts.PatientForBilling(legal_name=name, birth_date=born)),
    }


def info_call_ended(
    patient_id: str,
    at: datetime,
    disposition: codes.Disposition = codes.Disposition.PROCEED,
    kind: codes.AppointmentKind = codes.AppointmentKind.INFO_CALL,
) -> contracts.ConsultationCompleted:
    return contracts.ConsultationCompleted(
        patient_id=patient_id,
        appointment_id=new_id(),
        version=3,
        kind=kind,
        starts_at=at - timedelta(minutes=15),
        ends_at=at,
        timezone="America/Los_Angeles",
        modality=codes.Modality.PHONE,
        providers=(contracts.Provider(id="user-nurse", role=codes.ProviderRole.NURSE),),
        location_id=new_id(),
        status=codes.AppointmentStatus.FULFILLED,
        disposition=disposition,
    )


async def has_case(world: World, patient_id: str | None = None, **details: Any) -> Any:
    """A registered patient whose info call ended with "proceed"; answers the case as the prescriber reads it."""
    ana = patient_id or new_id()
    await world.hear(registered(ana, **details))
    await world.hear(info_call_ended(ana, world.clock()))
    return ok(await world.prescriber.get(f"/v1/patients/{ana}/cases"))["items"][0]


def request_of(case: Any, questionnaire: str) -> Any:
    """The newest request for a questionnaire."""
    return [each for each in case["clinical"]["responses"] if each["questionnaire"] == questionnaire][-1]


async def reads(world: World, case: Any) -> Any:
    return ok(await world.prescriber.get(f"/v1/cases/{case['id']}"))


async def answers(
    world: World,
    case: Any,
    questionnaire: str,
    given: dict[str, str],
    *,
    complete: bool = False,
    by: Caller | None = None,
    key: str | None = None,
) -> httpx.Response:
    """The patient saves answers to the newest request for a questionnaire."""
    caller = by or world.patient(case["patient_id"])
    request = request_of(await reads(world, case), questionnaire)
    body = {"request_id": request["request_id"], "definition_version": 1, "answers": given, "complete": complete}
    return await caller.post(f"/v1/cases/{case['id']}/responses", body, key=key)


def history(**present: str) -> dict[str, Any]:
    """Everything asked and ruled out, but for the conditions named with their status."""
    asked = [code for code in ConditionCode if code not in POLICY.asked.unprompted]
    return {"facts": [{"condition": each, "status": present.get(each, "ruled_out")} for each in asked]}


async def submits(world: World, case: Any) -> None:
    """A quiet intake: every questionnaire complete, one harmless medication, handed in."""
    ana = world.patient(case["patient_id"])
    for questionnaire, given in SENSIBLE_ANSWERS.items():
        assert ok(await answers(world, case, questionnaire, given, complete=True))["completed"]
    ok(await ana.post(f"/v1/cases/{case['id']}/medications", {"name": "Sertraline"}), 201)
    ok(await ana.post(f"/v1/cases/{case['id']}/history", history()), 201)
    statement = {"history_complete": True, "medications_complete": True}
    ok(await ana.post(f"/v1/cases/{case['id']}/submit", statement))


def evidence(kind: str, taken_at: datetime, result: str = "in_range", **measures: float) -> dict[str, Any]:
    return {"kind": kind, "taken_at": taken_at.isoformat(), "result": result, "measures": measures}


async def has_evidence(world: World, case: Any, *, lab_taken_at: datetime | None = None) -> None:
    """What everybody needs, taken now unless the lab is older; the nurse has seen two identifiers."""
    now = world.clock()
    seen = {"condition": "identity_unverified", "status": "ruled_out"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", seen), 201)
    for body in (
        evidence("lab_panel", lab_taken_at or now),
        evidence("liver_panel", now, alt_times_uln=0.6, ast_times_uln=0.7),
        evidence("cures_report", now),
        evidence("blood_pressure", now - timedelta(minutes=10), systolic_mmhg=128, diastolic_mmhg=82),
        evidence("blood_pressure", now, systolic_mmhg=126, diastolic_mmhg=80),
    ):
        ok(await world.nurse.post(f"/v1/cases/{case['id']}/evidence", body), 201)


def evaluation(world: World, *parts: str) -> dict[str, Any]:
    now = world.clock()
    return {
        "appointment_id": new_id(),
        "started_at": (now - timedelta(minutes=60)).isoformat(),
        "ended_at": now.isoformat(),
        "parts": [
            {"part": part, "favourable": True, "summary": "recorded"}
            for part in parts or ("psychiatric", "physical", "risk", "capacity")
        ],
        "service_lines": [{"code": "90792", "units": 1, "minutes": 60}],
    }


def trial(drug: str, **changes: Any) -> dict[str, Any]:
    """An antidepressant that was taken long enough at an adequate dose and did not help."""
    whole = {"highest_daily_mg": 150, "adequate_dose": True, "weeks": 8, "response_percent": 20}
    return {"drug": drug, **whole, **changes}


async def ready_to_decide(world: World, patient_id: str | None = None, *, lab_taken_at: datetime | None = None) -> Any:
    """Everything a clearance needs is there; answers the case."""
    case = await has_case(world, patient_id)
    await submits(world, case)
    await has_evidence(world, case, lab_taken_at=lab_taken_at)
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/evaluations", evaluation(world)), 201)
    return await reads(world, case)


async def grants(world: World, case: Any, **body: Any) -> httpx.Response:
    version = (await reads(world, case))["version"]
    whole = {"indications": ["severe_depression"], **body}
    return await world.prescriber.post(f"/v1/cases/{case['id']}/decisions/grant", whole, version=version)


async def cleared(world: World, patient_id: str | None = None) -> tuple[Any, str]:
    """A patient with a clearance: the case and the clearance's id."""
    case = await ready_to_decide(world, patient_id)
    granted = ok(await grants(world, case), 201)
    return case, granted["clearance_id"]


async def reads_clearance(world: World, clearance_id: str) -> Any:
    return ok(await world.prescriber.get(f"/v1/clearances/{clearance_id}"))


def rota(start: datetime, **changes: Any) -> dict[str, Any]:
    """The nurse on call for a month, the prescriber behind her, the director last."""

    def responder(name: str) -> dict[str, Any]:
        channels = [{"kind": "sms", "address": "+14155550100"}, {"kind": "push", "address": f"device-{name}"}]
        return {"id": name, "channels": channels}

    shift = {
        "starts_at": (start - timedelta(days=1)).isoformat(),
        "ends_at": (start + timedelta(days=30)).isoformat(),
        "on_call": "user-nurse",
        "backup": "user-prescriber",
    }
    whole = {
        "responders": [responder(name) for name in ("user-nurse", "user-prescriber", "user-medical_director")],
        "shifts": [shift],
        "medical_director": "user-medical_director",
        "prescribers": ["user-prescriber", "user-medical_director"],
    }
    return {**whole, **changes}


async def has_rota(world: World) -> None:
    director = world.calling(Role.MEDICAL_DIRECTOR)
    ok(await director.put("/v1/rota", rota(world.clock()), version=0))


async def open_alert(world: World) -> Any:
    """The one open alert, as the nurse reads it."""
    (row,) = ok(await world.nurse.get("/v1/alerts"))["items"]
    return ok(await world.nurse.get(f"/v1/alerts/{row['id']}"))
