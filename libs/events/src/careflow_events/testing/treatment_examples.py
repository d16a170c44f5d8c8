"""Examples of the visits of a course as booking tells them, and of screening's questions before a dosing visit."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes, session_codes
from careflow_events.testing.example import (
    ALERT,
    CLEARANCE,
    DOSING_AT,
    DOSING_VISIT,
    LOCATION,
    NURSE,
    PATIENT,
    PLAN,
    PRE_SESSION_REQUEST,
    ROOM,
    THERAPIST,
    Example,
)


def treatment_examples() -> Sequence[Example]:
    """One of every event about a treatment visit, and the screen before it."""
    status = codes.AppointmentStatus
    booked_at = DOSING_AT - timedelta(days=6)
    return (
        Example(
            "first-dosing-visit",
            contracts.TreatmentBooked(**_dosing(1, status.BOOKED), booked_by=codes.BookedBy.STAFF),
            booked_at,
        ),
        Example(
            "in-good-time",
            contracts.TreatmentRescheduled(
                **_dosing(2, status.BOOKED),
                previous_starts_at=DOSING_AT - timedelta(days=1),
                rescheduled_by=codes.RescheduledBy.PATIENT,
                notice_minutes=5760,
            ),
            booked_at + timedelta(days=1),
        ),
        Example(
            "another-nurse",
            contracts.TreatmentReassigned(
                **_dosing(2, status.BOOKED),
                previous_providers=(contracts.Provider(id="max", role=codes.ProviderRole.NURSE),),
            ),
            booked_at + timedelta(days=1),
        ),
        Example(
            "clinical-hold",
            contracts.TreatmentCancelled(
                **_dosing(3, status.CANCELLED),
                cancelled_by=codes.CancelledBy.CLINICAL_HOLD,
                reason=codes.CancelReason.HOLD_NOT_RELEASED,
                notice_minutes=1440,
            ),
            DOSING_AT - timedelta(days=1),
        ),
        Example(
            "at-the-clinic", contracts.TreatmentArrived(**_dosing(3, status.ARRIVED)), DOSING_AT - timedelta(minutes=11)
        ),
        Example("did-not-come", contracts.TreatmentMissed(**_dosing(3, status.MISSED)), DOSING_AT + timedelta(hours=1)),
        Example(
            "came-after-all",
            contracts.AppointmentCorrected(**_dosing(4, status.ARRIVED), from_=status.MISSED, to=status.ARRIVED),
            DOSING_AT + timedelta(minutes=75),
        ),
        Example(
            "waits-for-two-things",
            contracts.AppointmentPutOnHold(
                **_dosing(4, status.BOOKED, holds=(_hold(CLEARANCE), _hold(ALERT))), **_pair(ALERT)
            ),
            HELD_AT,
        ),
        Example(
            "still-waits-for-one",
            contracts.AppointmentReleased(**_dosing(5, status.BOOKED, holds=(_hold(CLEARANCE),)), **_pair(ALERT)),
            HELD_AT + timedelta(hours=20),
        ),
        Example("two-days-before", _screen(), DOSING_AT - timedelta(days=2)),
        Example(
            "the-visit-moved",
            contracts.QuestionnaireWithdrawn(
                patient_id=PATIENT,
                request_id=PRE_SESSION_REQUEST,
                purpose=codes.QuestionnairePurpose.PRE_SESSION,
            ),
            DOSING_AT - timedelta(days=1),
        ),
        Example("half-better", _review(), DOSING_AT + timedelta(days=7)),
        Example("looked-at", contracts.OutcomeReviewed(patient_id=PATIENT), DOSING_AT + timedelta(days=8)),
    )


HELD_AT: Final = DOSING_AT - timedelta(days=3)


def _hold(ref: str) -> contracts.Hold:
    return contracts.Hold(reason=codes.HoldReason.CLINICAL, ref=ref, since=HELD_AT)


def _pair(ref: str) -> dict[str, Any]:
    section = contracts.HoldDetails(cause=codes.HoldCause.SAFETY_ALERT)
    return {"reason": codes.HoldReason.CLINICAL, "ref": ref, "for_sessions_and_billing": Sealed.plain(section)}


def _dosing(version: int, status: codes.AppointmentStatus, **more: Any) -> dict[str, Any]:
    return {
        "patient_id": PATIENT,
        "appointment_id": DOSING_VISIT,
        "version": version,
        "kind": codes.AppointmentKind.DOSING,
        "phase": codes.Phase.INDUCTION,
        "starts_at": DOSING_AT,
        "ends_at": DOSING_AT + timedelta(hours=3),
        "timezone": "America/Los_Angeles",
        "modality": codes.Modality.IN_PERSON,
        "providers": (
            contracts.Provider(id=THERAPIST, role=codes.ProviderRole.THERAPIST),
            contracts.Provider(id=NURSE, role=codes.ProviderRole.NURSE),
        ),
        "location_id": LOCATION,
        "room_id": ROOM,
        "status": status,
        "plan_id": PLAN,
        **more,
    }


def _review() -> contracts.OutcomeReviewDue:
    section = contracts.OutcomeForSessions(questionnaire="phq-9", finding=session_codes.OutcomeFinding.RESPONSE)
    return contracts.OutcomeReviewDue(
        patient_id=PATIENT, due_by=DOSING_AT + timedelta(days=9), for_sessions=Sealed.plain(section)
    )


def _screen() -> contracts.PreSessionScreenAssessed:
    return contracts.PreSessionScreenAssessed(
        patient_id=PATIENT,
        request_id=PRE_SESSION_REQUEST,
        completed_at=DOSING_AT - timedelta(days=2),
        valid_until=DOSING_AT + timedelta(days=5),
        result=session_codes.ScreenResult.PASS,
        for_sessions=Sealed.plain(contracts.PreSessionScreenForSessions(score=11, change_from_baseline=-6)),
    )
