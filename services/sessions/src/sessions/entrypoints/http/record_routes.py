"""Reading a session's whole record: everything that was recorded, by whom and when."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, JsonValue
from pydantic_core import to_jsonable_python

from careflow_service.http.dependencies import CurrentActor, represent
from sessions.domain.checks import Checks, RiskLevel, standing_of
from sessions.domain.discharge import Discharge
from sessions.domain.doses import Order
from sessions.domain.ids import PatientId, SessionId
from sessions.domain.medication import MedicationRecord
from sessions.domain.sessions import Session
from sessions.domain.stops import Stop, StopKind
from sessions.domain.vitals import Severity, Symptom, VitalSigns
from sessions.domain.words import ProviderRole, Route
from sessions.entrypoints.http.dose_views import DoseView, dose_view
from sessions.entrypoints.http.medication_views import MedicationView, medication_view
from sessions.entrypoints.http.schemas import App, Shown, Uuid, View
from sessions.entrypoints.http.therapy_otherwise_routes import TherapyOtherwiseView

router = APIRouter(tags=["records"])


class CheckView(BaseModel):
    """One check as it was recorded; recorded again, it is another one. `correction` is why it puts right the one of the
    same name before it; one that was put right does not stand.
    """

    check: str
    value: JsonValue
    by: str
    at: datetime
    correction: str | None
    stands: bool


class OrderView(BaseModel):
    route: Route
    mg: Shown
    mg_per_kg: Shown | None
    most_mg: Shown
    kilograms: Shown | None
    signed_by: str
    signed_at: datetime
    policy_version: str


class OverrideView(View):
    item: str
    reason: str
    by: str
    at: datetime


class CorrectsView(View):
    """Which one before it in the same list this puts right, by its place counted from 0, and why."""

    number: int
    reason: str


class VitalsView(BaseModel):
    observed_at: datetime
    recorded_at: datetime
    by: str
    systolic: int
    diastolic: int
    heart_rate: int
    oxygen_saturation: int
    respiratory_rate: int | None
    moaas: int | None
    symptoms: tuple[Symptom, ...]
    corrects: CorrectsView | None


class ExceptionView(View):
    criterion: str
    reason: str


class DischargeView(BaseModel):
    """`at` is when it was written down; `left_at` when the patient left, `written_by` who wrote it down afterwards, and
    `overdue_after_leaving` how late an observation had been said to be when there was nobody to observe. `not_met` are
    criteria that when the patient left, put right, shows not to have been met, and nobody signed for.
    """

    oriented: bool
    walks_unaided: bool
    nausea_controlled: bool
    effects_resolved: bool
    suicide_risk: RiskLevel
    escort_signed: bool
    instructions_given: bool
    by: str
    at: datetime
    exceptions: tuple[ExceptionView, ...]
    transport: str | None
    signed_by: str | None
    left_at: datetime
    written_by: str | None
    overdue_after_leaving: Severity | None
    not_met: tuple[str, ...]


class LeftRecordView(View):
    """When the patient was said to have left before that was put right, and who put it right, when and why."""

    left_at: datetime
    by: str
    at: datetime
    reason: str


class PresentView(View):
    id: str
    role: ProviderRole
    joined_at: datetime
    left_at: datetime | None


class RecordView(BaseModel):
    """`baseline` are the signs before the dose, `vitals` those since, in the order they were written down; what was put
    right is in the list still, and does not stand. `therapy_otherwise` is what was held otherwise than planned,
    `left_records` when the patient was said to have left before that was put right, the first record first.
    """

    id: str
    team: tuple[PresentView, ...]
    checks: tuple[CheckView, ...]
    baseline: tuple[VitalsView, ...]
    order: OrderView | None
    overrides: tuple[OverrideView, ...]
    doses: tuple[DoseView, ...]
    vitals: tuple[VitalsView, ...]
    medication: MedicationView
    discharge: DischargeView | None
    left_records: tuple[LeftRecordView, ...]
    therapy_otherwise: tuple[TherapyOtherwiseView, ...]
    end_reason: str | None


class ServiceLineView(View):
    code: str
    units: int
    minutes: int | None
    modifiers: tuple[str, ...]
    place_of_service: str
    rendering_provider: str
    ndc: str | None


class ServicesView(BaseModel):
    """What the session is billed by; revision 0 while nothing is."""

    session_id: str
    revision: int
    lines: tuple[ServiceLineView, ...]


class ResolutionView(View):
    by: str
    at: datetime
    reason: str
    found_otherwise_by: str
    found_otherwise_at: datetime


class FindingView(View):
    kind: StopKind
    session_id: str
    by: str
    at: datetime
    resolution: ResolutionView | None


class FindingList(BaseModel):
    items: tuple[FindingView, ...]


@router.get("/v1/sessions/{session_id}/record", response_model=RecordView)
async def read_record(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """Everything that was recorded in a session."""
    session, medication = await app.reading.record(SessionId(session_id), actor)
    return represent(_record(session, medication), version=session.version)


@router.get("/v1/sessions/{session_id}/services", response_model=ServicesView)
async def read_services(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """The service lines of a session, as they are billed now."""
    session = await app.reading.session(SessionId(session_id), actor)
    lines = session.services.lines if session.services else ()
    revision = session.services.revision if session.services else 0
    shown = tuple(ServiceLineView.model_validate(line) for line in lines)
    return represent(ServicesView(session_id=session.id, revision=revision, lines=shown), version=session.version)


@router.get("/v1/patients/{patient_id}/findings", response_model=FindingList)
async def list_findings(patient_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """What was alarming before a dose of the patient, and how it was resolved."""
    stops: tuple[Stop, ...] = await app.reading.findings_of(PatientId(patient_id), actor)
    return represent(FindingList(items=tuple(FindingView.model_validate(each) for each in stops)))


def _record(session: Session, medication: MedicationRecord | None) -> RecordView:
    observed = session.monitoring.observations if session.monitoring else ()
    return RecordView(
        id=session.id,
        team=tuple(PresentView.model_validate(each) for each in session.team),
        checks=tuple(each for part in session.recorded for each in _checks(part, session)),
        baseline=tuple(vitals_view(each) for each in session.checks.baseline),
        order=_order(session.order) if session.order else None,
        overrides=tuple(OverrideView.model_validate(each) for each in session.overrides),
        doses=tuple(dose_view(each) for each in session.doses),
        vitals=tuple(vitals_view(each) for each in observed),
        medication=medication_view(medication),
        discharge=_discharge(session.discharge) if session.discharge else None,
        left_records=tuple(LeftRecordView.model_validate(each) for each in session.left_records),
        therapy_otherwise=tuple(TherapyOtherwiseView.of(each) for each in session.therapy_otherwise),
        end_reason=session.end_reason,
    )


def _checks(part: Checks, session: Session) -> Iterator[CheckView]:
    for check, recorded in part.given.items():
        yield CheckView(
            check=check,
            value=to_jsonable_python(recorded.value),
            by=recorded.by,
            at=recorded.at,
            correction=part.correction,
            stands=any(each is recorded for each in standing_of(check, session.recorded)),
        )


def _order(order: Order) -> OrderView:
    return OrderView(
        route=order.route,
        mg=order.dose.mass.value,
        mg_per_kg=order.dose.per_kg.value if order.dose.per_kg else None,
        most_mg=order.most.value,
        kilograms=order.weight.value if order.weight else None,
        signed_by=order.signed_by,
        signed_at=order.signed_at,
        policy_version=order.policy_version,
    )


def vitals_view(signs: VitalSigns) -> VitalsView:
    return VitalsView(
        observed_at=signs.observed_at,
        recorded_at=signs.recorded_at,
        by=signs.by,
        systolic=signs.blood_pressure.systolic,
        diastolic=signs.blood_pressure.diastolic,
        heart_rate=signs.heart_rate,
        oxygen_saturation=signs.oxygen_saturation,
        respiratory_rate=signs.respiratory_rate,
        moaas=signs.moaas,
        symptoms=tuple(sorted(signs.symptoms)),
        corrects=CorrectsView.model_validate(signs.corrects) if signs.corrects else None,
    )


def _discharge(discharge: Discharge) -> DischargeView:
    return DischargeView(
        **{each.name: getattr(discharge.score, each.name) for each in fields(discharge.score)},
        by=discharge.by,
        at=discharge.at,
        exceptions=tuple(ExceptionView.model_validate(each) for each in discharge.signed_for),
        transport=discharge.transport,
        signed_by=discharge.signed_by,
        left_at=discharge.left_at,
        written_by=discharge.late.by if discharge.late else None,
        overdue_after_leaving=discharge.late.overdue if discharge.late else None,
        not_met=discharge.not_met,
    )
