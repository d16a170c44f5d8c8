"""Consents and plans."""

from typing import Any

from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from sessions import sealed_sections as sealed
from sessions.domain.consents import ConsentFact, ConsentSigned
from sessions.domain.plan_tasks import PlanTaskFact
from sessions.domain.plans import (
    PlanChanged,
    PlanEnding,
    PlanSigned,
)


def of_consent(fact: ConsentFact) -> dict[str, Any]:
    consent = fact.consent
    return {
        "patient_id": consent.patient_id,
        "consent_id": consent.id,
        "category": session_codes.ConsentCategory(consent.category.value),
        "policy_version": consent.text.policy_version,
        "signed_at": consent.signed_at,
        "valid_until": consent.valid_until,
    }


def consent_signed(fact: ConsentSigned) -> contracts.ConsentSigned:
    return contracts.ConsentSigned(
        **of_consent(fact), renews=tuple(fact.consent.renews), for_screening=sealed.consent_document(fact.consent)
    )


def of_signed(fact: PlanSigned) -> dict[str, Any]:
    plan = fact.plan
    assert plan.signature is not None
    return {
        "patient_id": plan.patient_id,
        "plan_id": plan.id,
        "version": plan.revision,
        "phase": codes.Phase(plan.terms.phase.value),
        "clearance_id": plan.signature.clearance_id,
        "consent_id": plan.signature.consent_id,
        "activated_at": fact.at,
        "visits": tuple(
            contracts.PlannedVisits(
                kind=codes.AppointmentKind(visits.kind.value),
                count=visits.count,
                duration_minutes=visits.minutes,
                modality=codes.Modality(visits.modality.value),
                roles=tuple(codes.ProviderRole(role.value) for role in visits.roles),
                rooms=tuple(session_codes.RoomPurpose(room.value) for room in visits.rooms),
            )
            for visits in plan.terms.visits
        ),
        "for_booking": sealed.plan_for_booking(plan, fact.outline),
        "for_billing": sealed.plan_for_billing(fact.outline),
    }


def of_change(fact: PlanChanged) -> dict[str, Any]:
    return {
        "patient_id": fact.plan.patient_id,
        "plan_id": fact.plan.id,
        "version": fact.plan.revision,
        "reason": session_codes.PlanChangeReason(fact.reason.value),
    }


def plan_ending(fact: PlanEnding) -> contracts.PlanEnding:
    return contracts.PlanEnding(
        patient_id=fact.plan.patient_id,
        plan_id=fact.plan.id,
        version=fact.plan.revision,
        last_day=fact.last_day.isoformat(),
    )


def of_task(fact: PlanTaskFact) -> dict[str, Any]:
    """Which kind it is says what somebody is treated for: nothing for an operational event."""
    category = session_codes.TaskCategory
    return {
        "patient_id": fact.task.patient_id,
        "task_id": fact.task.id,
        "category": category.RESULT_REVIEW if fact.to_read else category.PLAN_TASK,
        "due_by": fact.due_by,
    }
