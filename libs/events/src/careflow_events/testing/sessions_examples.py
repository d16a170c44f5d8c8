"""Examples of what sessions says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes, session_codes
from careflow_events.testing.example import (
    CLEARANCE,
    CONSENT,
    CONTACT,
    DECIDED_AT,
    DOSING_AT,
    DOSING_VISIT,
    LINK,
    NOTE,
    NURSE,
    PATIENT,
    PLAN,
    PLAN_TASK,
    PRESCRIBER,
    SESSION,
    THERAPIST,
    THERAPY,
    Example,
)

SIGNED_AT = DECIDED_AT + timedelta(days=1)
LEFT_AT = DOSING_AT + timedelta(hours=2, minutes=10)


def sessions_examples() -> Sequence[Example]:
    """One or more of every event of careflow.sessions.v1."""
    during = (*_session(), *_ends(), *_therapy(), *_integration(), *_tasks(), *_contacts(), *_notes())
    return (*_consents(), *_plans(), *during, *_care())


def _consents() -> Sequence[Example]:
    consent: dict[str, Any] = {
        "patient_id": PATIENT,
        "consent_id": CONSENT,
        "category": session_codes.ConsentCategory.TREATMENT,
        "signed_at": SIGNED_AT,
        "valid_until": SIGNED_AT + timedelta(days=365),
    }
    document = contracts.ConsentDocument(
        document="off-label-treatment", document_version="2026-11", route=codes.Route.INTRAVENOUS
    )
    financial = {**consent, "category": session_codes.ConsentCategory.FINANCIAL, "policy_version": "2026-09"}
    policy = contracts.ConsentDocument(document="financial-policy", document_version="2026-09")
    return (
        Example("to-treatment", contracts.ConsentSigned(**consent, for_screening=Sealed.plain(document)), SIGNED_AT),
        Example(
            "to-the-financial-policy",
            contracts.ConsentSigned(**financial, for_screening=Sealed.plain(policy)),
            SIGNED_AT + timedelta(minutes=2),
        ),
        Example("by-the-patient", contracts.ConsentWithdrawn(**consent), SIGNED_AT + timedelta(days=40)),
        Example("after-a-year", contracts.ConsentExpired(**consent), SIGNED_AT + timedelta(days=365)),
    )


def _plans() -> Sequence[Example]:
    changed: dict[str, Any] = {"patient_id": PATIENT, "plan_id": PLAN, "version": 1}
    reason = session_codes.PlanChangeReason
    at = SIGNED_AT + timedelta(hours=1)
    return (
        Example("six-sessions", contracts.PlanActivated(**_signed(1, codes.Phase.INDUCTION)), at),
        Example(
            "into-maintenance",
            contracts.PlanAdjusted(**_signed(2, codes.Phase.MAINTENANCE)),
            at + timedelta(days=45),
        ),
        Example(
            "for-a-while", contracts.PlanPutOnHold(**changed, reason=reason.PATIENT_REQUEST), at + timedelta(days=9)
        ),
        Example("goes-on", contracts.PlanResumed(**changed, reason=reason.PATIENT_REQUEST), at + timedelta(days=16)),
        Example("as-planned", contracts.PlanCompleted(**changed, reason=reason.COURSE_ENDED), at + timedelta(days=90)),
        Example("given-up", contracts.PlanDiscontinued(**changed, reason=reason.CLINICAL), at + timedelta(days=30)),
    )


def _signed(version: int, phase: codes.Phase) -> dict[str, Any]:
    kind = codes.AppointmentKind

    def visits(of: codes.AppointmentKind, count: int, minutes: int, *roles: codes.ProviderRole) -> Any:
        room = session_codes.RoomPurpose.DOSING if of is kind.DOSING else session_codes.RoomPurpose.CONSULTATION
        return contracts.PlannedVisits(
            kind=of,
            count=count,
            duration_minutes=minutes,
            modality=codes.Modality.IN_PERSON,
            roles=(codes.ProviderRole.THERAPIST, *roles),
            rooms=(room,),
        )

    def services(of: codes.AppointmentKind, count: int, *lines: contracts.ServiceLine) -> Any:
        return contracts.PlannedServices(kind=of, count=count, service_lines=lines)

    hour = contracts.ServiceLine(code="90837", units=1, minutes=60, place_of_service="11")
    infusion = contracts.ServiceLine(code="96365", units=1, place_of_service="11")
    drug = contracts.ServiceLine(code="J3490", units=1, place_of_service="11")
    return {
        "patient_id": PATIENT,
        "plan_id": PLAN,
        "version": version,
        "phase": phase,
        "clearance_id": CLEARANCE,
        "consent_id": CONSENT,
        "activated_at": SIGNED_AT + timedelta(hours=1),
        "visits": (
            visits(kind.PREPARATION, 1, 60),
            visits(kind.DOSING, 6, 180, codes.ProviderRole.NURSE),
            visits(kind.INTEGRATION, 6, 60),
        ),
        "for_booking": Sealed.plain(
            contracts.PlanForBooking(
                dosing_interval_hours=48, cadence_days=4, integration_within_hours=72, therapist_id="kim"
            )
        ),
        "for_billing": Sealed.plain(
            contracts.PlanForBilling(
                services=(
                    services(kind.PREPARATION, 1, hour),
                    services(kind.DOSING, 6, infusion, drug),
                    services(kind.INTEGRATION, 6, hour),
                )
            )
        ),
    }


def _of_session(minutes: int, **changes: Any) -> dict[str, Any]:
    return {
        "patient_id": PATIENT,
        "session_id": SESSION,
        "appointment_id": DOSING_VISIT,
        "plan_id": PLAN,
        "kind": codes.AppointmentKind.DOSING,
        "phase": codes.Phase.INDUCTION,
        "number": 1,
        "of": 6,
        "at": DOSING_AT + timedelta(minutes=minutes),
        **changes,
    }


def _session() -> Sequence[Example]:
    def at(minutes: int) -> Any:
        return DOSING_AT + timedelta(minutes=minutes)

    not_numbered = {"number": None, "of": None}
    refused = contracts.SessionRefused(
        **_of_session(20, **not_numbered),
        reason=codes.HoldReason.LOGISTICS,
        patient_controllable=True,
        for_booking_and_billing=Sealed.plain(contracts.RefusalDetails(items=("escort",))),
        for_screening=Sealed.plain(contracts.RefusalDetails(items=("escort",))),
    )
    elsewhere = contracts.SessionRefused(
        **_of_session(20, **not_numbered, kind=codes.AppointmentKind.PREPARATION),
        reason=codes.HoldReason.LOGISTICS,
        patient_controllable=False,
        for_booking_and_billing=Sealed.plain(contracts.RefusalDetails(items=("state_served",))),
        for_screening=Sealed.plain(contracts.RefusalDetails(items=("state_served",))),
    )
    fact = contracts.ClinicalFactForScreening(
        fact=session_codes.ReportedFact.PREGNANCY, value="positive", source=session_codes.FactSource.TEST
    )
    return (
        Example("at-the-clinic", contracts.SessionCheckedIn(**_of_session(-9, **not_numbered)), at(-9)),
        Example("gate-open", contracts.SessionCleared(**_of_session(18, **not_numbered)), at(18)),
        Example("no-way-home", refused, at(20)),
        Example("in-another-state", elsewhere, at(20)),
        Example("first-of-six", contracts.SessionStarted(**_of_session(21)), at(21)),
        Example("the-fact-only", contracts.DoseAdministered(**_of_session(24)), at(24)),
        Example("outside-the-gate", contracts.DoseAdministered(**_of_session(26), outside_gate=True), at(26)),
        Example("beyond-its-end", contracts.SessionRunningLong(**_of_session(180), expected_end=at(180)), at(180)),
        Example("criteria-met", contracts.SessionDischarged(**_of_session(128)), at(128)),
        Example(
            "at-the-bedside",
            contracts.ClinicalFactReported(
                patient_id=PATIENT, session_id=SESSION, at=at(12), for_screening=Sealed.plain(fact)
            ),
            at(12),
        ),
    )


def _ends() -> Sequence[Example]:
    line = contracts.SessionServiceLine
    here: dict[str, Any] = {"place_of_service": "11", "rendering_provider": NURSE}
    lines = (
        line(code="96365", units=1, minutes=40, **here),
        line(code="J3490", units=1, ndc="00143950801", **here),
        line(code="90834", units=1, minutes=45, place_of_service="11", rendering_provider=THERAPIST),
    )
    ended: dict[str, Any] = {
        "started_at": DOSING_AT + timedelta(minutes=21),
        "ended_at": LEFT_AT,
        "providers": (
            contracts.Provider(id=THERAPIST, role=codes.ProviderRole.THERAPIST),
            contracts.Provider(id=NURSE, role=codes.ProviderRole.NURSE),
        ),
        "modality": codes.Modality.IN_PERSON,
    }

    def sealed(*rendered: contracts.SessionServiceLine) -> Any:
        return Sealed.plain(contracts.SessionForBilling(service_lines=rendered))

    outcome = session_codes.SessionOutcome
    return (
        Example(
            "dosing",
            contracts.SessionCompleted(
                **_of_session(130), **ended, outcome=outcome.COMPLETED, for_billing=sealed(*lines)
            ),
            LEFT_AT,
        ),
        Example(
            "stopped-by-the-clinic",
            contracts.SessionAborted(
                **_of_session(130), **ended, outcome=outcome.STOPPED, for_billing=sealed(*lines[:2])
            ),
            LEFT_AT,
        ),
        Example(
            "therapy-time-corrected",
            contracts.SessionServicesCorrected(
                patient_id=PATIENT, session_id=SESSION, revision=2, for_billing=sealed(*lines[:2])
            ),
            LEFT_AT + timedelta(days=1),
        ),
    )


def _therapy() -> Sequence[Example]:
    """An hour whose beginning nobody had recorded."""
    at = DOSING_AT + timedelta(days=1)
    review: dict[str, Any] = {
        "patient_id": PATIENT,
        "session_id": SESSION,
        "task_id": THERAPY,
        "category": session_codes.TaskCategory.THERAPY_REVIEW,
        "due_by": at + timedelta(hours=24),
    }
    hour = _of_session(130, kind=codes.AppointmentKind.INTEGRATION, at=at)
    return (
        Example(
            "an-hour-held-otherwise",
            contracts.SessionCompleted(
                **hour,
                started_at=at - timedelta(minutes=70),
                ended_at=at - timedelta(minutes=20),
                providers=(contracts.Provider(id=THERAPIST, role=codes.ProviderRole.THERAPIST),),
                modality=codes.Modality.IN_PERSON,
                held_otherwise=True,
                outcome=session_codes.SessionOutcome.COMPLETED,
                for_billing=Sealed.plain(contracts.SessionForBilling(service_lines=())),
            ),
            at,
        ),
        Example("begun-before-anybody-said-so", contracts.TherapyReviewDue(**review), at),
        Example("by-the-prescriber", contracts.TherapyReviewCompleted(**review), at + timedelta(hours=3)),
        Example("nobody-read-it-for-a-day", contracts.TherapyReviewOverdue(**review), at + timedelta(hours=24)),
    )


def _integration() -> Sequence[Example]:
    task: dict[str, Any] = {
        "patient_id": PATIENT,
        "dosing_session_id": SESSION,
        "due_by": DOSING_AT + timedelta(hours=72, minutes=24),
    }
    return (
        Example("within-three-days", contracts.IntegrationDue(**task), DOSING_AT + timedelta(minutes=24)),
        Example("next-day", contracts.IntegrationDone(**task), DOSING_AT + timedelta(days=1)),
        Example("ninety-days-after-care", contracts.IntegrationEnded(**task), DOSING_AT + timedelta(days=95)),
        Example("after-a-week", contracts.IntegrationOverdue(**task), DOSING_AT + timedelta(days=7, minutes=24)),
    )


def _tasks() -> Sequence[Example]:
    made_at, collected_at = SIGNED_AT + timedelta(hours=1), SIGNED_AT + timedelta(days=3)
    resulted_at = SIGNED_AT + timedelta(days=6)
    task: dict[str, Any] = {"patient_id": PATIENT, "task_id": PLAN_TASK}
    todo = {**task, "category": session_codes.TaskCategory.PLAN_TASK, "due_by": made_at + timedelta(days=2)}
    read = {**task, "category": session_codes.TaskCategory.RESULT_REVIEW, "due_by": resulted_at + timedelta(days=2)}
    done = session_codes.TaskOutcome.DONE
    return (
        Example(
            "half-a-year-is-nearly-over",
            contracts.PlanEnding(patient_id=PATIENT, plan_id=PLAN, version=2, last_day="2027-05-14"),
            SIGNED_AT + timedelta(days=155),
        ),
        Example("by-the-patient", contracts.PlanTaskDue(**todo), made_at),
        Example("not-done-in-time", contracts.PlanTaskOverdue(**todo), todo["due_by"]),
        Example(
            "a-result-to-come",
            contracts.PlanTaskDue(**{**todo, "due_by": collected_at + timedelta(days=14)}),
            collected_at,
        ),
        Example("what-the-plan-asks", _link(made_at), made_at),
        Example(
            "given-to-the-wrong-person",
            contracts.PlanLinkWithdrawn(patient_id=PATIENT, link_id=LINK),
            made_at + timedelta(hours=1),
        ),
        Example("a-result-to-read", contracts.PlanTaskDue(**read), resulted_at),
        Example(
            "a-result-was-read",
            contracts.PlanTaskCompleted(**read, outcome=done),
            resulted_at + timedelta(days=1),
        ),
    )


def _link(made_at: datetime) -> contracts.PlanLinkIssued:
    return contracts.PlanLinkIssued(
        patient_id=PATIENT,
        link_id=LINK,
        works_until=made_at + timedelta(days=90),
        for_booking=Sealed.plain(
            contracts.PlanLinkForBooking(link="https://careflow.example.org/sessions/pages/to-do/d4e5")
        ),
    )


def _contacts() -> Sequence[Example]:
    at = DOSING_AT + timedelta(minutes=49)
    contact: dict[str, Any] = {
        "patient_id": PATIENT,
        "task_id": CONTACT,
        "category": session_codes.TaskCategory.LATER_CONTACT,
        "due_by": at + timedelta(hours=72),
    }
    return (
        Example("within-72-hours", contracts.FollowUpContactDue(**contact), at),
        Example("after-72-hours", contracts.FollowUpContactOverdue(**contact), at + timedelta(hours=72)),
    )


def _care() -> Sequence[Example]:
    discharged_at = DOSING_AT + timedelta(days=60)
    return (
        Example(
            "after-the-course",
            contracts.CareDischarged(
                patient_id=PATIENT,
                plan_id=PLAN,
                discharged_at=discharged_at,
                discharged_by=PRESCRIBER,
                reason=session_codes.CareEndReason.COURSE_ENDED,
            ),
            discharged_at,
        ),
    )


def _notes() -> Sequence[Example]:
    signed: dict[str, Any] = {"patient_id": PATIENT, "session_id": SESSION, "signed_at": LEFT_AT}
    kind = session_codes.NoteKind
    return (
        Example(
            "of-the-nurse",
            contracts.NoteSigned(**signed, note_id=NOTE, kind=kind.NURSING, signed_by=NURSE),
            LEFT_AT,
        ),
    )
