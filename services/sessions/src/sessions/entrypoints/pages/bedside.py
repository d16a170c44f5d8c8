"""The bedside: who comes today, one session with everything a dose rests on, and the forms by which the team works.

Invariant: a form is refused by the same rules as the API's command, says so in a sentence where it was filled in, and
keeps what was typed; a page shows a gate and decides nothing by it.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor
from careflow_service.http.live import Live, LiveViews, Sent, live_views
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Filled, Kind, body_of, read
from careflow_service.pages.forms import KEY, VERSION, Form, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Script, Site, go_on
from careflow_service.pages.words import Words
from careflow_service.work import side_by_side
from sessions.application.queries.read_bedside import Bedside
from sessions.application.queries.read_notes_page import UnsignedNote
from sessions.application.use_cases import Sessions
from sessions.domain.ids import LocationId, SessionId
from sessions.domain.rems_report import has_rems_form
from sessions.domain.returns import has_left_early
from sessions.domain.watch import watched_until
from sessions.entrypoints.http.access import ACCESS, DISCLOSERS, OF_LOG
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.pages.bedside_commands import Asked
from sessions.entrypoints.pages.bedside_form import BedsideForm
from sessions.entrypoints.pages.bedside_forms import FORMS
from sessions.entrypoints.pages.bedside_parts import ASIDE, in_parts
from sessions.entrypoints.pages.chart import chart, rows
from sessions.entrypoints.pages.found import corrected_checks, gate_lines
from sessions.entrypoints.pages.medicine_forms import UNITS

router = APIRouter(prefix="/pages/bedside", include_in_schema=False)

UNSIGNED_ON_THE_DAY: Final = 5
"""Notes of the reader that stand there; all of them have a page of theirs."""
_DRUG_LOG: Final = ACCESS["GET /v1/drug-log/containers"]
_NOTES: Final = ACCESS["GET /pages/bedside/{session_id}/notes"]
_REMS: Final = ACCESS["GET /pages/rems-forms/{session_id}"]
_WITNESS: Final = "GET /pages/bedside/{session_id}/witness/{container_id}/{entry_id}"

Done = Annotated[str | None, Query(max_length=40, pattern="^[a-z-]+$")]


@router.get("")
async def bedside(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    live: Live,
    session: Uuid | None = None,
    location: Uuid | None = None,
    done: Done = None,
) -> Response:
    """One session, or without one those of today."""
    if session is not None:
        return await _session(request, app, actor, pages, live, session, done=done)
    where = LocationId(location) if location else None
    today, unsigned = await side_by_side(app.read_bedside.today(actor, where), _unsigned(app, actor))
    return pages.show(
        request.scope,
        "today.html",
        today=today,
        unsigned=unsigned,
        zone=pages.zone,
        location=location,
        drug_log=actor.has(*OF_LOG),
        records=actor.has(*DISCLOSERS),
        notes=_NOTES.admits(actor, {}),
        rems=_REMS.admits(actor, {}),
    )


async def _unsigned(app: Sessions, actor: Actor) -> Sequence[UnsignedNote]:
    """The oldest notes that the reader has still to sign, where they write any."""
    if not _NOTES.admits(actor, {}):
        return ()
    return (await app.read_notes_page.unsigned(actor, limit=UNSIGNED_ON_THE_DAY)).items


@router.get("/now")
async def bedside_now(
    request: Request, app: App, actor: CurrentActor, pages: Pages, live: Live, session: Uuid
) -> Response:
    """What changes on the page of a session, for the page itself to put in place."""
    mark = await _mark(app, live, session)
    seen = await _seen(app, actor, session)
    return pages.show(request.scope, "parts.html", once=True, mark=mark, **_shown(request, app, seen, actor, pages))


@router.get("/live")
async def bedside_live(request: Request, app: App, actor: CurrentActor, live: Live, session: Uuid) -> Response:
    """Says that something on the page of a session has changed, and nothing else about it."""
    session_id = SessionId(session)
    await app.follow_session.session(session_id, actor)

    async def news() -> Sequence[Sent]:
        mark = await _mark(app, live, session)
        return [Sent("changed", mark, mark)]

    return await live.follow(request, await app.read_bedside.owners(session_id), news)


def _add(form: BedsideForm) -> None:
    """Its page, and where it is sent."""

    async def ask(request: Request, app: App, actor: CurrentActor, pages: Pages, session_id: Uuid) -> Response:
        return await _ask(request, app, actor, pages, form, session_id)

    async def do(
        request: Request,
        app: App,
        actor: CurrentActor,
        pages: Pages,
        session_id: Uuid,
        typed: Submitted,
        key: FormRequest,
    ) -> Response:
        seen = await _seen(app, actor, session_id)
        fields = form.fields(seen, actor)
        given = body_of(fields, typed, pages.zone, form.also(seen), names=pages.names, now=pages.clock())
        body, faults = read(form.body, given, fields)
        version = typed.version
        if body is None:
            filled = Filled(typed, faults)
            return await _ask(request, app, actor, pages, form, session_id, filled)
        done = form.does(app, Asked(SessionId(session_id), body, version), actor, key)
        if refused := await refusal_of(done, typed=True):
            filled = Filled(typed, refused=refused)
            return await _ask(request, app, actor, pages, form, session_id, filled)
        return go_on(request, "../../bedside", anchor="done", session=session_id, done=form.name)

    router.add_api_route(f"/{{session_id}}/{form.name}", ask, methods=["GET"], name=f"ask_{form.name}")
    router.add_api_route(f"/{{session_id}}/{form.name}", do, methods=["POST"], name=f"do_{form.name}")


for each in FORMS:
    _add(each)


async def _mark(app: Sessions, live: LiveViews, session_id: str) -> str:
    """How often what is seen beside a session was written to; taken before it is read."""
    versions = await live.changes.versions(await app.read_bedside.owners(SessionId(session_id)))
    return str(sum(versions.values()))


async def _seen(app: Sessions, actor: Actor, session_id: str) -> Bedside:
    return await app.read_bedside.beside(SessionId(session_id), actor, drug_log=_DRUG_LOG.admits(actor, {}))


async def _session(
    request: Request,
    app: App,
    actor: Actor,
    pages: Site,
    live: LiveViews,
    session_id: str,
    *,
    done: str | None = None,
    filled: Filled | None = None,
) -> Response:
    mark = await _mark(app, live, session_id)
    seen = await _seen(app, actor, session_id)
    filled = filled or Filled()
    shown = _shown(request, app, seen, actor, pages)
    return pages.show(
        request.scope,
        "bedside.html",
        status=filled.status,
        runs=(Script.LIVE,),
        mark=mark,
        done=done,
        refused=filled.refused,
        **shown,
    )


async def _ask(
    request: Request,
    app: App,
    actor: Actor,
    pages: Site,
    form: BedsideForm,
    session_id: str,
    filled: Filled | None = None,
) -> Response:
    """The form, filled in as it was or is suggested, with the session as it is now; a button's refusal is told beside
    it.
    """
    if form.at_once:
        return await _session(request, app, actor, pages, await live_views(request), session_id, filled=filled)
    seen = await _seen(app, actor, session_id)
    shown = _shown(request, app, seen, actor, pages)
    fields, filled = form.fields(seen, actor), filled or Filled(Form(form.suggests(seen, actor)))
    return pages.show(
        request.scope,
        "bedside_form.html",
        status=filled.status,
        **shown,
        form=form,
        fields=fields,
        closed=form.closed(seen, actor),
        labels=_labels(fields, pages.words(request.scope)),
        typed=filled.typed,
        faults=_by_field(filled.faults, fields),
        refused=filled.refused,
    )


def _labels(fields: Sequence[Field], words: Words) -> dict[str, str]:
    """What stands above each field; above a reason, what it is for."""
    asked, gate, criteria = (words.groups[name] for name in ("asked", "gate", "criteria"))
    of_reason = {"overrides": gate, "exceptions": criteria}
    return {
        each.name: of_reason[each.name.partition(".")[0]][each.named]
        if each.kind is Kind.REASONS
        else asked[each.named]
        for each in fields
    }


def _by_field(faults: Mapping[str, str], fields: Sequence[Field]) -> dict[str, str]:
    """What is one field on the page and two in the body is faulty as one."""
    parted = {name: each.name for each in fields for name in each.parts}
    return {parted.get(name, name): code for name, code in faults.items()}


def _shown(request: Request, app: Sessions, seen: Bedside, actor: Actor, pages: Site) -> dict[str, Any]:
    words = pages.words(request.scope)
    write = pages.writing(words)
    lines = () if seen.gate is None else gate_lines(seen.gate, seen.session, words, write, pages.zone)
    mine = [each for each in FORMS if each.offered(seen) and each.to(seen, actor) and _may(each, actor)]
    return {
        "seen": seen,
        "session": seen.session,
        "gone": has_left_early(seen.session),
        "watched_until": watched_until(seen.session, app.ports.policy, now=seen.as_of),
        "zone": pages.zone,
        "lines": lines,
        "corrected": corrected_checks(seen.session, words, write, pages.zone),
        "rows": rows(seen.session, app.ports.policy),
        "units": UNITS,
        "chart": chart(seen.session, seen.medication, app.ports.policy, now=seen.as_of),
        "offered": in_parts(mine, seen.session),
        "aside": ASIDE,
        "witnessing": ACCESS[_WITNESS].admits(actor, {}),
        "notes": _NOTES.admits(actor, {}),
        "rems_form": has_rems_form(seen.session, app.ports.policy) and _REMS.admits(actor, {}),
        "reader": actor.id,
        "kept": {VERSION: str(seen.session.version), KEY: new_id()},
        "key": new_id,
    }


def _may(form: BedsideForm, actor: Actor) -> bool:
    """Whether the door lets this reader send it."""
    return ACCESS[f"POST /pages/bedside/{{session_id}}/{form.name}"].admits(actor, {})
