"""The inventory the law asks for every two years: all counted exactly, signed by two, the next asked for in time."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import MILL_VALLEY, NOW, NURSE, OTHER_NURSE, POLICY, TODAY, drawn, given, vial
from sessions.domain.clinic_day import day_bounds
from sessions.domain.drug_inventories import (
    Inventory,
    InventoryMoment,
    lines_of,
    months_after,
    must_be_at,
)
from sessions.domain.drug_log import Container
from sessions.domain.drug_tasks import DrugTaskCompleted, DrugTaskDue, DrugTaskOverdue
from sessions.domain.ids import ContainerId, InventoryId

BOUNDS = day_bounds(TODAY, POLICY.timezone)
YESTERDAY = day_bounds(TODAY - timedelta(days=1), POLICY.timezone)


def taken(*containers: Container, name: str = "first") -> Inventory:
    counted = {each.id: each.item.quantity_of(each.in_container) for each in containers}
    return Inventory(
        id=InventoryId(name),
        location_id=MILL_VALLEY,
        day=TODAY,
        moment=InventoryMoment.CLOSE,
        lines=lines_of(containers, counted),
        taken_by=NURSE,
        taken_at=NOW,
    )


def signed(now: datetime = NOW) -> Inventory:
    return taken(vial()).confirmed(OTHER_NURSE, POLICY.drug_log, POLICY.timezone, now)


def test_everything_is_counted_and_said_to_be_opened_or_sealed() -> None:
    opened, draw_id = drawn(vial())
    opened = given(opened, draw_id, "50")

    first, second = taken(opened, vial()).lines

    assert [(each.opened, str(each.counted.value.normalize())) for each in (first, second)] == [
        (True, "9"),
        (False, "1E+1"),
    ]


@pytest.mark.parametrize(
    ("containers", "counts", "code"),
    [
        ([vial()], 0, "inventory_incomplete"),
        ([drawn(vial())[0]], 1, "drug_drawn_up"),
        ([], 1, "count_unknown_container"),
    ],
)
def test_nothing_is_left_out_and_nothing_is_in_the_air(containers: list[Container], counts: int, code: str) -> None:
    quantity = vial().item.whole
    counted = {each.id: quantity for each in containers} if counts and containers else {}
    if counts and not containers:
        counted = {ContainerId("another"): quantity}

    with pytest.raises(DomainError, match=code):
        lines_of(containers, counted)


@pytest.mark.parametrize(
    ("moment", "bounds", "closed", "code"),
    [
        (InventoryMoment.OPENING, BOUNDS, False, "inventory_after_opening"),
        (InventoryMoment.OPENING, YESTERDAY, True, "inventory_after_opening"),
        (InventoryMoment.OPENING, YESTERDAY, False, None),
        (InventoryMoment.CLOSE, BOUNDS, False, "inventory_before_close"),
        (InventoryMoment.CLOSE, BOUNDS, True, None),
        (InventoryMoment.CLOSE, YESTERDAY, False, None),
    ],
)
def test_it_is_of_the_open_or_the_close_of_business(
    moment: InventoryMoment, bounds: tuple[datetime, datetime], closed: bool, code: str | None
) -> None:
    if code is None:
        must_be_at(moment, [vial()], bounds, closed=closed)
        return
    with pytest.raises(DomainError, match=code):
        must_be_at(moment, [vial()], bounds, closed=closed)


def test_it_is_signed_once_by_somebody_else_and_late_two_years_later() -> None:
    inventory = taken(vial())
    with pytest.raises(DomainError, match="counter_is_same"):
        inventory.confirmed(NURSE, POLICY.drug_log, POLICY.timezone, NOW)

    inventory = signed()

    assert inventory.due_by == datetime.fromisoformat("2028-11-24T08:00Z")
    assert inventory.remind_at == datetime.fromisoformat("2028-09-25T07:00Z")
    with pytest.raises(DomainError, match="inventory_confirmed"):
        inventory.confirmed(OTHER_NURSE, POLICY.drug_log, POLICY.timezone, NOW)
    with pytest.raises(DomainError, match="inventory_withdrawn"):
        taken(vial()).taken_anew().confirmed(OTHER_NURSE, POLICY.drug_log, POLICY.timezone, NOW)


def test_the_next_one_is_asked_for_then_late_each_once_and_over_when_it_is_there() -> None:
    inventory = signed()
    assert inventory.due_by is not None
    assert inventory.remind_at is not None
    assert inventory.time_passed(inventory.remind_at - timedelta(seconds=1)) is inventory

    asked = inventory.time_passed(inventory.remind_at)
    (due,) = asked.facts
    assert isinstance(due, DrugTaskDue)
    assert (due.due_by, asked.next_said_at) == (inventory.due_by, inventory.due_by)
    late = replace(asked, facts=()).time_passed(inventory.due_by)
    assert ([type(fact) for fact in late.facts], late.version) == ([DrugTaskOverdue], asked.version + 1)
    assert (late.next_said_at, late.time_passed(inventory.due_by + timedelta(days=9))) == (None, late)

    over = replace(late, facts=()).followed(InventoryId("next"), inventory.due_by)
    assert ([type(fact) for fact in over.facts], over.current) == ([DrugTaskCompleted], False)
    assert not inventory.followed(InventoryId("next"), NOW).facts, "nobody had been asked"


def test_whoever_slept_through_the_reminder_is_told_both() -> None:
    inventory = signed()
    assert inventory.due_by is not None

    assert [type(fact) for fact in inventory.time_passed(inventory.due_by).facts] == [DrugTaskDue, DrugTaskOverdue]


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 11, 23), 24, date(2028, 11, 23)),
        (date(2028, 2, 29), 24, date(2030, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_that_month(day: date, months: int, last: date) -> None:
    assert months_after(day, months) == last
