"""Medicines beside the dose: what may be ordered, who signs it, when it may be given, and how it is put right."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from decimal import Decimal

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
    arrived,
    checks,
    days,
    hours,
    minutes,
    new_uuid,
    vitals,
)
from services.sessions.tests.medicines import (
    administered,
    amount,
    by_word,
    judged,
    record,
    standing,
    standing_order,
    terms,
    verbal,
)
from sessions.domain.administrations import (
    Effect,
    FromDraw,
    MedicineAmendment,
    NotGiven,
    NotGivenReason,
    Relief,
)
from sessions.domain.checks import Checks, RiskLevel
from sessions.domain.corrections import Corrector
from sessions.domain.discharge import Discharge, DischargeScore
from sessions.domain.gate import Refusal, RefusalReason
from sessions.domain.ids import ContainerId, DrawId, LocationId, StaffId
from sessions.domain.medication import OrderSignatureCompleted, OrderSignatureDue, OrderSignatureOverdue
from sessions.domain.medicine_orders import Answer, MedicineOrder
from sessions.domain.medicines import MedicineTerms, MedicineUnit, SignLimit
from sessions.domain.sessions import Session
from sessions.domain.standing_orders import StandingOrder
from sessions.domain.states import SessionState
from sessions.domain.stops import StopKind
from sessions.domain.units import milligrams
from sessions.domain.vitals import Signal, VitalSigns
from sessions.domain.words import VisitKind

FLOW = MedicineUnit.LITRE_PER_MINUTE
LOW = SignLimit(signal=Signal.SYSTOLIC, at_most=109)


def refused(code: str) -> AbstractContextManager[object]:
    return pytest.raises(DomainError, match=f"^{code}$")


def corrector(*, by: StaffId = NURSE, prescriber: bool = False, after: int = 60, reason: str = "misread") -> Corrector:
    return Corrector(by=by, prescriber=prescriber, reason=reason, now=NOW + minutes(after))


# -- what is ordered -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ordered", "code"),
    [
        (terms(least="0"), "dose_range_invalid"),
        (terms(least="8", most="4"), "dose_range_invalid"),
        (terms(in_visit="7.9"), "visit_maximum_invalid"),
        (terms(in_visit=None), "visit_maximum_invalid"),
        (terms("Oxygen", "1", "4", in_visit="4", unit=FLOW), "visit_maximum_invalid"),
        (terms(limits=[SignLimit(signal=Signal.SYSTOLIC)]), "sign_limit_invalid"),
        (terms(limits=[SignLimit(signal=Signal.SYSTOLIC, at_most=120, at_least=120)]), "sign_limit_invalid"),
        (terms("Ketamine"), "medicine_is_the_dose"),
        (terms("KETAMINE-hydrochloride, vial"), "medicine_is_the_dose"),
        (terms("Lorazepam", unit=MedicineUnit.TABLET), "controlled_in_milligrams"),
        (terms("Something new", unit=MedicineUnit.TABLET, controlled=True), "controlled_in_milligrams"),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused(ordered: MedicineTerms, code: str) -> None:
    with refused(code):
        ordered.must_make_sense(POLICY)


@pytest.mark.parametrize(
    "ordered",
    [
        terms(least="4", most="4", in_visit="4"),
        terms("Oxygen", "1", "4", in_visit=None, unit=FLOW),
        terms("Lorazepam", "0.5", "1", in_visit="2"),
        terms(limits=[SignLimit(signal=Signal.SYSTOLIC, at_most=99, at_least=180)]),
    ],
)
def test_what_can_be_meant_is_ordered(ordered: MedicineTerms) -> None:
    ordered.must_make_sense(POLICY)


@pytest.mark.parametrize("drug", sorted({each for route in POLICY.routes.values() for each in route.drugs.value}))
def test_no_drug_of_a_dose_is_ordered_beside_it(drug: str) -> None:
    with refused("medicine_is_the_dose"):
        terms(f"{drug.upper()}, another vial").must_make_sense(POLICY)


def test_a_controlled_medicine_is_known_by_its_name_or_because_somebody_says_so() -> None:
    assert terms("LORazepam 2 mg/mL").is_controlled(POLICY)
    assert terms("Ativan").is_controlled(POLICY)
    assert terms("Something new", controlled=True).is_controlled(POLICY)
    assert not terms("Ondansetron").is_controlled(POLICY)


# -- standing orders -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY, TODAY - days(1)), (TODAY - days(9), TODAY - days(1)), (TODAY + days(2), TODAY + days(1))],
)
def test_a_standing_order_ends_after_it_begins_and_not_in_the_past(first: date, last: date) -> None:
    with refused("validity_invalid"):
        replace(standing_order(), valid_from=first, valid_until=last).must_make_sense(POLICY, today=TODAY)


def test_a_standing_order_counts_on_its_days_at_its_location_until_it_is_revoked() -> None:
    order = standing_order()
    for day in (TODAY, TODAY + days(30)):
        order.must_count(MILL_VALLEY, on=day, at=NOW)
    for day in (TODAY - days(1), TODAY + days(31)):
        with refused("order_not_in_force"):
            order.must_count(MILL_VALLEY, on=day, at=NOW)
    with refused("order_elsewhere"):
        order.must_count(LocationId(new_uuid()), on=TODAY, at=NOW)
    revoked = order.revoked("another medicine is kept", by=PRESCRIBER, now=NOW)
    revoked.must_count(MILL_VALLEY, on=TODAY, at=NOW - minutes(1))
    with refused("standing_order_revoked"):
        revoked.must_count(MILL_VALLEY, on=TODAY, at=NOW)


def test_nothing_is_given_by_a_standing_order_before_it_was_signed() -> None:
    with refused("order_not_in_force"):
        replace(standing_order(), signed_at=NOW).must_count(MILL_VALLEY, on=TODAY, at=NOW - minutes(1))


def test_a_standing_order_is_revoked_once_with_a_reason() -> None:
    order: StandingOrder = standing_order()
    with refused("reason_missing"):
        order.revoked(" ", by=PRESCRIBER, now=NOW)
    revoked = order.revoked("not kept any more", by=PRESCRIBER, now=NOW)
    assert (revoked.version, revoked.terms) == (order.version + 1, order.terms)
    with refused("standing_order_revoked"):
        revoked.revoked("again", by=PRESCRIBER, now=NOW)


# -- orders by word --------------------------------------------------------------------------------------------------


def test_an_order_by_word_is_read_back_has_a_reason_and_comes_from_somebody_else() -> None:
    with refused("order_not_read_back"):
        verbal(read_back=False)
    with refused("reason_missing"):
        verbal(reason=" ")
    with refused("order_from_oneself"):
        verbal(taken_by=PRESCRIBER)


def test_an_order_by_word_is_to_be_signed_within_the_time_of_the_policy() -> None:
    order = verbal()
    after = record().ordered(order)
    assert (after.sign_by, after.overdue_at) == (NOW + hours(24), NOW + hours(24))
    (due,) = after.facts
    assert isinstance(due, OrderSignatureDue)
    assert (due.order_id, due.sign_by, due.at) == (order.id, NOW + hours(24), NOW)


def test_what_a_prescriber_wrote_waits_for_nobody() -> None:
    order = MedicineOrder.written(verbal().id, terms(), POLICY, by=PRESCRIBER, now=NOW)
    after = record().ordered(order)
    assert (after.waiting, after.overdue_at, after.facts) == ((), None, ())
    with refused("order_written"):
        after.answered(order.id, Answer(signed=True, at=NOW), by=PRESCRIBER)


def test_its_prescriber_signs_it_once_and_nobody_else_does() -> None:
    order = verbal()
    before = record().ordered(order)
    with refused("order_of_another"):
        before.answered(order.id, Answer(signed=True, at=NOW), by=OTHER_NURSE)
    signed = before.answered(order.id, Answer(signed=True, at=NOW + hours(1)), by=PRESCRIBER)
    assert (signed.waiting, signed.overdue_at) == ((), None)
    assert isinstance(signed.facts[-1], OrderSignatureCompleted)
    signed.orders[0].must_count(at=NOW)
    with refused("order_answered"):
        signed.answered(order.id, Answer(signed=False, reason="no", at=NOW + hours(2)), by=PRESCRIBER)
    with refused("medicine_order_not_found"):
        before.answered(verbal().id, Answer(signed=True, at=NOW), by=PRESCRIBER)


def test_who_gave_an_order_is_put_right_at_any_time_while_it_waits_and_both_names_stay() -> None:
    order = verbal()
    before = record().ordered(order)
    months = corrector(after=90 * 24 * 60, reason="mistyped")
    after = before.taken_from(order.id, OTHER_NURSE, months)
    (named,) = after.orders
    assert (named.prescriber, named.by_word and named.by_word.sign_by) == (OTHER_NURSE, NOW + hours(24))
    assert named.by_word is not None
    assert [(each.prescriber, each.reason) for each in named.by_word.earlier] == [(PRESCRIBER, "mistyped")]
    with refused("order_of_another"):
        after.answered(order.id, Answer(signed=True, at=NOW), by=PRESCRIBER)
    answered = after.answered(order.id, Answer(signed=True, at=NOW), by=OTHER_NURSE)
    with refused("order_answered"):
        answered.taken_from(order.id, PRESCRIBER, months)
    for prescriber, by, code in (
        (PRESCRIBER, months, "nothing_corrected"),
        (NURSE, months, "order_from_oneself"),
        (OTHER_NURSE, corrector(reason=" "), "reason_missing"),
        (OTHER_NURSE, corrector(by=OTHER_NURSE), "correction_forbidden"),
    ):
        with refused(code):
            before.taken_from(order.id, prescriber, by)


def test_a_refused_order_is_disputed_and_nothing_more_is_given_by_it() -> None:
    order = verbal()
    before = record().ordered(order)
    with refused("reason_missing"):
        before.answered(order.id, Answer(signed=False, at=NOW), by=PRESCRIBER)
    after = before.answered(order.id, Answer(signed=False, reason="I said 4", at=NOW), by=PRESCRIBER)
    assert after.orders[0].disputed
    assert after.waiting == ()
    with refused("order_disputed"):
        after.orders[0].must_count(at=NOW)


def test_a_late_signature_is_said_once_stays_on_the_list_and_still_counts() -> None:
    first, second = verbal(), verbal(at=NOW + hours(1))
    before = record().ordered(second).ordered(first)
    assert [each.id for each in before.waiting] == [first.id, second.id]
    assert before.overdue(now=NOW + hours(23)) is before
    late = before.overdue(now=NOW + hours(24))
    said = [each for each in late.facts if isinstance(each, OrderSignatureOverdue)]
    assert [(each.order_id, each.at) for each in said] == [(first.id, NOW + hours(24))]
    assert (late.version, late.overdue_at) == (before.version + 1, NOW + hours(25))
    assert [each.id for each in late.waiting] == [first.id, second.id]
    assert late.overdue(now=NOW + hours(24)) is late
    signed = late.answered(first.id, Answer(signed=True, at=NOW + hours(30)), by=PRESCRIBER)
    assert [each.id for each in signed.waiting] == [second.id]


def test_nothing_is_given_by_an_order_before_there_was_one() -> None:
    with refused("given_before_order"):
        verbal().must_count(at=NOW - minutes(1))


# -- giving ----------------------------------------------------------------------------------------------------------


def seen(*signs: VitalSigns) -> Session:
    return replace(arrived(), checks=replace(checks(), baseline=signs))


def test_what_is_within_its_order_is_given() -> None:
    for order in (standing(), by_word(verbal())):
        judged().must_allow(order, NOW, allergic=False)
        judged().must_allow_amount(order, amount("4"))
        judged().must_be_drawn(order, None)


@pytest.mark.parametrize("value", ["3.9", "8.1", "0"])
def test_an_amount_outside_the_order_is_refused(value: str) -> None:
    with refused("amount_outside_order"):
        judged().must_allow_amount(standing(), amount(value))


def test_all_of_a_medicine_in_a_visit_counts_together_under_whichever_order() -> None:
    after = judged(administered(value="4"), now=NOW + hours(1))
    after.must_allow(standing(), NOW + hours(1), allergic=False)
    after.must_allow_amount(by_word(verbal()), amount("4"))
    with refused("visit_maximum_exceeded"):
        after.must_allow_amount(standing(), amount("4.1"))
    full = judged(administered(value="4"), administered(terms(" ONDANSETRON "), "4"), now=NOW + hours(1))
    with refused("visit_maximum_reached"):
        full.must_allow(standing(), NOW + hours(1), allergic=False)


def test_another_medicine_counts_apart() -> None:
    judged(administered(terms("Glycopyrrolate"), "8")).must_allow(standing(), NOW, allergic=False)


def test_between_two_doses_is_the_time_of_the_order_whichever_is_written_down_first() -> None:
    after = judged(administered(value="4"), now=NOW + hours(2))
    for at in (NOW + minutes(59), NOW - minutes(59)):
        with refused("medicine_too_soon"):
            after.must_allow(standing(), at, allergic=False)
    for at in (NOW + hours(1), NOW - hours(1)):
        after.must_allow(standing(), at, allergic=False)


def test_a_medicine_is_counted_in_one_unit_in_a_visit() -> None:
    after = judged(administered(terms(unit=MedicineUnit.TABLET), "1"), now=NOW + hours(2))
    with refused("medicine_in_other_unit"):
        after.must_allow(standing(), NOW + hours(2), allergic=False)


def test_what_flows_has_no_sum_but_a_range_and_a_time_between() -> None:
    oxygen = terms("Oxygen", "1", "4", in_visit=None, unit=FLOW, interval=minutes(0))
    after = judged(*(administered(oxygen, "4") for _ in range(5)))
    after.must_allow(standing(oxygen), NOW, allergic=False)
    after.must_allow_amount(standing(oxygen), amount("4"))
    with refused("amount_outside_order"):
        after.must_allow_amount(standing(oxygen), amount("5"))


def test_nothing_is_given_to_who_says_they_are_allergic_to_it() -> None:
    with refused("allergic_to_medicine"):
        judged().must_allow(by_word(verbal()), NOW, allergic=True)


def test_by_a_standing_order_nothing_is_given_before_allergies_were_asked_by_one_from_a_prescriber_it_is() -> None:
    unasked = judged(session=replace(arrived(), checks=Checks()))
    with refused("allergies_not_asked"):
        unasked.must_allow(standing(), NOW, allergic=False)
    unasked.must_allow(by_word(verbal()), NOW, allergic=False)


def test_a_finding_that_stands_speaks_against_what_its_order_says() -> None:
    order = standing(terms(not_with=[StopKind.PREGNANCY]))
    judged(findings=[StopKind.INTOXICATION]).must_allow(order, NOW, allergic=False)
    with refused("contraindicated_by_finding"):
        judged(findings=[StopKind.PREGNANCY]).must_allow(order, NOW, allergic=False)


@pytest.mark.parametrize(
    ("limit", "allowed", "forbidden"),
    [
        (LOW, (110, 70), (109, 70)),
        (SignLimit(signal=Signal.DIASTOLIC, at_least=110), (180, 109), (180, 110)),
    ],
)
def test_a_limit_of_a_sign_belongs_to_the_stricter_side(
    limit: SignLimit, allowed: tuple[int, int], forbidden: tuple[int, int]
) -> None:
    order = standing(terms(limits=[limit]))
    judged(session=seen(vitals(allowed))).must_allow(order, NOW, allergic=False)
    with refused("contraindicated_by_signs"):
        judged(session=seen(vitals(forbidden))).must_allow(order, NOW, allergic=False)


def test_of_the_signs_the_newest_count_and_only_while_they_are_fresh() -> None:
    order = standing(terms(limits=[LOW]))
    low, fine = vitals((100, 60)), vitals(at=NOW + minutes(5))
    judged(session=seen(low, fine), now=NOW + minutes(6)).must_allow(order, NOW + minutes(6), allergic=False)
    with refused("signs_not_recent"):
        judged(session=seen(fine), now=NOW + minutes(21)).must_allow(order, NOW + minutes(21), allergic=False)
    with refused("signs_not_recent"):
        judged(session=seen()).must_allow(order, NOW, allergic=False)


def test_a_sign_nobody_assessed_is_no_sign_to_give_by() -> None:
    order = standing(terms(limits=[SignLimit(signal=Signal.MOAAS, at_most=3)]))
    with refused("contraindicated_by_signs"):
        judged(session=seen(vitals(moaas=None))).must_allow(order, NOW, allergic=False)


def test_signs_made_after_it_was_given_are_no_signs_it_was_given_by() -> None:
    order = standing(terms(limits=[LOW]))
    later = judged(session=seen(vitals(at=NOW + minutes(5))), now=NOW + minutes(5))
    with refused("signs_not_recent"):
        later.must_allow(order, NOW, allergic=False)


def test_it_was_given_in_this_visit_and_not_after_now() -> None:
    with refused("given_in_future"):
        judged().must_allow(standing(), NOW + minutes(1), allergic=False)
    longest = POLICY.gate.session_hours.value
    judged().must_allow(standing(), NOW - hours(longest), allergic=False)
    with refused("given_too_long_ago"):
        judged().must_allow(standing(), NOW - hours(longest) - minutes(1), allergic=False)


def test_a_patient_sent_home_without_a_dose_may_be_given_something_that_day() -> None:
    sent_home = replace(
        arrived(),
        checks=checks(),
        state=SessionState.REFUSED,
        refusal=Refusal(
            reason=RefusalReason.CLINICAL, patient_controllable=False, items=("blood_pressure",), by=NURSE, at=NOW
        ),
    )
    judged(session=sent_home, now=NOW + hours(1)).must_have_patient()
    longest = hours(POLICY.gate.session_hours.value)
    with refused("wrong_state"):
        judged(session=sent_home, now=NOW + longest + minutes(1)).must_have_patient()


@pytest.mark.parametrize(
    ("session", "code"),
    [
        (replace(arrived(), state=SessionState.SCHEDULED), "wrong_state"),
        (replace(arrived(), state=SessionState.COMPLETED), "wrong_state"),
        (arrived(VisitKind.INTEGRATION), "not_a_dosing_session"),
    ],
)
def test_nothing_is_given_where_no_patient_of_a_dosing_visit_is(session: Session, code: str) -> None:
    assert (why := judged(session=session).why_not(standing())) is not None
    assert why.code == code


def gone(*, state: SessionState = SessionState.COMPLETED, discharged: bool = True) -> Session:
    """She left at nine."""
    score = DischargeScore(
        oriented=True,
        walks_unaided=True,
        nausea_controlled=True,
        effects_resolved=True,
        suicide_risk=RiskLevel.NONE,
        escort_signed=True,
        instructions_given=True,
    )
    left = Discharge(score=score, by=NURSE, at=NOW) if discharged else None
    return replace(arrived(), checks=checks(), state=state, discharge=left, ended_at=NOW)


@pytest.mark.parametrize("session", [gone(), gone(state=SessionState.ABORTED, discharged=False)])
def test_what_was_given_before_the_patient_left_is_written_down_afterwards(session: Session) -> None:
    later = judged(session=session, now=NOW + hours(1))
    assert later.written_late
    later.must_allow(standing(), NOW, allergic=False)
    assert later.why_not(standing()) is None
    with refused("wrong_state"):
        later.must_allow(standing(), NOW + minutes(1), allergic=False)
    with refused("wrong_state"):
        later.must_have_patient()
    longest = hours(POLICY.gate.session_hours.value)
    over = judged(session=session, now=NOW + longest + minutes(1))
    assert not over.written_late
    with refused("given_too_long_ago"):
        over.must_allow(standing(), NOW, allergic=False)


# -- controlled medicines --------------------------------------------------------------------------------------------

LORAZEPAM = terms("Lorazepam", "0.5", "1", in_visit="2")
A_DRAW = FromDraw(container_id=ContainerId(new_uuid()), draw_id=DrawId(new_uuid()))


def test_a_controlled_medicine_is_given_out_of_a_draw_and_nothing_else_is() -> None:
    with refused("controlled_without_draw"):
        judged().must_be_drawn(standing(LORAZEPAM), None)
    judged().must_be_drawn(standing(LORAZEPAM), A_DRAW)
    with refused("medicine_not_controlled"):
        judged().must_be_drawn(standing(), A_DRAW)


def test_no_more_is_drawn_up_than_one_dose_and_the_visit_allow() -> None:
    order, nothing = standing(LORAZEPAM), milligrams(0)
    judged().must_allow_draw(order, milligrams(1), nothing)
    judged().must_allow_draw(order, milligrams(1), milligrams(1))
    for mass, drawn_up in ((Decimal("1.1"), 0), (Decimal("1"), Decimal("1.1"))):
        with refused("draw_above_order"):
            judged().must_allow_draw(order, milligrams(str(mass)), milligrams(str(drawn_up)))
    with refused("draw_above_order"):
        judged(administered(LORAZEPAM, "1")).must_allow_draw(order, milligrams(1), milligrams("0.1"))
    with refused("medicine_not_controlled"):
        judged().must_allow_draw(standing(), milligrams(1), nothing)


def test_a_container_of_another_drug_does_not_hold_it() -> None:
    LORAZEPAM.must_be_in("lorazepam")
    with refused("drug_mismatch"):
        LORAZEPAM.must_be_in("midazolam")


# -- afterwards ------------------------------------------------------------------------------------------------------


def test_what_was_not_given_has_a_reason() -> None:
    order = standing()
    with refused("reason_missing"):
        record().withheld(NotGiven(order=order, why=NotGivenReason.HELD, reason=" ", by=NURSE, at=NOW))
    refusal = NotGiven(order=order, why=NotGivenReason.REFUSED, reason="feels better", by=NURSE, at=NOW)
    assert record().withheld(refusal).not_given == (refusal,)


def test_effects_are_added_and_none_comes_before_its_medicine() -> None:
    given = administered()
    before = record(given)
    with refused("effect_before_given"):
        before.followed(given.id, Effect(relief=Relief.PARTLY, by=NURSE, at=NOW - minutes(1)))
    first, second = (Effect(relief=each, by=NURSE, at=NOW + minutes(30)) for each in (Relief.PARTLY, Relief.RELIEVED))
    assert before.followed(given.id, first).followed(given.id, second).given[0].effects == (first, second)
    with refused("administration_not_found"):
        before.followed(administered().id, first)


def test_what_is_put_right_keeps_both_values_and_further_doses_go_by_the_worst() -> None:
    given = administered(value="8")
    after = record(given).corrected(given.id, MedicineAmendment(amount=amount("4")), corrector(), POLICY)
    (put_right,) = after.given
    assert (put_right.amount, put_right.at_most) == (amount("4"), amount("8"))
    assert [(each.amount, each.by, each.reason) for each in put_right.earlier] == [(amount("8"), NURSE, "misread")]
    with refused("visit_maximum_reached"):
        judged(put_right, now=NOW + hours(1)).must_allow(standing(), NOW + hours(1), allergic=False)


def test_every_time_that_was_ever_written_down_counts_for_the_next_dose() -> None:
    given = administered(at=NOW + minutes(30))
    after = record(given).corrected(given.id, MedicineAmendment(given_at=NOW), corrector(), POLICY)
    with refused("medicine_too_soon"):
        judged(*after.given, now=NOW + minutes(80)).must_allow(standing(), NOW + minutes(80), allergic=False)


@pytest.mark.parametrize(
    ("amendment", "by", "code"),
    [
        (MedicineAmendment(), corrector(), "nothing_corrected"),
        (MedicineAmendment(amount=amount("4")), corrector(), "nothing_corrected"),
        (MedicineAmendment(amount=amount("8")), corrector(reason=" "), "reason_missing"),
        (MedicineAmendment(amount=amount("8")), corrector(by=OTHER_NURSE), "correction_forbidden"),
        (MedicineAmendment(amount=amount("8")), corrector(after=8 * 24 * 60), "correction_too_late"),
        (MedicineAmendment(given_at=NOW + hours(9)), corrector(), "given_in_future"),
    ],
)
def test_a_correction_that_may_not_be_is_refused(amendment: MedicineAmendment, by: Corrector, code: str) -> None:
    given = administered()
    with refused(code):
        record(given).corrected(given.id, amendment, by, POLICY)


def test_a_prescriber_puts_right_what_another_wrote_also_that_it_was_not_given_at_all() -> None:
    given = administered()
    by = corrector(by=PRESCRIBER, prescriber=True)
    (after,) = record(given).corrected(given.id, MedicineAmendment(amount=amount("0")), by, POLICY).given
    assert (after.amount, after.at_most) == (amount("0"), amount("4"))
