"""The way to a patient's questions: a link, and something they know."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.http.fields import Day
from careflow_service.pages.forms import Form, Submitted
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.pages.sittings import seat
from screening.application.commands.open_link import OpenLink
from screening.entrypoints.http.schemas import App

router = APIRouter(prefix="/pages/questions", include_in_schema=False)

NONE: Final[Mapping[str, str]] = {}


class Born(RequestBody):
    birth_date: Day


@router.get("/{token}")
async def ask_who(request: Request, pages: Pages, app: App, token: str) -> Response:
    """Whose link it is: asked of whoever has it."""
    if await app.sitting_down.way_in(token) is None:
        return pages.show(request.scope, "no_way_in.html", status=404)
    return _ask_who(request, pages, Form({}), NONE)


@router.post("/{token}")
async def come_in(
    request: Request, pages: Pages, app: App, actor: CurrentActor, token: str, form: Submitted
) -> Response:
    """Let in who knows the birth date."""
    link_id = await app.sitting_down.way_in(token)
    if link_id is None:
        return pages.show(request.scope, "no_way_in.html", status=404)
    born, faults = form.with_day("birth_date").read(Born)
    if born is None:
        return _ask_who(request, pages, form, faults)
    opened_at = (await app.open_link(OpenLink(link_id, born.birth_date), actor)).value.opened_at
    if opened_at is None:
        return _ask_who(request, pages, form, {"birth_date": "not_the_one"})
    answer = go_on(request, "../questions")
    lasts = app.ports.policy.answer_links.heard_for.length
    seat(answer, request.scope, app.sitting_down.seat(link_id, opened_at), lasts=lasts)
    return answer


def _ask_who(request: Request, pages: Site, form: Form, faults: Mapping[str, str]) -> Response:
    status = 422 if faults else 200
    typed = form.parted("birth_date")
    return pages.show(request.scope, "who.html", status=status, typed=typed, faults=faults)
