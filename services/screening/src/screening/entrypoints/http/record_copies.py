"""A record as a copy to hand out: JSON for machines, plain text for people. Both are written document by document."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter

from screening.application.queries.records import Document, Record
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.consents import DisclosureConsent
from screening.domain.patients import PatientCopy
from screening.domain.shelf import QuestionnaireShelf

KINDS: Final[dict[type[Document], tuple[str, TypeAdapter[Any]]]] = {
    PatientCopy: ("patient", TypeAdapter(PatientCopy)),
    Case: ("case", TypeAdapter(Case)),
    Clearance: ("clearance", TypeAdapter(Clearance)),
    SafetyAlert: ("alert", TypeAdapter(SafetyAlert)),
    DisclosureConsent: ("consent", TypeAdapter(DisclosureConsent)),
}
_OUR_OWN: Final = {"facts", "version"}
_STEP: Final = "  "


class CopyFormat(StrEnum):
    JSON = "json"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Format:
    """How a copy begins, what one document is in it, and how it ends after so many."""

    media_type: str
    begin: Callable[[dict[str, Any]], str]
    document: Callable[[int, str, dict[str, Any]], str]
    end: Callable[[int], str]


async def written(chosen: Format, record: Record, shelf: QuestionnaireShelf, *, as_of: datetime) -> AsyncIterator[str]:
    """The whole copy, in pieces. It ends by saying how many documents it has, so that a part of it shows as one."""
    made = record.disclosure
    head = {
        "patient_id": made.patient_id,
        "part": made.part.value,
        "as_of": as_of.isoformat(),
        "disclosure_id": made.id,
        "recipient": made.recipient,
        "notice": record.notice,
        **_consented(record.consent),
    }
    count = 0
    yield chosen.begin(head)
    async for document in record.documents:
        kind, body = _body(document, shelf)
        yield chosen.document(count, kind, body)
        count += 1
    yield chosen.end(count)


def _consented(consent: DisclosureConsent | None) -> dict[str, Any]:
    """The scope of the consent goes with what is disclosed on it (42 CFR 2.32(b))."""
    if consent is None:
        return {}
    terms = consent.terms
    scope = {
        "purpose": terms.purpose_in_words or terms.purpose.value,
        "scope": sorted(terms.scope),
        "recipients": list(terms.recipients),
        "signed_at": terms.signed_at.isoformat(),
        "valid_until": terms.valid_until.isoformat() if terms.valid_until else None,
    }
    return {"consent": scope}


def _body(document: Document, shelf: QuestionnaireShelf) -> tuple[str, dict[str, Any]]:
    kind, adapter = KINDS[type(document)]
    body: dict[str, Any] = adapter.dump_python(document, mode="json", exclude=_OUR_OWN)
    if isinstance(document, Case):
        for asked, shown in zip(document.questionnaires, body["questionnaires"], strict=True):
            definition = shelf.version(asked.questionnaire, asked.definition_version)
            score = asked.score(definition)
            shown["title"] = definition.title
            shown["score"] = TypeAdapter(type(score)).dump_python(score, mode="json") if score else None
    return kind, body


def _json_begin(head: dict[str, Any]) -> str:
    return json.dumps({"format": "careflow-screening-record", **head})[:-1] + ', "documents": ['


def _json_document(number: int, kind: str, body: dict[str, Any]) -> str:
    return ("," if number else "") + "\n" + json.dumps({"kind": kind, **body}, ensure_ascii=False)


def _text_begin(head: dict[str, Any]) -> str:
    return f"RECORD OF SCREENING\n\n{_lines(head, '')}\n"


def _text_document(number: int, kind: str, body: dict[str, Any]) -> str:
    return f"\n{number + 1}. {kind.upper()}\n{_lines(body, _STEP)}\n"


def _lines(value: dict[str, Any], indent: str) -> str:
    return "\n".join(line for name, each in value.items() for line in _said(name.replace("_", " "), each, indent))


def _said(name: str, value: Any, indent: str) -> list[str]:
    if value is None or value in ("", [], {}):
        return []
    if isinstance(value, dict):
        return [f"{indent}{name}:", _lines(value, indent + _STEP)]
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return [line for number, each in enumerate(value, 1) for line in _said(f"{name} {number}", each, indent)]
    said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return [f"{indent}{name}: " + said.replace("\n", f"\n{indent}{_STEP}")]


FORMATS: Final = {
    CopyFormat.JSON: Format(
        "application/json", _json_begin, _json_document, lambda count: f'\n], "count": {count}}}\n'
    ),
    CopyFormat.TEXT: Format(
        "text/plain; charset=utf-8",
        _text_begin,
        _text_document,
        lambda count: f"\nEnd of the record: {count} documents.\n",
    ),
}
