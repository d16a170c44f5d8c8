"""A filled value is whole: what may be absent is there, what is known is taken, and what it must hold it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.setting import Setting
from careflow_service.testing.filling import AN_ID, AT, Filling

RoomId = NewType("RoomId", str)


class Purpose(StrEnum):
    DOSING = "dosing"
    TALKING = "talking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(Aggregate):
    id: RoomId
    name: str
    purposes: frozenset[Purpose]
    beds: Setting[int]
    closed_on: tuple[date, ...] = ()
    notes: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomOpened(Fact):
    room: Room


def test_every_part_is_there() -> None:
    opened = Filling({})(RoomOpened)

    assert opened == RoomOpened(
        at=AT,
        room=Room(
            id=RoomId(AN_ID),
            name="text",
            purposes=frozenset({Purpose.DOSING}),
            beds=Setting(value=1, default=1, source="text"),
            closed_on=(AT.date(),),
            notes={"text": "text"},
        ),
    )


def test_what_is_known_of_a_type_or_a_field_is_taken() -> None:
    room = Filling({Purpose: Purpose.TALKING, (Room, "name"): "Blue"})(Room)

    assert (room.name, room.purposes) == ("Blue", frozenset({Purpose.TALKING}))


def test_what_is_known_of_a_class_holds_for_those_that_derive_from_it() -> None:
    assert Filling({(Fact, "at"): AT.replace(year=2027)})(RoomOpened).at.year == 2027
