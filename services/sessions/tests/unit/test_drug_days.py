"""The close of a drug day: every container counted, what does not add up named."""

from datetime import date, datetime

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    MILL_VALLEY,
    NOW,
    NURSE,
    OTHER_NURSE,
    POLICY,
    PRESCRIBER,
    TODAY,
    drawn,
    given,
    minutes,
    new_uuid,
    vial,
)
from sessions.domain.clinic_day import day_bounds
from sessions.domain.discrepancy_cases import DiscrepancyKind
from sessions.domain.drug_days import Discrepancy, DrugCountMismatched, DrugDay, DrugDayClosed, discrepancies_of
from sessions.domain.drug_entries import Entry, EntryKind
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, EntryId
from sessions.domain.units import milligrams

TOLERANCE = milligrams(2)
OVERFILL = POLICY.drug_log.overfill_percent.value
Bounds = tuple[datetime, datetime]
BOUNDS: Bounds = day_bounds(TODAY, POLICY.timezone)


def compared(container: Container, counted: str | None, *, bounds: Bounds = BOUNDS) -> tuple[Discrepancy, ...]:
    counts = {} if counted is None else {container.id: milligrams(counted)}
    return discrepancies_of([container], counts, tolerance=TOLERANCE, bounds=bounds)


def closed(container: Container, counted: str | None, *, acknowledgement: str | None = None) -> DrugDay:
    found = compared(container, counted)
    return DrugDay.closed(MILL_VALLEY, TODAY, found, acknowledgement=acknowledgement, by=NURSE, now=NOW)


@pytest.mark.parametrize("counted", ["500", "498", "502"])
def test_a_day_closes_when_every_count_is_within_tolerance(counted: str) -> None:
    day = closed(vial(), counted)

    assert not day.discrepancies
    assert not day.facts
    assert day.waits


def test_a_day_is_counted_by_two_and_only_then_closed() -> None:
    day = closed(vial(), "500")

    with pytest.raises(DomainError, match="counter_is_same"):
        day.confirmed(NURSE, undecided=0, now=NOW)
    confirmed = day.confirmed(OTHER_NURSE, undecided=0, now=NOW)
    assert ([type(fact) for fact in confirmed.facts], confirmed.waits) == ([DrugDayClosed], False)
    with pytest.raises(DomainError, match="day_confirmed"):
        confirmed.confirmed(PRESCRIBER, undecided=0, now=NOW)


def test_a_day_on_which_nothing_was_entered_is_not_closed() -> None:
    with pytest.raises(DomainError, match="day_without_entries"):
        compared(vial(), None, bounds=day_bounds(date(2020, 1, 6), POLICY.timezone))


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize(
    ("counted", "found"),
    [
        ("50", [DiscrepancyKind.LOST]),
        (None, [DiscrepancyKind.LOST]),
        ("20", [DiscrepancyKind.LOST, DiscrepancyKind.COUNT]),
    ],
)
def test_a_loss_is_a_discrepancy_of_its_day_whoever_saw_it_and_hides_no_other(
    seen: bool, counted: str | None, found: list[DiscrepancyKind]
) -> None:
    loss = Entry(id=EntryId(new_uuid()), kind=EntryKind.LOST, mass=milligrams(450), by=NURSE, at=NOW)
    container = vial().entered(loss, overfill_percent=OVERFILL)
    if seen:
        container = container.witnessed(loss.id, OTHER_NURSE, window=minutes(30), now=NOW)

    day = closed(container, counted, acknowledgement="told the director")

    assert [each.kind for each in day.discrepancies] == found
    assert len(day.facts) == 1


@pytest.mark.parametrize(
    ("container", "counted", "kind"),
    [
        (vial(), "497", DiscrepancyKind.COUNT),
        (vial(), "503", DiscrepancyKind.SURPLUS),
        (vial(), None, DiscrepancyKind.NOT_COUNTED),
        (drawn(vial())[0], "450", DiscrepancyKind.UNSETTLED),
    ],
)
def test_a_day_that_does_not_add_up_closes_only_with_its_discrepancies_acknowledged(
    container: Container, counted: str | None, kind: DiscrepancyKind
) -> None:
    with pytest.raises(DomainError) as refused:
        closed(container, counted)
    assert refused.value.code == "day_does_not_reconcile"
    assert refused.value.extra["discrepancies"] == [{"container_id": container.id, "kind": kind.value}]

    day = closed(container, counted, acknowledgement="counted twice, told the medical director")

    assert [type(fact) for fact in day.facts] == [DrugCountMismatched]
    said = day.confirmed(OTHER_NURSE, undecided=1, now=NOW).facts[-1]
    assert isinstance(said, DrugDayClosed)
    assert said.open_discrepancies == 1


def test_an_emptied_vial_need_not_be_counted() -> None:
    container, draw_id = drawn(vial(), "10")

    assert not closed(given(container, draw_id, "500"), None).discrepancies


def test_only_containers_of_the_location_are_counted() -> None:
    with pytest.raises(DomainError, match="count_unknown_container"):
        discrepancies_of([vial()], {ContainerId("another"): milligrams(1)}, tolerance=TOLERANCE, bounds=BOUNDS)


def test_a_discrepancy_keeps_what_was_expected_and_what_was_counted() -> None:
    found = closed(vial(), "450", acknowledgement="see report").discrepancies[0]

    assert (found.expected, found.counted, found.amount) == (milligrams(500), milligrams(450), milligrams(50))
