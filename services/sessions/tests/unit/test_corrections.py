"""What was recorded wrong is put right, and what was raised by it, or is shown by it, is not lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    NOW,
    NURSE,
    OTHER_NURSE,
    POLICY,
    PRESCRIBER,
    TODAY,
    checked,
    checks,
    days,
    minutes,
    recorded,
    vitals,
)
from services.sessions.tests.course_builders import corrector, course, monitored, question
from sessions.domain.checks import Checks, PregnancyTest
from sessions.domain.corrections import (
    Amendment,
    Corrector,
    ReadingList,
    WhichReading,
    checks_corrected,
    vitals_corrected,
)
from sessions.domain.gate_items import examine
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import ClinicalFactReported, Session
from sessions.domain.states import SessionState
from sessions.domain.units import Kilograms
from sessions.domain.vitals import Severity, VitalSigns
from sessions.domain.watch import VitalsBreached, observed
from sessions.domain.weights import BelievedWeight, Weight


def corrected(
    session: Session,
    number: int = 0,
    at: datetime = NOW + minutes(30),
    *,
    among: ReadingList = ReadingList.VITALS,
    **amended: object,
) -> Session:
    amendment = Amendment(**amended)  # type: ignore[arg-type]  # the fields of one by their names
    return vitals_corrected(session, WhichReading(among=among, number=number), amendment, corrector(at), POLICY)


def breaches(session: Session) -> list[tuple[datetime, Severity]]:
    return [(fact.at, fact.severity) for fact in session.facts if isinstance(fact, VitalsBreached)]


def failed(session: Session, at: datetime) -> set[str]:
    gate = examine(replace(question(), session=session, now=at))
    return {each.item for each in gate.failed}


def at(minute: int, pressure: tuple[int, int] = (128, 82), *, saturation: int = 98) -> VitalSigns:
    return vitals(pressure, at=NOW + minutes(minute), saturation=saturation)


def test_both_values_stay_with_who_wrote_which_when_and_why() -> None:
    session = corrected(monitored(at(10, (182, 95))), systolic=128, diastolic=82)

    assert session.monitoring is not None
    wrong, right = session.monitoring.observations
    assert (wrong.blood_pressure.systolic, wrong.by, wrong.recorded_at) == (182, NURSE, NOW + minutes(10))
    assert (right.blood_pressure.systolic, right.heart_rate) == (128, 72)
    assert (right.observed_at, right.recorded_at) == (NOW + minutes(10), NOW + minutes(30))
    assert right.corrects is not None
    assert (right.corrects.number, right.corrects.reason) == (0, "misread")
    assert session.monitoring.last is right


def test_a_correction_that_removes_an_urgent_breach_silences_nothing() -> None:
    session = monitored(at(10, saturation=85))
    after = corrected(session, oxygen_saturation=98)

    assert breaches(after) == []
    assert "urgent_breach_decided" in failed(after, NOW + minutes(31))
    assert after.monitoring is not None
    (urgent,) = after.monitoring.urgent(POLICY.vitals_limits)
    assert urgent is after.monitoring.observations[0]


def test_a_correction_that_shows_a_breach_raises_it() -> None:
    session = corrected(monitored(at(10, saturation=98)), oxygen_saturation=85)
    assert breaches(session) == [(NOW + minutes(10), Severity.URGENT)]


def test_a_correction_that_shows_the_second_in_a_row_raises_that() -> None:
    session = monitored(at(17, (128, 82)), at(22, (186, 95)))
    assert breaches(corrected(session, systolic=188, diastolic=95)) == [(NOW + minutes(22), Severity.URGENT)]


def test_what_was_urgent_and_stays_so_is_not_raised_again() -> None:
    session = corrected(monitored(at(10, saturation=85)), oxygen_saturation=86)
    assert breaches(session) == []
    assert corrected(session, 1, NOW + minutes(31), oxygen_saturation=98).monitoring is not None


def test_a_lower_baseline_shows_a_rise_that_was_none() -> None:
    session = monitored(at(17, (155, 82)), at(22, (156, 82)), baseline=vitals((130, 82)))
    after = corrected(session, among=ReadingList.BASELINE, systolic=110)

    assert breaches(after) == [(NOW + minutes(22), Severity.WARN)]
    assert after.monitoring is not None
    assert after.monitoring.baseline is not None
    assert after.monitoring.baseline.blood_pressure.systolic == 110


def test_what_was_urgent_by_a_baseline_that_was_wrong_stays_urgent() -> None:
    """By 105 before the dose the first reading was doubtful, and so the second the second in a row."""
    session = monitored(at(17, (150, 82)), at(22, (185, 82)), baseline=vitals((105, 82)))
    assert session.monitoring is not None
    assert len(session.monitoring.urgent(POLICY.vitals_limits)) == 1
    after = corrected(session, among=ReadingList.BASELINE, systolic=125)
    assert after.monitoring is not None
    assert len(after.monitoring.urgent(POLICY.vitals_limits)) == 1
    later = observed(after, replace(at(40, (128, 82))), POLICY)
    assert len(later.monitoring.urgent(POLICY.vitals_limits)) == 1  # type: ignore[union-attr]  # it is watched


def test_the_gate_believes_the_worse_until_signs_are_observed_again() -> None:
    wrong = replace(checked(), checks=replace(checks(), baseline=(vitals(saturation=88),)))
    after = corrected(wrong, among=ReadingList.BASELINE, at=NOW + minutes(2), oxygen_saturation=98)
    assert "oxygen_saturation" in failed(after, NOW + minutes(3))
    worse = replace(checked(), checks=replace(checks(), baseline=(vitals(),)))
    assert "oxygen_saturation" in failed(
        corrected(worse, among=ReadingList.BASELINE, at=NOW + minutes(2), oxygen_saturation=88), NOW + minutes(3)
    )
    again = after.checked(Checks(baseline=(vitals(at=NOW + minutes(4)),)), now=NOW + minutes(4))
    assert "oxygen_saturation" not in failed(again, NOW + minutes(5))


def test_a_pair_that_was_written_down_wrong_is_decided_by_a_prescriber_not_by_the_correction() -> None:
    high = (vitals((168, 104)), vitals((166, 102), at=NOW + minutes(6)))
    session = replace(checked(), checks=replace(checks(), baseline=high))
    after = corrected(session, 1, NOW + minutes(8), among=ReadingList.BASELINE, systolic=128, diastolic=82)
    assert "blood_pressure_in_range" in failed(after, NOW + minutes(9))


def test_a_correction_makes_no_pair_of_one_reading() -> None:
    session = replace(checked(), checks=replace(checks(), baseline=(vitals((168, 104)),)))
    after = corrected(
        session, among=ReadingList.BASELINE, at=NOW + minutes(8), systolic=167, observed_at=NOW + minutes(6)
    )
    assert "blood_pressure_in_range" not in failed(after, NOW + minutes(9))
    assert "blood_pressure_repeated" in failed(after, NOW + minutes(9))


def test_a_moment_put_right_makes_no_reading_fresher() -> None:
    old = vitals(at=NOW - minutes(70))
    session = replace(checked(), checks=replace(checks(), baseline=(old,)))
    after = corrected(session, among=ReadingList.BASELINE, at=NOW, observed_at=NOW - minutes(5))
    assert "vital_signs_complete" in failed(after, NOW)


def test_a_correction_never_puts_off_what_is_due_and_a_doubtful_or_urgent_one_brings_it_forward() -> None:
    session = monitored(at(41))
    assert session.monitoring is not None
    calm = corrected(session, heart_rate=80, at=NOW + minutes(43))
    doubtful = corrected(session, systolic=170, at=NOW + minutes(43))
    urgent = corrected(session, oxygen_saturation=88, at=NOW + minutes(43))
    assert calm.monitoring is not None
    assert doubtful.monitoring is not None
    assert urgent.monitoring is not None
    assert urgent.monitoring.due_at == NOW + minutes(48)
    assert calm.monitoring.due_at == session.monitoring.due_at == NOW + minutes(55)
    assert doubtful.monitoring.due_at == NOW + minutes(48)
    assert doubtful.alarm_at == NOW + minutes(53)


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        (corrector(NOW + minutes(30), by=OTHER_NURSE), "correction_forbidden"),
        (corrector(NOW + days(8)), "correction_too_late"),
        (corrector(NOW + minutes(30), reason="  "), "reason_missing"),
    ],
)
def test_whoever_may_not_puts_nothing_right(who: Corrector, refused: str) -> None:
    which = WhichReading(among=ReadingList.VITALS, number=0)
    with pytest.raises(DomainError, match=refused):
        vitals_corrected(monitored(at(10)), which, Amendment(heart_rate=80), who, POLICY)
    with pytest.raises(DomainError, match=refused):
        checks_corrected(checked(), weight(90), who, POLICY)


def test_a_prescriber_puts_right_what_another_wrote() -> None:
    which = WhichReading(among=ReadingList.VITALS, number=0)
    who = corrector(NOW + minutes(30), by=PRESCRIBER, prescriber=True)
    assert vitals_corrected(monitored(at(10)), which, Amendment(heart_rate=80), who, POLICY).version


@pytest.mark.parametrize(
    ("number", "amended", "refused"),
    [
        (0, {}, "nothing_corrected"),
        (0, {"heart_rate": 72}, "nothing_corrected"),
        (0, {"diastolic": 130}, "vitals_implausible"),
        (0, {"observed_at": NOW - minutes(1)}, "observed_before_dose"),
        (0, {"observed_at": NOW + minutes(31)}, "observed_in_future"),
        (1, {"heart_rate": 80}, "reading_not_found"),
    ],
)
def test_what_puts_nothing_right_is_refused(number: int, amended: dict[str, Any], refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        corrected(monitored(at(10)), number, **amended)


def test_only_what_stands_is_put_right() -> None:
    once = corrected(monitored(at(10)), heart_rate=80)
    with pytest.raises(DomainError, match="already_corrected"):
        corrected(once, heart_rate=81)
    assert corrected(once, 1, heart_rate=81).monitoring is not None


def weight(kilograms: int, *, by: StaffId = NURSE, at: timedelta = minutes(30)) -> Checks:
    return Checks(
        weight=recorded(Weight(kilograms=Kilograms(Decimal(kilograms)), measured_on=TODAY), by=by, at=NOW + at)
    )


def test_a_weight_put_right_is_the_one_that_counts_and_asks_for_clearing_again() -> None:
    cleared = checked().cleared(examine(question()), ())
    after = checks_corrected(cleared, weight(84), corrector(NOW + minutes(30)), POLICY)

    assert after.state is SessionState.CHECKED
    assert after.gate is None
    assert after.checks.weight is not None
    assert after.checks.weight.value.kilograms == Kilograms(Decimal(84))
    assert [part.correction for part in after.recorded] == [None, "misread"]
    assert "order_signed" in failed(after, NOW + minutes(31))


def test_a_weight_that_was_put_right_is_no_second_persons() -> None:
    """Somebody else measures what the first only wrote down by mistake."""
    session = checked().checked(weight(110), now=NOW)
    session = checks_corrected(session, weight(80), corrector(NOW + minutes(30)), POLICY)
    session = session.checked(weight(110, by=OTHER_NURSE), now=NOW + minutes(31))
    assert "weight_plausible" in failed(session, NOW + minutes(32))


def test_the_time_to_put_a_check_right_counts_from_when_it_was_first_recorded_and_by_whom() -> None:
    prescriber = corrector(NOW + days(6), by=PRESCRIBER, prescriber=True)
    session = checks_corrected(checked(), weight(90, by=PRESCRIBER, at=days(6)), prescriber, POLICY)

    again = checks_corrected(session, weight(85, at=days(6)), corrector(NOW + days(6)), POLICY)
    assert again.checks.weight is not None
    assert again.checks.weight.value.kilograms == Kilograms(Decimal(85))
    with pytest.raises(DomainError, match="correction_too_late"):
        checks_corrected(again, weight(80, at=days(8)), corrector(NOW + days(8)), POLICY)


def test_an_alarming_answer_is_reported_though_it_comes_by_a_correction() -> None:
    positive = Checks(pregnancy=recorded(PregnancyTest.POSITIVE, at=NOW + minutes(30)))
    after = checks_corrected(checked(), positive, corrector(NOW + minutes(30)), POLICY)
    assert [type(fact) for fact in after.facts][-1] is ClinicalFactReported
    assert "not_pregnant" in failed(after, NOW + minutes(31))


@pytest.mark.parametrize(
    ("correction", "refused"),
    [
        (Checks(), "checks_empty"),
        (weight(80), "nothing_corrected"),
        (Checks(restricted_program=recorded(None)), "nothing_to_correct"),  # type: ignore[arg-type]  # never recorded
    ],
)
def test_checks_that_put_nothing_right_are_refused(correction: Checks, refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        checks_corrected(checked(), correction, corrector(NOW + minutes(30)), POLICY)


def test_a_weight_that_was_wrong_is_compared_with_no_more() -> None:
    session_id, other = SessionId("one"), SessionId("other")
    so_far = course()
    believed = so_far.weighed(BelievedWeight(session_id=session_id, kilograms=Kilograms(Decimal(176))))
    assert believed.unweighed(session_id).last_weight(but=other) == so_far.last_weight(but=other)
    assert so_far.unweighed(session_id) is so_far
