"""The monitoring form of the REMS: what it is made of, when it may be sent, when it is late."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    ANA,
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    SESSION,
    checked,
    checks,
    days,
    dose,
    minutes,
    order,
    recorded,
    vitals,
)
from sessions.domain.checks import RestrictedProgram, RiskLevel
from sessions.domain.discharge import Discharge, DischargeScore, SignedFor
from sessions.domain.ids import AdverseEventId
from sessions.domain.monitoring import Monitoring
from sessions.domain.presence import left
from sessions.domain.rems_form import Answers, RemsForm, RemsFormDue, RemsFormOverdue, RemsFormSubmitted
from sessions.domain.rems_report import ELEMENTS, UNSEEN_AFTER_LEAVING, TreatmentReport
from sessions.domain.sessions import Session
from sessions.domain.states import Outcome, SessionState
from sessions.domain.vitals import VitalSigns
from sessions.domain.words import Route

SPRAY = POLICY.routes[Route.INTRANASAL]
NOTHING_SEEN = Answers(
    medicines=frozenset(),
    vitals_acceptable_before=True,
    vitals_acceptable_after=True,
    sedation=False,
    dissociation=False,
    respiratory_depression=False,
)


def score() -> DischargeScore:
    return DischargeScore(
        oriented=True,
        walks_unaided=True,
        nausea_controlled=True,
        effects_resolved=True,
        suicide_risk=RiskLevel.NONE,
        escort_signed=True,
        instructions_given=True,
    )


def observed(*observations: VitalSigns) -> Monitoring:
    begun = Monitoring.begun(NOW, SPRAY.observations, vitals((124, 80)), POLICY.vitals_times)
    return replace(begun, observations=observations)


def treated() -> Session:
    """Two devices five minutes apart, seen at 42 and 120 minutes, discharged after 130."""
    program = RestrictedProgram(setting_certified=True, patient_enrolled=True, pulse_oximeter=True)
    devices = tuple(
        replace(dose("28", at=NOW + minutes(after), ended_at=NOW + minutes(after)), serial=f"SN-{after}", lot="L-7")
        for after in (0, 5)
    )
    return replace(
        checked(),
        state=SessionState.DISCHARGED,
        checks=replace(checks(), restricted_program=recorded(program)),
        order=order("56", "56", per_kg=None, route=Route.INTRANASAL),
        doses=devices,
        monitoring=observed(vitals((140, 88), at=NOW + minutes(42), moaas=4), vitals((126, 81), at=NOW + minutes(120))),
        discharge=Discharge(score=score(), by=NURSE, at=NOW + minutes(130)),
    )


def gone_early() -> Session:
    """Walked out after an hour."""
    aborted = replace(treated(), state=SessionState.ABORTED, discharge=None, outcome=Outcome.LEFT_EARLY)
    return replace(aborted, monitoring=observed(vitals((140, 88), at=NOW + minutes(42))))


def report(session: Session) -> TreatmentReport:
    return TreatmentReport.of(session, POLICY)


def asked_for() -> RemsForm:
    return RemsForm.asked_for(SESSION, ANA, within=POLICY.rems.form_due_within, now=NOW)


def sent(
    session: Session | None = None,
    answers: Answers = NOTHING_SEEN,
    *,
    form: RemsForm | None = None,
    reference: str = "REMS-1",
    at: datetime = NOW + days(1),
    serious: tuple[AdverseEventId, ...] = (),
) -> RemsForm:
    return (form or asked_for()).submitted(
        report(session or treated()), answers, serious, reference, POLICY, by=NURSE, now=at
    )


def test_the_report_is_what_was_recorded() -> None:
    said = report(treated())

    assert (said.missing, said.unrecorded) == ((), ())
    assert [(each.serial, each.lot, each.mass.value) for each in said.devices] == [
        ("SN-0", "L-7", Decimal(28)),
        ("SN-5", "L-7", Decimal(28)),
    ]
    assert (said.started_at, said.ended_at, said.minutes) == (NOW, NOW + minutes(130), 130)
    assert (said.prescriber_at_start, said.prescriber_at_end) == (PRESCRIBER, PRESCRIBER)
    pressures = [said.before, said.required[0].reading, said.leaving]
    assert [(each.pressure.systolic, each.pressure.diastolic) for each in pressures if each] == [
        (124, 80),
        (140, 88),
        (126, 81),
    ]
    assert said.lowest_alertness == 4


def without(**changes: object) -> Session:
    return replace(treated(), **changes)  # type: ignore[arg-type]  # fields of a session


def with_program(**changes: bool) -> Session:
    whole = RestrictedProgram(setting_certified=True, patient_enrolled=True, pulse_oximeter=True)
    return without(checks=replace(checks(), restricted_program=recorded(replace(whole, **changes))))


def discharged_at(after: int, *, resolved: bool = True) -> Session:
    seen = replace(score(), effects_resolved=resolved)
    return without(discharge=Discharge(score=seen, by=NURSE, at=NOW + minutes(after)))


SHORT: dict[str, Callable[[], Session]] = {
    "setting_certified": lambda: with_program(setting_certified=False),
    "patient_enrolled": lambda: with_program(patient_enrolled=False),
    "pulse_oximeter": lambda: with_program(pulse_oximeter=False),
    "prescriber_at_start": lambda: without(
        team=tuple(replace(each, joined_at=NOW + minutes(1)) for each in treated().team)
    ),
    "device_serials": lambda: without(doses=(replace(treated().doses[0], serial=None), treated().doses[1])),
    "device_lots": lambda: without(doses=(replace(treated().doses[0], lot=None), treated().doses[1])),
    "pressure_before": lambda: without(monitoring=replace(treated().monitoring or observed(), baseline=None)),
    "required_observations": lambda: without(monitoring=observed(vitals(at=NOW + minutes(120)))),
    "monitored_long_enough": lambda: discharged_at(124),
    "effects_resolved": lambda: discharged_at(130, resolved=False),
    "prescriber_at_end": lambda: without(team=left(treated().team, PRESCRIBER, NOW + minutes(100))),
}


@pytest.mark.parametrize("element", SHORT)
def test_without_one_of_its_elements_a_form_is_not_sent(element: str) -> None:
    session = SHORT[element]()
    assert report(session).missing == (element,)
    with pytest.raises(DomainError, match="rems_form_incomplete") as refused:
        sent(session)
    assert refused.value.extra["missing"] == [element]


def test_every_element_can_be_missing() -> None:
    in_the_room = report(without(discharge=None))
    assert set(ELEMENTS) == set(SHORT) | set(in_the_room.missing)
    assert "monitoring_ended" in in_the_room.missing


def test_what_nobody_can_have_seen_of_a_patient_who_left_early_is_reported_as_not_observed() -> None:
    said = report(gone_early())
    assert (said.left_early, said.minutes, said.missing) == (True, None, ())
    assert set(said.unrecorded) == UNSEEN_AFTER_LEAVING - {"required_observations"}
    assert sent(gone_early()).submission is not None

    unknown = replace(gone_early(), doses=(replace(gone_early().doses[0], serial=None),))
    assert report(unknown).missing == ("device_serials",)


def test_recorded_sedation_is_not_denied_on_the_form() -> None:
    sleepy = without(monitoring=observed(vitals(at=NOW + minutes(40), moaas=3), vitals(at=NOW + minutes(120))))
    with pytest.raises(DomainError, match="answers_contradict_record"):
        sent(sleepy)
    assert sent(sleepy, replace(NOTHING_SEEN, sedation=True)).submission is not None


def test_a_form_that_was_sent_stays_as_it_was_sent() -> None:
    once = sent(serious=(AdverseEventId("0199e0a0-0000-7000-8000-0000000000aa"),))
    assert once.submission is not None
    assert (once.submission.by, once.submission.reference) == (NURSE, "REMS-1")
    assert once.submission.revision == POLICY.rems.form_revision.value
    assert isinstance(once.facts[-1], RemsFormSubmitted)
    with pytest.raises(DomainError, match="rems_form_submitted"):
        sent(form=once)
    with pytest.raises(DomainError, match="reference_missing"):
        sent(reference=" ")


def test_a_form_whose_record_was_put_right_is_asked_for_anew_and_keeps_what_was_sent() -> None:
    once, within = replace(sent(), facts=()), POLICY.rems.form_due_within
    right = report(discharged_at(150))

    assert once.told_otherwise(report(treated()), within=within, now=NOW + days(2)) is once
    asked = once.told_otherwise(right, within=within, now=NOW + days(2))
    assert (asked.waits, asked.due_by, [type(each) for each in asked.facts]) == (True, NOW + days(9), [RemsFormDue])
    assert asked.told_otherwise(right, within=within, now=NOW + days(3)) is asked
    assert asked.overdue(now=NOW + days(9)).said_overdue
    back = asked.told_otherwise(report(treated()), within=within, now=NOW + days(3))
    assert (back.waits, back.overdue_at) == (False, None)

    again = sent(discharged_at(150), form=asked, reference="REMS-2", at=NOW + days(3))
    assert again.submission is not None
    assert (again.waits, again.submission.reference, again.submission.report) == (False, "REMS-2", right)
    assert [each.reference for each in again.earlier] == ["REMS-1"]


def test_of_a_form_that_was_not_sent_nothing_is_told_otherwise() -> None:
    form = asked_for()
    assert form.told_otherwise(report(treated()), within=POLICY.rems.form_due_within, now=NOW + days(1)) is form


def test_that_a_form_is_late_is_said_once_and_a_late_one_is_still_sent() -> None:
    form = asked_for()
    assert isinstance(form.facts[-1], RemsFormDue)
    assert form.due_by == NOW + days(7)
    assert form.overdue(now=NOW + days(7) - minutes(1)) is form

    late = form.overdue(now=NOW + days(7))
    assert isinstance(late.facts[-1], RemsFormOverdue)
    assert late.overdue(now=NOW + days(9)) is late
    assert sent(form=late, at=NOW + days(9)).submission is not None

    in_time = sent()
    assert in_time.overdue(now=NOW + days(9)) is in_time


def test_a_reading_missed_at_forty_minutes_is_told_with_when_it_was_made_and_why() -> None:
    seen = observed(vitals((150, 92), at=NOW + minutes(52)), vitals((126, 81), at=NOW + minutes(120)))
    signed = (SignedFor(criterion="required_observations", reason="the monitor was broken"),)
    discharge = Discharge(score=score(), by=PRESCRIBER, at=NOW + minutes(130), signed_for=signed, signed_by=PRESCRIBER)
    session = without(monitoring=seen, discharge=discharge)

    (required,) = report(session).required

    assert (required.minute, required.reading, required.late_reason) == (40, None, "the monitor was broken")
    assert required.late is not None
    assert (required.late.pressure.systolic, required.late.at) == (150, NOW + minutes(52))
    assert sent(session).submission is not None
    assert report(replace(session, discharge=replace(discharge, signed_for=()))).missing == ("required_observations",)
