"""A medicine that was given although something stood against it is on record and reviewed, and allows nothing."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    arrived,
    checks,
    days,
    minutes,
    new_uuid,
)
from services.sessions.tests.medicines import administered, amount, judged, record, standing, terms
from sessions.domain.administrations import Administration, ByOrder, FromDraw, OrderBasis, OutsideOrder
from sessions.domain.adverse_events import Review, ReviewDecision
from sessions.domain.ids import AdministrationId, ContainerId, DrawId, StaffId
from sessions.domain.medication import (
    MedicationRecord,
    MedicineAllergyTold,
    MedicineReviewCompleted,
    MedicineReviewDue,
    MedicineReviewOverdue,
)
from sessions.domain.medicine_given_outside import against, gave_outside, must_have_been
from sessions.domain.medicine_giving import Situation
from sessions.domain.medicines import MedicineUnit
from sessions.domain.states import SessionState

LATER = NOW + minutes(20)


def given(
    order: ByOrder | None = None, value: str = "4", *, at: datetime = NOW, allergic: bool = False, **mark: Any
) -> Administration:
    whole: dict[str, Any] = {
        "reason": "she could not breathe",
        "recorded_by": NURSE,
        "recorded_at": LATER,
        "review_by": LATER + days(1),
        "policy_version": POLICY.version,
        "against": (),
        "allergic": allergic,
        **mark,
    }
    return Administration(
        id=AdministrationId(new_uuid()),
        order=order or standing(),
        amount=amount(value),
        given_at=at,
        by=NURSE,
        recorded_at=LATER,
        outside=OutsideOrder(**whole),
    )


def unordered(value: str = "1", name: str = "Epinephrine") -> ByOrder:
    of = replace(terms(name, value, value, in_visit=value), interval=minutes(0))
    return ByOrder(basis=OrderBasis.NONE, id=new_uuid(), terms=of)


def found(of: Administration, situation: Situation, *refusals: DomainError) -> list[str]:
    assert of.outside is not None
    return list(against(situation, of, refusals, allergic=of.outside.allergic))


def written(of: Administration | None = None) -> MedicationRecord:
    marked = of or given(against=("allergy_known",))
    return gave_outside(judged(now=LATER), marked)


def review(decision: ReviewDecision = ReviewDecision.RESUME, *, by: StaffId = PRESCRIBER, note: str = "seen") -> Review:
    return Review(decision=decision, note=note, by=by, at=LATER + minutes(5))


def test_everything_that_stood_against_it_is_named_at_once() -> None:
    soon = judged(administered(value="8"), now=LATER, allergies=["ondansetron: hives"])
    despite = given(value="20", at=NOW + minutes(10), allergic=True)
    assert found(despite, soon) == [
        "allergy_known",
        "allergic_to_medicine",
        "medicine_too_soon",
        "visit_maximum_reached",
        "amount_outside_order",
        "visit_maximum_exceeded",
    ]


def test_what_nobody_ordered_is_that_and_judged_by_allergies_alone() -> None:
    twice = judged(administered(terms("Epinephrine", "1", "1", in_visit="1"), "1"), now=LATER)
    assert found(given(unordered(), "1", at=NOW + minutes(9)), twice) == ["medicine_not_ordered"]
    allergic = judged(now=LATER, allergies=["epinephrine"])
    assert found(given(unordered(), "1"), allergic) == ["medicine_not_ordered", "allergy_known"]


def test_a_controlled_one_that_is_not_in_the_log_says_so() -> None:
    assert found(given(unordered(name="Lorazepam"), "1"), judged(now=LATER)) == [
        "medicine_not_ordered",
        "controlled_without_draw",
    ]


def test_what_the_patient_brought_is_counted_as_it_comes() -> None:
    own = unordered(name="Lorazepam")
    tablet = given(replace(own, terms=replace(own.terms, unit=MedicineUnit.TABLET)), "1")
    must_have_been(judged(now=LATER), tablet)
    assert found(tablet, judged(now=LATER)) == ["medicine_not_ordered", "controlled_without_draw"]
    drawn = replace(tablet, drawn=FromDraw(container_id=ContainerId(new_uuid()), draw_id=DrawId(new_uuid())))
    with pytest.raises(DomainError, match=r"^controlled_in_milligrams$"):
        must_have_been(judged(now=LATER), drawn)


def test_what_comes_too_late_for_the_ordinary_way_is_written_down_all_the_same() -> None:
    assert found(given(), judged(now=NOW + days(2))) == ["given_too_long_ago"]


def test_what_its_order_allows_is_no_matter_for_this() -> None:
    assert found(given(), judged(now=LATER)) == []
    with pytest.raises(DomainError, match=r"^order_allows_it$"):
        gave_outside(judged(now=LATER), given())


@pytest.mark.parametrize(
    ("of", "situation", "code"),
    [
        (given(at=LATER + minutes(1)), judged(now=LATER), "given_in_future"),
        (given(at=NOW - days(8)), judged(now=LATER), "recorded_too_late"),
        (given(at=NOW - days(2)), judged(now=LATER), "given_before_arrival"),
        (given(reason=" "), judged(now=LATER), "reason_missing"),
        (given(value="0"), judged(now=LATER), "amount_invalid"),
        (given(unordered("0"), "0"), judged(now=LATER), "dose_range_invalid"),
        (given(unordered(name="Ketamine")), judged(now=LATER), "medicine_is_the_dose"),
        (given(), judged(administered(), now=LATER), "medicine_recorded_already"),
        (given(), judged(session=replace(arrived(), state=SessionState.SCHEDULED), now=LATER), "wrong_state"),
    ],
)
def test_what_cannot_have_been_is_refused(of: Administration, situation: Situation, code: str) -> None:
    with pytest.raises(DomainError, match=rf"^{code}$"):
        must_have_been(situation, of)


def test_it_counts_with_everything_that_was_given_of_the_medicine() -> None:
    there = replace(arrived(), checks=checks())
    after = replace(judged(now=LATER, session=there), record=written(given(value="8", against=("allergy_known",))))
    with pytest.raises(DomainError, match=r"^medicine_too_soon$"):
        after.must_allow(standing(), LATER, allergic=False)


def test_that_it_waits_is_told_and_so_is_an_allergy() -> None:
    told = written(given(against=("allergic_to_medicine",), allergic=True))
    assert [type(each) for each in told.facts] == [MedicineAllergyTold, MedicineReviewDue]
    assert told.allergies_told == ("Ondansetron",)
    assert told.review_by == LATER + days(1)
    assert record(administered()).review_by is None


@pytest.mark.parametrize(("by", "code"), [(NURSE, "reviewer_involved"), (StaffId("who-gave-it"), "reviewer_involved")])
def test_whoever_had_a_hand_in_it_does_not_review_it(by: StaffId, code: str) -> None:
    of = replace(given(against=("allergy_known",)), by=StaffId("who-gave-it"))
    with pytest.raises(DomainError, match=rf"^{code}$"):
        written(of).reviewed(of.id, review(by=by))


def test_a_review_says_what_it_found_and_is_decided_once() -> None:
    waiting = written()
    given_id = waiting.given[-1].id
    with pytest.raises(DomainError, match=r"^note_missing$"):
        waiting.reviewed(given_id, review(note=" "))
    held = waiting.reviewed(given_id, review(ReviewDecision.HOLD))
    assert held.review_by is not None
    decided = held.reviewed(given_id, review(by=StaffId("staff-director")))
    assert isinstance(decided.facts[-1], MedicineReviewCompleted)
    assert decided.review_by is None
    with pytest.raises(DomainError, match=r"^review_final$"):
        decided.reviewed(given_id, review())


def test_of_what_its_order_allowed_there_is_nothing_to_review() -> None:
    ordinary = record(administered())
    with pytest.raises(DomainError, match=r"^administration_not_found$"):
        ordinary.reviewed(ordinary.given[0].id, review())


def test_a_late_review_is_said_once() -> None:
    waiting = written()
    due = waiting.review_overdue_at
    assert due is not None
    assert waiting.reviews_overdue(now=due - minutes(1)) is waiting
    late = waiting.reviews_overdue(now=due)
    assert isinstance(late.facts[-1], MedicineReviewOverdue)
    assert late.review_overdue_at is None
    assert late.reviews_overdue(now=due + days(1)) is late
