"""Inquiries for those who see to them, over HTTP: the closed ones, one of them, and what was closed by mistake."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from booking.application.commands.reopen_inquiry import ReopenInquiry
from booking.domain.ids import InquiryId
from booking.domain.inquiries import InquiryOutcome
from booking.entrypoints.http.desk_inquiry_schemas import ClosedInquiryView, DeskInquiryView
from booking.entrypoints.http.schemas import App, SavedView, saved
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    represent,
)
from careflow_service.http.fields import Day

router = APIRouter(prefix="/v1/inquiries")


@router.get("/closed", response_model=Page[ClosedInquiryView])
async def list_closed_inquiries(
    app: App,
    actor: CurrentActor,
    day: Annotated[Day | None, Query(description="The date of the clinic on which they were closed.")] = None,
    outcome: InquiryOutcome | None = None,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """Those that are closed, the newest first: when, by whom, and what came of them."""
    found = await app.read_inquiries.closed(actor, limit, after, day=day, outcome=outcome)
    items = [ClosedInquiryView.of(each) for each in found.items]
    return represent(Page[ClosedInquiryView](items=items, next=found.next))


@router.get("/{inquiry_id}", response_model=DeskInquiryView)
async def read_inquiry(inquiry_id: str, app: App, actor: CurrentActor) -> Response:
    """One inquiry as it stands; nothing of the person once it was erased."""
    inquiry = await app.read_inquiries.one(InquiryId(inquiry_id), actor)
    told = (await app.read_inquiries.told(inquiry)).get(inquiry.id, ())
    return represent(DeskInquiryView.of(inquiry, told), version=inquiry.version)


@router.post("/{inquiry_id}/reopen", response_model=SavedView)
async def reopen_inquiry(
    inquiry_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """It was closed by mistake: it stands as it did before."""
    return saved(await app.reopen_inquiry(ReopenInquiry(InquiryId(inquiry_id), version), actor, request))
