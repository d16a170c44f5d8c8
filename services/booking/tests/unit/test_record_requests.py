"""A request for a record: its clocks, its parts, and how it ends."""

from datetime import date
from typing import Any

import pytest

from booking.domain.erasures import Party
from booking.domain.ids import PatientId, RecordRequestId
from booking.domain.record_clocks import Access, AskedBy
from booking.domain.record_parts import (
    CopyForm,
    IdentityProof,
    RecordPart,
    RefusalGrounds,
    Requester,
)
from booking.domain.record_requests import (
    RecordRequest,
    RecordRequestChanged,
    RecordRequested,
    RecordRequestStatus,
)
from careflow_domain.errors import DomainError
from careflow_service.federal_calendar import FederalCalendar
from services.booking.tests.builders import NOW, POLICY, TODAY, ZONE, local

PATIENT = Requester(by=AskedBy.PATIENT)
SISTER = Requester(by=AskedBy.REPRESENTATIVE, name="Rosa Rivera", authority="power of attorney, seen")
LAWYER = Requester(by=AskedBy.NAMED_BY_PATIENT, name="Lou Counsel", authority="the patient's signed direction")
ORDINARY = {RecordPart.ORDINARY: None}


def asked(requester: Requester = PATIENT, access: Access = Access.COPY, **changes: Any) -> RecordRequest:
    facts: dict[str, Any] = {
        "parts": ORDINARY,
        "on": TODAY,
        "proof": IdentityProof.PHOTO_ID,
        "policy": POLICY,
        "calendar": FederalCalendar(),
        "zone": ZONE,
        "by": "kim",
        "now": NOW,
        **changes,
    }
    return RecordRequest.received(
        RecordRequestId("r-1"), PatientId("ana"), requester, access, CopyForm.PAPER, facts.pop("parts"), **facts
    )


def exported(request: RecordRequest, part: RecordPart = RecordPart.ORDINARY, *parties: Party) -> RecordRequest:
    for party in parties or (Party.BOOKING, Party.SCREENING, Party.SESSIONS):
        request = request.share_made(part, party, f"{party}-{part}", by="someone", now=NOW)
    return request


@pytest.mark.parametrize(
    ("requester", "access", "due"),
    [
        (PATIENT, Access.INSPECT, date(2026, 12, 1)),
        (SISTER, Access.INSPECT, date(2026, 12, 1)),
        (PATIENT, Access.COPY, date(2026, 12, 8)),
        (PATIENT, Access.SUMMARY, date(2026, 12, 8)),
        (LAWYER, Access.COPY, date(2026, 12, 23)),
    ],
)
def test_the_shortest_clock_counts_and_thanksgiving_is_no_working_day(
    requester: Requester, access: Access, due: date
) -> None:
    assert asked(requester, access).due_on == due


def test_late_is_once_the_last_day_at_the_clinic_is_over() -> None:
    request = asked(access=Access.INSPECT)
    assert not request.late(local(1, 23, 59, month=12), ZONE)
    assert request.late(local(2, 0, 0, month=12), ZONE)
    assert request.tell_at == local(29, 0)
    assert request.told(local(29, 0)).tell_at == local(2, 0, month=12)
    assert request.told(local(2, 0, month=12)).tell_at is None


def test_more_time_is_taken_once_and_in_time_and_never_from_california() -> None:
    more = {"policy": POLICY, "zone": ZONE, "by": "kim", "now": NOW}
    request = asked(LAWYER).extended("the archive is away", TODAY, **more)  # type: ignore[arg-type]
    assert request.due_on == date(2027, 1, 22)
    with pytest.raises(DomainError, match="extended_already"):
        request.extended("again", TODAY, **more)  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="state_clock_stands"):
        asked(PATIENT).extended("too much to do", TODAY, **more)  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="told_wrong_day"):
        asked(LAWYER).extended("soon", date(2026, 11, 24), **more)  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="extension_too_late"):
        asked(LAWYER).extended("late", TODAY, **{**more, "now": local(24, 0, month=12)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"on": date(2026, 11, 24)}, "received_in_future"),
        ({"on": date(2025, 11, 21)}, "received_too_long_ago"),
        ({"parts": {}}, "parts_missing"),
        ({"parts": {RecordPart.PSYCHOTHERAPY_NOTES: None}}, "authorisation_missing"),
        ({"requester": SISTER, "parts": {RecordPart.SUBSTANCE_USE: None}}, "authorisation_missing"),
    ],
)
def test_what_cannot_be_so_is_refused(changes: dict[str, Any], refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        asked(**changes)


def test_who_asks_for_somebody_else_says_who_they_are_and_why_they_may() -> None:
    with pytest.raises(DomainError, match="requester_unnamed"):
        Requester(by=AskedBy.REPRESENTATIVE, authority="a paper")
    with pytest.raises(DomainError, match="authority_missing"):
        Requester(by=AskedBy.NAMED_BY_PATIENT, name="Lou Counsel")


def test_a_patient_has_their_own_substance_use_part_without_another_paper() -> None:
    assert asked(parts={RecordPart.SUBSTANCE_USE: None}).waits_for == ((RecordPart.SUBSTANCE_USE, Party.SCREENING),)


def test_a_part_is_given_once_every_share_is_there_and_it_is_known_who_asks() -> None:
    request = exported(asked(proof=None), RecordPart.ORDINARY, Party.BOOKING, Party.SESSIONS)
    assert request.status is RecordRequestStatus.IDENTITY_NEEDED
    with pytest.raises(DomainError, match="identity_missing"):
        request.given(RecordPart.ORDINARY, by="kim", now=NOW)
    request = request.identified(IdentityProof.KNOWN_TO_STAFF, by="kim", now=NOW)
    with pytest.raises(DomainError, match="exports_missing"):
        request.given(RecordPart.ORDINARY, by="kim", now=NOW)
    settled = exported(request, RecordPart.ORDINARY, Party.SCREENING).given(RecordPart.ORDINARY, by="kim", now=NOW)
    assert (settled.status, settled.ended_at, settled.tell_at) == (RecordRequestStatus.SETTLED, NOW, None)
    with pytest.raises(DomainError, match="request_ended"):
        settled.taken_back(now=NOW)


def test_a_share_is_of_a_part_that_was_asked_for_and_of_who_holds_some_of_it() -> None:
    with pytest.raises(DomainError, match="share_not_of_service"):
        exported(asked(), RecordPart.ORDINARY, Party.BILLING)
    with pytest.raises(DomainError, match="part_not_found"):
        exported(asked(), RecordPart.BILLING, Party.BILLING)


def test_one_part_is_refused_and_the_other_given() -> None:
    request = asked(parts={RecordPart.BILLING: None, RecordPart.ORDINARY: None})
    refused = request.refused(
        RecordPart.ORDINARY,
        RefusalGrounds.MENTAL_HEALTH_RISK,
        "It would harm.",
        "Dr Vu may read it.",
        by="lee",
        now=NOW,
    )
    assert refused.status is RecordRequestStatus.IN_WORK
    assert refused.waits_for == ((RecordPart.BILLING, Party.BILLING),)
    with pytest.raises(DomainError, match="part_settled"):
        refused.given(RecordPart.ORDINARY, by="kim", now=NOW)
    ended = exported(refused, RecordPart.BILLING, Party.BILLING).given(RecordPart.BILLING, by="kim", now=NOW)
    assert ended.status is RecordRequestStatus.SETTLED


def test_a_mental_health_record_is_refused_only_with_the_way_to_a_review() -> None:
    with pytest.raises(DomainError, match="review_route_missing"):
        asked().refused(RecordPart.ORDINARY, RefusalGrounds.MENTAL_HEALTH_RISK, "It would harm.", None, by="l", now=NOW)
    with pytest.raises(DomainError, match="part_not_found"):
        asked().refused(RecordPart.BILLING, RefusalGrounds.NOT_HELD, "Nothing there.", None, by="l", now=NOW)


def told(request: RecordRequest) -> list[tuple[str, list[str]]]:
    """What others were told so far, each with whose shares were waited for then."""
    return [
        (type(fact).__name__, [f"{party}-{part}" for part, party in fact.request.waits_for])
        for fact in request.facts
        if isinstance(fact, RecordRequested | RecordRequestChanged)
    ]


def test_nobody_makes_a_copy_before_it_is_known_who_asks() -> None:
    unknown = asked(proof=None)
    assert told(unknown) == []
    assert told(unknown.taken_back(now=NOW)) == []
    known = unknown.identified(IdentityProof.PHOTO_ID, by="kim", now=NOW)
    assert told(known) == [("RecordRequested", ["booking-ordinary", "screening-ordinary", "sessions-ordinary"])]
    assert [each[0] for each in told(asked())] == ["RecordRequested"]


def test_whoever_was_asked_is_told_what_is_not_waited_for_any_more() -> None:
    request = asked(parts={RecordPart.ORDINARY: None, RecordPart.BILLING: None})
    by_hand = request.share_made(RecordPart.BILLING, Party.BILLING, "printed", by="kim", now=NOW)
    assert told(by_hand)[1:] == [
        ("RecordRequestChanged", ["booking-ordinary", "screening-ordinary", "sessions-ordinary"])
    ]
    refused = by_hand.refused(RecordPart.ORDINARY, RefusalGrounds.NOT_HELD, "nothing there", None, by="kim", now=NOW)
    assert told(refused)[2:] == [("RecordRequestChanged", [])]
    assert told(request.taken_back(now=NOW))[1:] == [("RecordRequestChanged", [])]
    again = by_hand.share_made(RecordPart.BILLING, Party.BILLING, "printed anew", by="kim", now=NOW)
    assert told(again) == told(by_hand)


def test_more_time_is_told() -> None:
    request = asked(LAWYER)
    later = request.extended("an archive", TODAY, policy=POLICY, zone=ZONE, by="kim", now=NOW)
    assert len(told(later)) == 2
    assert later.facts[-1].request.due_on > request.due_on  # type: ignore[attr-defined]
