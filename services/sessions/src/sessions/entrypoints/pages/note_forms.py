"""The forms of a session's notes: each is one command of the API, read by the API's own body."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from careflow_service.http.dependencies import RequestBody
from careflow_service.identity import Actor, RequestKey
from careflow_service.pages.asking import Field, Kind
from sessions.application.commands.sign_note import AddToNote, SignNote
from sessions.application.commands.write_note import WRITTEN_BY, RewriteNote, WriteNote
from sessions.application.commands.write_psychotherapy_note import AddToPsychotherapyNote, WritePsychotherapyNote
from sessions.application.use_cases import Sessions
from sessions.domain.ids import NoteId, SessionId
from sessions.domain.notes import ClinicalNote
from sessions.domain.psychotherapy_notes import PsychotherapyNote
from sessions.entrypoints.http.note_routes import NewNote, NoteText
from sessions.entrypoints.http.psychotherapy_note_routes import PassageText

TEXT: Final = Field(name="text", kind=Kind.PROSE, word="note_text")


class Nothing(RequestBody):
    """What is asked by its name alone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A form as it was filled in, about a session, or a note `of` it at the version its sender saw."""

    session_id: SessionId
    of: NoteId | None
    version: int
    body: Any


@dataclass(frozen=True, slots=True)
class NoteForm:
    """`offered` says for which notes it makes sense to their reader; without it, it makes a new one. One `at_once` is a
    button.
    """

    name: str
    body: type[BaseModel]
    does: Callable[[Sessions, Asked, Actor, RequestKey], Awaitable[object]]
    fields: Callable[[Actor], Sequence[Field]] = lambda _: (TEXT,)
    offered: Callable[[Any, Actor], bool] | None = None
    suggests: Callable[[Any, Actor], Mapping[str, str]] = lambda _, __: {}
    at_once: bool = False


async def _write(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: NewNote = asked.body
    return await app.write_note(WriteNote(asked.session_id, body.kind, body.text), actor, key)


def _note(asked: Asked) -> NoteId:
    """The note that a form is about which makes no new one."""
    assert asked.of is not None
    return asked.of


async def _rewrite(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: NoteText = asked.body
    return await app.rewrite_note(RewriteNote(_note(asked), body.text, asked.version), actor, key)


async def _sign(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    return await app.sign_note(SignNote(_note(asked), asked.version), actor, key)


async def _add(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: NoteText = asked.body
    return await app.add_to_note(AddToNote(_note(asked), body.text), actor, key)


async def _keep(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: PassageText = asked.body
    return await app.write_psychotherapy_note(WritePsychotherapyNote(asked.session_id, body.text), actor, key)


async def _keep_more(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: PassageText = asked.body
    return await app.add_to_psychotherapy_note(AddToPsychotherapyNote(_note(asked), body.text), actor, key)


def _kinds(actor: Actor) -> Sequence[str]:
    """The professions the reader writes in."""
    return [kind.value for kind, roles in WRITTEN_BY.items() if actor.has(*roles)]


def _new(actor: Actor) -> Sequence[Field]:
    options = [(each, None) for each in _kinds(actor)]
    return (Field(name="kind", kind=Kind.CHOICE, options=options, word="note_kind"), TEXT)


def _only_kind(_: None, actor: Actor) -> Mapping[str, str]:
    """Whoever writes in one profession is not asked which."""
    kinds = _kinds(actor)
    return {"kind": kinds[0]} if len(kinds) == 1 else {}


def _own_draft(note: ClinicalNote, actor: Actor) -> bool:
    return note.signed_at is None and note.author == actor.id


def _always(_: PsychotherapyNote, __: Actor) -> bool:
    return True


NOTE_FORMS: Final = (
    NoteForm("write", NewNote, _write, _new, suggests=_only_kind),
    NoteForm("sign", Nothing, _sign, lambda _: (), _own_draft, at_once=True),
    NoteForm("rewrite", NoteText, _rewrite, offered=_own_draft, suggests=lambda note, _: {"text": note.text}),
    NoteForm("add", NoteText, _add, offered=lambda note, _: note.signed_at is not None),
)
"""Of clinical notes, in the order in which they stand beside one."""
OWN_FORMS: Final = (
    NoteForm("write", PassageText, _keep),
    NoteForm("add", PassageText, _keep_more, offered=_always),
)
"""Of psychotherapy notes."""
