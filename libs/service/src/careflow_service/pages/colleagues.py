"""A colleague shows who they are at somebody else's device: for what two must have seen, and one of them holds.

The way there and back is the login's own (`login_routes.come_back`). Invariants: whoever works at the device stays
logged in and stays who they are; the colleague counts beside that person, before the one page it was asked for, for as
long as it takes to read it, and the provider has asked who they are since they were asked to come.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.responses import RedirectResponse

from careflow_service.http.dependencies import CurrentActor, Repeatable
from careflow_service.pages import PREFIX
from careflow_service.pages.forms import Submitted
from careflow_service.pages.id_tokens import name_in
from careflow_service.pages.login_routes import In, ask_token, let_stand_by, page_of, to_provider
from careflow_service.pages.logins import Begun
from careflow_service.pages.site import Pages
from careflow_service.tokens import TokenRefused

router = APIRouter(prefix=PREFIX.rstrip("/"), include_in_schema=False)


@router.get("/colleague")
async def send_colleague(request: Request, pages: Pages, way_in: In, actor: CurrentActor, to: str = "") -> Response:
    """To the provider, which asks who it is that stands there; `to` is the page they are asked about."""
    if way_in.code_flow is not None:
        return await to_provider(request, way_in, way_in.code_flow, to, beside=actor.id)
    if not way_in.by_token:
        return pages.show(request.scope, "no_login.html", status=404)
    return ask_token(request, pages, to, {}, of="colleague")


@router.post("/colleague")
async def send_colleague_by_token(
    request: Request, pages: Pages, way_in: In, actor: CurrentActor, form: Submitted, _: Repeatable
) -> Response:
    """In development: whoever has a token is who it says."""
    if not way_in.by_token:
        return pages.show(request.scope, "no_login.html", status=404)
    try:
        colleague = await way_in.verifier.verify(form["token"])
    except TokenRefused:
        return ask_token(request, pages, form["to"], {"token": "refused"}, of="colleague")
    await way_in.came_in(colleague, name_in(form["token"]))
    begun = Begun(state="", verifier="", to=page_of(form["to"]), beside=actor.id)
    return let_stand_by(request, pages, way_in, colleague, begun)


@router.get("/colleague-gone")
async def see_colleague_off(request: Request, way_in: In, _: CurrentActor, to: str = "") -> Response:
    """On to the page where whoever works at the device goes on alone."""
    answer = RedirectResponse(page_of(to) or ".", 303, headers={"Cache-Control": "no-store"})
    way_in.logins.stand_down(answer, request.scope)
    return answer
