"""What booking and sessions tell screening of a patient in treatment."""

from datetime import datetime, timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.ids import new_id
from services.screening.tests.clinic import answers, ok, reads
from services.screening.tests.world import World


def a_visit(patient_id: str, starts_at: datetime, **changes: Any) -> dict[str, Any]:
    """A dosing visit as booking tells it, in its first version."""
    return {
        "patient_id": patient_id,
        "appointment_id": new_id(),
        "version": 1,
        "kind": codes.AppointmentKind.DOSING,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "timezone": "America/Los_Angeles",
        "modality": codes.Modality.IN_PERSON,
        "providers": (),
        "location_id": new_id(),
        "status": codes.AppointmentStatus.BOOKED,
        **changes,
    }


def booked(visit: dict[str, Any]) -> contracts.TreatmentBooked:
    return contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF)


def moved(visit: dict[str, Any], starts_at: datetime) -> contracts.TreatmentRescheduled:
    after = {
        **visit,
        "version": visit["version"] + 1,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
    }
    return contracts.TreatmentRescheduled(
        **after,
        previous_starts_at=visit["starts_at"],
        rescheduled_by=codes.RescheduledBy.STAFF,
        notice_minutes=5000,
    )


def cancelled(visit: dict[str, Any]) -> contracts.TreatmentCancelled:
    after = {**visit, "version": visit["version"] + 1, "status": codes.AppointmentStatus.CANCELLED}
    return contracts.TreatmentCancelled(
        **after,
        cancelled_by=codes.CancelledBy.PATIENT,
        reason=codes.CancelReason.PATIENT_REQUEST,
        notice_minutes=5000,
    )


def missed(visit: dict[str, Any]) -> contracts.TreatmentMissed:
    after = {**visit, "version": visit["version"] + 1, "status": codes.AppointmentStatus.MISSED}
    return contracts.TreatmentMissed(**after)


def came_after_all(visit: dict[str, Any]) -> contracts.AppointmentCorrected:
    status = codes.AppointmentStatus
    after = {**visit, "version": visit["version"] + 2, "status": status.ARRIVED}
    return contracts.AppointmentCorrected(**after, from_=status.MISSED, to=status.ARRIVED)


def dosed(patient_id: str, at: datetime, session_id: str | None = None) -> contracts.DoseAdministered:
    """A dose was given."""
    return contracts.DoseAdministered(
        patient_id=patient_id,
        session_id=session_id or new_id(),
        appointment_id=new_id(),
        kind=codes.AppointmentKind.DOSING,
        at=at,
    )


def plan_completed(patient_id: str) -> contracts.PlanCompleted:
    return contracts.PlanCompleted(**_plan_change(patient_id))


def plan_discontinued(patient_id: str) -> contracts.PlanDiscontinued:
    return contracts.PlanDiscontinued(**_plan_change(patient_id))


def care_discharged(patient_id: str, at: datetime) -> contracts.CareDischarged:
    return contracts.CareDischarged(
        patient_id=patient_id,
        plan_id=new_id(),
        discharged_at=at,
        discharged_by="user-prescriber",
        reason=session_codes.CareEndReason.COURSE_ENDED,
    )


def _plan_change(patient_id: str) -> dict[str, Any]:
    reason = next(iter(session_codes.PlanChangeReason))
    return {"patient_id": patient_id, "plan_id": new_id(), "version": 2, "reason": reason}


def reported(
    patient_id: str,
    at: datetime,
    fact: session_codes.ReportedFact,
    value: str,
    source: session_codes.FactSource = session_codes.FactSource.TEST,
    detail: str | None = None,
) -> contracts.ClinicalFactReported:
    section = contracts.ClinicalFactForScreening(fact=fact, value=value, source=source, detail=detail)
    return contracts.ClinicalFactReported(
        patient_id=patient_id, session_id=new_id(), at=at, for_screening=Sealed.plain(section)
    )


def refused(patient_id: str, at: datetime, *items: str) -> contracts.SessionRefused:
    """No dose today, for these items of the gate."""
    section = Sealed.plain(contracts.RefusalDetails(items=items))
    return contracts.SessionRefused(
        patient_id=patient_id,
        session_id=new_id(),
        appointment_id=new_id(),
        kind=codes.AppointmentKind.DOSING,
        at=at,
        reason=codes.HoldReason.CLINICAL,
        patient_controllable=False,
        for_booking_and_billing=section,
        for_screening=section,
    )


def harmed(patient_id: str, event_id: str, at: datetime, grade: int) -> contracts.AdverseEventReported:
    """Something harmful happened in a treatment, of that grade."""
    return contracts.AdverseEventReported(
        patient_id=patient_id, adverse_event_id=event_id, grade=grade, serious=False, reported_at=at
    )


def reviewed(patient_id: str, event_id: str, at: datetime, decision: str) -> contracts.AdverseEventReviewed:
    return contracts.AdverseEventReviewed(
        patient_id=patient_id,
        adverse_event_id=event_id,
        decision=session_codes.ReviewDecision(decision),
        reviewed_at=at,
    )


async def pre_session_requests(world: World, case: Any) -> list[Any]:
    """What the patient is asked before visits, oldest first."""
    requests = (await reads(world, case))["requests"]
    return [each for each in requests if each["purpose"] == "pre_session"]


async def answers_before_session(world: World, case: Any, **given: dict[str, str]) -> None:
    """The patient completes the newest request of each questionnaire, named with underscores."""
    for questionnaire, chosen in given.items():
        name = questionnaire.replace("_", "-")
        assert ok(await answers(world, case, name, chosen, complete=True))["completed"]
