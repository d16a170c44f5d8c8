"""The waitlist over HTTP. What is offered is a held time: it is accepted and declined as any other."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from booking.application.commands.leave_waitlist import LeaveWaitlist
from booking.domain.ids import PatientId, WaitlistEntryId
from booking.entrypoints.http.schemas import App, SavedView, saved
from booking.entrypoints.http.waitlist_schemas import OfferCallBody, WaitlistBody, WaitlistEntryView
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    represent,
)

router = APIRouter(prefix="/v1/waitlist")


@router.post("", status_code=201, response_model=SavedView)
async def join_waitlist(body: WaitlistBody, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Wait for a kind of visit; once for each kind."""
    done = await app.join_waitlist(body.command(), actor, request)
    return saved(done, status=201)


@router.get("", response_model=Page[WaitlistEntryView])
async def list_waitlist(
    app: App,
    actor: CurrentActor,
    patient_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """Who waits and what they are offered, who has waited longest first; or what one patient waits for."""
    found = await app.read_waitlist(PatientId(patient_id) if patient_id else None, actor, limit, after)
    items = [WaitlistEntryView.of(each) for each in found.items]
    return represent(Page[WaitlistEntryView](items=items, next=found.next))


@router.post("/{entry_id}/leave", response_model=SavedView)
async def leave_waitlist(
    entry_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Wait no longer."""
    done = await app.leave_waitlist(LeaveWaitlist(WaitlistEntryId(entry_id), version), actor, request)
    return saved(done)


@router.post("/{entry_id}/called", response_model=SavedView)
async def record_offer_call(
    entry_id: str,
    body: OfferCallBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The patient was called about an offer at short notice; whoever is not ready is passed over."""
    done = await app.record_offer_call(body.command(WaitlistEntryId(entry_id), version), actor, request)
    return saved(done)
