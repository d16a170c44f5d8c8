"""Every published schema explains itself and says nothing of a patient in the open; what breaks that is named."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts import ClearanceGranted, ConsultationBooked, SafetyAlertRaised
from careflow_events.contracts.code import OpenCode, SealedCode
from careflow_events.contracts.codes import Indication, Modality
from careflow_events.contracts.model import EventData
from careflow_events.schemas import published
from careflow_events.schemas.meanings import MEANINGS
from careflow_events.schemas.rules import faults

Schema = dict[str, Any]
Change = Callable[[Schema], object]

BOOKED = published(ConsultationBooked)
RAISED = published(SafetyAlertRaised)
GRANTED = published(ClearanceGranted)
ID = {"type": "string", "format": "uuid", "description": "An id."}


def having(name: str, **field: Any) -> Change:
    """The schema has one field more, which says what it means."""
    return lambda schema: schema["properties"].update({name: {"description": "Something.", **field}})


def of_provider(name: str, **field: Any) -> Change:
    """A part of the event has one field more."""
    return lambda schema: having(name, **field)(schema["$defs"]["Provider"])


WORD: Schema = {"type": "string", "pattern": "^[a-z]+$"}

REFUSED: dict[str, tuple[Schema, Change, str]] = {
    "an event without a meaning": (BOOKED, lambda s: s.pop("description"), "ConsultationBooked: does not say"),
    "a part without a meaning": (
        BOOKED,
        lambda s: s["$defs"]["Provider"].pop("description"),
        "ConsultationBooked: Provider: does not say",
    ),
    "a field without a meaning": (
        BOOKED,
        lambda s: s["properties"]["starts_at"].pop("description"),
        "ConsultationBooked.starts_at: does not say",
    ),
    "a field of a part without a meaning": (
        BOOKED,
        lambda s: s["$defs"]["Provider"]["properties"]["id"].pop("description"),
        "ConsultationBooked: Provider.id: does not say",
    ),
    "a sealed field without a meaning": (
        GRANTED,
        lambda s: s["$defs"]["ClearanceForSessions"]["properties"]["allergies"].pop("description"),
        "ClearanceGranted: ClearanceForSessions.allergies: does not say",
    ),
    "a value of a code without a meaning": (
        BOOKED,
        lambda s: s["properties"]["modality"]["x-known-values"].update(video=""),
        "ConsultationBooked.modality: the code's value video",
    ),
    "a value of a code in a list without a meaning": (
        BOOKED,
        having("roles", type="array", items={"type": "string", "x-code": "open", "x-known-values": {"nurse": ""}}),
        "ConsultationBooked.roles: the code's value nurse",
    ),
    "a code without a meaning": (
        BOOKED,
        lambda s: s["properties"]["modality"].pop("description"),
        "ConsultationBooked.modality: its code does not say",
    ),
    "a code without values": (
        RAISED,
        lambda s: s["properties"]["level"].update({"x-known-values": {}}),
        "SafetyAlertRaised.level: a code without values",
    ),
    "a name": (BOOKED, having("family_name", **WORD), "ConsultationBooked.family_name: is called like a person's"),
    "a telephone number in a part": (
        BOOKED,
        of_provider("phone", **WORD),
        "ConsultationBooked.providers[].phone: is called like a person's",
    ),
    "a score": (BOOKED, having("phq_score", type="integer"), "ConsultationBooked.phq_score: is called like health"),
    "somebody's words": (BOOKED, having("note", **WORD), "ConsultationBooked.note: is called like somebody's own"),
    "a card": (BOOKED, having("card_number", **WORD), "ConsultationBooked.card_number: is called like a means of"),
    "any text": (BOOKED, having("label", type="string"), "ConsultationBooked.label: any text"),
    "any text in a list": (
        BOOKED,
        having("labels", type="array", items={"type": "string"}),
        "ConsultationBooked.labels[]: any text",
    ),
    "a date": (BOOKED, having("on", type="string", format="date"), "ConsultationBooked.on: a date without time"),
    "a measured value": (BOOKED, having("level", type="number"), "ConsultationBooked.level: a measured value"),
    "anything": (BOOKED, having("extra"), "ConsultationBooked.extra: anything"),
    "a section laid open": (
        GRANTED,
        lambda s: s["properties"].update(for_sessions={"$ref": "#/$defs/ClearanceForSessions"}),
        "ClearanceGranted.for_sessions.allergies[]: any text",
    ),
    "a code of a sealed section": (
        BOOKED,
        having("why", **TypeAdapter(Indication).json_schema()),
        "ConsultationBooked.why: a code for sealed sections only",
    ),
    "a code whose value tells": (
        BOOKED,
        lambda s: s["properties"]["modality"]["x-known-values"].update(suicidal="in danger"),
        "ConsultationBooked.modality: the code's value suicidal tells",
    ),
}

ACCEPTED: dict[str, tuple[Schema, Change]] = {
    "the id of something clinical": (BOOKED, lambda s: s["properties"].update(note_id=ID)),
    "ids of something clinical": (
        BOOKED,
        having("questionnaire_ids", type="array", items={"type": "string", "format": "uuid"}),
    ),
    "when something clinical happened": (BOOKED, having("dose_at", type="string", format="date-time")),
    "a whole number": (BOOKED, having("late_moves_left", type="integer")),
    "a truth": (BOOKED, having("confirmed", type="boolean")),
    "a part that holds itself": (
        BOOKED,
        of_provider("stands_in_for", **{"$ref": "#/$defs/Provider"}),
    ),
}


def broken(schema: Schema, change: Change) -> list[str]:
    """What is wrong with the schema after one change."""
    after = copy.deepcopy(schema)
    change(after)
    return list(faults(after))


@pytest.mark.parametrize("contract", CATALOGUE.values(), ids=str)
def test_every_event_keeps_to_the_rules(contract: type[EventData]) -> None:
    assert list(faults(published(contract))) == []


@pytest.mark.parametrize("name", REFUSED)
def test_it_may_not_have(name: str) -> None:
    schema, change, fault = REFUSED[name]

    assert [line for line in broken(schema, change) if line.startswith(fault)], broken(schema, change)


@pytest.mark.parametrize("name", ACCEPTED)
def test_it_may_have(name: str) -> None:
    assert broken(*ACCEPTED[name]) == []


def test_a_meaning_that_no_field_needs_is_no_meaning() -> None:
    schemas = [published(contract) for contract in CATALOGUE.values()]
    named = {
        name
        for schema in schemas
        for model in (schema, *schema.get("$defs", {}).values())
        for name in model.get("properties", {})
    }

    assert set(MEANINGS) - named == set()


def test_a_field_of_a_code_means_what_the_code_says() -> None:
    assert BOOKED["properties"]["modality"]["description"] == Modality.__doc__


def test_a_sealed_code_is_open_to_new_values() -> None:
    assert SealedCode.is_open()
    assert issubclass(Indication, OpenCode)
