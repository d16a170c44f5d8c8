"""What may change inside v1, and what the gate says when something else did."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts import ClearanceGranted, ConsultationRescheduled, PatientRegistered, SafetyAlertRaised
from careflow_events.evolution import EXPLANATIONS, Break, Rule, breaks
from careflow_events.schemas import published

Schema = dict[str, Any]


def changed(schema: Schema, change: Callable[[Schema], object]) -> Schema:
    """A copy of the schema with one change."""
    after = copy.deepcopy(schema)
    change(after)
    return after


RESCHEDULED = published(ConsultationRescheduled)
RAISED = published(SafetyAlertRaised)
GRANTED = published(ClearanceGranted)
REGISTERED = published(PatientRegistered)


def rename(schema: Schema) -> None:
    schema["properties"]["moved_by"] = schema["properties"].pop("rescheduled_by")
    schema["required"].remove("rescheduled_by")


ALLOWED = {
    "nothing": (RESCHEDULED, lambda s: s),
    "a new optional field": (RESCHEDULED, lambda s: s["properties"].update(note_id={"type": "string"})),
    "a new optional field in a part": (
        RESCHEDULED,
        lambda s: s["$defs"]["Provider"]["properties"].update(since={"type": "string", "format": "date-time"}),
    ),
    "a new value of an open code": (
        RESCHEDULED,
        lambda s: s["properties"]["modality"]["x-known-values"].update(hologram="in the air"),
    ),
    "a new reader of a sealed section": (
        GRANTED,
        lambda s: s["properties"]["for_sessions"]["x-sealed-for"].append("pharmacy"),
    ),
    "better words": (RESCHEDULED, lambda s: s.update(description="Moved.")),
}

FORBIDDEN: dict[str, tuple[Schema, Callable[[Schema], object], Break]] = {
    "a field removed": (
        RESCHEDULED,
        lambda s: s["properties"].pop("room_id"),
        Break("data.room_id", Rule.REMOVED),
    ),
    "a field renamed": (
        RESCHEDULED,
        rename,
        Break("data.rescheduled_by", Rule.RENAMED, "to moved_by"),
    ),
    "a field of another type": (
        RESCHEDULED,
        lambda s: s["properties"]["version"].update(type="string"),
        Break("data.version", Rule.RETYPED, "integer -> string"),
    ),
    "a field of a part of another type": (
        RESCHEDULED,
        lambda s: s["$defs"]["Provider"]["properties"]["id"].update(type="integer"),
        Break("data.providers[].id", Rule.RETYPED, "string -> integer"),
    ),
    "a higher minimum": (
        RESCHEDULED,
        lambda s: s["properties"]["notice_minutes"].update(minimum=1),
        Break("data.notice_minutes", Rule.NARROWED, "minimum"),
    ),
    "a new maximum": (
        RESCHEDULED,
        lambda s: s["properties"]["notice_minutes"].update(maximum=60),
        Break("data.notice_minutes", Rule.NARROWED, "maximum"),
    ),
    "a list that must not be empty any more": (
        RESCHEDULED,
        lambda s: s["properties"]["providers"].update(minItems=1),
        Break("data.providers", Rule.NARROWED, "minItems"),
    ),
    "another pattern": (
        RESCHEDULED,
        lambda s: s["properties"]["timezone"].update(pattern="^America/"),
        Break("data.timezone", Rule.NARROWED, "pattern"),
    ),
    "a lower minimum": (
        RESCHEDULED,
        lambda s: s["properties"]["version"].update(minimum=0),
        Break("data.version", Rule.WIDENED, "minimum"),
    ),
    "a limit taken away": (
        RESCHEDULED,
        lambda s: s["properties"]["version"].pop("minimum"),
        Break("data.version", Rule.WIDENED, "minimum"),
    ),
    "a format taken away": (
        RESCHEDULED,
        lambda s: s["properties"]["starts_at"].pop("format"),
        Break("data.starts_at", Rule.WIDENED, "format"),
    ),
    "a new field everybody must send": (
        RESCHEDULED,
        lambda s: (s["properties"].update(seat={"type": "string"}), s["required"].append("seat")),
        Break("data.seat", Rule.NEW_REQUIRED),
    ),
    "an optional field everybody must send now": (
        RESCHEDULED,
        lambda s: s["required"].append("room_id"),
        Break("data.room_id", Rule.NEW_REQUIRED),
    ),
    "a field that may be left out now": (
        RESCHEDULED,
        lambda s: s["required"].remove("version"),
        Break("data.version", Rule.NO_LONGER_REQUIRED),
    ),
    "a value of a closed code removed": (
        RAISED,
        lambda s: s["properties"]["level"]["x-known-values"].pop("low"),
        Break("data.level", Rule.CLOSED_CODE_CHANGED, "low"),
    ),
    "a value added to a closed code": (
        RAISED,
        lambda s: s["properties"]["level"]["x-known-values"].update(extreme="more than high"),
        Break("data.level", Rule.CLOSED_CODE_CHANGED, "extreme"),
    ),
    "a value of an open code removed": (
        RAISED,
        lambda s: s["properties"]["source"]["x-known-values"].pop("staff"),
        Break("data.source", Rule.CODE_VALUE_REMOVED, "staff"),
    ),
    "an open code closed": (
        RAISED,
        lambda s: s["properties"]["source"].update({"x-code": "closed"}),
        Break("data.source", Rule.OPENNESS_CHANGED),
    ),
    "a section no longer sealed for somebody": (
        GRANTED,
        lambda s: s["properties"]["for_sessions"].update({"x-sealed-for": ["billing"]}),
        Break("data.for_sessions", Rule.SEALING_CHANGED, "no longer for sessions"),
    ),
    "a section laid open": (
        GRANTED,
        lambda s: s["properties"].update(for_sessions={"type": "object"}),
        Break("data.for_sessions", Rule.SEALING_CHANGED),
    ),
    "a field of a plaintext removed": (
        GRANTED,
        lambda s: s["$defs"]["ClearanceForSessions"]["properties"].pop("allergies"),
        Break("data.for_sessions.allergies", Rule.REMOVED),
    ),
    "another default": (
        RESCHEDULED,
        lambda s: s["properties"]["late_moves"].update(default=1),
        Break("data.late_moves", Rule.DEFAULT_CHANGED),
    ),
    "a default taken away": (
        GRANTED,
        lambda s: s["$defs"]["ClearanceForSessions"]["properties"]["allergies"].pop("default"),
        Break("data.for_sessions.allergies", Rule.DEFAULT_CHANGED),
    ),
    "an event in another topic": (
        RESCHEDULED,
        lambda s: s.update({"x-topic": "careflow.visits.v1"}),
        Break("event", Rule.MOVED, "x-topic"),
    ),
    "an event for other readers": (
        RESCHEDULED,
        lambda s: s.update({"x-dataclassification": "safety"}),
        Break("event", Rule.MOVED, "x-dataclassification"),
    ),
    "a list of anything": (
        RESCHEDULED,
        lambda s: s["properties"]["providers"].pop("items"),
        Break("data.providers[]", Rule.RETYPED, "of anything"),
    ),
    "a field deep in a plaintext of another type": (
        REGISTERED,
        lambda s: s["$defs"]["Contact"]["properties"]["phone"].update(type="integer"),
        Break("data.for_screening.emergency_contact.phone", Rule.RETYPED, "string -> integer"),
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_it_may_have(name: str) -> None:
    schema, change = ALLOWED[name]

    assert breaks(schema, changed(schema, change)) == []


@pytest.mark.parametrize("name", FORBIDDEN)
def test_it_may_not_have(name: str) -> None:
    schema, change, broken = FORBIDDEN[name]

    assert broken in breaks(schema, changed(schema, change))


def test_every_rule_has_its_test() -> None:
    assert {broken.rule for _, _, broken in FORBIDDEN.values()} == set(Rule) - {
        Rule.NO_LONGER_READ,
        Rule.SAMPLE_CHANGED,
    }


def test_every_rule_is_explained() -> None:
    assert set(EXPLANATIONS) == set(Rule)


@pytest.mark.parametrize("contract", CATALOGUE.values(), ids=str)
def test_no_schema_breaks_itself(contract: Any) -> None:
    assert breaks(published(contract), published(contract)) == []
