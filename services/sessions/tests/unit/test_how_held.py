"""How a therapy hour takes place is said by somebody there, and put right with what was known before beside it."""

from dataclasses import replace

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import NOW, NURSE, POLICY, PRESCRIBER, THERAPIST, appointment, minutes
from services.sessions.tests.unit.test_sessions import opened_here
from sessions.domain.booked_sessions import appointment_became
from sessions.domain.corrections import Corrector
from sessions.domain.how_held import held_said
from sessions.domain.ids import StaffId
from sessions.domain.sessions import Session
from sessions.domain.states import SessionState
from sessions.domain.words import Modality, VisitKind


def hour(modality: Modality | None = None, **changes: object) -> Session:
    there = {"state": SessionState.IN_PROGRESS, "started_at": NOW, **changes}
    return replace(opened_here(modality), **there)  # type: ignore[arg-type]  # a builder


def says(
    session: Session,
    modality: Modality = Modality.IN_PERSON,
    *,
    by: StaffId = THERAPIST,
    reason: str = "",
    prescriber: bool = False,
    after: int = 30,
) -> Session:
    who = Corrector(by=by, prescriber=prescriber, reason=reason, now=NOW + minutes(after))
    return held_said(session, modality, who, POLICY)


def test_what_nobody_had_said_is_said_once_and_then_judged_by() -> None:
    unsaid = hour()
    assert unsaid.held is Modality.VIDEO
    said = says(unsaid)
    assert said.held is Modality.IN_PERSON
    assert [(each.before, each.modality, each.by) for each in said.said_held] == [(None, Modality.IN_PERSON, THERAPIST)]
    with pytest.raises(DomainError, match=r"^nothing_corrected$"):
        says(said)


def test_put_right_both_values_stay() -> None:
    said = says(hour())
    with pytest.raises(DomainError, match=r"^reason_missing$"):
        says(said, Modality.PHONE)
    with pytest.raises(DomainError, match=r"^correction_forbidden$"):
        says(said, Modality.PHONE, by=NURSE, reason="the line broke")
    right = says(said, Modality.PHONE, by=PRESCRIBER, prescriber=True, reason="the line broke")
    assert [(each.before, each.modality) for each in right.said_held] == [
        (None, Modality.IN_PERSON),
        (Modality.IN_PERSON, Modality.PHONE),
    ]


def test_what_was_booked_is_put_right_by_who_is_there_with_a_reason() -> None:
    booked = hour(Modality.VIDEO, state=SessionState.ARRIVED, started_at=None)
    assert says(booked, reason="she came after all").held is Modality.IN_PERSON
    over = hour(Modality.VIDEO, state=SessionState.COMPLETED, ended_at=NOW)
    with pytest.raises(DomainError, match=r"^correction_too_late$"):
        says(over, reason="she came after all", after=60 * 24 * 8)


def test_what_somebody_there_said_is_not_changed_by_what_is_booked() -> None:
    said = says(hour(state=SessionState.ARRIVED, started_at=None))
    news = replace(appointment(version=9, kind=VisitKind.INTEGRATION), modality=Modality.VIDEO)
    assert appointment_became(said, news).held is Modality.IN_PERSON


def test_nobody_says_it_of_a_dose_or_of_an_hour_nobody_came_to() -> None:
    with pytest.raises(DomainError, match=r"^dosing_at_a_distance$"):
        says(opened_here(None, VisitKind.DOSING), Modality.VIDEO)
    with pytest.raises(DomainError, match=r"^wrong_state$"):
        says(hour(state=SessionState.MISSED, started_at=None))


def test_after_a_long_time_it_may_still_be_said_where_nobody_had() -> None:
    over = hour(state=SessionState.COMPLETED, ended_at=NOW)
    assert says(over, after=60 * 24 * 30).held is Modality.IN_PERSON
