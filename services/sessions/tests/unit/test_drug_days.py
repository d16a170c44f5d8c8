"""The close of a drug day: every container counted, what does not add up named, settled later by name."""

from datetime import date

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
from sessions.domain.drug_days import DiscrepancyKind, DrugCountMismatched, DrugDay, DrugDayClosed, Settled, Settlement
from sessions.domain.drug_entries import Entry, EntryKind
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, EntryId
from sessions.domain.units import milligrams

TOLERANCE = milligrams(2)
OVERFILL = POLICY.drug_log.overfill_percent.value
BOUNDS = day_bounds(TODAY, POLICY.timezone)


def closed(container: Container, counted: str | None, *, acknowledgement: str | None = None) -> DrugDay:
    counts = {} if counted is None else {container.id: milligrams(counted)}
    return DrugDay.closed(
        MILL_VALLEY,
        TODAY,
        [container],
        counts,
        tolerance=TOLERANCE,
        acknowledgement=acknowledgement,
        by=NURSE,
        bounds=BOUNDS,
        now=NOW,
    )


@pytest.mark.parametrize("counted", ["500", "498", "502"])
def test_a_day_closes_when_every_count_is_within_tolerance(counted: str) -> None:
    day = closed(vial(), counted)

    assert not day.discrepancies
    assert not day.facts
    assert day.waits


def test_a_day_is_counted_by_two_and_only_then_closed() -> None:
    day = closed(vial(), "500")

    with pytest.raises(DomainError, match="counter_is_same"):
        day.confirmed(NURSE, now=NOW)
    confirmed = day.confirmed(OTHER_NURSE, now=NOW)
    assert ([type(fact) for fact in confirmed.facts], confirmed.waits) == ([DrugDayClosed], False)
    with pytest.raises(DomainError, match="day_confirmed"):
        confirmed.confirmed(PRESCRIBER, now=NOW)


def test_a_day_on_which_nothing_was_entered_is_not_closed() -> None:
    with pytest.raises(DomainError, match="day_without_entries"):
        DrugDay.closed(
            MILL_VALLEY,
            date(2020, 1, 6),
            [vial()],
            {},
            tolerance=TOLERANCE,
            acknowledgement="never mind",
            by=NURSE,
            bounds=day_bounds(date(2020, 1, 6), POLICY.timezone),
            now=NOW,
        )


def test_a_loss_is_a_discrepancy_of_its_day_whoever_saw_it() -> None:
    loss = Entry(id=EntryId(new_uuid()), kind=EntryKind.LOST, mass=milligrams(450), by=NURSE, at=NOW)
    container = vial().entered(loss, overfill_percent=OVERFILL)
    container = container.witnessed(loss.id, OTHER_NURSE, window=minutes(30), now=NOW)

    day = closed(container, "50", acknowledgement="told the director")

    assert [each.kind for each in day.open] == [DiscrepancyKind.LOST]


@pytest.mark.parametrize(
    ("container", "counted", "kind"),
    [
        (vial(), "497", DiscrepancyKind.COUNT),
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
    assert len(day.open) == 1
    said = day.confirmed(OTHER_NURSE, now=NOW).facts[-1]
    assert isinstance(said, DrugDayClosed)
    assert said.open_discrepancies == 1


def test_a_discrepancy_stays_open_until_it_is_settled_by_name() -> None:
    container = vial()
    day = closed(container, "450", acknowledgement="see report")
    settled = Settled(how=Settlement.EXPLAINED, note="the draw was entered in the other vial", by=PRESCRIBER, at=NOW)

    assert not day.settled(container.id, settled).open
    with pytest.raises(DomainError, match="discrepancy_not_found"):
        day.settled(ContainerId(new_uuid()), settled)


def test_an_emptied_vial_need_not_be_counted() -> None:
    container, draw_id = drawn(vial(), "10")

    assert not closed(given(container, draw_id, "500"), None).discrepancies


def test_only_containers_of_the_location_are_counted() -> None:
    with pytest.raises(DomainError, match="count_unknown_container"):
        DrugDay.closed(
            MILL_VALLEY,
            TODAY,
            [vial()],
            {ContainerId("another"): milligrams(1)},
            tolerance=TOLERANCE,
            acknowledgement=None,
            by=NURSE,
            bounds=BOUNDS,
            now=NOW,
        )


def test_a_discrepancy_keeps_what_was_expected_and_what_was_counted() -> None:
    found = closed(vial(), "450", acknowledgement="see report").discrepancies[0]

    assert (found.expected, found.counted) == (milligrams(500), milligrams(450))
    assert found.settled is None
