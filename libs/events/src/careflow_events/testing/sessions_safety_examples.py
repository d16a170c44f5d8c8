"""Examples of what sessions says on careflow.sessions.safety.v1."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import session_codes
from careflow_events.testing.example import (
    ADVERSE_EVENT,
    DISCREPANCY,
    DOSING_AT,
    LOCATION,
    MEDICINE_ORDER,
    OUTSIDE_DOSE,
    PATIENT,
    SESSION,
    VIAL,
    Example,
)


def sessions_safety_examples() -> Sequence[Example]:
    """One or more of every event of careflow.sessions.safety.v1."""
    at = DOSING_AT + timedelta(minutes=49)
    vitals: dict[str, Any] = {"patient_id": PATIENT, "session_id": SESSION, "at": at}
    closed_at = DOSING_AT + timedelta(hours=8)
    form: dict[str, Any] = {
        "patient_id": PATIENT,
        "task_id": SESSION,
        "category": session_codes.TaskCategory.MONITORING_FORM,
        "due_by": DOSING_AT + timedelta(days=7),
    }
    signature: dict[str, Any] = {
        "patient_id": PATIENT,
        "task_id": MEDICINE_ORDER,
        "category": session_codes.TaskCategory.ORDER_SIGNATURE,
        "due_by": at + timedelta(hours=24),
    }
    dose_review: dict[str, Any] = {
        "patient_id": PATIENT,
        "session_id": SESSION,
        "task_id": OUTSIDE_DOSE,
        "category": session_codes.TaskCategory.DOSE_REVIEW,
        "due_by": at + timedelta(hours=24),
    }
    drug_task: dict[str, Any] = {
        "location_id": LOCATION,
        "task_id": DISCREPANCY,
        "due_by": closed_at + timedelta(days=1),
    }
    return (
        Example("urgent", contracts.VitalsBreached(**vitals, severity=session_codes.VitalsSeverity.URGENT), at),
        Example("five-minutes-late", contracts.VitalsOverdue(**vitals, severity=session_codes.VitalsSeverity.WARN), at),
        Example(
            "grade-three",
            contracts.AdverseEventReported(
                patient_id=PATIENT,
                adverse_event_id=ADVERSE_EVENT,
                session_id=SESSION,
                grade=3,
                serious=True,
                reported_at=at,
            ),
            at,
        ),
        Example(
            "worse-than-reported",
            contracts.AdverseEventReported(
                patient_id=PATIENT,
                adverse_event_id=ADVERSE_EVENT,
                session_id=SESSION,
                grade=4,
                previous_grade=3,
                serious=True,
                reported_at=at,
            ),
            at + timedelta(minutes=20),
        ),
        Example(
            "dosing-goes-on",
            contracts.AdverseEventReviewed(
                patient_id=PATIENT,
                adverse_event_id=ADVERSE_EVENT,
                decision=session_codes.ReviewDecision.RESUME,
                reviewed_at=at + timedelta(hours=20),
            ),
            at + timedelta(hours=20),
        ),
        Example(
            "went-home-alone",
            contracts.PatientLeftEarly(patient_id=PATIENT, session_id=SESSION, at=at),
            at,
        ),
        Example(
            "an-hour-later",
            contracts.PatientReturned(patient_id=PATIENT, session_id=SESSION, at=at + timedelta(hours=1)),
            at + timedelta(hours=1),
        ),
        Example("within-seven-days", contracts.RemsFormDue(**form), DOSING_AT),
        Example("two-days-later", contracts.RemsFormSubmitted(**form), DOSING_AT + timedelta(days=2)),
        Example("after-seven-days", contracts.RemsFormOverdue(**form), DOSING_AT + timedelta(days=7)),
        Example("given-before-she-wrote", contracts.DoseReviewDue(**dose_review), at),
        Example("by-the-director", contracts.DoseReviewCompleted(**dose_review), at + timedelta(hours=3)),
        Example("a-medicine-without-an-order", contracts.DoseReviewDue(**{**dose_review, "medicine": True}), at),
        Example("nobody-looked-for-a-day", contracts.DoseReviewOverdue(**dose_review), at + timedelta(hours=24)),
        Example("by-telephone", contracts.OrderSignatureDue(**signature), at),
        Example("the-same-evening", contracts.OrderSignatureCompleted(**signature), at + timedelta(hours=6)),
        Example("after-a-day", contracts.OrderSignatureOverdue(**signature), at + timedelta(hours=24)),
        Example(
            "ten-milligrams-missing",
            contracts.DrugCountMismatch(location_id=LOCATION, container_id=VIAL, at=closed_at),
            closed_at,
        ),
        Example(
            "a-vial-not-found",
            contracts.DrugLossReported(location_id=LOCATION, container_id=VIAL, at=closed_at),
            closed_at,
        ),
        Example(
            "to-be-judged",
            contracts.DrugTaskDue(**drug_task, category=session_codes.DrugTaskCategory.DISCREPANCY_DECISION),
            closed_at,
        ),
        Example(
            "told-in-writing",
            contracts.DrugTaskCompleted(**drug_task, category=session_codes.DrugTaskCategory.DEA_NOTICE),
            closed_at + timedelta(hours=12),
        ),
        Example(
            "nobody-was-told",
            contracts.DrugTaskOverdue(**drug_task, category=session_codes.DrugTaskCategory.DEA_NOTICE),
            closed_at + timedelta(days=1),
        ),
        Example(
            "with-one-open",
            contracts.DrugDayClosed(location_id=LOCATION, day="2026-12-17", closed_at=closed_at, open_discrepancies=1),
            closed_at,
        ),
    )
