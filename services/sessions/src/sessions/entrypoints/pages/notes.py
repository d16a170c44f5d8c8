"""Notes in a browser: a session's, a patient's session by session, and a therapist's psychotherapy notes, which stand
on pages of their own, and a list of what its reader has still to sign.

Invariant: a page shows of drafts the reader's own, and leads to psychotherapy notes whoever may keep some, whether
there are any or not.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_domain.errors import not_found
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, body_of, read
from careflow_service.pages.forms import KEY, VERSION, Form, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.queries.read_notes_page import NotesSeen, OwnNotesSeen
from sessions.application.use_cases import Sessions
from sessions.domain.ids import PatientId, SessionId
from sessions.domain.notes import ClinicalNote
from sessions.domain.psychotherapy_notes import PsychotherapyNote
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.pages.note_forms import NOTE_FORMS, OWN_FORMS, Asked, NoteForm

router = APIRouter(prefix="/pages", include_in_schema=False)

SESSIONS_ON_A_PAGE: Final = 10
NOTES_ON_A_PAGE: Final = 25
CLINICAL: Final = "notes"
OWN: Final = "psychotherapy-notes"
FORMS: Final = {CLINICAL: NOTE_FORMS, OWN: OWN_FORMS}
"""By the place of the notes beneath their session."""
OF: Final = "of"
"""Which note a form is about; empty for a new one."""
_KEEPS: Final = ACCESS["GET /pages/bedside/{session_id}/psychotherapy-notes"]

Done = Annotated[str | None, Query(max_length=20, pattern="^[a-z-]+$")]
Of = Annotated[Uuid | None, Query()]


@router.get("/bedside/unsigned-notes")
async def unsigned_notes(
    request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None
) -> Response:
    """What the reader has still to sign, of whatever session, page by page."""
    listed = await app.read_notes_page.unsigned(actor, limit=NOTES_ON_A_PAGE, after=after)
    return pages.show(request.scope, "unsigned_notes.html", listed=listed, after=after, zone=pages.zone)


@router.get("/patients/{patient_id}/notes")
async def notes_of_patient(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, before: Uuid | None = None
) -> Response:
    """Session by session, the newest first."""
    earliest = SessionId(before) if before else None
    seen = await app.read_notes_page.of_patient(PatientId(patient_id), actor, limit=SESSIONS_ON_A_PAGE, before=earliest)
    return pages.show(request.scope, "patient_notes.html", seen=seen, before=before, zone=pages.zone)


def _add_list(where: str) -> None:
    """The notes of a session that stand in this place."""

    async def notes_of_session(
        request: Request, app: App, actor: CurrentActor, pages: Pages, session_id: Uuid, done: Done = None
    ) -> Response:
        return await _show(request, app, actor, pages, where, session_id, Filled(), done)

    name = f"list_{where}"
    router.add_api_route(f"/bedside/{{session_id}}/{where}", notes_of_session, methods=["GET"], name=name)


def _add_form(where: str, form: NoteForm) -> None:
    """Its page, and where it is sent."""

    async def ask(
        request: Request, app: App, actor: CurrentActor, pages: Pages, session_id: Uuid, of: Of = None
    ) -> Response:
        seen = await _seen(app, actor, where, session_id)
        return _ask(request, actor, pages, where, form, seen, _about(form, seen, of or ""), None)

    async def do(
        request: Request,
        app: App,
        actor: CurrentActor,
        pages: Pages,
        session_id: Uuid,
        typed: Submitted,
        key: FormRequest,
    ) -> Response:
        seen = await _seen(app, actor, where, session_id)
        note = _about(form, seen, typed[OF])
        body, faults = read(form.body, body_of(form.fields(actor), typed, pages.zone, {}))
        if body is None:
            return _ask(request, actor, pages, where, form, seen, note, Filled(typed, faults))
        asked = Asked(seen.session.id, note.id if note else None, typed.version if note else 0, body)
        refused = await refusal_of(form.does(app, asked, actor, key), typed=not form.at_once)
        if refused is None:
            return go_on(request, f"../{where}", anchor="done", done=form.name)
        filled = Filled(typed, refused=refused)
        if form.at_once:
            return await _show(request, app, actor, pages, where, session_id, filled, None)
        seen = await _seen(app, actor, where, session_id)
        return _ask(request, actor, pages, where, form, seen, _about(form, seen, typed[OF]), filled)

    path = f"/bedside/{{session_id}}/{where}/{form.name}"
    if not form.at_once:
        router.add_api_route(path, ask, methods=["GET"], name=f"ask_{where}_{form.name}")
    router.add_api_route(path, do, methods=["POST"], name=f"do_{where}_{form.name}")


for each, forms in FORMS.items():
    _add_list(each)
    for one in forms:
        _add_form(each, one)


async def _seen(app: Sessions, actor: Actor, where: str, session_id: str) -> NotesSeen | OwnNotesSeen:
    reading = app.read_notes_page
    read_session = reading.own_of_session if where == OWN else reading.of_session
    return await read_session(SessionId(session_id), actor)


def _about(form: NoteForm, seen: NotesSeen | OwnNotesSeen, of: str) -> ClinicalNote | PsychotherapyNote | None:
    """The note a form is about; None for a new one. Raises the refusal `note_not_found`."""
    if form.offered is None:
        return None
    found = next((each for each in seen.notes if each.id == of), None)
    if found is None:
        raise not_found("note")
    return found


async def _show(
    request: Request,
    app: Sessions,
    actor: Actor,
    pages: Site,
    where: str,
    session_id: str,
    filled: Filled,
    done: str | None,
) -> Response:
    seen = await _seen(app, actor, where, session_id)
    beside = [form for form in FORMS[where] if form.offered is not None]
    offered = {each.id: [form for form in beside if form.offered and form.offered(each, actor)] for each in seen.notes}
    return pages.show(
        request.scope,
        "own_notes.html" if where == OWN else "notes.html",
        status=filled.status,
        keeps=_KEEPS.admits(actor, {}),
        offered=offered,
        key=new_id,
        done=done,
        **_shown(pages, where, seen, filled),
    )


def _ask(
    request: Request,
    actor: Actor,
    pages: Site,
    where: str,
    form: NoteForm,
    seen: NotesSeen | OwnNotesSeen,
    note: ClinicalNote | PsychotherapyNote | None,
    filled: Filled | None,
) -> Response:
    """The form, filled in as it was or is suggested, with what its note says now."""
    fields, filled = form.fields(actor), filled or Filled(Form(form.suggests(note, actor)))
    asked = pages.words(request.scope).groups["asked"]
    about = {} if note is None else {OF: note.id, VERSION: str(note.version)}
    return pages.show(
        request.scope,
        "note_form.html",
        status=filled.status,
        form=form,
        fields=fields,
        note=note,
        labels={each.name: asked[each.named] for each in fields},
        typed=filled.typed,
        faults=filled.faults,
        kept={**about, KEY: new_id()},
        **_shown(pages, where, seen, filled),
    )


def _shown(pages: Site, where: str, seen: NotesSeen | OwnNotesSeen, filled: Filled) -> dict[str, Any]:
    return {
        "seen": seen,
        "session": seen.session,
        "where": where,
        "apart": where == OWN,
        "refused": filled.refused,
        "zone": pages.zone,
    }
