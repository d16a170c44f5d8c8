"""No more messages, for whoever was sent one: the link in it, a button, done.

Opening the link changes nothing, for programs open links too; pressing the button does, once.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from booking.entrypoints.http.schemas import App
from careflow_domain.errors import DomainError
from careflow_service.http.dependencies import CurrentActor
from careflow_service.ids import new_id
from careflow_service.pages.forms import KEY, FormRequest
from careflow_service.pages.site import Pages

router = APIRouter(prefix="/pages/messages", include_in_schema=False)

Secret = Annotated[str, Path(max_length=128)]


@router.get("/{secret}")
async def ask_to_stop(request: Request, pages: Pages, app: App, secret: Secret) -> Response:
    """What pressing the button does."""
    try:
        channel = await app.read_messages.by_link(secret)
    except DomainError:
        return pages.show(request.scope, "link_over.html", status=404)
    return pages.show(request.scope, "stop.html", channel=channel.value, kept={KEY: new_id()})


@router.post("/{secret}")
async def stop(
    request: Request, pages: Pages, app: App, actor: CurrentActor, secret: Secret, key: FormRequest
) -> Response:
    """No more of these. Pressed twice it is once."""
    try:
        await app.stop_messages(secret, actor, key)
    except DomainError as refused:
        if refused.code != "message_not_found":
            raise
        return pages.show(request.scope, "link_over.html", status=404)
    return pages.show(request.scope, "stopped.html")
