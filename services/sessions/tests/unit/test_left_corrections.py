"""When a patient left is put right: both times stay, and what was not met by the right one is said."""

from dataclasses import replace
from datetime import datetime

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    NOW,
    NURSE,
    OTHER_NURSE,
    POLICY,
    PRESCRIBER,
    THERAPIST,
    days,
    minutes,
    vitals,
)
from services.sessions.tests.course_builders import corrector, monitored
from sessions.application.leaving import leaving_of
from sessions.domain.away import LeftRecord
from sessions.domain.checks import Recorded, RiskLevel
from sessions.domain.corrections import Corrector
from sessions.domain.discharge import Discharge, DischargeScore
from sessions.domain.endings import PatientLeftEarly, SessionDischarged, aborted, discharged
from sessions.domain.left_corrections import left_corrected, left_otherwise
from sessions.domain.service_lines import BillableServices
from sessions.domain.sessions import Session
from sessions.domain.states import Outcome

SCORE = DischargeScore(
    oriented=True,
    walks_unaided=True,
    nausea_controlled=True,
    effects_resolved=True,
    suicide_risk=RiskLevel.NONE,
    escort_signed=True,
    instructions_given=True,
)
LEFT = NOW + minutes(140)
"""The infusion ended after forty minutes, the last signs are of ten minutes before."""


def gone(*, seen_after: int = 130) -> Session:
    session = monitored(vitals(at=NOW + minutes(seen_after)))
    ended = replace(session, doses=(replace(session.doses[0], ended_at=NOW + minutes(40)),))
    risk = Recorded(value=RiskLevel.NONE, by=NURSE, at=LEFT)
    return replace(discharged(ended, Discharge(score=SCORE, by=NURSE, at=LEFT), risk), facts=())


def put_right(session: Session, at: datetime, who: Corrector) -> Session:
    left = left_otherwise(session, at, (), who, POLICY)
    leaving = leaving_of(session, SCORE, POLICY, risk_stands=False, left=left, now=who.now)
    return left_corrected(session, left, leaving, who, POLICY)


def test_both_times_stay_with_who_put_it_right_and_why() -> None:
    after = put_right(gone(), LEFT - minutes(5), corrector(LEFT + minutes(60), reason="the clock of the ward is slow"))

    assert after.left_at == LEFT - minutes(5)
    assert after.left_records == (
        LeftRecord(left_at=LEFT, by=NURSE, at=LEFT + minutes(60), reason="the clock of the ward is slow"),
    )
    assert after.discharge is not None
    assert (after.discharge.at, after.discharge.by, after.discharge.not_met) == (LEFT, NURSE, ())
    assert [(type(each), each.at, getattr(each, "left_at", None)) for each in after.facts] == [
        (SessionDischarged, LEFT + minutes(60), LEFT - minutes(5))
    ]
    again = put_right(after, LEFT - minutes(4), corrector(LEFT + minutes(90)))
    assert [each.left_at for each in again.left_records] == [LEFT, LEFT - minutes(5)]


def test_whom_the_right_time_shows_to_have_been_let_go_too_early_is_looked_for() -> None:
    """Ninety minutes after the dose, and so fifty after its end: an hour is asked."""
    after = put_right(gone(seen_after=85), NOW + minutes(90), corrector(LEFT + minutes(60)))

    assert after.discharge is not None
    assert after.discharge.not_met == ("monitored_long_enough",)
    assert [(type(each), each.at) for each in after.facts] == [
        (SessionDischarged, LEFT + minutes(60)),
        (PatientLeftEarly, NOW + minutes(90)),
    ]
    back = put_right(replace(after, facts=()), NOW + minutes(110), corrector(LEFT + minutes(90)))
    assert back.discharge is not None
    assert (back.discharge.not_met, [type(each) for each in back.facts]) == ((), [SessionDischarged])


@pytest.mark.parametrize(
    ("at", "who", "refused"),
    [
        (LEFT, corrector(LEFT + minutes(60)), "nothing_corrected"),
        (NOW + minutes(129), corrector(LEFT + minutes(60)), "seen_later"),
        (LEFT + minutes(61), corrector(LEFT + minutes(60)), "left_in_future"),
        (LEFT - minutes(5), corrector(LEFT + minutes(60), by=OTHER_NURSE), "correction_forbidden"),
        (LEFT - minutes(5), corrector(LEFT + minutes(60), by=THERAPIST), "correction_forbidden"),
        (LEFT - minutes(5), corrector(LEFT + minutes(60), reason=" "), "reason_missing"),
        (LEFT - minutes(5), corrector(LEFT + days(8)), "correction_too_late"),
    ],
)
def test_what_is_no_correction_changes_nothing(at: datetime, who: Corrector, refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        put_right(gone(), at, who)


def test_a_prescriber_puts_right_what_a_nurse_wrote() -> None:
    who = corrector(LEFT + minutes(60), by=PRESCRIBER, prescriber=True)

    assert put_right(gone(), LEFT - minutes(5), who).left_records[-1].by == PRESCRIBER


def test_of_who_has_not_left_nothing_is_put_right() -> None:
    with pytest.raises(DomainError, match="nothing_to_correct"):
        left_otherwise(monitored(), NOW + minutes(5), (), corrector(NOW + minutes(10)), POLICY)


def test_a_dose_that_ended_with_their_leaving_ended_when_they_left() -> None:
    running, left = monitored(vitals(at=NOW + minutes(10))), NOW + minutes(30)
    services = BillableServices(revision=1, lines=(), by=NURSE, at=left)
    walked = aborted(running, Outcome.LEFT_EARLY, "walked out", services, now=left)
    who = corrector(NOW + minutes(60))

    right = left_corrected(walked, left_otherwise(walked, NOW + minutes(20), (), who, POLICY), None, who, POLICY)

    assert (right.left_at, right.ended_at, right.doses[0].ended_at) == (NOW + minutes(20),) * 3
    assert (right.doses[0].earlier[0].ended_at, right.left_records[0].left_at) == (left, left)
    assert [(type(each), each.at) for each in right.facts[len(walked.facts) :]] == [
        (PatientLeftEarly, NOW + minutes(20))
    ]
    with pytest.raises(DomainError, match="seen_later"):
        left_otherwise(walked, NOW + minutes(9), (), who, POLICY)


def test_who_let_them_go_is_judged_anew_by_the_time_that_stands() -> None:
    session, who = gone(), corrector(LEFT + minutes(60))
    left = left_otherwise(session, LEFT - minutes(5), (), who, POLICY)
    judged = leaving_of(session, SCORE, POLICY, risk_stands=False, left=left, now=LEFT)

    absent = left_corrected(session, left, replace(judged, let_go_by_there=False), who, POLICY)
    assert absent.discharge is not None
    assert absent.discharge.not_met == ("let_go_by_there",)
    assert [type(each) for each in absent.facts[len(session.facts) :]] == [SessionDischarged]
