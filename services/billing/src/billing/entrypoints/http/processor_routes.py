"""What the card processor tells by itself: signed, so it needs no login; answered once it is kept, so that it tells it
again otherwise.
"""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from billing.entrypoints.http.schemas import App
from careflow_domain.errors import not_found
from careflow_service.http.dependencies import CurrentActor, Repeatable, represent

router = APIRouter(prefix="/v1/public/processor-events", tags=["payment links"])

BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "title": "ProcessorEvent"}}},
    }
}


class HeardView(BaseModel):
    """`changed` is whether it was news, and about a payment of this clinic."""

    changed: bool


@router.post("", response_model=HeardView, openapi_extra=BODY)
async def hear_processor(request: Request, app: App, actor: CurrentActor, _: Repeatable) -> Response:
    """The processor tells something, signed in `Stripe-Signature`. No route tells it where that changed anything."""
    processor = app.ports.processor
    if processor is None:
        raise not_found("card_processor")
    news = processor.told(await request.body(), request.headers.get("stripe-signature"))
    heard = news is not None and (await app.hear_processor(news, actor)).value.changed
    return represent(HeardView(changed=heard))
