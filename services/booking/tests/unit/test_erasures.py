"""A request to erase somebody, as the services answer it."""

import pytest

from booking.domain.care_path import CarePath
from booking.domain.erasures import ASKED_OF, Erasure, ErasureStatus, Grounds, Party
from booking.domain.ids import ErasureId, PatientId
from careflow_domain.errors import DomainError
from careflow_domain.retention import Refusal, RetentionReason
from services.booking.tests.builders import NOW, POLICY, local

ANA = PatientId("ana")
KEPT = Refusal(reason=RetentionReason.CARE_RECORD, retain_until=local(1, 9, year=2033))


def asked(path: CarePath | None = None, *, asked_for: int = 0) -> Erasure:
    return Erasure.asked(
        ErasureId("e-1"),
        path or CarePath(id=ANA),
        Grounds.PATIENT_ASKED,
        disclosures=(),
        asked_for=asked_for,
        by="u-1",
        policy=POLICY,
        now=NOW,
    )


def answered(erasure: Erasure, *parties: Party, refusal: Refusal | None = None) -> Erasure:
    for party in parties:
        erasure = erasure.answered(party, refusal, at=NOW, now=NOW)
    return erasure


def said(erasure: Erasure) -> list[str]:
    return [type(fact).__name__ for fact in erasure.facts]


def test_it_is_agreed_to_once_everybody_has_agreed() -> None:
    erasure = answered(asked(), Party.BILLING, Party.SCREENING)
    assert (erasure.status, erasure.waits_for) == (ErasureStatus.ASKED, (Party.SESSIONS,))
    erasure = answered(erasure, Party.SESSIONS)
    assert (erasure.status, erasure.ended_at, erasure.late_at) == (ErasureStatus.AGREED, NOW, None)
    assert said(erasure) == ["PatientErasureRequested", "PatientErased"]


@pytest.mark.parametrize("refuser", sorted(ASKED_OF))
def test_one_refusal_ends_it_and_what_comes_after_changes_nothing(refuser: Party) -> None:
    erasure = answered(asked(), refuser, refusal=KEPT)
    others = answered(erasure, *sorted(ASKED_OF - {refuser}))
    assert said(others) == ["PatientErasureRequested", "ErasureDeclined"]
    assert (others.status, others.answers[refuser].refusal) == (ErasureStatus.DECLINED, KEPT)


def test_a_second_answer_of_the_same_service_is_none() -> None:
    erasure = answered(asked(), Party.BILLING)
    assert answered(erasure, Party.BILLING, refusal=KEPT) is erasure


def test_what_was_withdrawn_is_not_erased_whoever_agrees_then() -> None:
    erasure = answered(asked().withdrawn(now=NOW), *sorted(ASKED_OF))
    assert said(erasure) == ["PatientErasureRequested", "ErasureDeclined"]
    with pytest.raises(DomainError, match="erasure_ended"):
        erasure.withdrawn(now=NOW)


def test_nothing_is_asked_while_something_is_held_or_waited_for() -> None:
    with pytest.raises(DomainError, match="visits_open"):
        asked(asked_for=1)
