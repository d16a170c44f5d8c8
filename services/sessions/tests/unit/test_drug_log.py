"""The drug log: whatever is entered in whatever order, received + overfill = everything gone + on hand."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    MILL_VALLEY,
    NOW,
    NURSE,
    OTHER_NURSE,
    POLICY,
    PRESCRIBER,
    SESSION,
    TODAY,
    days,
    dose,
    drawn,
    given,
    minutes,
    new_uuid,
    vial,
)
from sessions.domain.drug_amounts import DrugQuantity, DrugUnit
from sessions.domain.drug_entered_late import happened_in_log
from sessions.domain.drug_entries import ADDING, WITNESSED, Destroyed, Disposal, Entry, EntryKind, Returned
from sessions.domain.drug_log import DrugLossReported
from sessions.domain.ids import DrawId, EntryId, SessionId, StaffId
from sessions.domain.units import Milligrams, milligrams

WINDOW = minutes(30)
OVERFILL = POLICY.drug_log.overfill_percent.value

DISPOSED: dict[EntryKind, Disposal] = {
    EntryKind.RETURNED: Returned(distributor="Reverse Example Inc.", dea_number="RE0123454"),
    EntryKind.DESTROYED: Destroyed(place="the clinic", method="incineration"),
}


def entry(
    kind: EntryKind = EntryKind.WASTED, mass: str = "10", *, draw_id: DrawId | None = None, by: StaffId = NURSE
) -> Entry:
    return Entry(id=EntryId(new_uuid()), kind=kind, mass=milligrams(mass), by=by, at=NOW, draw_id=draw_id)


class AnyDay(RuleBasedStateMachine):
    """One vial, handled in any order, also wrongly: what is refused must leave it as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.vial = vial()
        self.given = Decimal(0)

    masses = st.decimals("0.5", "120", places=1).map(Milligrams)
    people = st.sampled_from([NURSE, OTHER_NURSE])

    @rule(volume=st.decimals("0.1", "4", places=1))
    def draw(self, volume: Decimal) -> None:
        with suppress(DomainError):
            self.vial = self.vial.drawn(
                DrawId(new_uuid()),
                SESSION,
                DrugQuantity(value=volume, unit=DrugUnit.MILLILITRE),
                location_id=MILL_VALLEY,
                by=NURSE,
                today=TODAY,
                now=NOW,
            )

    @rule(mass=masses, pick=st.integers(0, 9))
    def administer(self, mass: Milligrams, pick: int) -> None:
        if self.vial.draws:
            draw = self.vial.draws[pick % len(self.vial.draws)]
            with suppress(DomainError):
                self.vial = given(self.vial, draw.id, str(mass.value))
                self.given += mass.value

    @rule(kind=st.sampled_from(EntryKind), mass=masses, pick=st.integers(0, 9), from_draw=st.booleans(), by=people)
    def enter(self, kind: EntryKind, mass: Milligrams, pick: int, from_draw: bool, by: StaffId) -> None:
        draws = self.vial.draws
        draw_id = draws[pick % len(draws)].id if from_draw and draws else None
        gone = DISPOSED.get(kind)
        line = Entry(id=EntryId(new_uuid()), kind=kind, mass=mass, by=by, at=NOW, draw_id=draw_id, disposal=gone)
        with suppress(DomainError):
            self.vial = self.vial.entered(line, overfill_percent=OVERFILL)

    @rule(pick=st.integers(0, 30), by=people)
    def witness(self, pick: int, by: StaffId) -> None:
        line = self.vial.entries[pick % len(self.vial.entries)]
        with suppress(DomainError):
            self.vial = self.vial.witnessed(line.id, by, window=WINDOW, now=NOW)

    @rule(pick=st.integers(0, 30))
    def take_back(self, pick: int) -> None:
        line = self.vial.entries[pick % len(self.vial.entries)]
        with suppress(DomainError):
            self.vial = self.vial.reversed(line.id, EntryId(new_uuid()), "entered twice", by=NURSE, now=NOW)

    @invariant()
    def it_balances(self) -> None:
        received = self.vial.sum_of(*ADDING)
        gone = [self.vial.sum_of(kind).value for kind in EntryKind if kind not in ADDING]
        assert received.value == sum(gone, Decimal(0)) + self.vial.on_hand.value

    @invariant()
    def nothing_is_negative_and_no_draw_gives_more_than_it_holds(self) -> None:
        assert self.vial.in_container.value >= 0
        assert all(self.vial.open_of(draw).value >= 0 for draw in self.vial.draws)

    @invariant()
    def nothing_counts_twice_or_unseen(self) -> None:
        for line in self.vial.entries:
            assert not line.counts or line.kind not in WITNESSED or line.witness is not None
            assert sum(each.counts for each in self.vial.entries if each.reverses == line.id) <= line.counts

    @invariant()
    def what_was_given_is_what_the_log_says(self) -> None:
        assert self.vial.sum_of(EntryKind.ADMINISTERED).value == self.given

    @invariant()
    def what_counts_and_needs_a_witness_has_another_person_as_such(self) -> None:
        assert all(line.witness is None or line.witness.by != line.by for line in self.vial.entries)


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=60, stateful_step_count=25)


def test_a_dose_drawn_given_and_its_rest_wasted_before_a_witness_settles_the_draw() -> None:
    container, draw_id = drawn(vial())
    container = given(container, draw_id, "40")
    waste = entry(mass="10", draw_id=draw_id)
    container = container.entered(waste, overfill_percent=OVERFILL)

    assert container.unsettled
    container = container.witnessed(waste.id, OTHER_NURSE, window=WINDOW, now=NOW + minutes(2))

    assert not container.unsettled
    assert container.on_hand == milligrams(450)


@pytest.mark.parametrize(("drawer", "giver", "waster"), [(NURSE, OTHER_NURSE, PRESCRIBER)])
def test_nobody_who_drew_gave_or_wasted_is_the_witness(drawer: StaffId, giver: StaffId, waster: StaffId) -> None:
    container, draw_id = drawn(vial(), by=drawer)
    container = given(container, draw_id, "40", by=giver)
    waste = entry(mass="10", draw_id=draw_id, by=waster)
    container = container.entered(waste, overfill_percent=OVERFILL)

    for somebody in (drawer, giver, waster):
        with pytest.raises(DomainError, match="witness_is_actor"):
            container.witnessed(waste.id, somebody, window=WINDOW, now=NOW)


def test_after_half_an_hour_a_waste_is_entered_anew_with_its_witness() -> None:
    container, draw_id = drawn(vial())
    waste = entry(mass="50", draw_id=draw_id)
    container = container.entered(waste, overfill_percent=OVERFILL)

    with pytest.raises(DomainError, match="witness_too_late"):
        container.witnessed(waste.id, OTHER_NURSE, window=WINDOW, now=NOW + minutes(31))
    assert container.unsettled_since == NOW


def test_a_witnessed_entry_is_witnessed_once() -> None:
    container, draw_id = drawn(vial())
    waste = entry(mass="50", draw_id=draw_id)
    container = container.entered(waste, overfill_percent=OVERFILL).witnessed(
        waste.id, OTHER_NURSE, window=WINDOW, now=NOW
    )

    with pytest.raises(DomainError, match="already_witnessed"):
        container.witnessed(waste.id, PRESCRIBER, window=WINDOW, now=NOW)


def test_more_than_the_vial_holds_is_not_drawn() -> None:
    with pytest.raises(DomainError, match="container_exceeded"):
        drawn(vial(), "10.1")


def test_overfill_is_entered_once_the_vial_is_empty_and_counts_once_witnessed() -> None:
    overfill = entry(EntryKind.OVERFILL, "25")
    with pytest.raises(DomainError, match="overfill_before_empty"):
        vial().entered(overfill, overfill_percent=OVERFILL)

    container = drawn(vial(), "10")[0].entered(overfill, overfill_percent=OVERFILL)

    assert container.in_container == milligrams(0)
    container = container.witnessed(overfill.id, OTHER_NURSE, window=WINDOW, now=NOW)
    assert container.in_container == milligrams(25)


@pytest.mark.parametrize(("already", "more"), [(None, "50.1"), ("25", "25.1")])
def test_overfill_is_at_most_a_tenth_of_the_label_all_together(already: str | None, more: str) -> None:
    container = drawn(vial(), "10")[0]
    if already is not None:
        container = container.entered(entry(EntryKind.OVERFILL, already), overfill_percent=OVERFILL)

    with pytest.raises(DomainError, match="overfill_too_much"):
        container.entered(entry(EntryKind.OVERFILL, more), overfill_percent=OVERFILL)


@pytest.mark.parametrize("kind", sorted(set(EntryKind) - ADDING - {EntryKind.ADMINISTERED, EntryKind.HANDED_OUT}))
def test_whatever_leaves_without_being_given_counts_only_once_somebody_else_has_seen_it(kind: EntryKind) -> None:
    container, draw_id = drawn(vial())
    container = given(container, draw_id, "50")
    gone = replace(entry(kind, "400"), disposal=DISPOSED.get(kind))
    container = container.entered(gone, overfill_percent=OVERFILL)

    assert (container.on_hand, container.unsettled_since) == (milligrams(450), NOW)
    assert container.witnessed(gone.id, OTHER_NURSE, window=WINDOW, now=NOW).on_hand == milligrams(50)


@pytest.mark.parametrize(
    ("kind", "disposal", "code"),
    [
        (EntryKind.RETURNED, None, "disposal_missing"),
        (EntryKind.DESTROYED, None, "disposal_missing"),
        (EntryKind.RETURNED, DISPOSED[EntryKind.DESTROYED], "disposal_missing"),
        (EntryKind.DESTROYED, DISPOSED[EntryKind.RETURNED], "disposal_missing"),
        (EntryKind.SPILLED, DISPOSED[EntryKind.RETURNED], "disposal_forbidden"),
        (EntryKind.WASTED, None, "stock_is_not_waste"),
    ],
)
def test_stock_that_is_kept_no_longer_goes_back_or_is_destroyed_and_the_log_says_where(
    kind: EntryKind, disposal: Disposal | None, code: str
) -> None:
    with pytest.raises(DomainError, match=code):
        vial().entered(replace(entry(kind), disposal=disposal), overfill_percent=OVERFILL)


@pytest.mark.parametrize("kind", [EntryKind.RETURNED, EntryKind.DESTROYED])
def test_residue_of_what_was_drawn_up_is_wasted_and_nothing_else(kind: EntryKind) -> None:
    container, draw_id = drawn(vial())
    rest = replace(entry(kind, draw_id=draw_id), disposal=DISPOSED[kind])

    with pytest.raises(DomainError, match="residue_is_wasted"):
        container.entered(rest, overfill_percent=OVERFILL)
    assert container.entered(entry(draw_id=draw_id), overfill_percent=OVERFILL).unsettled


def test_a_loss_is_said_at_once() -> None:
    container = vial().entered(entry(EntryKind.LOST, "450"), overfill_percent=OVERFILL)

    assert [type(fact) for fact in container.facts] == [DrugLossReported]


def test_what_was_drawn_for_one_session_is_not_given_in_another() -> None:
    container, draw_id = drawn(vial())

    with pytest.raises(DomainError, match="draw_of_another_session"):
        container.administered(EntryId(new_uuid()), SessionId(new_uuid()), replace(dose("40"), draw_id=draw_id))


def test_not_more_is_given_than_was_drawn() -> None:
    container, draw_id = drawn(vial())

    with pytest.raises(DomainError, match="draw_exceeded"):
        given(container, draw_id, "51")


def test_a_device_is_given_once_from_whichever_draw() -> None:
    device = replace(dose("28"), serial="SN-1")
    container, first = drawn(vial())
    container, second = drawn(container)
    container = container.administered(EntryId(new_uuid()), SESSION, replace(device, draw_id=first))

    with pytest.raises(DomainError, match="serial_used"):
        container.administered(EntryId(new_uuid()), SESSION, replace(device, draw_id=second))


def test_past_its_date_nothing_is_drawn() -> None:
    with pytest.raises(DomainError, match="container_expired"):
        vial().drawn(
            DrawId(new_uuid()),
            SESSION,
            DrugQuantity(value=Decimal(1), unit=DrugUnit.MILLILITRE),
            location_id=MILL_VALLEY,
            by=NURSE,
            today=date(2027, 7, 1),
            now=NOW,
        )


@pytest.mark.parametrize("kind", [EntryKind.RECEIVED, EntryKind.ADMINISTERED])
def test_receipt_and_administration_are_not_entered_by_hand(kind: EntryKind) -> None:
    with pytest.raises(DomainError, match="entry_forbidden"):
        vial().entered(entry(kind), overfill_percent=OVERFILL)


def test_a_counter_entry_says_why_and_is_made_once() -> None:
    loss = entry(EntryKind.LOST, "30")
    container = vial().entered(loss, overfill_percent=OVERFILL)

    with pytest.raises(DomainError, match="note_missing"):
        container.reversed(loss.id, EntryId(new_uuid()), " ", by=NURSE, now=NOW)
    container = container.reversed(loss.id, EntryId(new_uuid()), "found behind the drawer", by=NURSE, now=NOW)
    assert container.on_hand == milligrams(500)
    with pytest.raises(DomainError, match="already_reversed"):
        container.reversed(loss.id, EntryId(new_uuid()), "again", by=NURSE, now=NOW)


def test_a_line_nobody_saw_is_taken_back_and_waits_for_nobody() -> None:
    container, draw_id = drawn(vial())
    mistyped = entry(mass="45", draw_id=draw_id)
    container = container.entered(mistyped, overfill_percent=OVERFILL)
    container = container.reversed(mistyped.id, EntryId(new_uuid()), "a typing error", by=NURSE, now=NOW)

    with pytest.raises(DomainError, match="already_reversed"):
        container.witnessed(mistyped.id, OTHER_NURSE, window=WINDOW, now=NOW)
    with pytest.raises(DomainError, match="already_reversed"):
        container.witnessed(container.entries[-1].id, OTHER_NURSE, window=WINDOW, now=NOW)
    right = entry(mass="50", draw_id=draw_id)
    container = container.entered(right, overfill_percent=OVERFILL).witnessed(
        right.id, OTHER_NURSE, window=WINDOW, now=NOW
    )
    assert (container.on_hand, container.unsettled_since) == (milligrams(450), None)


def test_a_counter_entry_nobody_saw_in_time_is_made_again_and_counts_once() -> None:
    container, draw_id = drawn(vial())
    waste = entry(mass="50", draw_id=draw_id)
    container = container.entered(waste, overfill_percent=OVERFILL).witnessed(
        waste.id, OTHER_NURSE, window=WINDOW, now=NOW
    )
    for _ in range(2):
        container = container.reversed(waste.id, EntryId(new_uuid()), "it was the other vial", by=NURSE, now=NOW)
    first, second = container.entries[-2:]
    assert container.unsettled_since == NOW
    container = container.witnessed(second.id, OTHER_NURSE, window=WINDOW, now=NOW)

    with pytest.raises(DomainError, match="already_reversed"):
        container.witnessed(first.id, OTHER_NURSE, window=WINDOW, now=NOW)
    assert (container.on_hand, container.open_of(container.draws[0])) == (milligrams(500), milligrams(50))
    again = entry(mass="50", draw_id=draw_id)
    container = container.entered(again, overfill_percent=OVERFILL).witnessed(
        again.id, OTHER_NURSE, window=WINDOW, now=NOW
    )
    assert container.unsettled_since is None


def test_what_is_entered_from_paper_is_of_today_and_says_when_it_happened() -> None:
    held = vial()
    evening = NOW + minutes(300)
    then = happened_in_log(held, None, NOW + minutes(60), POLICY, now=evening)
    late = replace(entry(EntryKind.RETURNED), disposal=DISPOSED[EntryKind.RETURNED], at=evening, happened_at=then)

    after = held.entered(late, overfill_percent=OVERFILL)

    assert (after.entries[-1].at, after.entries[-1].was_at) == (evening, NOW + minutes(60))
    assert after.touched_between(evening, evening + minutes(1))
    assert happened_in_log(held, None, None, POLICY, now=evening) is None
    taken_back = after.reversed(late.id, EntryId(new_uuid()), "not sent", by=NURSE, now=evening + minutes(5))
    assert taken_back.entries[-1].was_at is None


@pytest.mark.parametrize(
    ("then", "now", "refused"),
    [
        (NOW + minutes(6), NOW + minutes(5), "happened_in_future"),
        (NOW - minutes(1), NOW + minutes(5), "happened_later"),
        (NOW + minutes(1), NOW + days(8), "recorded_too_late"),
    ],
)
def test_nothing_happened_to_a_drug_before_it_was_there(then: datetime, now: datetime, refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        happened_in_log(vial(), None, then, POLICY, now=now)


def test_what_was_drawn_up_and_entered_late_can_be_wasted_since_it_was_given() -> None:
    """The draw was entered with the dose, two hours after."""
    drawn_at, given_at = NOW + minutes(180), NOW + minutes(60)
    held, draw_id = drawn(vial())
    late = replace(held.draws[-1], at=drawn_at)
    held = replace(held, draws=(*held.draws[:-1], late))
    assert held.since(draw_id) == drawn_at

    gave = replace(entry(EntryKind.ADMINISTERED, draw_id=draw_id), at=drawn_at, given_at=given_at)

    assert replace(held, entries=(*held.entries, gave)).since(draw_id) == given_at
