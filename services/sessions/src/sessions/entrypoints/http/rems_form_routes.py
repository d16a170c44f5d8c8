"""The monitoring form of the REMS: what it would say now, sending it, what was sent."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    represent,
)
from sessions.application.commands.submit_rems_form import SubmitRemsForm
from sessions.domain.ids import PatientId, SessionId
from sessions.domain.rems_form import Answers, RemsForm, SedatingMedicine, Submission
from sessions.domain.rems_report import Reading, TreatmentReport
from sessions.entrypoints.http.schemas import AggregateChanged, App, Line, Shown, Uuid, View, changed

router = APIRouter(tags=["REMS forms"])


class NewSubmission(RequestBody):
    """What no record of the session holds, as who monitored the patient saw it. `reference`: how the program
    acknowledged the form, or how it was sent.
    """

    medicines: Annotated[tuple[SedatingMedicine, ...], Field(max_length=len(SedatingMedicine))]
    vitals_acceptable_before: bool
    vitals_acceptable_after: bool
    sedation: bool
    dissociation: bool
    respiratory_depression: bool
    reference: Line

    def answers(self) -> Answers:
        given = self.model_dump(exclude={"medicines", "reference"})
        return Answers(medicines=frozenset(self.medicines), **given)


class DeviceView(BaseModel):
    serial: str | None
    lot: str | None
    mg: Shown
    given_by: str
    given_at: datetime


class ReadingView(BaseModel):
    systolic: int
    diastolic: int
    at: datetime


class RequiredReadingView(BaseModel):
    minute: int
    reading: ReadingView | None
    late_reading: ReadingView | None
    late_reason: str | None


class ReportView(BaseModel):
    """The session as the form asks for it. `minutes` from the first device to the end of the monitoring, without those
    for which the patient was away. `end_written_at` is when that end was written down, where it was afterwards.
    """

    setting_certified: bool
    patient_enrolled: bool
    pulse_oximeter: bool
    devices: tuple[DeviceView, ...]
    started_at: datetime
    ended_at: datetime | None
    minutes: int | None
    prescriber_at_start: str | None
    prescriber_at_end: str | None
    before: ReadingView | None
    required: tuple[RequiredReadingView, ...]
    leaving: ReadingView | None
    lowest_moaas: int | None
    monitored_long_enough: bool
    effects_resolved: bool
    left_early: bool
    end_written_at: datetime | None
    end_late_reason: str | None
    unrecorded: tuple[str, ...]


class AnswersView(View):
    medicines: frozenset[SedatingMedicine]
    vitals_acceptable_before: bool
    vitals_acceptable_after: bool
    sedation: bool
    dissociation: bool
    respiratory_depression: bool


class SubmissionView(BaseModel):
    report: ReportView
    answers: AnswersView
    serious_events: tuple[str, ...]
    revision: str
    reference: str
    by: str
    at: datetime


class DueFormView(BaseModel):
    """A form and where it stands; what it says is read one by one. `outdated`: it was sent, what it tells was put right
    since, and it is to be sent anew by `due_by`.
    """

    session_id: str
    patient_id: str
    version: int
    due_by: datetime
    overdue: bool
    submitted_at: datetime | None
    outdated: bool


class FormView(DueFormView):
    """`report` as it was sent, or as it would be now; `missing` is what keeps it from being sent. `submission` is what
    was sent last, `earlier` what before it, each with the report that went out.
    """

    report: ReportView
    missing: tuple[str, ...]
    submission: SubmissionView | None
    earlier: tuple[SubmissionView, ...]


@router.get("/v1/rems-forms", response_model=Page[DueFormView])
async def list_waiting_forms(
    actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """Every form that is to be sent, for the first time or anew, the most urgent first."""
    forms = await app.reading.rems_forms_waiting(actor, limit, after)
    return represent(Page[DueFormView](items=[_due(each) for each in forms.items], next=forms.next))


@router.get("/v1/patients/{patient_id}/rems-forms", response_model=Page[DueFormView])
async def list_forms(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's forms, sent or not, the oldest first."""
    forms = await app.reading.rems_forms_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[DueFormView](items=[_due(each) for each in forms.items], next=forms.next))


@router.get("/v1/sessions/{session_id}/rems-form", response_model=FormView)
async def read_form(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """The form of a session: as it was sent, or as it would be now with what is missing."""
    form, report = await app.reading.rems_form(SessionId(session_id), actor)
    return represent(_form(form, report), version=form.version)


@router.post("/v1/sessions/{session_id}/rems-form/submit", response_model=AggregateChanged)
async def submit_form(
    session_id: Uuid,
    body: NewSubmission,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """It was sent to the program. It stays as it was sent, and is not sent while anything is missing; where what it
    tells was put right since, it is sent anew.
    """
    command = SubmitRemsForm(SessionId(session_id), body.answers(), body.reference, expected_version)
    return changed(await app.submit_rems_form(command, actor, request))


def _due(form: RemsForm) -> DueFormView:
    return DueFormView(**_where_it_stands(form))


def _where_it_stands(form: RemsForm) -> dict[str, object]:
    return {
        "session_id": form.id,
        "patient_id": form.patient_id,
        "version": form.version,
        "due_by": form.due_by,
        "overdue": form.said_overdue,
        "submitted_at": form.submission.at if form.submission else None,
        "outdated": form.outdated,
    }


def _form(form: RemsForm, report: TreatmentReport) -> FormView:
    sent = form.submission
    return FormView(
        **_where_it_stands(form),
        report=_report(report),
        missing=report.missing,
        submission=_submission(sent) if sent else None,
        earlier=tuple(_submission(each) for each in form.earlier),
    )


def _submission(sent: Submission) -> SubmissionView:
    return SubmissionView(
        report=_report(sent.report),
        answers=AnswersView.model_validate(sent.answers),
        serious_events=sent.serious_events,
        revision=sent.revision,
        reference=sent.reference,
        by=sent.by,
        at=sent.at,
    )


def _report(report: TreatmentReport) -> ReportView:
    return ReportView(
        setting_certified=report.setting_certified,
        patient_enrolled=report.patient_enrolled,
        pulse_oximeter=report.pulse_oximeter,
        devices=tuple(
            DeviceView(
                serial=each.serial, lot=each.lot, mg=each.mass.value, given_by=each.given_by, given_at=each.given_at
            )
            for each in report.devices
        ),
        started_at=report.started_at,
        ended_at=report.ended_at,
        minutes=report.minutes,
        prescriber_at_start=report.prescriber_at_start,
        prescriber_at_end=report.prescriber_at_end,
        before=_reading(report.before),
        required=tuple(
            RequiredReadingView(
                minute=each.minute,
                reading=_reading(each.reading),
                late_reading=_reading(each.late),
                late_reason=each.late_reason,
            )
            for each in report.required
        ),
        leaving=_reading(report.leaving),
        lowest_moaas=report.lowest_alertness,
        monitored_long_enough=report.monitored_long_enough,
        effects_resolved=report.effects_resolved,
        left_early=report.left_early,
        end_written_at=report.end_written_at,
        end_late_reason=report.end_late_reason,
        unrecorded=report.unrecorded,
    )


def _reading(reading: Reading | None) -> ReadingView | None:
    if reading is None:
        return None
    return ReadingView(systolic=reading.pressure.systolic, diastolic=reading.pressure.diastolic, at=reading.at)
