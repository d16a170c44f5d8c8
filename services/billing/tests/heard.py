"""What billing hears in the tests: of one patient, her visits, her plan, and what was rendered."""

from datetime import date, datetime, timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes, session_codes
from careflow_events.contracts.model import EventData
from careflow_service.ids import new_id
from services.billing.tests.builders import ANA, NOW, local

PLAN = "0199e0a0-0000-7000-8000-0000000000f1"
LOCATION = "0199e0a0-0000-7000-8000-00000000000c"
BORN = NOW.date().replace(year=1988)


def registered(patient_id: str = ANA, *, complete: bool = True) -> contracts.PatientRegistered:
    return contracts.PatientRegistered(patient_id=patient_id, **_details("Rivera", complete=complete))


def details_changed(*, family: str = "Rivera", born: date = BORN) -> contracts.PatientDetailsChanged:
    """The address is another one, and the name and the birth date, if they are named."""
    details = _details(family, line="7 Birch Street", born=born)
    return contracts.PatientDetailsChanged(
        patient_id=ANA, changed=(codes.PatientDetail.IDENTITY, codes.PatientDetail.RESIDENCE), **details
    )


def merged(into: str) -> contracts.PatientsMerged:
    """Ana's record is given up for another one of hers."""
    return contracts.PatientsMerged(patient_id=ANA, surviving_patient_id=into)


def parted(from_: str) -> contracts.PatientsUnmerged:
    return contracts.PatientsUnmerged(patient_id=ANA, surviving_patient_id=from_)


def _details(family: str, *, complete: bool = True, line: str = "12 Alder Lane", born: date = BORN) -> dict[str, Any]:
    address = contracts.Address(line=line, city="Mill Valley", state="CA", postal_code="94941")
    name = contracts.PersonName(given="Ana", family=family)
    return {
        "for_screening": Sealed.plain(contracts.PatientForScreening(birth_date=born, state="CA")),
        "for_sessions": Sealed.plain(contracts.PatientForSessions(name=name, birth_date=born)),
        "for_billing": Sealed.plain(
            contracts.PatientForBilling(
                legal_name=name,
                birth_date=born,
                sex=codes.Sex.FEMALE if complete else None,
                address=address if complete else None,
            )
        ),
    }


def diagnosed(
    *codes: str, at: datetime | None = None, evaluation_id: str | None = None, withheld: int = 0
) -> contracts.DiagnosesRecorded:
    """Recurrent depression, recorded two months ago, or what is said."""
    known = codes or (() if withheld else ("F33.2",))
    return contracts.DiagnosesRecorded(
        patient_id=ANA,
        evaluation_id=evaluation_id or new_id(),
        recorded_at=at or NOW - timedelta(days=60),
        for_billing=Sealed.plain(contracts.DiagnosesForBilling(codes=known, withheld=withheld)),
    )


def evaluated(evaluation_id: str | None = None) -> contracts.EvaluationRecorded:
    """A psychiatric evaluation of this morning."""
    lines = contracts.EvaluationForBilling(service_lines=(contracts.ServiceLine(code="90792", units=1),))
    return contracts.EvaluationRecorded(
        patient_id=ANA,
        case_id=new_id(),
        evaluation_id=evaluation_id or new_id(),
        appointment_id=new_id(),
        provider_id="dr-paula-prescriber",
        started_at=local(23, 8),
        ended_at=local(23, 9),
        parts=(codes.EvaluationPart.PSYCHIATRIC,),
        for_billing=Sealed.plain(lines),
    )


def consent(category: session_codes.ConsentCategory = session_codes.ConsentCategory.FINANCIAL) -> EventData:
    signed_at = NOW - timedelta(days=7)
    document = contracts.ConsentDocument(document="financial-policy", document_version="2026-1")
    return contracts.ConsentSigned(
        patient_id=ANA,
        consent_id=new_id(),
        category=category,
        policy_version="fin-2026-1",
        signed_at=signed_at,
        valid_until=signed_at + timedelta(days=365),
        for_screening=Sealed.plain(document),
    )


def visit(
    starts_at: datetime,
    *,
    kind: codes.AppointmentKind = codes.AppointmentKind.DOSING,
    appointment_id: str | None = None,
    version: int = 1,
    plan_id: str | None = None,
    status: codes.AppointmentStatus = codes.AppointmentStatus.BOOKED,
) -> dict[str, Any]:
    """The public snapshot of an appointment."""
    return {
        "patient_id": ANA,
        "appointment_id": appointment_id or new_id(),
        "version": version,
        "kind": kind,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "timezone": "America/Los_Angeles",
        "modality": codes.Modality.IN_PERSON,
        "providers": (contracts.Provider(id="dr-paula-prescriber", role=codes.ProviderRole.PRESCRIBER),),
        "location_id": LOCATION,
        "status": status,
        "plan_id": plan_id,
    }


def later(snapshot: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The next version of an appointment."""
    return {**snapshot, "version": snapshot["version"] + 1, **changes}


def line(code: str, provider: str = "dr-paula-prescriber", **more: Any) -> contracts.SessionServiceLine:
    return contracts.SessionServiceLine(code=code, units=1, rendering_provider=provider, **more)


THERAPY_HOUR = line("90837", "theo-therapist", minutes=55)
INFUSION = line("96365", minutes=45)
DRUG = line(
    "J3490",
    drug="Ketamine",
    strength="50 mg/mL",
    ndc="00409205310",
    ndc_quantity="0.7",
    ndc_unit=session_codes.NdcUnit.MILLILITRE,
)


def session_completed(*lines: contracts.SessionServiceLine, **more: Any) -> contracts.SessionCompleted:
    """A dosing session of this morning."""
    ended = _session_ended(lines or (INFUSION, DRUG, THERAPY_HOUR), **more)
    return contracts.SessionCompleted(**ended, outcome=session_codes.SessionOutcome.COMPLETED)


def session_aborted(*lines: contracts.SessionServiceLine) -> contracts.SessionAborted:
    """A dosing session of this morning that was stopped."""
    ended = _session_ended(lines or (INFUSION,))
    return contracts.SessionAborted(**ended, outcome=session_codes.SessionOutcome.STOPPED)


def _session_ended(
    lines: tuple[contracts.SessionServiceLine, ...],
    *,
    session_id: str | None = None,
    appointment_id: str | None = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    started = at or local(23, 8)
    return {
        "patient_id": ANA,
        "session_id": session_id or new_id(),
        "appointment_id": appointment_id or new_id(),
        "plan_id": PLAN,
        "kind": codes.AppointmentKind.DOSING,
        "phase": codes.Phase.INDUCTION,
        "number": 1,
        "of": 6,
        "at": started,
        "started_at": started,
        "ended_at": started + timedelta(hours=2),
        "providers": (contracts.Provider(id="dr-paula-prescriber", role=codes.ProviderRole.PRESCRIBER),),
        "modality": codes.Modality.IN_PERSON,
        "for_billing": Sealed.plain(contracts.SessionForBilling(service_lines=lines)),
    }


def services_corrected(
    session_id: str, revision: int, *lines: contracts.SessionServiceLine
) -> contracts.SessionServicesCorrected:
    return contracts.SessionServicesCorrected(
        patient_id=ANA,
        session_id=session_id,
        revision=revision,
        for_billing=Sealed.plain(contracts.SessionForBilling(service_lines=lines)),
    )


def plan_signed(*, version: int = 1, doses: int = 6) -> contracts.PlanActivated | contracts.PlanAdjusted:
    """One preparation, and so many doses with integration."""
    kind = codes.AppointmentKind
    services = tuple(
        contracts.PlannedServices(kind=each, count=times, service_lines=lines)
        for each, times, lines in (
            (kind.PREPARATION, 1, (contracts.ServiceLine(code="90837", units=1),)),
            (kind.DOSING, doses, tuple(contracts.ServiceLine(code=code, units=1) for code in ("96365", "J3490"))),
            (kind.INTEGRATION, doses, (contracts.ServiceLine(code="90837", units=1),)),
        )
    )
    planned = contracts.PlannedVisits(
        kind=kind.DOSING, count=doses, duration_minutes=180, modality=codes.Modality.IN_PERSON, roles=()
    )
    event = contracts.PlanActivated if version == 1 else contracts.PlanAdjusted
    return event(
        patient_id=ANA,
        plan_id=PLAN,
        version=version,
        phase=codes.Phase.INDUCTION,
        clearance_id=new_id(),
        consent_id=new_id(),
        activated_at=NOW,
        visits=(planned,),
        for_booking=Sealed.plain(
            contracts.PlanForBooking(dosing_interval_hours=48, cadence_days=4, integration_within_hours=72)
        ),
        for_billing=Sealed.plain(contracts.PlanForBilling(services=services)),
    )


def care_discharged(at: datetime) -> contracts.CareDischarged:
    return contracts.CareDischarged(
        patient_id=ANA,
        plan_id=PLAN,
        discharged_at=at,
        discharged_by="dr-paula-prescriber",
        reason=session_codes.CareEndReason.PATIENT_REQUEST,
    )


def session_refused(visit: dict[str, Any]) -> contracts.SessionRefused:
    return contracts.SessionRefused(
        patient_id=ANA,
        session_id=new_id(),
        appointment_id=visit["appointment_id"],
        kind=codes.AppointmentKind.DOSING,
        at=visit["starts_at"],
        reason=codes.HoldReason.LOGISTICS,
        patient_controllable=True,
        for_booking_and_billing=Sealed.plain(contracts.RefusalDetails(items=("escort",))),
    )
