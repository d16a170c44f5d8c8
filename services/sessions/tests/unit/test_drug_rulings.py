"""A line of the drug log that nobody witnessed in time is settled by the judgement of its case, never by one's own."""

from dataclasses import replace
from datetime import datetime

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    CALENDAR,
    NOW,
    NURSE,
    OTHER_NURSE,
    POLICY,
    PRESCRIBER,
    drawn,
    given,
    minutes,
    new_uuid,
    vial,
)
from sessions.domain.discrepancy_cases import DiscrepancyCase, DiscrepancyKind, Finding, Judged, Judgement
from sessions.domain.drug_entries import Entry, EntryKind
from sessions.domain.drug_log import Container
from sessions.domain.drug_rulings import ruled, unwitnessed_in
from sessions.domain.ids import CaseId, DrawId, EntryId, StaffId
from sessions.domain.units import milligrams

WINDOW = minutes(30)
LATER = NOW + minutes(31)
OVERFILL = POLICY.drug_log.overfill_percent.value


def line(kind: EntryKind, mass: str, *, draw_id: DrawId | None = None) -> Entry:
    return Entry(id=EntryId(new_uuid()), kind=kind, mass=milligrams(mass), by=NURSE, at=NOW, draw_id=draw_id)


def case_of(
    container: Container, kind: DiscrepancyKind, *, at: datetime, entry: Entry | None = None
) -> DiscrepancyCase:
    found = Finding(kind=kind, amount=milligrams("50"), by=OTHER_NURSE, at=at, entry_id=entry.id if entry else None)
    return DiscrepancyCase.opened(
        CaseId(new_uuid()), container.location_id, container.id, container.item, found, POLICY, CALENDAR
    )


def judged(by: StaffId = PRESCRIBER, *lines: Entry, how: Judgement = Judgement.MINOR) -> Judged:
    return Judged(how=how, note="asked both", by=by, at=LATER, settles=tuple(each.id for each in lines))


def test_a_loss_nobody_witnessed_is_settled_by_its_judgement_and_says_by_which() -> None:
    loss = line(EntryKind.LOST, "50")
    container = vial().entered(loss, overfill_percent=OVERFILL)
    case = case_of(container, DiscrepancyKind.LOST, at=NOW, entry=loss)

    assert unwitnessed_in(case, container, window=WINDOW, now=NOW) == [loss]
    decision = judged(PRESCRIBER, loss)
    after = ruled(container, case.id, decision, [loss])

    assert (container.unsettled_since, after.unsettled_since) == (NOW, None)
    assert after.on_hand == milligrams("450")
    (settled,) = [each for each in after.entries if each.id == loss.id]
    assert settled.ruling is not None
    assert (settled.witness, settled.ruling.case_id, settled.ruling.judged) == (None, case.id, decision)
    with pytest.raises(DomainError, match="already_witnessed"):
        after.witnessed(loss.id, OTHER_NURSE, window=WINDOW, now=NOW)


@pytest.mark.parametrize(
    ("found_at", "asked_at", "settles"),
    [(LATER, LATER, True), (LATER, NOW + minutes(30), False), (NOW - minutes(1), LATER, False)],
)
def test_what_was_left_without_a_witness_is_settled_by_the_case_that_found_it_so(
    found_at: datetime, asked_at: datetime, settles: bool
) -> None:
    """Not while somebody may still witness it, and not by a case that is older than the line."""
    container, draw_id = drawn(vial())
    waste = line(EntryKind.WASTED, "50", draw_id=draw_id)
    container = container.entered(waste, overfill_percent=OVERFILL)
    case = case_of(container, DiscrepancyKind.UNSETTLED, at=found_at)

    assert unwitnessed_in(case, container, window=WINDOW, now=asked_at) == ([waste] if settles else [])


def test_a_count_that_was_off_settles_no_line() -> None:
    container = vial().entered(line(EntryKind.SPILLED, "50"), overfill_percent=OVERFILL)

    assert not unwitnessed_in(case_of(container, DiscrepancyKind.COUNT, at=LATER), container, window=WINDOW, now=LATER)


@pytest.mark.parametrize("by", [NURSE, OTHER_NURSE, PRESCRIBER])
def test_who_drew_gave_or_entered_it_does_not_judge_what_nobody_else_saw(by: StaffId) -> None:
    container, draw_id = drawn(vial(), by=OTHER_NURSE)
    container = given(container, draw_id, "20", by=PRESCRIBER)
    loss = line(EntryKind.LOST, "30", draw_id=draw_id)
    container = container.entered(loss, overfill_percent=OVERFILL)

    with pytest.raises(DomainError, match="judge_is_involved"):
        ruled(container, CaseId(new_uuid()), judged(by, loss), [loss])
    assert ruled(container, CaseId(new_uuid()), judged(StaffId("director"), loss), [loss]).unsettled_since is None


def test_a_line_that_was_taken_back_or_entered_anew_is_not_settled_beside_it() -> None:
    first = line(EntryKind.LOST, "50")
    container = vial().entered(first, overfill_percent=OVERFILL)
    case = case_of(container, DiscrepancyKind.LOST, at=NOW, entry=first)
    back = container.reversed(first.id, EntryId(new_uuid()), "it was in the drawer", by=NURSE, now=NOW)
    assert not unwitnessed_in(case, back, window=WINDOW, now=LATER)

    anew = replace(first, id=EntryId(new_uuid()), at=NOW + minutes(5))
    container = container.entered(anew, overfill_percent=OVERFILL)
    container = container.witnessed(anew.id, OTHER_NURSE, window=WINDOW, now=NOW + minutes(6))
    assert not unwitnessed_in(case, container, window=WINDOW, now=LATER)


def test_a_loss_of_more_than_the_log_has_left_is_not_settled() -> None:
    loss = line(EntryKind.LOST, "480")
    container = drawn(vial().entered(loss, overfill_percent=OVERFILL))[0]

    with pytest.raises(DomainError, match="container_exceeded"):
        ruled(container, CaseId(new_uuid()), judged(PRESCRIBER, loss), [loss])


def test_a_line_that_comes_to_a_judged_case_is_settled_by_judging_it_so_once_more() -> None:
    container = vial()
    case = case_of(container, DiscrepancyKind.COUNT, at=NOW).judged(judged())
    loss = line(EntryKind.LOST, "50")

    with pytest.raises(DomainError, match="case_judged"):
        case.judged(judged())
    assert case.judged(judged(PRESCRIBER, loss)).judgements[-1].settles == (loss.id,)


def test_what_was_settled_by_a_judgement_is_taken_back_before_a_witness() -> None:
    loss = line(EntryKind.LOST, "50")
    container = vial().entered(loss, overfill_percent=OVERFILL)
    container = ruled(container, CaseId(new_uuid()), judged(PRESCRIBER, loss), [loss])
    counter_id = EntryId(new_uuid())
    container = container.reversed(loss.id, counter_id, "behind the drawer", by=NURSE, now=LATER)

    assert (container.on_hand, container.unsettled_since) == (milligrams("450"), LATER)
    container = container.witnessed(counter_id, OTHER_NURSE, window=WINDOW, now=LATER)
    assert (container.on_hand, container.unsettled_since) == (milligrams("500"), None)
