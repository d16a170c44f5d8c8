"""A line of the drug log is witnessed at the tablet of whoever entered it, by a colleague's own login.

Invariant: the colleague showed who they are for this one line, a moment ago, beside the person who is logged in there;
what they confirm is the API's own command, in their name and their roles. Whoever is logged in stays so.
"""

from decimal import Decimal
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.forms import KEY, FormRequest, Submitted, request_of
from careflow_service.pages.login_routes import In
from careflow_service.pages.logins import BESIDE_FOR
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.commands.witness_entry import WitnessEntry
from sessions.application.use_cases import Sessions
from sessions.domain.ids import ContainerId, EntryId, SessionId
from sessions.entrypoints.http.access import API
from sessions.entrypoints.http.schemas import App, Uuid

router = APIRouter(prefix="/pages/bedside/{session_id}/witness", include_in_schema=False)

_ROW: Final = "POST /v1/drug-log/containers/{container_id}/entries/{entry_id}/witness"
_NOBODY: Final = Refused("colleague_gone", 409)
_NOT_THEIRS: Final = Refused("colleague_may_not", 403)
SEEN: Final = "yes"
TWO_PLACES: Final = Decimal("0.01")
"""As finely as a syringe is read, in mL."""


@router.get("/{container_id}/{entry_id}")
async def ask_witness(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    way_in: In,
    session_id: Uuid,
    container_id: Uuid,
    entry_id: Uuid,
) -> Response:
    """The line as it is, for whoever stands before it."""
    command = WitnessEntry(ContainerId(container_id), EntryId(entry_id))
    colleague = way_in.logins.standing_by(request.scope, actor)
    refused = _NOT_THEIRS if colleague is not None and not _may(colleague) else None
    return await _show(request, app, actor, pages, SessionId(session_id), command, colleague, refused)


@router.post("/{container_id}/{entry_id}")
async def witness_here(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    way_in: In,
    session_id: Uuid,
    container_id: Uuid,
    entry_id: Uuid,
    form: Submitted,
    _: FormRequest,
) -> Response:
    """What the colleague says: that they saw it, or not."""
    command = WitnessEntry(ContainerId(container_id), EntryId(entry_id))
    back = f"bedside?session={session_id}"
    if form["seen"] != SEEN:
        return go_on(request, "../../../../colleague-gone", to=back)
    colleague = way_in.logins.standing_by(request.scope, actor)
    refused: Refused | None = _NOBODY
    if colleague is not None:
        refused = _NOT_THEIRS
        if _may(colleague):
            witness = colleague.within(API[_ROW].open_to)
            key = await request_of(request, witness)
            refused = await refusal_of(app.witness_entry(command, witness, key), typed=True)
    if refused is None:
        return go_on(request, "../../../../colleague-gone", anchor="done", to=f"{back}&done=witness")
    return await _show(request, app, actor, pages, SessionId(session_id), command, colleague, refused)


def _may(colleague: Actor) -> bool:
    return API[_ROW].admits(colleague, {})


async def _show(
    request: Request,
    app: Sessions,
    actor: Actor,
    pages: Site,
    session_id: SessionId,
    command: WitnessEntry,
    colleague: Actor | None,
    refused: Refused | None,
) -> Response:
    line = await app.read_bedside.line(session_id, command.container_id, command.entry_id, actor)
    if colleague is not None and refused is None:
        # They read it too.
        await app.read_bedside.line(session_id, command.container_id, command.entry_id, colleague)
    return pages.show(
        request.scope,
        "witness.html",
        status=refused.status if refused else 200,
        session_id=session_id,
        line=line,
        zone=pages.zone,
        page=f"bedside/{session_id}/witness/{command.container_id}/{command.entry_id}",
        colleague_id=colleague.id if colleague else None,
        refused=refused,
        minutes=int(BESIDE_FOR.total_seconds()) // 60,
        two_places=TWO_PLACES,
        kept={KEY: new_id(), "seen": SEEN},
    )
