"""What was given outside the gate or outside its order and waits for a review, for who reviews it: each with what stood
against it, the most urgent first. The review itself is a form of the bedside.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.pages.site import Pages
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.http.schemas import App
from sessions.entrypoints.pages.medicine_forms import UNITS

router = APIRouter(prefix="/pages/bedside", include_in_schema=False)

SESSIONS_ON_A_PAGE: Final = 25
_REVIEW: Final = ACCESS["POST /pages/bedside/{session_id}/review-dose"]


@router.get("/reviews")
async def dose_reviews(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    after: PageCursor = None,
    after_medicine: PageCursor = None,
) -> Response:
    """Page by page; whoever gave a dose or wrote it down is told that somebody else reviews it."""
    seen = await app.read_dose_reviews(actor, limit=SESSIONS_ON_A_PAGE, after=after, after_medicine=after_medicine)
    return pages.show(
        request.scope,
        "dose_reviews.html",
        seen=seen,
        after=after or after_medicine,
        units=UNITS,
        reviews=_REVIEW.admits(actor, {}),
        zone=pages.zone,
    )
