"""Discharge: every criterion by its name, a prescriber's signature for the rest, and what the REMS never lets pass."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import NOW, NURSE, OTHER_NURSE, POLICY, PRESCRIBER, checked, dose, minutes, vitals
from sessions.domain.away import Away
from sessions.domain.checks import RiskLevel
from sessions.domain.discharge import (
    CRITERIA,
    DischargeScore,
    Exceptions,
    LastGiven,
    Leaving,
    SignedFor,
    WrittenLate,
    discharge,
)
from sessions.domain.monitoring import Monitoring
from sessions.domain.presence import joined, left, was_there
from sessions.domain.states import SessionState
from sessions.domain.vitals import Corrects, Severity, Symptom, VitalSigns
from sessions.domain.watch import watched_until
from sessions.domain.words import ProviderRole, Route

STARTED = NOW - minutes(130)
SCORE = DischargeScore(
    oriented=True,
    walks_unaided=True,
    nausea_controlled=True,
    effects_resolved=True,
    suicide_risk=RiskLevel.NONE,
    escort_signed=True,
    instructions_given=True,
)


def leaving(route: Route = Route.INTRAVENOUS, *, observations: tuple[VitalSigns, ...] | None = None) -> Leaving:
    """Ninety minutes after the end of an infusion of forty; or 130 after the start of another route."""
    policy = POLICY.routes[route]
    seen = observations if observations is not None else (vitals(at=STARTED + minutes(40)), vitals(at=NOW))
    monitoring = Monitoring.begun(STARTED, policy.observations, vitals((130, 80)), POLICY.vitals_times)
    return Leaving(
        score=SCORE,
        risk_stands=False,
        prescriber_there=True,
        monitoring=replace(monitoring, observations=seen),
        last_dose_started_at=STARTED,
        last_dose_ended_at=STARTED + minutes(40) if route is Route.INTRAVENOUS else STARTED,
        route=policy,
        policy=POLICY,
        now=NOW,
    )


def scored(**changed: object) -> Leaving:
    return replace(leaving(), score=replace(SCORE, **changed))  # type: ignore[arg-type]  # fields by name


UNMET: list[tuple[str, Leaving]] = [
    ("vitals_observed", leaving(observations=(vitals(at=NOW - minutes(31)),))),
    ("vitals_near_baseline", leaving(observations=(vitals((159, 80), at=NOW),))),
    ("signs_in_limits", leaving(observations=(vitals(saturation=93, at=NOW),))),
    ("awake", leaving(observations=(vitals(moaas=4, at=NOW),))),
    ("oriented", scored(oriented=False)),
    ("walks_unaided", scored(walks_unaided=False)),
    ("nausea_controlled", scored(nausea_controlled=False)),
    ("effects_resolved", scored(effects_resolved=False)),
    ("suicide_risk_not_high", scored(suicide_risk=RiskLevel.HIGH)),
    ("monitored_long_enough", replace(leaving(), last_dose_ended_at=NOW - minutes(59))),
    ("required_observations", leaving(Route.INTRANASAL, observations=(vitals(at=NOW),))),
    ("prescriber_on_site", replace(leaving(Route.INTRANASAL), prescriber_there=False)),
    ("escort_signed", scored(escort_signed=False)),
    ("instructions_given", scored(instructions_given=False)),
    ("let_go_by_there", replace(leaving(), written_at=NOW + minutes(5), let_go_by_there=False)),
    ("written_in_time", replace(leaving(Route.INTRANASAL), written_at=NOW + minutes(16))),
]


NONE = Exceptions()


def signing(*criteria: str, reason: str = "examined by me", transport: str | None = "sister drives her") -> Exceptions:
    return Exceptions(signed=tuple(SignedFor(criterion=each, reason=reason) for each in criteria), transport=transport)


def test_until_when_a_patient_is_watched_is_the_moment_from_which_the_criterion_is_met() -> None:
    given = LastGiven(started_at=STARTED, ended_at=STARTED + minutes(40))
    gone = Away(left_at=NOW - minutes(50), reason="a smoke", back_at=NOW - minutes(35), noted_by=NURSE)
    infusion, spray = POLICY.routes[Route.INTRAVENOUS], POLICY.routes[Route.INTRANASAL]

    assert given.watched_until(infusion, (), NOW) == STARTED + minutes(40 + 60)
    assert given.watched_until(infusion, (gone,), NOW) == STARTED + minutes(40 + 60 + 15)
    assert given.watched_until(spray, (gone,), NOW) == STARTED + minutes(120 + 15)
    for route in POLICY.routes:
        asked = replace(leaving(route), last_dose_ended_at=given.ended_at, away=(gone,))
        until = given.watched_until(asked.route, asked.away, NOW)
        assert replace(asked, now=until).monitored_long_enough
        assert not replace(asked, now=until - minutes(1 / 60)).monitored_long_enough


@pytest.mark.parametrize("route", [Route.INTRAVENOUS, Route.INTRANASAL])
def test_who_is_refused_too_early_hears_from_when_on_they_may_go(route: Route) -> None:
    early = replace(leaving(route), last_dose_started_at=NOW - minutes(50), last_dose_ended_at=NOW - minutes(10))
    with pytest.raises(DomainError) as refused:
        discharge(early, NONE, by=NURSE, prescriber=False)
    assert refused.value.extra["watched_until"] == early.watched_until > NOW


def test_while_a_dose_runs_nobody_can_say_until_when() -> None:
    session = replace(checked(), state=SessionState.IN_PROGRESS, doses=(dose(at=NOW),))
    watched = replace(session, monitoring=leaving().monitoring)
    ended = replace(watched, doses=(dose(at=NOW - minutes(40), ended_at=NOW),))

    assert watched_until(watched, POLICY, now=NOW) is None
    assert watched_until(ended, POLICY, now=NOW) == NOW + minutes(60)
    assert watched_until(replace(ended, state=SessionState.COMPLETED), POLICY, now=NOW) is None


def test_with_every_criterion_met_the_nurse_discharges() -> None:
    done = discharge(leaving(), NONE, by=NURSE, prescriber=False)

    assert (done.by, done.unmet, done.signed_by) == (NURSE, (), None)


@pytest.mark.parametrize(("criterion", "given"), UNMET, ids=[name for name, _ in UNMET])
def test_an_unmet_criterion_is_named(criterion: str, given: Leaving) -> None:
    met: dict[str, Callable[[Leaving], bool]] = CRITERIA

    assert [name for name, holds in met.items() if not holds(given)] == [criterion]


@pytest.mark.parametrize(
    "sign",
    [
        vitals(saturation=82, at=NOW),
        vitals(respiratory_rate=6, at=NOW),
        vitals((130, 100), at=NOW),
        vitals(heart_rate=49, at=NOW),
        vitals(symptoms={Symptom.CHEST_PAIN}, at=NOW),
        vitals(symptoms={Symptom.NEUROLOGICAL}, at=NOW),
    ],
    ids=["saturation 82", "six breaths", "diastolic 100", "pulse 49", "chest pain", "neurological"],
)
def test_a_nurse_lets_nobody_go_whose_signs_are_out_of_their_limits(sign: VitalSigns) -> None:
    assert not CRITERIA["signs_in_limits"](leaving(observations=(sign,)))


def test_near_a_high_baseline_is_not_within_limits() -> None:
    high = leaving(observations=(vitals((168, 98), at=NOW),))
    given = replace(high, monitoring=replace(high.monitoring, baseline=vitals((158, 96))))

    assert [name for name, holds in CRITERIA.items() if not holds(given)] == ["signs_in_limits"]


def test_a_correction_of_the_last_observation_wakes_nobody_and_a_new_one_does() -> None:
    drowsy = vitals(moaas=3, saturation=90, at=NOW - minutes(10))
    right = replace(vitals(at=NOW - minutes(10)), recorded_at=NOW, corrects=Corrects(number=0, reason="misread"))
    corrected = leaving(observations=(drowsy, right))

    assert [name for name, holds in CRITERIA.items() if not holds(corrected)] == ["signs_in_limits", "awake"]
    assert all(holds(leaving(observations=(drowsy, right, vitals(at=NOW)))) for holds in CRITERIA.values())


def test_every_criterion_has_a_case() -> None:
    assert {name for name, _ in UNMET} == set(CRITERIA)


def test_below_criteria_nobody_goes_without_a_prescribers_reason_for_each() -> None:
    given = scored(escort_signed=False, nausea_controlled=False)
    every = signing("nausea_controlled", "escort_signed")

    with pytest.raises(DomainError) as refused:
        discharge(given, every, by=NURSE, prescriber=False)
    assert refused.value.extra == {"criteria": ("nausea_controlled", "escort_signed")}
    for less in (NONE, signing("escort_signed"), signing("nausea_controlled", "escort_signed", reason=" ")):
        with pytest.raises(DomainError, match="discharge_criteria_unmet"):
            discharge(given, less, by=PRESCRIBER, prescriber=True)

    signed = discharge(given, every, by=PRESCRIBER, prescriber=True)
    assert (signed.signed_by, signed.unmet) == (PRESCRIBER, ("nausea_controlled", "escort_signed"))
    assert signed.transport == "sister drives her"


def test_without_an_escort_it_is_written_down_how_the_patient_gets_home() -> None:
    given = scored(escort_signed=False)

    with pytest.raises(DomainError, match="transport_missing"):
        discharge(given, signing("escort_signed", transport=None), by=PRESCRIBER, prescriber=True)


@pytest.mark.parametrize("given", [scored(suicide_risk=RiskLevel.HIGH), replace(leaving(), risk_stands=True)])
def test_nobody_signs_for_a_high_suicide_risk_found_now_or_before(given: Leaving) -> None:
    with pytest.raises(DomainError) as refused:
        discharge(given, signing("suicide_risk_not_high"), by=PRESCRIBER, prescriber=True)

    assert (refused.value.code, refused.value.extra) == (
        "discharge_forbidden",
        {"criteria": ("suicide_risk_not_high",)},
    )


@pytest.mark.parametrize(
    "given",
    [
        replace(leaving(Route.INTRANASAL), last_dose_started_at=NOW - minutes(119)),
        leaving(Route.INTRANASAL, observations=(vitals(at=NOW),)),
        replace(leaving(Route.INTRANASAL), score=replace(SCORE, effects_resolved=False)),
        replace(leaving(Route.INTRANASAL), prescriber_there=False),
    ],
    ids=["before two hours", "without the reading at forty minutes", "before effects resolve", "prescriber gone"],
)
def test_under_the_rems_no_signature_shortens_monitoring(given: Leaving) -> None:
    with pytest.raises(DomainError, match="discharge_forbidden"):
        discharge(given, signing(*CRITERIA), by=PRESCRIBER, prescriber=True)


def test_the_time_after_an_infusion_counts_from_its_end() -> None:
    assert leaving().monitored_long_enough
    assert not replace(leaving(), last_dose_ended_at=NOW - minutes(30)).monitored_long_enough


def sprayed(first_seen_after: int) -> Leaving:
    """Two hours after the device, first observed so many minutes after it, and now."""
    begun = NOW - minutes(130)
    seen = leaving(Route.INTRANASAL, observations=(vitals(at=begun + minutes(first_seen_after)), vitals(at=NOW)))
    return replace(seen, monitoring=replace(seen.monitoring, started_at=begun), last_dose_started_at=begun)


@pytest.mark.parametrize("after", [51, 52, 100])
def test_a_required_observation_made_late_is_signed_for_by_a_prescriber_and_nobody_else(after: int) -> None:
    late = sprayed(after)
    signed = signing("required_observations", reason="the monitor was broken")

    done = discharge(late, signed, by=PRESCRIBER, prescriber=True)

    assert (done.unmet, done.signed_by) == (("required_observations",), PRESCRIBER)
    for exceptions, prescriber in ((NONE, True), (signed, False), (signing("required_observations", reason=" "), True)):
        with pytest.raises(DomainError, match="discharge_criteria_unmet"):
            discharge(late, exceptions, by=PRESCRIBER, prescriber=prescriber)


@pytest.mark.parametrize("after", [29, 101, 130])
def test_nobody_signs_for_one_that_was_not_made(after: int) -> None:
    with pytest.raises(DomainError, match="discharge_forbidden"):
        discharge(sprayed(after), signing("required_observations"), by=PRESCRIBER, prescriber=True)


def test_without_the_clinics_number_nobody_signs_for_a_late_one() -> None:
    policy = replace(POLICY, discharge=replace(POLICY.discharge, required_late_minutes=None))

    with pytest.raises(DomainError, match="discharge_forbidden"):
        discharge(replace(sprayed(52), policy=policy), signing("required_observations"), by=PRESCRIBER, prescriber=True)


def test_a_late_observation_shortens_no_monitoring() -> None:
    late = replace(sprayed(52), last_dose_started_at=NOW - minutes(119))

    with pytest.raises(DomainError, match="discharge_forbidden") as refused:
        discharge(late, signing("required_observations", "monitored_long_enough"), by=PRESCRIBER, prescriber=True)
    assert refused.value.extra["criteria"] == ("monitored_long_enough",)


def test_what_is_written_down_afterwards_is_judged_when_the_patient_left() -> None:
    hours_later = replace(leaving(), written_at=NOW + minutes(180))

    done = discharge(hours_later, NONE, by=PRESCRIBER, prescriber=False, let_go_by=NURSE, overdue=Severity.URGENT)

    assert (done.by, done.at, done.left_at) == (NURSE, NOW + minutes(180), NOW)
    assert done.late == WrittenLate(left_at=NOW, by=PRESCRIBER, overdue=Severity.URGENT)


@pytest.mark.parametrize("criterion", ["monitored_long_enough", "vitals_observed"])
def test_waiting_to_write_it_down_lengthens_no_monitoring(criterion: str) -> None:
    given = {
        "monitored_long_enough": replace(leaving(), last_dose_ended_at=NOW - minutes(59)),
        "vitals_observed": leaving(observations=(vitals(at=NOW - minutes(31)),)),
    }[criterion]

    with pytest.raises(DomainError) as refused:
        discharge(replace(given, written_at=NOW + minutes(180)), NONE, by=NURSE, prescriber=False)
    assert refused.value.extra["criteria"] == (criterion,)


def test_under_the_rems_a_prescriber_signs_for_a_discharge_written_down_late() -> None:
    late = replace(sprayed(40), written_at=NOW + minutes(90))
    signed = signing("written_in_time", reason="the power was out")

    done = discharge(late, signed, by=PRESCRIBER, prescriber=True, let_go_by=NURSE)

    assert (done.unmet, done.signed_by, done.by) == (("written_in_time",), PRESCRIBER, NURSE)
    for exceptions, prescriber in ((NONE, True), (signed, False)):
        with pytest.raises(DomainError, match="discharge_criteria_unmet"):
            discharge(late, exceptions, by=PRESCRIBER, prescriber=prescriber)


def test_under_the_rems_the_two_hours_count_to_when_the_patient_left() -> None:
    short = replace(sprayed(40), last_dose_started_at=NOW - minutes(119), written_at=NOW + minutes(90))

    with pytest.raises(DomainError, match="discharge_forbidden") as refused:
        discharge(short, signing(*CRITERIA), by=PRESCRIBER, prescriber=True)
    assert refused.value.extra["criteria"] == ("monitored_long_enough",)


def test_who_is_said_to_have_let_a_patient_go_and_was_not_seen_there_is_for_a_prescriber_to_judge() -> None:
    unknown = replace(leaving(), written_at=NOW + minutes(90), let_go_by_there=False)
    signed = signing("let_go_by_there", reason="she came over from the other ward when the lights went out")

    done = discharge(unknown, signed, by=PRESCRIBER, prescriber=True, let_go_by=OTHER_NURSE)

    assert (done.by, done.signed_by, done.unmet) == (OTHER_NURSE, PRESCRIBER, ("let_go_by_there",))
    for exceptions, prescriber in ((NONE, True), (signed, False)):
        with pytest.raises(DomainError, match="discharge_criteria_unmet"):
            discharge(unknown, exceptions, by=PRESCRIBER, prescriber=prescriber)


@pytest.mark.parametrize(
    ("at", "there"),
    [(NOW - minutes(1), False), (NOW, True), (NOW + minutes(60), True), (NOW + minutes(61), False)],
)
def test_who_was_there_is_known_by_when_they_came_and_went(at: datetime, there: bool) -> None:
    """They came half a minute after nine; on paper it is nine."""
    came = joined((), NURSE, ProviderRole.NURSE, NOW + timedelta(seconds=30))

    assert was_there(left(came, NURSE, NOW + minutes(60)), NURSE, at) is there
    assert not was_there(came, OTHER_NURSE, at)
