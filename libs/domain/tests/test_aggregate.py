"""An aggregate is a value: a change is another one, of a higher version, that says what it made true."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from careflow_domain.aggregate import Aggregate, Fact

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOpened(Fact):
    door: "Door"


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRang(Fact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Door(Aggregate):
    open: bool = False

    def opened(self) -> "Door":
        after = replace(self.recording(BellRang(at=NOW)), open=True)
        return after.saying(DoorOpened(door=after, at=NOW))


def test_a_change_is_another_aggregate_of_the_next_version() -> None:
    door = Door()

    after = door.opened()

    assert (door.version, door.open, door.facts) == (1, False, ())
    assert (after.version, after.open) == (2, True)


def test_what_changes_made_true_is_kept_in_order_and_carries_the_aggregate_as_it_is_afterwards() -> None:
    rang, opened = Door().opened().facts

    assert rang == BellRang(at=NOW)
    assert isinstance(opened, DoorOpened)
    assert (opened.door.version, opened.door.open) == (2, True)


def test_facts_are_no_part_of_what_an_aggregate_is() -> None:
    after = Door().opened()

    assert after == replace(after, facts=())
    assert "BellRang" not in repr(after)
