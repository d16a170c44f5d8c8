"""What patients are shown where there is nothing to do for them any more, and their own intake for as long as there is.

Invariant: whoever takes `Mine` came in by a link that still counts, and has a case that takes something.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from careflow_service.http.dependencies import CurrentActor
from careflow_service.pages.coming_in import still_there
from careflow_service.pages.site import site_of
from screening.application.queries.read_intake import IntakeSeen
from screening.entrypoints.http.schemas import App


class Over(Exception):
    """There is nothing to do here any more."""


class OverRoute(APIRoute):
    """A page of a patient's own, which says so where it is over."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_or_say(request: Request) -> Response:
            try:
                return await handle(request)
            except Over:
                return (await site_of(request)).show(request.scope, "over.html", status=410)

        return handle_or_say


async def own_intake(request: Request, app: App, actor: CurrentActor) -> IntakeSeen:
    """What the patient has told so far. Raises `Over` and the problem `unauthenticated`."""
    await still_there(request, app)
    intake = await app.read_intake(actor)
    if intake is None:
        raise Over
    return intake


Mine = Annotated[IntakeSeen, Depends(own_intake)]
