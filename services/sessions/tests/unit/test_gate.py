"""The dose gate: every item by its name, everything that failed at once, and what a prescriber may override."""

from dataclasses import replace
from datetime import timedelta

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    ANA,
    NOW,
    POLICY,
    PRESCRIBER,
    checks,
    days,
    hours,
    minutes,
    recorded,
    vitals,
)
from services.sessions.tests.course_builders import course, question
from services.sessions.tests.gate_cases import (
    ENTAILED,
    FAILING,
    HIGH,
    Case,
    asked,
    with_checks,
    with_eligibility,
    with_session,
)
from sessions.domain.checks import (
    LastIntake,
)
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.eligibility import Eligibility
from sessions.domain.gate import Attestation, Refusal, RefusalReason
from sessions.domain.gate_items import GATE, examine
from sessions.domain.ids import AlertId
from sessions.domain.vitals import BloodPressure
from sessions.domain.words import Route

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
