"""The sheet of a drug day: what was there before, what came and went, what is there after."""

from datetime import timedelta

from services.sessions.tests.builders import POLICY, TODAY, drawn, given, vial
from sessions.domain.clinic_day import day_bounds
from sessions.domain.drug_inventories import InventoryLine, by_finished_form
from sessions.domain.drug_log import Container
from sessions.domain.drug_sheets import DrugSheet, sheets_of

TODAYS = day_bounds(TODAY, POLICY.timezone)
TOMORROWS = day_bounds(TODAY + timedelta(days=1), POLICY.timezone)
YESTERDAYS = day_bounds(TODAY - timedelta(days=1), POLICY.timezone)


def used() -> Container:
    container, draw_id = drawn(vial())
    return given(container, draw_id, "50")


def line(container: Container) -> InventoryLine:
    counted = container.item.quantity_of(container.in_container)
    return InventoryLine(
        container_id=container.id,
        item=container.item,
        package_id=container.package_id,
        opened=container.opened,
        expected=counted,
        counted=counted,
    )


def test_before_and_what_came_less_what_went_is_after() -> None:
    sheet = DrugSheet.of(used(), TODAYS)
    assert [str(each.value.normalize()) for each in (sheet.before, sheet.added, sheet.taken, sheet.after)] == [
        "0",
        "5E+2",
        "5E+1",
        "4.5E+2",
    ]
    assert sheet.touched


def test_what_was_left_yesterday_is_there_this_morning_and_nothing_was_before_it_came() -> None:
    (sheet,) = sheets_of([used()], TOMORROWS)
    assert (sheet.before, sheet.after, sheet.touched) == (used().on_hand, used().on_hand, False)
    assert sheets_of([used()], YESTERDAYS) == ()


def test_an_inspector_reads_sealed_and_opened_containers_of_one_finished_form_together() -> None:
    (form,) = by_finished_form([line(used()), line(vial()), line(vial())])
    assert (form.sealed, form.opened, str(form.counted.value.normalize())) == (2, 1, "29")
