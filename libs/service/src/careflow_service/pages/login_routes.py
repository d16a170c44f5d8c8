"""The way in for staff: to the clinic's identity provider and back, and out again.

The same pages in every service that has pages for staff. In development, where there is no provider, whoever has a
token logs in with it.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.responses import RedirectResponse

from careflow_service.http.authentication import Verifier
from careflow_service.identity import Actor
from careflow_service.pages import PREFIX
from careflow_service.pages.code_flow import CodeFlow
from careflow_service.pages.forms import Submitted
from careflow_service.pages.logins import Begun, Logins
from careflow_service.pages.site import Pages, Site
from careflow_service.tokens import TokenRefused

_A_PAGE: Final = re.compile(r"[a-z][a-z0-9-]*(/[a-z0-9-]+)*(\?[A-Za-z0-9_=&%.+-]*)?")
"""Addresses beneath the pages' own root: nobody is led anywhere else from here."""
_LONGEST_PAGE: Final = 1_000
"""Characters of such an address: it is kept in a cookie, and browsers keep none of more than 4,096 bytes."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """What logging in is done with: `code_flow` at the provider, or in development `by_token`, or nothing at all."""

    logins: Logins
    verifier: Verifier
    code_flow: CodeFlow | None
    by_token: bool


async def way_in_of(request: Request) -> WayIn:
    """The way in of the service that this process answers for."""
    way_in: WayIn = request.app.state.way_in
    return way_in


In = Annotated[WayIn, Depends(way_in_of)]

router = APIRouter(prefix=PREFIX.rstrip("/"), include_in_schema=False)


@router.get("/login")
async def log_in(request: Request, pages: Pages, way_in: In, to: str = "") -> Response:
    """To the provider, which asks who it is unless they were here a moment ago."""
    if way_in.code_flow is None:
        return _ask(request, pages, way_in, to)
    address, begun = await way_in.code_flow.begin(_page(to), seen=way_in.logins.seen(request.scope))
    answer = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
    way_in.logins.begin(answer, request.scope, begun)
    return answer


@router.post("/login")
async def log_in_by_token(request: Request, pages: Pages, way_in: In, form: Submitted) -> Response:
    """In development: whoever has a token is who it says."""
    if not way_in.by_token:
        return _ask(request, pages, way_in, form["to"])
    try:
        actor = await way_in.verifier.verify(form["token"])
    except TokenRefused:
        return _ask(request, pages, way_in, form["to"], refused=True)
    return _let_in(request, pages, way_in, actor, form["to"])


@router.get("/logged-in")
async def come_back(request: Request, pages: Pages, way_in: In, code: str = "", state: str = "") -> Response:
    """Whom the provider sends back."""
    begun = way_in.logins.begun(request.scope, state)
    if way_in.code_flow is None or begun is None:
        return pages.show(request.scope, "not_logged_in.html", status=400, once=True, to="")
    try:
        actor = await way_in.verifier.verify(await way_in.code_flow.finish(code, begun))
    except TokenRefused:
        answer = pages.show(request.scope, "not_logged_in.html", status=403, once=True, to=begun.to)
    else:
        answer = _let_in(request, pages, way_in, actor, begun.to, begun)
    way_in.logins.end(answer, request.scope, begun)
    return answer


@router.post("/logout")
async def log_out(request: Request, pages: Pages, way_in: In) -> Response:
    """Out of these pages; whoever logs in next is asked anew who they are."""
    answer = pages.show(request.scope, "logged_out.html")
    way_in.logins.let_out(answer, request.scope)
    return answer


def _ask(request: Request, pages: Site, way_in: WayIn, to: str, *, refused: bool = False) -> Response:
    if not way_in.by_token:
        return pages.show(request.scope, "no_login.html", status=404)
    faults = {"token": "refused"} if refused else {}
    return pages.show(request.scope, "token.html", status=422 if refused else 200, to=_page(to), faults=faults)


def _let_in(
    request: Request, pages: Site, way_in: WayIn, actor: Actor, to: str, begun: Begun | None = None
) -> Response:
    """A page that goes on by itself: to a page that another site led to, a browser sends no cookie."""
    answer = pages.show(request.scope, "logged_in.html", once=True, to=_page(to))
    way_in.logins.let_in(answer, request.scope, actor, begun)
    return answer


def _page(to: str) -> str:
    """The page somebody wanted, if it is one of ours; else none."""
    return to if len(to) <= _LONGEST_PAGE and _A_PAGE.fullmatch(to) else ""
