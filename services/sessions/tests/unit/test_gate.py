"""The dose gate: every item by its name, everything that failed at once, and what a prescriber may override."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    ANA,
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    arrived,
    checks,
    days,
    hours,
    minutes,
    order,
    recorded,
    vitals,
)
from services.sessions.tests.course_builders import course, eligibility, hour_before, question, screen
from services.sessions.tests.gate_cases import (
    ENTAILED,
    FAILING,
    HIGH,
    RAISED,
    Case,
    after_a_dose,
    asked,
    weighed,
    weighed_by_two,
    with_checks,
    with_eligibility,
    with_session,
)
from sessions.domain.checks import LastIntake
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.eligibility import Eligibility, ScreenResult
from sessions.domain.gate import Attestation, Refusal, RefusalReason
from sessions.domain.gate_items import GATE, examine
from sessions.domain.ids import AlertId, SessionId
from sessions.domain.stops import ALARMS, Stop, StopKind
from sessions.domain.units import Kilograms
from sessions.domain.vitals import BloodPressure, Symptom, VitalSigns
from sessions.domain.weights import BelievedWeight
from sessions.domain.words import Route, VisitKind

NEVER = {
    "own_package",
    "two_identifiers", "record_complete", "plan_active", "clearance_valid", "eligibility_fresh",
    "adverse_events_reviewed", "route_consent", "order_signed", "dose_within_ceiling", "route_not_excluded",
    "no_drug_allergy", "not_intoxicated", "blood_pressure_safe", "not_pregnant", "suicide_risk_screened", "escort",
    "blood_pressure_in_range", "free_of_symptoms", "urgent_breach_decided", "vital_signs_complete", "weight_plausible",
    "weight_believed", "plan_in_time", "doses_planned",
    "therapist_present", "prescriber_present", "emergency_equipment", "restricted_program",
}  # fmt: skip


def failed(q: DoseQuestion) -> set[str]:
    return {finding.item for finding in examine(q).failed}


def test_with_everything_in_order_the_gate_is_open() -> None:
    gate = examine(question())

    assert not gate.failed
    assert gate.policy_version == POLICY.version
    gate.must_be_open(())


@pytest.mark.parametrize(("item", "because", "case"), FAILING, ids=[f"{item}: {why}" for item, why, _ in FAILING])
def test_what_is_not_in_order_fails_by_its_name(item: str, because: str, case: Case) -> None:
    assert failed(case(question())) == {item, *ENTAILED.get(f"{item}: {because}", set())}


def test_every_item_of_the_table_has_a_case() -> None:
    assert {item.code for item in GATE} == {item for item, _, _ in FAILING}
    assert len({item.code for item in GATE}) == len(GATE)


def test_everything_that_failed_is_said_at_once() -> None:
    given = with_checks(escort=None, intake=recorded(LastIntake(solids_at=NOW, liquids_at=NOW)))
    q = given(with_eligibility(alerts={AlertId("alert"): NOW})(question()))

    with pytest.raises(DomainError) as refused:
        examine(q).must_be_open(())

    assert refused.value.code == "dose_gate_closed"
    assert refused.value.extra["failed"] == [
        {"item": "no_open_alert", "overridable": True},
        {"item": "fasting", "overridable": True},
        {"item": "escort", "overridable": False},
    ]


def overridable(q: DoseQuestion) -> set[str]:
    return {finding.item for finding in examine(q).failed if finding.overridable}


def test_only_what_is_on_the_list_is_never_overridden() -> None:
    everything_missing = replace(question(), session=replace(arrived(), order=None), plan=None)
    never = {finding.item for finding in examine(everything_missing).findings if not finding.overridable}

    assert never == NEVER | {"heart_rate", "oxygen_saturation", "respiratory_rate", "alertness"}, (
        "and signs that nobody measured"
    )
    assert {finding.item for finding in examine(question()).findings if not finding.overridable} == NEVER - {
        "blood_pressure_in_range", "free_of_symptoms", "urgent_breach_decided"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sign", "item", "may"),
    [
        (vitals(heart_rate=125), "heart_rate", True),
        (vitals(heart_rate=131), "heart_rate", False),
        (vitals(saturation=91), "oxygen_saturation", True),
        (vitals(saturation=89), "oxygen_saturation", False),
        (vitals(respiratory_rate=9), "respiratory_rate", True),
        (vitals(respiratory_rate=5), "respiratory_rate", False),
        (vitals(moaas=3), "alertness", True),
        (vitals(moaas=1), "alertness", False),
        (vitals(symptoms={Symptom.HEADACHE}), "free_of_symptoms", True),
        (vitals(symptoms={Symptom.CHEST_PAIN}), "free_of_symptoms", False),
        (vitals(symptoms={Symptom.NEUROLOGICAL}), "free_of_symptoms", False),
    ],
)
def test_nobody_signs_for_a_sign_that_stops_everything(sign: VitalSigns, item: str, may: bool) -> None:
    given = with_checks(baseline=(sign,))(question())

    assert (failed(given), overridable(given)) == ({item}, {item} if may else set())


def test_after_a_pair_of_high_readings_only_a_lower_one_makes_a_decision_possible() -> None:
    pair = (vitals(HIGH, at=NOW - minutes(20)), vitals(HIGH, at=NOW - minutes(14)))
    still = with_checks(baseline=(*pair, vitals(HIGH)))(question())
    fallen = with_checks(baseline=(*pair, vitals()))(question())

    assert "blood_pressure_in_range" not in overridable(still)
    assert "blood_pressure_in_range" in overridable(fallen)


def test_readings_more_than_ten_minutes_apart_are_no_pair_that_may_be_decided_on() -> None:
    given = with_checks(baseline=(vitals(RAISED, at=NOW - minutes(11)), vitals(RAISED)))(question())

    assert failed(given) == {"blood_pressure_repeated", "blood_pressure_accepted"}


@pytest.mark.parametrize("apart", [11, 25, 40])
def test_who_repeats_a_high_reading_late_finds_it_high_twice_all_the_same(apart: int) -> None:
    late = (vitals(HIGH, at=NOW - minutes(apart + 8)), vitals(HIGH, at=NOW - minutes(8)))
    still, fallen = with_checks(baseline=late)(question()), with_checks(baseline=(*late, vitals()))(question())

    assert "blood_pressure_in_range" in failed(still) - overridable(still)
    assert failed(fallen) == {"blood_pressure_in_range", "blood_pressure_accepted"}
    assert overridable(fallen) == failed(fallen)


def test_high_twice_with_a_lower_reading_between_and_far_apart_is_no_pair() -> None:
    readings = (vitals(HIGH, at=NOW - minutes(40)), vitals(at=NOW - minutes(30)), vitals(HIGH, at=NOW - minutes(9)))
    given = with_checks(baseline=(*readings, vitals()))(question())

    assert failed(given) == set()


def test_of_two_records_of_one_moment_the_first_counts() -> None:
    again = replace(vitals(), recorded_at=NOW + minutes(1))
    given = with_checks(baseline=(vitals(saturation=84), again))(question())

    assert failed(given) == {"oxygen_saturation"}


# -- a further dose of the session -------------------------------------------------------------------------------------


def test_a_further_dose_rests_on_signs_since_the_one_before_not_on_the_baseline() -> None:
    assert failed(after_a_dose(vitals())(question())) == set()
    assert "vital_signs_complete" in failed(after_a_dose()(question()))


def test_what_was_seen_in_the_session_stops_its_next_dose() -> None:
    worse = vitals((190, 115), saturation=84, moaas=1, respiratory_rate=6, symptoms={Symptom.CHEST_PAIN})
    given = after_a_dose(worse, worse)(question())

    assert {
        "blood_pressure_safe", "blood_pressure_in_range", "oxygen_saturation", "respiratory_rate", "alertness",
        "free_of_symptoms", "urgent_breach_decided",
    } <= failed(given) - overridable(given)  # fmt: skip


def test_once_all_signs_are_back_in_range_a_prescriber_may_let_the_session_go_on() -> None:
    worse = vitals(saturation=84)
    given = after_a_dose(worse, vitals())(question())

    assert (failed(given), overridable(given)) == ({"urgent_breach_decided"}, {"urgent_breach_decided"})


# -- the weight --------------------------------------------------------------------------------------------------------


def weighs(kilograms: str, *, last: str = "80") -> DoseQuestion:
    """Weighed again, in a session after one that was cleared with the last weight."""
    before = BelievedWeight(session_id=SessionId("last week"), kilograms=Kilograms(Decimal(last)))
    mass = str(Decimal(kilograms) / 2)
    ordered = replace(order(mass, mass), weight=Kilograms(Decimal(kilograms)))
    heavy = with_checks(weight=weighed(kilograms))(with_session(order=ordered)(question()))
    return asked(course=replace(heavy.course, weights=(before,)))(heavy)


def test_pounds_taken_for_kilograms_pass_no_gate_and_nobody_signs_for_them() -> None:
    given = weighs("176")

    assert {"weight_plausible", "weight_believed"} <= failed(given)
    assert not {"weight_plausible", "weight_believed"} & overridable(given)


@pytest.mark.parametrize(("kilograms", "plausible"), [("88", True), ("88.1", False), ("72", True), ("71.9", False)])
def test_ten_percent_from_the_last_weight_is_the_most_that_one_person_is_believed(
    kilograms: str, plausible: bool
) -> None:
    assert ("weight_plausible" not in failed(weighs(kilograms))) is plausible


def test_the_last_weight_counts_more_than_what_the_patient_says() -> None:
    assert "weight_plausible" in failed(weighs("80", last="100"))


def test_measured_by_two_a_changed_weight_counts_and_a_very_different_one_is_the_prescribers_to_decide() -> None:
    a_little = weighed_by_two("90")(question())
    a_lot = weighed_by_two("110")(question())

    assert not {"weight_plausible", "weight_believed"} & failed(a_little)
    assert overridable(a_lot) == {"weight_believed"}


def test_the_same_person_measuring_twice_is_one_person() -> None:
    again = weighed_by_two("90")(question())
    alone = tuple(
        replace(each, weight=replace(each.weight, by=NURSE)) for each in again.session.recorded if each.weight
    )
    newest = with_checks(weight=alone[-1].weight)(with_session(recorded=alone)(again))

    assert "weight_plausible" in failed(newest)


def test_a_signature_for_one_alert_covers_none_that_is_heard_later() -> None:
    held = with_eligibility(alerts={AlertId("first"): NOW})(question())
    signed = examine(held).override([("no_open_alert", "spoken with her at length")], PRESCRIBER)
    another = with_eligibility(alerts={AlertId("first"): NOW, AlertId("second"): NOW + minutes(1)})(held)

    assert not examine(held).standing_in_the_way(signed)
    assert [each.item for each in examine(another).standing_in_the_way(signed)] == ["no_open_alert"]


def test_an_override_of_the_interval_covers_no_dose_given_since_in_another_session() -> None:
    """Two sessions of one patient are open; a dose is given in the other one."""
    spacing = {"interval_since_last_dose", "integration_since_last_dose"}
    before = asked(course=course(NOW - hours(40), integrated=False))(question())
    reasons = [(item, "seen and judged") for item in sorted(spacing)]
    signed = examine(before).override(reasons, PRESCRIBER)
    dosed = course(NOW - hours(40), NOW + minutes(1), integrated=False)
    after = replace(before, course=dosed, now=NOW + minutes(2))

    assert not examine(before).standing_in_the_way(signed)
    assert spacing <= {each.item for each in examine(after).standing_in_the_way(signed)}


def test_an_override_of_the_answers_before_the_visit_covers_no_answers_heard_since() -> None:
    decide, completed = ScreenResult.PRESCRIBER_DECIDES, NOW - minutes(30)
    known = with_eligibility(screen=screen(decide, completed_at=completed))(question())
    signed = examine(known).override([("screen_passed", "spoken with her at length")], PRESCRIBER)
    newer = replace(screen(ScreenResult.STOP, completed_at=NOW - minutes(5)), heard_at=NOW + minutes(1))
    heard = replace(with_eligibility(screen=newer)(question()), now=NOW + minutes(2))

    assert not examine(known).standing_in_the_way(signed)
    assert "screen_passed" in {each.item for each in examine(heard).standing_in_the_way(signed)}


STANDING = [
    (StopKind.HIGH_SUICIDE_RISK, "suicide_risk_screened", False),
    (StopKind.MODERATE_SUICIDE_RISK, "suicide_risk_decided", True),
    (StopKind.PREGNANCY, "not_pregnant", False),
    (StopKind.DRUG_ALLERGY, "no_drug_allergy", False),
    (StopKind.INTOXICATION, "not_intoxicated", False),
    (StopKind.RECENT_SUBSTANCES, "no_recent_substances", True),
    (StopKind.DRUG_SCREEN, "drug_screen", True),
    (StopKind.BLADDER_SYMPTOMS, "bladder_symptoms", True),
]


@pytest.mark.parametrize(("kind", "item", "may"), STANDING)
def test_what_was_found_before_stands_whatever_is_recorded_now(kind: StopKind, item: str, may: bool) -> None:
    found = Stop(kind=kind, session_id=SessionId("another"), by=NURSE, at=NOW - hours(1))
    given = asked(course=course().stopped((found,)))(question())

    assert (failed(given), overridable(given)) == ({item}, {item} if may else set())


def test_everything_alarming_has_a_row_that_stands() -> None:
    assert {kind for kind, _, _ in STANDING} == set(StopKind) == set(ALARMS)


def test_a_signature_counts_for_what_was_known_when_it_was_given() -> None:
    given = with_checks(baseline=(vitals(heart_rate=125),))(question())
    signed = examine(given).override([("heart_rate", "anxious, known to her cardiologist")], PRESCRIBER)
    assert not examine(given).standing_in_the_way(signed)

    later = NOW + minutes(5)
    again = with_checks(baseline=(vitals(heart_rate=128, at=later),))(replace(given, now=later))
    assert [each.item for each in examine(again).standing_in_the_way(signed)] == ["heart_rate"]


def test_only_for_the_oral_route_may_a_prescriber_let_somebody_go_without_escort() -> None:
    given = with_checks(escort=None)(question(route=Route.ORAL))

    escort_finding = next(each for each in examine(given).failed if each.item == "escort")

    assert escort_finding.overridable


def test_a_signed_override_opens_the_gate_for_its_item_only() -> None:
    gate = examine(with_checks(intake=None, cures_reviewed_on=None)(question()))
    signed = gate.override([("fasting", "ate a banana; discussed")], PRESCRIBER)

    assert [each.item for each in gate.standing_in_the_way(signed)] == ["cures_in_date"]


@pytest.mark.parametrize(
    ("item", "reason", "code"),
    [
        ("fasting", " ", "override_reason_missing"),
        ("route_consent", "urgent", "override_forbidden"),
        ("weather", "rain", "override_unknown"),
    ],
)
def test_an_override_is_refused(item: str, reason: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        examine(asked(consents=())(question())).override([(item, reason)], PRESCRIBER)

    assert refused.value.code == code


def test_with_an_old_view_a_prescribers_attestation_counts_for_half_an_hour() -> None:
    stale = asked(screening_as_of=NOW - hours(2))(question())

    def attested(ago: timedelta) -> DoseQuestion:
        attestation = Attestation(by=PRESCRIBER, at=NOW - ago, reason="read the case in screening")
        return with_session(attestation=attestation)(stale)

    assert failed(attested(minutes(30))) == set()
    assert failed(attested(minutes(31))) == {"eligibility_fresh"}


def test_who_was_discharged_and_comes_back_is_prepared_and_screened_for_drugs_anew() -> None:
    """Long ago there was a dose, and a preparation before there was a plan; care has ended since."""
    before_any_plan = replace(hour_before(NOW - days(210), VisitKind.PREPARATION), plan_id=None)
    long_ago = replace(course(NOW - days(200)), hours=(before_any_plan,), dose_reviews=(NOW - days(3),))
    back = replace(
        with_checks(drug_screen=None)(question()),
        course=long_ago,
        eligibility=replace(eligibility(), care_ended_at=NOW - days(100)),
    )
    prepared = replace(long_ago, hours=(before_any_plan, hour_before(NOW - days(5), VisitKind.PREPARATION)))

    assert failed(back) == {"preparation_completed", "drug_screen"}
    assert failed(replace(back, course=prepared)) == {"drug_screen"}


def test_the_first_dose_asks_for_a_drug_screen_the_second_does_not() -> None:
    given = with_checks(drug_screen=None)(asked(course=course(NOW - days(3)))(question()))

    assert failed(given) == set()


def test_the_present_sessions_own_dose_is_not_the_dose_before() -> None:
    q = question()
    own = replace(course(NOW - minutes(5), integrated=False).doses[0], session_id=q.session.id)
    given = asked(course=replace(q.course, doses=(own,)))(q)

    assert failed(given) == set()


def test_one_high_reading_and_a_normal_one_after_it_pass() -> None:
    given = with_checks(baseline=(vitals(HIGH, at=NOW - minutes(6)), vitals((130, 80))))(question())

    assert failed(given) == set()


def test_two_high_readings_within_a_minute_are_one_reading() -> None:
    given = with_checks(baseline=(vitals(HIGH, at=NOW - minutes(1)), vitals(HIGH)))(question())

    assert failed(given) == {"blood_pressure_repeated"}


@pytest.mark.parametrize(
    ("case", "reason", "controllable"),
    [
        (with_checks(escort=None), RefusalReason.LOGISTICS, True),
        (with_checks(intake=None), RefusalReason.CLINICAL, False),
        (with_checks(escort=None, intake=None), RefusalReason.CLINICAL, False),
        (asked(consents=()), RefusalReason.CONSENT, False),
    ],
)
def test_a_refusal_names_its_gravest_reason_and_what_the_patient_could_have_arranged(
    case: Case, reason: RefusalReason, controllable: bool
) -> None:
    refusal = Refusal.of(examine(case(question())), PRESCRIBER, overrides=())

    assert (refusal.reason, refusal.patient_controllable) == (reason, controllable)


def test_with_everything_in_order_there_is_nothing_to_refuse() -> None:
    with pytest.raises(DomainError, match="nothing_failed"):
        Refusal.of(examine(question()), PRESCRIBER, overrides=())


def test_a_finding_says_who_recorded_it_and_when() -> None:
    weighed = next(each for each in examine(question()).findings if each.item == "weight_current")
    taken = checks().weight

    assert taken is not None
    assert (weighed.recorded_by, weighed.recorded_at) == (taken.by, taken.at)


def test_pressure_limits_compare_either_value() -> None:
    assert BloodPressure(120, 110).reaches(BloodPressure(180, 110))
    assert BloodPressure(160, 80).reaches(BloodPressure(160, 100))
    assert not BloodPressure(159, 99).reaches(BloodPressure(160, 100))


def test_an_unknown_patient_has_no_clearance() -> None:
    assert "clearance_valid" in failed(asked(eligibility=Eligibility(id=ANA))(question()))
