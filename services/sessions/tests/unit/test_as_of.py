"""A session as it had been written down at an earlier moment: nothing of later is in it, whenever that says it was."""

from dataclasses import replace

from services.sessions.tests.builders import NOW, NURSE, PRESCRIBER, checked, dose, minutes, recorded, team, vitals
from services.sessions.tests.course_builders import monitored
from sessions.domain.as_of import as_of
from sessions.domain.checks import Checks, RiskLevel
from sessions.domain.gate import Attestation, Override
from sessions.domain.presence import left
from sessions.domain.sessions import Session

THEN = NOW + minutes(10)
LATER = NOW + minutes(20)


def late_entry() -> Checks:
    """Signs of before, written down later."""
    return Checks(baseline=(replace(vitals((168, 104), at=NOW + minutes(5)), recorded_at=LATER),))


def test_what_was_written_down_later_is_not_in_it_whenever_it_was_observed() -> None:
    risk = Checks(suicide_risk=recorded(RiskLevel.HIGH, at=LATER))
    before = checked()
    after = before.checked(late_entry(), now=LATER).checked(risk, now=LATER)

    assert as_of(after, THEN).checks == before.checks
    assert as_of(after, LATER).checks == after.checks


def test_a_check_recorded_anew_is_what_it_was() -> None:
    again = checked().checked(Checks(equipment_ready=recorded(False, at=LATER)), now=LATER)

    then, now = as_of(again, THEN).checks.equipment_ready, as_of(again, LATER).checks.equipment_ready
    assert then is not None
    assert now is not None
    assert (then.value, now.value) == (True, False)


def test_who_left_later_was_there_and_who_came_later_was_not() -> None:
    session = replace(checked(), team=left(team(), NURSE, LATER))
    assert all(each.there for each in as_of(session, THEN).team)
    assert [each.id for each in as_of(session, LATER).team if not each.there] == [NURSE]
    assert as_of(session, NOW - minutes(1)).team == ()


def test_an_order_an_attestation_and_an_override_of_later_are_missing() -> None:
    session = replace(
        checked(),
        attestation=Attestation(by=PRESCRIBER, at=LATER, reason="seen in the case"),
        overrides=tuple(Override(item="fasted", reason="water", by=PRESCRIBER, at=at) for at in (NOW, LATER)),
    )
    then = as_of(session, THEN)
    assert session.order is not None
    assert then.order is session.order
    assert as_of(session, session.order.signed_at - minutes(1)).order is None
    assert (then.attestation, len(then.overrides)) == (None, 1)
    assert as_of(session, LATER).attestation is session.attestation


def observed_late() -> Session:
    """An observation in time, and one of then that was written down later."""
    return monitored(vitals(at=NOW + minutes(5)), replace(vitals((170, 104), at=NOW + minutes(8)), recorded_at=LATER))


def test_what_was_observed_counts_from_when_it_was_written_down() -> None:
    then = as_of(observed_late(), THEN).monitoring
    assert then is not None
    assert [each.observed_at for each in then.observations] == [NOW + minutes(5)]


def test_before_the_first_dose_nothing_was_watched_and_of_several_only_the_earlier_were_given() -> None:
    session = replace(observed_late(), doses=(dose(at=NOW), dose(at=LATER)))
    assert as_of(session, NOW).monitoring is None
    assert [len(as_of(session, at).doses) for at in (NOW, THEN, LATER + minutes(1))] == [0, 1, 2]


def test_a_baseline_that_was_put_right_later_is_what_was_believed_then() -> None:
    session = monitored(vitals(at=NOW + minutes(5)))
    assert session.monitoring is not None
    right = replace(vitals((150, 92), at=NOW), recorded_at=LATER)
    rebased, _ = session.monitoring.rebased(right, {})
    session = replace(session, monitoring=rebased)

    then, now = as_of(session, THEN).monitoring, as_of(session, LATER).monitoring
    assert then is not None
    assert now is not None
    assert (then.baseline, now.baseline) == (vitals(), right)
