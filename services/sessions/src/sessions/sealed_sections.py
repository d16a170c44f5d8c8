"""What leaves sealed: beside an event's open data, the section that only the consumers it is named for can open.

Invariant: documents, routes, clinical facts and service lines leave in these sections and nowhere else.
"""

from typing import TypedDict

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes, session_codes
from sessions.domain.consents import Consent
from sessions.domain.gate import Refusal
from sessions.domain.medication import MedicineAllergyTold
from sessions.domain.plan_terms import PlanOutline
from sessions.domain.plans import Plan
from sessions.domain.reports import ClinicalReport
from sessions.domain.service_lines import ServiceLine
from sessions.domain.sessions import Session


def consent_document(consent: Consent) -> Sealed[contracts.ConsentDocument]:
    """What was signed, and for which route."""
    text = consent.text
    return Sealed.plain(
        contracts.ConsentDocument(
            document=text.document,
            document_version=text.document_version,
            route=codes.Route(text.route.value) if text.route else None,
        )
    )


def plan_for_booking(plan: Plan, outline: PlanOutline) -> Sealed[contracts.PlanForBooking]:
    """How far apart the visits of a plan are, and who sits with the patient."""
    return Sealed.plain(
        contracts.PlanForBooking(
            dosing_interval_hours=outline.dosing_interval_hours,
            cadence_days=plan.terms.cadence_days,
            integration_within_hours=outline.integration_within_hours,
            therapist_id=plan.terms.therapist_id,
        )
    )


def plan_for_billing(outline: PlanOutline) -> Sealed[contracts.PlanForBilling]:
    """What the visits of a plan are expected to be billed by."""
    return Sealed.plain(
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
                for each in outline.services
            )
        )
    )


def refusal_details(refusal: Refusal) -> Sealed[contracts.RefusalDetails]:
    """Every item of the gate that stood in the way."""
    return Sealed.plain(contracts.RefusalDetails(items=refusal.items))


def session_for_billing(session: Session) -> Sealed[contracts.SessionForBilling]:
    """What a session that has ended is billed by."""
    assert session.services is not None
    lines = tuple(_line(line) for line in session.services.lines)
    return Sealed.plain(contracts.SessionForBilling(service_lines=lines))


def clinical_fact(report: ClinicalReport) -> Sealed[contracts.ClinicalFactForScreening]:
    """What was found in a session that bears on the clearance."""
    return Sealed.plain(
        contracts.ClinicalFactForScreening(
            fact=session_codes.ReportedFact(report.fact.value),
            value=report.value,
            source=session_codes.FactSource(report.source.value),
        )
    )


def medicine_allergy(fact: MedicineAllergyTold) -> Sealed[contracts.ClinicalFactForScreening]:
    section = contracts.ClinicalFactForScreening(
        fact=session_codes.ReportedFact.MEDICINE_ALLERGY,
        value=fact.medicine,
        source=session_codes.FactSource.PATIENT,
        detail=fact.reaction,
    )
    return Sealed.plain(section)


def _line(line: ServiceLine) -> contracts.SessionServiceLine:
    return contracts.SessionServiceLine(
        code=line.code,
        units=line.units,
        minutes=line.minutes,
        modifiers=line.modifiers,
        place_of_service=line.place_of_service,
        rendering_provider=line.rendering_provider,
        started_at=line.started_at,
        ended_at=line.ended_at,
        drug=line.drug,
        strength=line.strength,
        ndc=line.ndc,
        **_amount(line),
    )


class _Amount(TypedDict, total=False):
    ndc_quantity: str
    ndc_unit: session_codes.NdcUnit


def _amount(line: ServiceLine) -> _Amount:
    """In the unit a claim counts the drug in."""
    if line.millilitres is not None:
        return {"ndc_quantity": f"{line.millilitres.normalize():f}", "ndc_unit": session_codes.NdcUnit.MILLILITRE}
    counted = line.pieces if line.devices is None else line.devices
    if counted is not None:
        return {"ndc_quantity": str(counted), "ndc_unit": session_codes.NdcUnit.UNIT}
    return {}
