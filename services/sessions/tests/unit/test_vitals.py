"""Vital signs: the schedule by route, what is out of limits, what is repeated first, and what is missed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from careflow_domain.aggregate import Fact
from careflow_domain.errors import DomainError
from services.sessions.tests.builders import NOW, NURSE, POLICY, checked, dose, hours, minutes, vitals
from services.sessions.tests.course_builders import question
from sessions.domain.dosing import dosed
from sessions.domain.endings import aborted
from sessions.domain.gate_items import examine
from sessions.domain.monitoring import Monitoring
from sessions.domain.service_lines import BillableServices
from sessions.domain.sessions import Session
from sessions.domain.states import Outcome
from sessions.domain.vitals import BloodPressure, Severity, Signal, Symptom, VitalSigns, assess
from sessions.domain.watch import VitalsBreached, VitalsOverdue, alarmed, observed
from sessions.domain.words import Route

LIMITS, TIMES = POLICY.vitals_limits, POLICY.vitals_times


@pytest.mark.parametrize(
    ("route", "planned"),
    [
        (Route.INTRAVENOUS, [10, 15, 30, 40, 55, 70]),
        (Route.INTRAMUSCULAR, [10, 20, 40, 60, 90, 120, 150]),
        (Route.ORAL, [30, 60, 90, 120, 150]),
        (Route.INTRANASAL, [40, 70, 100, 130]),
    ],
)
def test_each_route_has_its_schedule(route: Route, planned: list[int]) -> None:
    plan = POLICY.routes[route].observations
    due, last = [], timedelta(0)
    for _ in planned:
        last = plan.due_after(last)
        due.append(int(last.total_seconds() // 60))

    assert due == planned


@pytest.mark.parametrize(
    ("observation", "severity", "doubtful"),
    [
        (vitals((159, 99)), None, set()),
        (vitals((160, 80)), None, {Signal.SYSTOLIC}),
        (vitals((150, 110)), None, {Signal.DIASTOLIC}),
        (vitals((99, 60)), None, {Signal.SYSTOLIC}),
        (vitals(heart_rate=111), None, {Signal.HEART_RATE}),
        (vitals(heart_rate=39), None, {Signal.HEART_RATE}),
        (vitals(saturation=94), None, set()),
        (vitals(saturation=93), Severity.WARN, set()),
        (vitals(saturation=89), Severity.URGENT, set()),
        (vitals(respiratory_rate=9), Severity.WARN, set()),
        (vitals(respiratory_rate=7), Severity.URGENT, set()),
        (vitals(moaas=3), Severity.WARN, set()),
        (vitals(moaas=2), Severity.URGENT, set()),
        (replace(vitals(), symptoms=frozenset({Symptom.HEADACHE})), Severity.WARN, set()),
        (replace(vitals(), symptoms=frozenset({Symptom.CHEST_PAIN})), Severity.URGENT, set()),
        (replace(vitals((165, 90)), symptoms=frozenset({Symptom.HEADACHE})), Severity.URGENT, set()),
    ],
)
def test_what_one_observation_means(observation: VitalSigns, severity: Severity | None, doubtful: set[Signal]) -> None:
    assessment = assess(observation, LIMITS, baseline=None, doubted=frozenset())

    assert (assessment.severity, set(assessment.doubtful)) == (severity, doubtful)


@pytest.mark.parametrize(
    ("pressure", "severity"), [((165, 90), Severity.WARN), ((185, 90), Severity.URGENT), ((150, 112), Severity.URGENT)]
)
def test_a_pressure_seen_twice_is_acted_on(pressure: tuple[int, int], severity: Severity) -> None:
    doubted = frozenset({Signal.SYSTOLIC, Signal.DIASTOLIC})

    assert assess(vitals(pressure), LIMITS, baseline=None, doubted=doubted).severity is severity


def test_a_rise_of_forty_above_baseline_warns_below_the_absolute_limit() -> None:
    assessment = assess(vitals((155, 80)), LIMITS, baseline=vitals((115, 75)), doubted=frozenset({Signal.SYSTOLIC}))

    assert assessment.severity is Severity.WARN


@pytest.mark.parametrize(
    "wrong", [{"pressure": (80, 120)}, {"heart_rate": 5}, {"saturation": 101}, {"moaas": 6}, {"respiratory_rate": 90}]
)
def test_values_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DomainError, match="vitals_implausible"):
        vitals(**wrong)  # type: ignore[arg-type]  # one wrong value by name


def test_an_observation_written_down_later_is_a_late_entry() -> None:
    late = replace(vitals(), recorded_at=NOW + minutes(16))

    assert late.late_entry(TIMES)
    assert not vitals().late_entry(TIMES)
    with pytest.raises(DomainError, match="observed_in_future"):
        replace(vitals(at=NOW + minutes(1)), recorded_at=NOW)


def monitored() -> Session:
    """An infusion that began at nine."""
    gate = examine(question())
    session = checked().cleared(gate, ()).started(gate, now=NOW)
    monitoring = Monitoring.begun(NOW, POLICY.routes[Route.INTRAVENOUS].observations, vitals((120, 80)), TIMES)
    return dosed(session, dose(), gate, monitoring, None)


def said(session: Session) -> list[Fact]:
    return [fact for fact in session.facts if isinstance(fact, VitalsBreached | VitalsOverdue)]


def test_a_missed_observation_is_said_after_five_minutes_and_again_after_ten() -> None:
    session = monitored()
    assert session.alarm_at == NOW + minutes(15)
    assert alarmed(session, POLICY, now=NOW + minutes(14)) is session

    warned = alarmed(session, POLICY, now=NOW + minutes(15))
    assert [fact.severity for fact in said(warned)] == [Severity.WARN]  # type: ignore[attr-defined]  # both have it
    assert warned.alarm_at == NOW + minutes(20)

    urgent = alarmed(warned, POLICY, now=NOW + minutes(20))
    assert [fact.severity for fact in said(urgent)][-1] is Severity.URGENT  # type: ignore[attr-defined]  # both have it
    assert urgent.alarm_at is None
    assert alarmed(urgent, POLICY, now=NOW + hours(1)) is urgent


def test_late_by_both_steps_only_the_urgent_one_is_said() -> None:
    late = alarmed(monitored(), POLICY, now=NOW + minutes(40))

    assert [fact.severity for fact in said(late)] == [Severity.URGENT]  # type: ignore[attr-defined]  # both have it


def test_an_observation_ends_the_wait_and_the_next_is_due() -> None:
    session = observed(monitored(), vitals(at=NOW + minutes(9)), POLICY)

    assert session.monitoring is not None
    assert session.monitoring.due_at == NOW + minutes(15)
    assert session.alarm_at == NOW + minutes(20)


@pytest.mark.parametrize(
    ("observed_after", "pressure", "again"),
    [(10, (124, 80), False), (30, (124, 80), True), (10, (188, 95), True)],
    ids=["the next is missing as long", "the next is not due", "what it found is repeated"],
)
def test_paper_entered_after_the_alarm_alarms_again_only_for_what_is_new(
    observed_after: int, pressure: tuple[int, int], again: bool
) -> None:
    late = alarmed(monitored(), POLICY, now=NOW + minutes(40))
    paper = replace(vitals(pressure, at=NOW + minutes(observed_after)), recorded_at=NOW + minutes(40))

    entered = observed(late, paper, POLICY)

    assert entered.monitoring is not None
    assert entered.monitoring.due_at <= NOW + minutes(40)
    assert (entered.alarm_at is not None) is again


def test_only_what_became_late_after_the_patient_had_left_was_said_of_nobody() -> None:
    """Due at the tenth minute, said at the fifteenth and the twentieth."""
    late = alarmed(monitored(), POLICY, now=NOW + minutes(40)).monitoring
    assert late is not None
    assert late.said_after(NOW + minutes(19), TIMES) is Severity.URGENT
    assert late.said_after(NOW + minutes(20), TIMES) is None
    assert monitored().monitoring.said_after(NOW, TIMES) is None  # type: ignore[union-attr]  # a dose was given

    paper = replace(vitals((124, 80), at=NOW + minutes(10)), recorded_at=NOW + minutes(40))
    entered = observed(alarmed(monitored(), POLICY, now=NOW + minutes(40)), paper, POLICY).monitoring
    assert entered is not None
    assert entered.said is Severity.URGENT, "of the tenth minute still, when the patient was there"
    assert entered.said_after(NOW + minutes(11), TIMES) is None


def test_a_doubtful_pressure_is_due_again_within_five_minutes_and_then_said() -> None:
    once = observed(monitored(), vitals((190, 95), at=NOW + minutes(16)), POLICY)
    assert once.monitoring is not None
    assert once.monitoring.due_at == NOW + minutes(21)
    assert not said(once)

    twice = observed(once, vitals((188, 95), at=NOW + minutes(20)), POLICY)
    assert [type(fact) for fact in said(twice)] == [VitalsBreached]


def test_a_doubtful_pressure_that_was_an_artefact_is_never_said() -> None:
    once = observed(monitored(), vitals((190, 95), at=NOW + minutes(16)), POLICY)

    assert not said(observed(once, vitals((130, 80), at=NOW + minutes(20)), POLICY))


def test_what_is_urgent_is_due_again_within_five_minutes_until_it_has_passed() -> None:
    """No later than a single pressure that nobody acts on yet."""
    session = monitored()
    cases: list[tuple[int, dict[str, Any], int]] = [
        (16, {"saturation": 89}, 21),
        (20, {"saturation": 88}, 25),
        (24, {"pressure": (190, 95)}, 29),
        (28, {"pressure": (188, 95)}, 33),
        (32, {}, 40),
    ]
    for at, signs, due in cases:
        session = observed(session, vitals(at=NOW + minutes(at), **signs), POLICY)
        assert session.monitoring is not None
        assert session.monitoring.due_at == NOW + minutes(due), at


def test_an_older_observation_entered_late_does_not_move_what_is_due() -> None:
    session = observed(monitored(), vitals(at=NOW + minutes(30)), POLICY)
    after = observed(session, vitals(at=NOW + minutes(10)), POLICY)

    assert session.monitoring is not None
    assert after.monitoring is not None
    assert after.monitoring.due_at == session.monitoring.due_at


HIGH, NORMAL = (188, 95), (124, 80)


def observing(*signs: tuple[int, tuple[int, int]]) -> Session:
    """Minute and pressure of each observation, in the order in which they are written down."""
    session = monitored()
    for minute, pressure in signs:
        session = observed(session, vitals(pressure, at=NOW + minutes(minute)), POLICY)
    return session


def urgent_minutes(session: Session) -> list[int]:
    assert session.monitoring is not None
    return [(each.observed_at - NOW) // minutes(1) for each in session.monitoring.urgent(LIMITS)]


@pytest.mark.parametrize("late", [5, 18, 23])
def test_a_late_entry_takes_back_nothing_that_was_urgent(late: int) -> None:
    twice = observing((17, HIGH), (22, HIGH))
    assert urgent_minutes(twice) == [22]
    assert urgent_minutes(observed(twice, vitals(NORMAL, at=NOW + minutes(late)), POLICY)) == [22]


def test_what_was_observed_before_is_no_repeat_though_it_is_written_down_between() -> None:
    session = observing((20, HIGH), (5, NORMAL), (25, HIGH))
    assert urgent_minutes(session) == [25]
    assert [fact.at for fact in said(session)] == [NOW + minutes(25)]


def test_a_late_entry_that_shows_the_second_in_a_row_is_said_as_what_it_shows() -> None:
    once = observing((20, HIGH))
    assert not said(once)
    session = observed(once, vitals(HIGH, at=NOW + minutes(17)), POLICY)
    assert urgent_minutes(session) == [20]
    assert [fact.at for fact in said(session)] == [NOW + minutes(20)]


def test_two_that_were_not_in_a_row_are_not_because_one_of_them_came_late() -> None:
    session = observing((10, NORMAL), (20, HIGH), (5, HIGH))
    assert urgent_minutes(session) == []
    assert not said(session)


def test_before_the_first_dose_there_is_nothing_to_monitor() -> None:
    with pytest.raises(DomainError, match="nothing_to_monitor"):
        observed(checked(), vitals(), POLICY)


def left_at(after: int, *, stopped: int | None = None) -> Session:
    """Somebody who walked out so many minutes after the dose, of a session that was stopped before, or was not."""
    session, nothing = observing((10, NORMAL)), BillableServices(revision=1, lines=(), by=NURSE, at=NOW)
    if stopped is not None:
        session = aborted(session, Outcome.STOPPED, "pressure", nothing, now=NOW + minutes(stopped))
    gone = aborted(session, Outcome.LEFT_EARLY, "would not stay", nothing, now=NOW + minutes(after))
    return replace(gone, facts=())


def test_what_was_observed_before_the_patient_left_is_written_down_afterwards() -> None:
    gone = left_at(50, stopped=20)
    late = observed(gone, vitals(HIGH, at=NOW + minutes(40)), POLICY)
    assert late.monitoring is not None
    assert late.monitoring.last is not None
    assert late.alarm_at is None
    urgent = observed(late, vitals(HIGH, at=NOW + minutes(46)), POLICY)
    assert [each.severity for each in said(urgent)] == [Severity.URGENT]  # type: ignore[attr-defined]  # a breach
    with pytest.raises(DomainError, match="nothing_to_monitor"):
        observed(gone, vitals(at=NOW + minutes(51)), POLICY)
    with pytest.raises(DomainError, match="recorded_too_late"):
        observed(gone, replace(vitals(at=NOW + minutes(40)), recorded_at=NOW + hours(24 * 8)), POLICY)


def test_signals_read_the_observation() -> None:
    observation = vitals((120, 80), heart_rate=70, saturation=97, moaas=4, respiratory_rate=12)

    assert {signal: observation.value(signal) for signal in Signal} == {
        Signal.SYSTOLIC: 120,
        Signal.DIASTOLIC: 80,
        Signal.HEART_RATE: 70,
        Signal.OXYGEN_SATURATION: 97,
        Signal.RESPIRATORY_RATE: 12,
        Signal.MOAAS: 4,
    }
    assert observation.by == NURSE
    assert BloodPressure(120, 80) == observation.blood_pressure
