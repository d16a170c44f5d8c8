"""What was alarming stands until somebody else found otherwise and a prescriber signed; both stay readable."""

from dataclasses import replace

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import NOW, NURSE, OTHER_NURSE, PRESCRIBER, SESSION, checks, minutes, recorded
from services.sessions.tests.course_builders import course
from sessions.domain.checks import Checks, PregnancyTest, Recorded, RiskLevel, SubstanceUse
from sessions.domain.course import Course
from sessions.domain.ids import StaffId
from sessions.domain.stops import Stop, StopKind, resolution, stops_in

LATER = NOW + minutes(20)
FOUND = Stop(kind=StopKind.PREGNANCY, session_id=SESSION, by=NURSE, at=NOW)


def again_tested(result: PregnancyTest = PregnancyTest.NEGATIVE, *, by: StaffId = OTHER_NURSE) -> Checks:
    return replace(checks(), pregnancy=recorded(result, by=by, at=LATER))


def found() -> Course:
    return course().stopped((FOUND,))


def test_each_alarming_check_makes_its_stop_and_nothing_else_does() -> None:
    use: Recorded[SubstanceUse] = recorded(SubstanceUse(recent=True, intoxicated=True))
    alarming = replace(checks(), suicide_risk=recorded(RiskLevel.HIGH), substances=use)

    kinds = [stop.kind for stop in stops_in(alarming, SESSION)]

    assert kinds == [StopKind.HIGH_SUICIDE_RISK, StopKind.INTOXICATION, StopKind.RECENT_SUBSTANCES]
    assert not stops_in(checks(), SESSION)


def test_found_otherwise_by_a_second_person_a_prescriber_resolves_it_and_the_finding_stays() -> None:
    decided = resolution(
        StopKind.PREGNANCY, found().standing(StopKind.PREGNANCY), again_tested(), "laboratory: negative",
        by=PRESCRIBER, now=LATER,
    )  # fmt: skip

    after = found().resolved(StopKind.PREGNANCY, decided)

    assert not after.standing(StopKind.PREGNANCY)
    assert after.stops == (replace(FOUND, resolution=decided),)
    assert (decided.by, decided.found_otherwise_by) == (PRESCRIBER, OTHER_NURSE)


@pytest.mark.parametrize(
    ("again", "reason", "code"),
    [
        (again_tested(by=NURSE), "she says it was mixed up", "finding_not_repeated"),
        (again_tested(PregnancyTest.POSITIVE), "false positive", "finding_not_repeated"),
        (checks(), "recorded before the finding", "finding_not_repeated"),
        (replace(checks(), pregnancy=None), "none", "finding_not_repeated"),
        (again_tested(), " ", "reason_missing"),
    ],
    ids=["by the same person", "found again", "an older one by the same", "not recorded again", "without a reason"],
)
def test_it_is_not_resolved(again: Checks, reason: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        resolution(StopKind.PREGNANCY, (FOUND,), again, reason, by=PRESCRIBER, now=LATER)


def test_where_nothing_stands_nothing_is_resolved() -> None:
    with pytest.raises(DomainError, match="nothing_to_resolve"):
        resolution(StopKind.PREGNANCY, (), again_tested(), "laboratory: negative", by=PRESCRIBER, now=LATER)


def test_whoever_found_it_again_is_nobody_to_find_otherwise() -> None:
    twice = (FOUND, replace(FOUND, by=OTHER_NURSE, at=NOW + minutes(5)))

    with pytest.raises(DomainError, match="finding_not_repeated"):
        resolution(StopKind.PREGNANCY, twice, again_tested(), "laboratory: negative", by=PRESCRIBER, now=LATER)
