"""The fields of an event as people read them, and what two versions differ in."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts import ClearanceGranted, ConsultationRescheduled, PatientRegistered
from careflow_events.schemas import published
from careflow_events.schemas.fields import DescribedField, Difference, described_fields, differences

GRANTED = published(ClearanceGranted)
RESCHEDULED = published(ConsultationRescheduled)

COUNTED_AS_CALLED = {
    "count",
    "grade",
    "late_moves",
    "number",
    "of",
    "open_discrepancies",
    "previous_grade",
    "revision",
    "sessions",
    "sessions_left",
    "step",
    "units",
    "version",
    "withheld",
}
"""Numbers of things, and numbers that only order: their names say all there is."""


def field(path: str, contract: Any = ClearanceGranted) -> DescribedField:
    return next(each for each in described_fields(published(contract)) if each.path == path)


def test_a_field_of_a_sealed_section_says_who_reads_it() -> None:
    assert field("clearance_id").sealed_for == ()
    assert field("for_sessions").sealed_for == ("sessions",)
    assert field("for_sessions.allergies").sealed_for == ("sessions",)


def test_a_part_of_a_part_is_found_with_its_place() -> None:
    phone = field("for_screening.emergency_contact.phone", PatientRegistered)

    assert (phone.name, phone.depth, phone.sealed_for) == ("phone", 2, ("screening",))


def test_a_code_says_whether_it_may_grow_and_what_its_values_mean() -> None:
    routes = field("for_sessions.excluded_routes")

    assert (routes.shape, routes.code, routes.known["oral"]) == ("list of code", "open", "by mouth or under the tongue")


def test_what_an_absent_field_means_is_said() -> None:
    moves, room = field("late_moves", ConsultationRescheduled), field("room_id", ConsultationRescheduled)

    assert (moves.optional, moves.default) == (True, "0")
    assert field("for_sessions.allergies").default == "empty"
    assert (room.optional, room.default) == (True, None)


def test_every_number_has_a_unit_or_counts_what_it_is_called_after() -> None:
    numbers = {
        each.name
        for contract in CATALOGUE.values()
        for each in described_fields(published(contract))
        if each.shape in {"whole number", "number"} and each.unit is None
    }

    assert numbers == COUNTED_AS_CALLED


DIFFERENCES: dict[str, tuple[dict[str, Any], Callable[[Any], object], Difference]] = {
    "a new field": (
        RESCHEDULED,
        lambda s: s["properties"].update(note_id={"type": "string", "description": "The note."}),
        Difference("note_id", "new"),
    ),
    "a field of a part": (
        RESCHEDULED,
        lambda s: s["$defs"]["Provider"]["properties"].update(since={"type": "string", "format": "date-time"}),
        Difference("providers[].since", "new"),
    ),
    "a new value": (
        RESCHEDULED,
        lambda s: s["properties"]["modality"]["x-known-values"].update(hologram="in the air"),
        Difference("modality", "new value hologram"),
    ),
    "a value that went": (
        RESCHEDULED,
        lambda s: s["properties"]["modality"]["x-known-values"].pop("video"),
        Difference("modality", "without the value video"),
    ),
    "a new reader": (
        GRANTED,
        lambda s: s["properties"]["for_sessions"]["x-sealed-for"].append("pharmacy"),
        Difference("for_sessions", "sealed for pharmacy as well"),
    ),
    "a field that went": (RESCHEDULED, lambda s: s["properties"].pop("room_id"), Difference("room_id", "gone")),
    "another kind": (
        RESCHEDULED,
        lambda s: s["properties"]["version"].update(type="string"),
        Difference("version", "of another kind"),
    ),
    "better words for a field": (
        RESCHEDULED,
        lambda s: s["properties"]["version"].update(description="The higher replaces the lower."),
        Difference("version", "described in other words"),
    ),
    "better words for a value": (
        RESCHEDULED,
        lambda s: s["properties"]["modality"]["x-known-values"].update(video="seen on a screen"),
        Difference("modality", "described in other words"),
    ),
    "better words": (RESCHEDULED, lambda s: s.update(description="Moved."), Difference("", "described in other words")),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_two_versions_differ_in(name: str) -> None:
    before, change, difference = DIFFERENCES[name]
    after = copy.deepcopy(before)
    change(after)

    assert difference in differences(before, after)


@pytest.mark.parametrize("contract", CATALOGUE.values(), ids=str)
def test_a_version_does_not_differ_from_itself(contract: Any) -> None:
    assert differences(published(contract), published(contract)) == []
