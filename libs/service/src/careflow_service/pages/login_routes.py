"""The way in for staff: to the clinic's identity provider and back, and out again.

The same pages in every service that has pages for staff. In development, where there is no provider, whoever has a
token logs in with it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.responses import RedirectResponse

from careflow_service.http.authentication import Verifier
from careflow_service.identity import Actor
from careflow_service.pages import PREFIX
from careflow_service.pages.code_flow import BESIDE, CodeFlow
from careflow_service.pages.forms import Submitted
from careflow_service.pages.id_tokens import name_in
from careflow_service.pages.logins import Begun, Logins
from careflow_service.pages.site import Pages, Site
from careflow_service.pages.ways import START
from careflow_service.tokens import TokenRefused

_A_PAGE: Final = re.compile(r"[a-z][a-z0-9-]*(/[a-z0-9-]+)*(\?[A-Za-z0-9_=&%.+-]*)?")
"""Addresses beneath the pages' own root: nobody is led anywhere else from here."""
_LONGEST_PAGE: Final = 1_000
"""Characters of such an address: it is kept in a cookie, and browsers keep none of more than 4,096 bytes."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """What logging in is done with: `code_flow` at the provider, or in development `by_token`, or nothing at all.
    `came_in` is told of everybody it lets in, with what the provider calls them.
    """

    logins: Logins
    came_in: Callable[[Actor, str | None], Awaitable[None]]
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
    return await to_provider(request, way_in, way_in.code_flow, to)


@router.post("/login")
async def log_in_by_token(request: Request, pages: Pages, way_in: In, form: Submitted) -> Response:
    """In development: whoever has a token is who it says."""
    if not way_in.by_token:
        return _ask(request, pages, way_in, form["to"])
    try:
        actor = await way_in.verifier.verify(form["token"])
    except TokenRefused:
        return _ask(request, pages, way_in, form["to"], refused=True)
    await way_in.came_in(actor, name_in(form["token"]))
    return _let_in(request, pages, way_in, actor, form["to"])


@router.get("/logged-in")
async def come_back(request: Request, pages: Pages, way_in: In, code: str = "", state: str = "") -> Response:
    """Whom the provider sends back."""
    begun = way_in.logins.begun(request.scope, state)
    if way_in.code_flow is None or begun is None:
        if state.startswith(BESIDE):
            return no_colleague(request, pages, "late", status=400)
        return pages.show(request.scope, "not_logged_in.html", status=400, once=True, to="")
    try:
        told = await way_in.code_flow.finish(code, begun)
        actor = await way_in.verifier.verify(told.token)
    except TokenRefused:
        if begun.beside is not None:
            answer = no_colleague(request, pages, "refused", to=begun.to)
        else:
            answer = pages.show(request.scope, "not_logged_in.html", status=403, once=True, to=begun.to)
    else:
        await way_in.came_in(actor, told.name)
        answer = await _came_back(request, pages, way_in, actor, begun)
    way_in.logins.end(answer, request.scope, begun)
    return answer


async def _came_back(request: Request, pages: Site, way_in: WayIn, actor: Actor, begun: Begun) -> Response:
    if begun.beside is not None:
        return let_stand_by(request, pages, way_in, actor, begun)
    if begun.who is not None and begun.who != actor.id:
        # A colleague was here meanwhile, whom the provider remembers now: nobody goes on as somebody else.
        answer = RedirectResponse(f"login?{urlencode({'to': begun.to})}", 303, headers={"Cache-Control": "no-store"})
        await way_in.logins.let_out(answer, request.scope)
        return answer
    return _let_in(request, pages, way_in, actor, begun.to, begun)


@router.post("/logout")
async def log_out(request: Request, pages: Pages, way_in: In) -> Response:
    """Out of these pages; whoever logs in next is asked anew who they are."""
    answer = pages.show(request.scope, "logged_out.html")
    await way_in.logins.let_out(answer, request.scope)
    way_in.logins.stand_down(answer, request.scope)
    return answer


async def to_provider(
    request: Request, way_in: WayIn, code_flow: CodeFlow, to: str, *, beside: str | None = None
) -> Response:
    """There, and with what is to be brought back: somebody who logs in, or a colleague `beside` who is."""
    address, begun = await code_flow.begin(page_of(to), here=await way_in.logins.here(request.scope), beside=beside)
    answer = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
    way_in.logins.begin(answer, request.scope, begun)
    return answer


def let_stand_by(request: Request, pages: Site, way_in: WayIn, colleague: Actor, begun: Begun) -> Response:
    """Back to whose device it is, with the colleague beside them; nobody is their own."""
    if colleague.id == begun.beside:
        return no_colleague(request, pages, "yourself", to=begun.to)
    answer = pages.show(request.scope, "colleague_here.html", once=True, to=page_of(begun.to))
    way_in.logins.stand_by(answer, request.scope, colleague, begun)
    return answer


def no_colleague(request: Request, pages: Site, why: str, *, status: int = 403, to: str = "") -> Response:
    """Nobody stands by; whoever works there is logged in as before."""
    return pages.show(request.scope, "no_colleague.html", status=status, once=True, why=why, to=page_of(to))


def _ask(request: Request, pages: Site, way_in: WayIn, to: str, *, refused: bool = False) -> Response:
    if not way_in.by_token:
        return pages.show(request.scope, "no_login.html", status=404)
    faults = {"token": "refused"} if refused else {}
    return ask_token(request, pages, to, faults)


def ask_token(request: Request, pages: Site, to: str, faults: Mapping[str, str], *, of: str = "login") -> Response:
    """In development: whose token it is, of who logs in or of their `colleague`."""
    status = 422 if faults else 200
    return pages.show(request.scope, "token.html", status=status, to=page_of(to), faults=faults, of=of)


def _let_in(
    request: Request, pages: Site, way_in: WayIn, actor: Actor, to: str, begun: Begun | None = None
) -> Response:
    """A page that goes on by itself: to a page that another site led to, a browser sends no cookie."""
    answer = pages.show(request.scope, "logged_in.html", once=True, to=page_of(to) or START)
    way_in.logins.let_in(answer, request.scope, actor, begun)
    return answer


def page_of(to: str) -> str:
    """The page somebody wanted, if it is one of ours; else none."""
    return to if len(to) <= _LONGEST_PAGE and _A_PAGE.fullmatch(to) else ""
