"""Everything sessions says: each domain fact and the contract event it becomes.

Invariant: open data holds ids, process codes and times; documents, routes, signs and service lines are sealed.
"""

from collections.abc import Callable
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import EventData, Sealed, codes, session_codes
from careflow_events.publication import Publication, PublicationTable, location_subject, patient_subject
from sessions.domain import facts
from sessions.domain.service_lines import ServiceLine
from sessions.domain.sessions import Session


def says_of(patient: Callable[[Any], str], event: Callable[[Any], EventData]) -> Callable[[facts.Fact], Publication]:
    """The row of one fact: its event, in that patient's stream, at the time it became true."""

    def publication(fact: facts.Fact) -> Publication:
        return Publication(subject=patient_subject(patient(fact)), data=event(fact), time=fact.at)

    return publication


def of_consent(event: Callable[[Any], EventData]) -> Callable[[facts.Fact], Publication]:
    return says_of(lambda fact: str(fact.consent.patient_id), event)


def of_plan(event: Callable[[Any], EventData]) -> Callable[[facts.Fact], Publication]:
    return says_of(lambda fact: str(fact.plan.patient_id), event)


def of_session(event: Callable[[Any], EventData]) -> Callable[[facts.Fact], Publication]:
    return says_of(lambda fact: str(fact.session.patient_id), event)


def of_patient(event: Callable[[Any], EventData]) -> Callable[[facts.Fact], Publication]:
    return says_of(lambda fact: str(fact.patient_id), event)


def of_adverse_event(event: Callable[[Any], EventData]) -> Callable[[facts.Fact], Publication]:
    return says_of(lambda fact: str(fact.event.patient_id), event)


def of_location(event: Callable[[Any], EventData]) -> Callable[[Any], Publication]:
    """About a place's controlled drugs and no patient."""
    return lambda fact: Publication(subject=location_subject(fact.location_id), data=event(fact), time=fact.at)


def _consent(fact: facts.ConsentFact) -> dict[str, Any]:
    consent = fact.consent
    return {
        "patient_id": consent.patient_id,
        "consent_id": consent.id,
        "category": session_codes.ConsentCategory(consent.category.value),
        "policy_version": consent.text.policy_version,
        "signed_at": consent.signed_at,
        "valid_until": consent.valid_until,
    }


def _consent_signed(fact: facts.ConsentWasSigned) -> EventData:
    text = fact.consent.text
    section = contracts.ConsentDocument(
        document=text.document,
        document_version=text.document_version,
        route=codes.Route(text.route.value) if text.route else None,
    )
    return contracts.ConsentSigned(
        **_consent(fact), renews=tuple(fact.consent.renews), for_screening=Sealed.plain(section)
    )


def _plan_signed(fact: facts.PlanWasSigned) -> dict[str, Any]:
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
        "for_booking": Sealed.plain(
            contracts.PlanForBooking(
                dosing_interval_hours=fact.outline.dosing_interval_hours,
                cadence_days=plan.terms.cadence_days,
                integration_within_hours=fact.outline.integration_within_hours,
            )
        ),
        "for_billing": Sealed.plain(
            contracts.PlanForBilling(
                services=tuple(
                    contracts.PlannedServices(
                        kind=codes.AppointmentKind(each.kind.value),
                        count=each.count,
                        service_lines=tuple(
                            contracts.ServiceLine(
                                code=line.code,
                                units=line.units,
                                minutes=line.minutes,
                                modifiers=line.modifiers,
                                place_of_service=line.place_of_service,
                            )
                            for line in each.lines
                        ),
                    )
                    for each in fact.outline.services
                )
            )
        ),
    }


def _plan_changed(fact: facts.PlanChanged) -> dict[str, Any]:
    return {
        "patient_id": fact.plan.patient_id,
        "plan_id": fact.plan.id,
        "version": fact.plan.revision,
        "reason": session_codes.PlanChangeReason(fact.reason.value),
    }


def _session(fact: facts.SessionFact) -> dict[str, Any]:
    session = fact.session
    return {
        "patient_id": session.patient_id,
        "session_id": session.id,
        "appointment_id": session.appointment_id,
        "plan_id": session.plan_id,
        "kind": codes.AppointmentKind(session.kind.value),
        "phase": codes.Phase(session.phase.value) if session.phase else None,
        "number": session.numbered.number if session.numbered else None,
        "of": session.numbered.of if session.numbered else None,
        "at": fact.at,
    }


def _session_refused(fact: facts.SessionWasRefused) -> EventData:
    refusal = fact.session.refusal
    assert refusal is not None
    details = contracts.RefusalDetails(items=refusal.items)
    return contracts.SessionRefused(
        **_session(fact),
        reason=codes.HoldReason(refusal.reason.value),
        patient_controllable=refusal.patient_controllable,
        for_booking_and_billing=Sealed.plain(details),
        for_screening=Sealed.plain(details),
    )


def _session_ended(fact: facts.SessionWasCompleted | facts.SessionWasAborted) -> dict[str, Any]:
    session = fact.session
    assert session.outcome is not None
    return {
        **_session(fact),
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "providers": tuple(
            contracts.Provider(id=each.id, role=codes.ProviderRole(each.role.value)) for each in session.providers
        ),
        "modality": codes.Modality(session.modality.value),
        "outcome": session_codes.SessionOutcome(session.outcome.value),
        "for_billing": _for_billing(session),
    }


def _services_corrected(fact: facts.SessionServicesWereCorrected) -> EventData:
    session = fact.session
    assert session.services is not None
    return contracts.SessionServicesCorrected(
        patient_id=session.patient_id,
        session_id=session.id,
        revision=session.services.revision,
        for_billing=_for_billing(session),
    )


def _for_billing(session: Session) -> Sealed[contracts.SessionForBilling]:
    assert session.services is not None
    lines = tuple(_line(line) for line in session.services.lines)
    return Sealed.plain(contracts.SessionForBilling(service_lines=lines))


def _line(line: ServiceLine) -> contracts.SessionServiceLine:
    return contracts.SessionServiceLine(
        code=line.code,
        units=line.units,
        minutes=line.minutes,
        modifiers=line.modifiers,
        place_of_service=line.place_of_service,
        rendering_provider=line.rendering_provider,
        ndc=line.ndc,
    )


def _clinical_fact(fact: facts.ClinicalFactWasReported) -> EventData:
    section = contracts.ClinicalFactForScreening(
        fact=session_codes.ReportedFact(fact.report.fact.value),
        value=fact.report.value,
        source=session_codes.FactSource(fact.report.source.value),
    )
    return contracts.ClinicalFactReported(
        patient_id=fact.session.patient_id,
        session_id=fact.session.id,
        at=fact.at,
        for_screening=Sealed.plain(section),
    )


def _integration(fact: facts.IntegrationFact) -> dict[str, Any]:
    return {"patient_id": fact.patient_id, "dosing_session_id": fact.dosing_session_id, "due_by": fact.due_by}


def _vitals(fact: facts.VitalsWereBreached | facts.VitalsAreOverdue) -> dict[str, Any]:
    return {
        "patient_id": fact.session.patient_id,
        "session_id": fact.session.id,
        "severity": session_codes.VitalsSeverity(fact.severity.value),
        "at": fact.at,
    }


def _adverse_event_reported(fact: facts.AdverseEventWasReported) -> EventData:
    event = fact.event
    return contracts.AdverseEventReported(
        patient_id=event.patient_id,
        adverse_event_id=event.id,
        session_id=event.session_id,
        grade=event.observation.grade,
        serious=event.observation.serious,
        reported_at=event.reported_at,
    )


def _adverse_event_reviewed(fact: facts.AdverseEventWasReviewed) -> EventData:
    return contracts.AdverseEventReviewed(
        patient_id=fact.event.patient_id,
        adverse_event_id=fact.event.id,
        decision=session_codes.ReviewDecision(fact.event.reviews[-1].decision.value),
        reviewed_at=fact.at,
    )


PUBLISHED: PublicationTable = {
    facts.ConsentWasSigned: of_consent(_consent_signed),
    facts.ConsentWasWithdrawn: of_consent(lambda fact: contracts.ConsentWithdrawn(**_consent(fact))),
    facts.ConsentHasExpired: of_consent(lambda fact: contracts.ConsentExpired(**_consent(fact))),
    facts.PlanWasActivated: of_plan(lambda fact: contracts.PlanActivated(**_plan_signed(fact))),
    facts.PlanWasAdjusted: of_plan(lambda fact: contracts.PlanAdjusted(**_plan_signed(fact))),
    facts.PlanWasPutOnHold: of_plan(lambda fact: contracts.PlanPutOnHold(**_plan_changed(fact))),
    facts.PlanWasResumed: of_plan(lambda fact: contracts.PlanResumed(**_plan_changed(fact))),
    facts.PlanWasCompleted: of_plan(lambda fact: contracts.PlanCompleted(**_plan_changed(fact))),
    facts.PlanWasDiscontinued: of_plan(lambda fact: contracts.PlanDiscontinued(**_plan_changed(fact))),
    facts.SessionWasCheckedIn: of_session(lambda fact: contracts.SessionCheckedIn(**_session(fact))),
    facts.SessionWasCleared: of_session(lambda fact: contracts.SessionCleared(**_session(fact))),
    facts.SessionWasRefused: of_session(_session_refused),
    facts.SessionWasStarted: of_session(lambda fact: contracts.SessionStarted(**_session(fact))),
    facts.DoseWasAdministered: of_session(lambda fact: contracts.DoseAdministered(**_session(fact))),
    facts.SessionWasDischarged: of_session(lambda fact: contracts.SessionDischarged(**_session(fact))),
    facts.SessionWasCompleted: of_session(lambda fact: contracts.SessionCompleted(**_session_ended(fact))),
    facts.SessionWasAborted: of_session(lambda fact: contracts.SessionAborted(**_session_ended(fact))),
    facts.SessionServicesWereCorrected: of_session(_services_corrected),
    facts.ClinicalFactWasReported: of_session(_clinical_fact),
    facts.VitalsWereBreached: of_session(lambda fact: contracts.VitalsBreached(**_vitals(fact))),
    facts.VitalsAreOverdue: of_session(lambda fact: contracts.VitalsOverdue(**_vitals(fact))),
    facts.IntegrationIsDue: of_patient(lambda fact: contracts.IntegrationDue(**_integration(fact))),
    facts.IntegrationWasDone: of_patient(lambda fact: contracts.IntegrationDone(**_integration(fact))),
    facts.IntegrationIsOverdue: of_patient(lambda fact: contracts.IntegrationOverdue(**_integration(fact))),
    facts.AdverseEventWasReported: of_adverse_event(_adverse_event_reported),
    facts.AdverseEventWasReviewed: of_adverse_event(_adverse_event_reviewed),
    facts.DrugCountDidNotMatch: of_location(
        lambda fact: contracts.DrugCountMismatch(
            location_id=fact.location_id, container_id=fact.container_id, at=fact.at
        )
    ),
    facts.DrugDayWasClosed: of_location(
        lambda fact: contracts.DrugDayClosed(
            location_id=fact.location_id,
            day=fact.day.isoformat(),
            closed_at=fact.at,
            open_discrepancies=fact.open_discrepancies,
        )
    ),
}
