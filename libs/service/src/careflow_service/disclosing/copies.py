"""A record as a copy to hand out: JSON for machines, plain text for people. Both are written piece by piece."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from careflow_service.disclosing.reading import Record
from careflow_service.disclosing.records import ShareOfRecord
from careflow_service.typed import adapter_of

_OUR_OWN: Final = {"facts", "version"}
_STEP: Final = "  "


class CopyFormat(StrEnum):
    JSON = "json"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Format:
    """How a copy of what a service holds begins, what one piece is in it, and how it ends after so many."""

    media_type: str
    suffix: str
    begin: Callable[[str, dict[str, Any]], str]
    piece: Callable[[int, str, dict[str, Any]], str]
    end: Callable[[int], str]


async def written(chosen: Format, record: Record, share: ShareOfRecord) -> AsyncIterator[str]:
    """The whole copy, in pieces. It ends by saying how many there are, so that a part of it shows as one."""
    made = record.disclosure
    head = {
        "patient_id": made.patient_id,
        "part": made.part.value,
        "as_of": record.as_of.isoformat(),
        "disclosure_id": made.id,
        "recipient": made.recipient,
        "notice": record.notice,
        # The scope of the consent goes with what is disclosed on it (42 CFR 2.32(b)).
        **({"consent": record.consent.scope_in_words()} if record.consent else {}),
    }
    count = 0
    yield chosen.begin(share.service, head)
    async for kind, piece in record.pieces:
        stored: dict[str, Any] = adapter_of(type(piece)).dump_python(piece, mode="json", exclude=_OUR_OWN)
        # Of what kind a piece is comes first: the kind of a note or a session, as its service has them, is another.
        body = {f"{kind}_kind" if name == "kind" else name: value for name, value in stored.items()}
        share.shown(piece, body)
        yield chosen.piece(count, kind, body)
        count += 1
    yield chosen.end(count)


def _json_begin(service: str, head: dict[str, Any]) -> str:
    return json.dumps({"format": f"careflow-{service}-record", **head})[:-1] + ', "documents": ['


def _json_piece(number: int, kind: str, body: dict[str, Any]) -> str:
    return ("," if number else "") + "\n" + json.dumps({"kind": kind, **body}, ensure_ascii=False)


def _text_begin(service: str, head: dict[str, Any]) -> str:
    return f"RECORD OF {service.upper()}\n\n{_lines(head, '')}\n"


def _text_piece(number: int, kind: str, body: dict[str, Any]) -> str:
    return f"\n{number + 1}. {kind.replace('_', ' ').upper()}\n{_lines(body, _STEP)}\n"


def _lines(value: dict[str, Any], indent: str) -> str:
    return "\n".join(line for name, each in value.items() for line in _said(str(name).replace("_", " "), each, indent))


def _said(name: str, value: Any, indent: str) -> list[str]:
    if value is None or value in ("", [], {}):
        return []
    if isinstance(value, dict):
        return [f"{indent}{name}:", _lines(value, indent + _STEP)]
    if isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        return [line for number, each in enumerate(value, 1) for line in _said(f"{name} {number}", each, indent)]
    said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return [f"{indent}{name}: " + said.replace("\n", f"\n{indent}{_STEP}")]


FORMATS: Final = {
    CopyFormat.JSON: Format(
        "application/json", "json", _json_begin, _json_piece, lambda count: f'\n], "count": {count}}}\n'
    ),
    CopyFormat.TEXT: Format(
        "text/plain; charset=utf-8",
        "txt",
        _text_begin,
        _text_piece,
        lambda count: f"\nEnd of the record: {count} documents.\n",
    ),
}
