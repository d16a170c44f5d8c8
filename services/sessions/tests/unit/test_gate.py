"""The dose gate: every item by its name, everything that failed at once, and what a prescriber may override."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.sessions.tests.builders import (
    ANA,
    NOW,
    POLICY,
    PRESCRIBER,
    TODAY,
    checks,
    clearance,
    consent,
    course,
    days,
    escort,
    hours,
    minutes,
    order,
    plan,
    question,
    recorded,
    screen,
    vitals,
)
from sessions.domain.checks import (
    BladderQuestion,
    DrugScreen,
    Identifier,
    LastIntake,
    PregnancyTest,
    Reconciliation,
    RiskLevel,
    SubstanceUse,
    Team,
    Weight,
)
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.eligibility import ClearanceStatus, Eligibility, ScreenResult
from sessions.domain.errors import DomainError
from sessions.domain.gate import Attestation, Refusal, RefusalReason
from sessions.domain.gate_items import GATE, examine
from sessions.domain.ids import AdverseEventId, AlertId, StaffId
from sessions.domain.plans import PlanChangeReason
from sessions.domain.units import Kilograms
from sessions.domain.vitals import BloodPressure
from sessions.domain.words import Phase, Route

Case = Callable[[DoseQuestion], DoseQuestion]


def asked(**changed: Any) -> Case:
    """The question with something around the session changed."""
    return lambda q: replace(q, **changed)


def with_checks(**changed: Any) -> Case:
    """The question with other checks recorded."""
    return lambda q: replace(q, session=replace(q.session, checks=replace(q.session.checks, **changed)))


def with_session(**changed: Any) -> Case:
    return lambda q: replace(q, session=replace(q.session, **changed))


def with_eligibility(**changed: Any) -> Case:
    def change(q: DoseQuestion) -> DoseQuestion:
        assert q.eligibility is not None
        return replace(q, eligibility=replace(q.eligibility, **changed))

    return change


def restricted(**changed: Any) -> Case:
    """The question for esketamine, which the REMS restricts."""
    return lambda _: with_checks(**changed)(question(route=Route.INTRANASAL))


YESTERDAY = NOW - days(1)
HIGH, RAISED = (168, 104), (150, 95)

FAILING: list[tuple[str, str, Case]] = [
    ("two_identifiers", "one only", with_checks(identifiers=recorded(frozenset({Identifier.NAME})))),
    (
        "two_identifiers",
        "yesterday",
        with_checks(identifiers=recorded(frozenset({Identifier.NAME, Identifier.PHOTO_ID}), at=YESTERDAY)),
    ),
    ("record_complete", "an event of the patient is parked", asked(record_complete=False)),
    ("plan_active", "none", asked(plan=None)),
    ("plan_active", "on hold", asked(plan=plan().put_on_hold(PlanChangeReason.CLINICAL, now=NOW))),
    ("plan_active", "of another phase", with_session(phase=Phase.MAINTENANCE)),
    ("clearance_valid", "none", asked(eligibility=None)),
    ("clearance_valid", "run out, though nobody said so", with_eligibility(clearance=clearance(valid_until=NOW))),
    (
        "clearance_valid",
        "suspended",
        with_eligibility(clearance=replace(clearance(), status=ClearanceStatus.SUSPENDED)),
    ),
    ("eligibility_fresh", "view older than ten minutes", asked(screening_as_of=NOW - minutes(11))),
    ("eligibility_fresh", "never heard", asked(screening_as_of=None)),
    ("no_open_alert", "one of two is closed", with_eligibility(alerts=frozenset({AlertId("second")}))),
    (
        "adverse_events_reviewed",
        "review awaited",
        lambda q: replace(q, course=replace(q.course, held_by=frozenset({AdverseEventId("event")}))),
    ),
    ("route_consent", "none", asked(consents=())),
    ("route_consent", "for another route", asked(consents=(consent(route=Route.INTRAMUSCULAR),))),
    ("route_consent", "to an older text", asked(consents=(consent(version="2025-01"),))),
    ("route_consent", "withdrawn", asked(consents=(consent().withdrawn(now=NOW),))),
    ("order_signed", "none", with_session(order=None)),
    ("order_signed", "for another route", with_session(order=order(route=Route.ORAL))),
    ("dose_within_ceiling", "above the plan's", with_session(order=order("40", "65"))),
    ("dose_within_ceiling", "above the clinic's", with_session(order=order("40", "81"))),
    (
        "route_not_excluded",
        "excluded by the clearance",
        with_eligibility(
            clearance=replace(clearance(), terms=replace(clearance().terms, excluded_routes=(Route.INTRAVENOUS,)))
        ),
    ),
    ("preparation_completed", "none", lambda q: replace(q, course=replace(q.course, hours=()))),
    ("integration_since_last_dose", "none", asked(course=course(NOW - days(3), integrated=False))),
    ("interval_since_last_dose", "40 h", asked(course=course(NOW - hours(40)))),
    ("doses_in_seven_days", "third", asked(course=course(NOW - days(6), NOW - days(3)))),
    (
        "doses_in_thirty_days",
        "tenth",
        asked(course=course(*(NOW - days(29) + days(3) * number for number in range(9)))),
    ),
    (
        "maintenance_interval",
        "13 days",
        lambda q: replace(
            with_session(phase=None)(q), plan=plan(phase=Phase.MAINTENANCE), course=course(NOW - days(13))
        ),
    ),
    (
        "dose_review_current",
        "six doses since",
        lambda q: replace(
            q, course=replace(course(*(NOW - days(70) + days(10) * number for number in range(6))), dose_reviews=())
        ),
    ),
    (
        "dose_review_current",
        "six months since",
        lambda q: replace(q, course=course(NOW - days(184))),
    ),
    ("weight_current", "none", with_checks(weight=None)),
    (
        "weight_current",
        "15 days old",
        with_checks(weight=recorded(Weight(kilograms=Kilograms(Decimal(80)), measured_on=TODAY - timedelta(days=15)))),
    ),
    (
        "medicines_reconciled",
        "yesterday",
        with_checks(reconciliation=recorded(Reconciliation(allergic=False), at=YESTERDAY)),
    ),
    ("no_drug_allergy", "allergic", with_checks(reconciliation=recorded(Reconciliation(allergic=True)))),
    (
        "no_recent_substances",
        "took something",
        with_checks(substances=recorded(SubstanceUse(recent=True, intoxicated=False))),
    ),
    (
        "not_intoxicated",
        "appears so",
        with_checks(substances=recorded(SubstanceUse(recent=False, intoxicated=True))),
    ),
    ("drug_screen", "none before the first dose", with_checks(drug_screen=None)),
    ("drug_screen", "unexpected", with_checks(drug_screen=recorded(DrugScreen.UNEXPECTED))),
    ("bladder_symptoms", "not asked", with_checks(bladder=None)),
    ("bladder_symptoms", "present", with_checks(bladder=recorded(BladderQuestion(symptoms=True)))),
    (
        "fasting",
        "ate",
        with_checks(intake=recorded(LastIntake(solids_at=NOW - hours(5), liquids_at=NOW - hours(3)))),
    ),
    (
        "fasting",
        "drank",
        with_checks(intake=recorded(LastIntake(solids_at=NOW - hours(9), liquids_at=NOW - hours(1)))),
    ),
    (
        "fasting",
        "nasal spray before esketamine",
        restricted(
            intake=recorded(
                LastIntake(solids_at=NOW - hours(9), liquids_at=NOW - hours(1), nasal_spray_at=NOW - minutes(30))
            )
        ),
    ),
    ("blood_pressure_safe", "not measured", with_checks(baseline=())),
    ("blood_pressure_safe", "180 over 90", with_checks(baseline=(vitals((180, 90)),))),
    ("blood_pressure_repeated", "raised once", with_checks(baseline=(vitals(RAISED),))),
    (
        "blood_pressure_in_range",
        "168/104 twice",
        with_checks(baseline=(vitals(HIGH, at=NOW - minutes(6)), vitals(HIGH))),
    ),
    (
        "blood_pressure_accepted",
        "150/95 twice",
        with_checks(baseline=(vitals(RAISED, at=NOW - minutes(6)), vitals(RAISED))),
    ),
    ("heart_rate", "121", with_checks(baseline=(vitals(heart_rate=121),))),
    ("heart_rate", "49", with_checks(baseline=(vitals(heart_rate=49),))),
    ("oxygen_saturation", "93", with_checks(baseline=(vitals(saturation=93),))),
    ("pregnancy_tested", "not done", with_checks(pregnancy=recorded(PregnancyTest.NOT_DONE))),
    ("not_pregnant", "positive", with_checks(pregnancy=recorded(PregnancyTest.POSITIVE))),
    ("suicide_risk_screened", "missing", with_checks(suicide_risk=None)),
    ("suicide_risk_screened", "yesterday", with_checks(suicide_risk=recorded(RiskLevel.NONE, at=YESTERDAY))),
    ("suicide_risk_screened", "high", with_checks(suicide_risk=recorded(RiskLevel.HIGH))),
    ("symptom_score_current", "none", with_eligibility(screen=None)),
    ("symptom_score_current", "eight days old", with_eligibility(screen=screen(completed_at=NOW - days(8)))),
    ("screen_passed", "prescriber decides", with_eligibility(screen=screen(ScreenResult.PRESCRIBER_DECIDES))),
    ("screen_passed", "stop", with_eligibility(screen=screen(ScreenResult.STOP))),
    ("escort", "none", with_checks(escort=None)),
    ("escort", "a rideshare alone", with_checks(escort=recorded(replace(escort(), rideshare_only=True)))),
    ("escort", "not reached today", with_checks(escort=recorded(replace(escort(), reached_today=False)))),
    ("escort", "under age", with_checks(escort=recorded(replace(escort(), adult=False)))),
    ("therapist_present", "absent", with_checks(team=recorded(Team(nurse=StaffId("nurse"), prescriber=PRESCRIBER)))),
    ("nurse_present", "absent", with_checks(team=recorded(Team(therapist=StaffId("t"), prescriber=PRESCRIBER)))),
    (
        "prescriber_present",
        "absent for esketamine",
        restricted(team=recorded(Team(therapist=StaffId("t"), nurse=StaffId("n")))),
    ),
    ("emergency_equipment", "not checked", with_checks(equipment_ready=None)),
    ("emergency_equipment", "not ready", with_checks(equipment_ready=recorded(False))),
    ("integration_booked", "none", asked(integration_at=None)),
    ("integration_booked", "after 72 h", asked(integration_at=NOW + hours(73))),
    (
        "emergency_contact",
        "none",
        lambda q: replace(with_checks(emergency_contact=None)(q), emergency_contact_known=False),
    ),
    ("cures_in_date", "181 days ago", with_checks(cures_reviewed_on=recorded(TODAY - timedelta(days=181)))),
    ("drug_log_reconciled", "a day is open", asked(drug_log_reconciled=False)),
    ("restricted_program", "no certificate and enrolment", restricted()),
]

ENTAILED = {
    "plan_active: none": {
        "route_consent",
        "order_signed",
        "dose_within_ceiling",
        "preparation_completed",
    },
    "clearance_valid: none": {"route_not_excluded", "symptom_score_current"},
    "order_signed: none": {"dose_within_ceiling"},
    "blood_pressure_safe: not measured": {"blood_pressure_repeated", "heart_rate", "oxygen_saturation"},
    "blood_pressure_safe: 180 over 90": {"blood_pressure_repeated"},
    "blood_pressure_in_range: 168/104 twice": {"blood_pressure_accepted"},
    "fasting: nasal spray before esketamine": {"restricted_program"},
    "prescriber_present: absent for esketamine": {"restricted_program"},
}
"""What else cannot be in order when this is not."""

NEVER = {
    "two_identifiers", "record_complete", "plan_active", "clearance_valid", "eligibility_fresh",
    "adverse_events_reviewed", "route_consent", "order_signed", "dose_within_ceiling", "route_not_excluded",
    "no_drug_allergy", "not_intoxicated", "blood_pressure_safe", "not_pregnant", "suicide_risk_screened", "escort",
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
    q = given(with_eligibility(alerts=frozenset({AlertId("alert")}))(question()))

    with pytest.raises(DomainError) as refused:
        examine(q).must_be_open(())

    assert refused.value.code == "dose_gate_closed"
    assert refused.value.extra["failed"] == [
        {"item": "no_open_alert", "overridable": True},
        {"item": "fasting", "overridable": True},
        {"item": "escort", "overridable": False},
    ]


def test_nothing_of_the_never_list_is_overridable_and_everything_else_is() -> None:
    overridable = {finding.item: finding.overridable for finding in examine(question()).findings}

    assert {item for item, may in overridable.items() if not may} == NEVER


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
    assert BloodPressure(130, 101).above(BloodPressure(160, 100))
    assert not BloodPressure(160, 100).above(BloodPressure(160, 100))
    assert BloodPressure(120, 110).reaches(BloodPressure(180, 110))


def test_an_unknown_patient_has_no_clearance() -> None:
    assert "clearance_valid" in failed(asked(eligibility=Eligibility(id=ANA))(question()))
