"""Safety alerts: the list, raising, whereabouts, acknowledging, closing."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)
from careflow_service.results import Changed
from careflow_service.work import Committed
from screening.application.commands.acknowledge_alert import AcknowledgeAlert
from screening.application.commands.close_alert import CloseAlert
from screening.application.commands.locate_patient import LocatePatient
from screening.application.commands.raise_alert import RaiseAlert
from screening.application.commands.record_contact import RecordContact
from screening.application.queries.reading import AlertWithPages
from screening.domain.alert_records import AlertDisposition, AlertOutcome, Whereabouts
from screening.domain.alerts import AlertSource, AlertState
from screening.domain.ids import AlertId, PatientId
from screening.domain.paging import PageState
from screening.domain.questionnaires import AlertLevel
from screening.domain.rota import ChannelKind
from screening.entrypoints.http.schemas import App, Code, Line, Note, View

router = APIRouter(tags=["alerts"])


class NewAlert(RequestBody):
    """What somebody of the clinic heard or saw."""

    patient_id: Code
    level: AlertLevel
    note: Note


class NewWhereabouts(RequestBody):
    location: Line
    callback_number: Line


class AlertClosing(RequestBody):
    """`disposition` and `safety_plan` are needed for a high alert, the plan unless a contact agreed on one."""

    outcome: AlertOutcome
    note: Note
    disposition: AlertDisposition | None = None
    safety_plan: Note | None = None


class NewContact(RequestBody):
    """What was said, and the plan if one was agreed on."""

    note: Note
    safety_plan: Note | None = None


class AlertChanged(BaseModel):
    alert_id: str
    version: int


class AlertRow(View):
    """An alert in the list. `due_at` is when the next person will be asked, or the contact with the patient is due."""

    id: str
    patient_id: str
    level: AlertLevel
    source: AlertSource
    state: AlertState
    raised_at: datetime
    respond_by: datetime
    due_at: datetime | None
    exhausted: bool
    acknowledged_by: str | None


class PositiveView(View):
    code: str
    level: AlertLevel
    said_at: datetime
    note: str


class PageView(View):
    """One attempt to reach one person over one channel."""

    id: str
    staff_id: str
    channel: ChannelKind
    state: PageState
    attempts: int
    intended_at: datetime
    settled_at: datetime | None


class ContactView(View):
    by: str
    at: datetime
    note: str
    safety_plan: str | None


class WhereaboutsView(View):
    location: str
    callback_number: str


class EmergencyContactView(View):
    name: str
    phone: str


class AlertView(AlertRow):
    """Everything somebody answering the page needs."""

    version: int
    positives: tuple[PositiveView, ...]
    paged: tuple[str, ...]
    pages: tuple[PageView, ...] = ()
    contacts: tuple[ContactView, ...]
    whereabouts: WhereaboutsView | None
    patient_name: str | None = None
    patient_phone: str | None = None
    emergency_contact: EmergencyContactView | None = None


@router.get("/v1/alerts", response_model=Page[AlertRow])
async def list_alerts(
    app: App,
    actor: CurrentActor,
    open: Annotated[bool, Query(description="Only alerts that are not closed.")] = True,  # noqa: A002 - the query's name
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """Alerts: the open ones by urgency, or all of them, newest first."""
    listed = await app.reading.alerts(actor, open_only=open, limit=limit, after=after)
    return represent(Page[AlertRow](items=[AlertRow.model_validate(each) for each in listed.items], next=listed.next))


@router.post("/v1/alerts", status_code=201, response_model=AlertChanged)
async def raise_alert(body: NewAlert, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Raise an alert, or join it to the patient's open one."""
    command = RaiseAlert(PatientId(body.patient_id), body.level, body.note)
    return _changed(await app.raise_alert(command, actor, request), status=201)


@router.get("/v1/alerts/{alert_id}", response_model=AlertView)
async def read_alert(alert_id: str, actor: CurrentActor, app: App) -> Response:
    """One alert, with the reasons, the pages and how to reach the patient."""
    found = await app.reading.alert(AlertId(alert_id), actor)
    return represent(_alert(found), version=found.alert.version)


@router.post("/v1/alerts/{alert_id}/whereabouts", response_model=AlertChanged)
async def locate_patient(
    alert_id: str, body: NewWhereabouts, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Where the patient is and how to call back, asked on the crisis page."""
    whereabouts = Whereabouts(location=body.location, callback_number=body.callback_number)
    return _changed(await app.locate_patient(LocatePatient(AlertId(alert_id), whereabouts), actor, request))


@router.post("/v1/alerts/{alert_id}/acknowledge", response_model=AlertChanged)
async def acknowledge_alert(alert_id: str, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Take the alert on; nobody else is asked any more."""
    return _changed(await app.acknowledge_alert(AcknowledgeAlert(AlertId(alert_id)), actor, request))


@router.post("/v1/alerts/{alert_id}/contact", response_model=AlertChanged)
async def record_contact(
    alert_id: str, body: NewContact, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """The patient was spoken to; until the alert is closed the next contact is due in time."""
    command = RecordContact(AlertId(alert_id), body.note, body.safety_plan)
    return _changed(await app.record_contact(command, actor, request))


@router.post("/v1/alerts/{alert_id}/close", response_model=AlertChanged)
async def close_alert(
    alert_id: str,
    body: AlertClosing,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """End the alert as the clinician has seen it."""
    command = CloseAlert(
        AlertId(alert_id), body.outcome, body.note, body.disposition, body.safety_plan, expected_version
    )
    return _changed(await app.close_alert(command, actor, request))


def _changed(committed: Committed[Changed], *, status: int = 200) -> Response:
    changed = committed.value
    body = AlertChanged(alert_id=changed.id, version=changed.version)
    return answer(committed, body, status=status, version=changed.version)


def _alert(found: AlertWithPages) -> AlertView:
    contact = found.patient.emergency_contact
    return AlertView.model_validate(found.alert).model_copy(
        update={
            "pages": tuple(PageView.model_validate(page) for page in found.pages),
            "patient_name": found.patient.name,
            "patient_phone": found.patient.phone,
            "emergency_contact": EmergencyContactView.model_validate(contact) if contact else None,
        }
    )
