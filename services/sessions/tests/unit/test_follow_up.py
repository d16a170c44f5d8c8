"""Contacts after harm: by when, what makes one, when it is late."""

from datetime import UTC, datetime

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import ANA, NOW, NURSE, POLICY, ZONE, hours, minutes, new_uuid
from sessions.domain.follow_up import (
    Attempt,
    Cause,
    ContactKind,
    FollowUpContact,
    FollowUpContactDue,
    FollowUpContactOverdue,
)
from sessions.domain.ids import AdverseEventId, ContactId


def asked_for(kind: ContactKind = ContactKind.LATER, *, now: datetime = NOW) -> FollowUpContact:
    cause = Cause(adverse_event_id=AdverseEventId(new_uuid()))
    return FollowUpContact.asked_for(ContactId(new_uuid()), ANA, kind, cause, POLICY, now=now)


def tried(
    contact: FollowUpContact, *, reached: bool, note: str = "well, no headache", at: datetime = NOW
) -> FollowUpContact:
    return contact.attempted(Attempt(reached=reached, note=note, by=NURSE, at=at))


def local(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("kind", "now", "due_by"),
    [
        (ContactKind.LATER, NOW, NOW + hours(72)),
        (ContactKind.NEXT_DAY, local(11, 23, 9), local(11, 25, 0)),
        (ContactKind.NEXT_DAY, local(11, 23, 23), local(11, 25, 0)),
        (ContactKind.NEXT_DAY, local(10, 31, 15), local(11, 2, 0)),
        (ContactKind.NEXT_DAY, local(3, 7, 15), local(3, 9, 0)),
    ],
)
def test_a_contact_is_due_by_the_clinics_next_day_or_within_72_hours(
    kind: ContactKind, now: datetime, due_by: datetime
) -> None:
    contact = asked_for(kind, now=now)
    assert contact.due_by == due_by
    assert isinstance(contact.facts[-1], FollowUpContactDue)


def test_a_contact_is_made_when_the_patient_was_reached_and_every_attempt_stays() -> None:
    contact = tried(tried(asked_for(), reached=False, note="no answer"), reached=True, at=NOW + hours(1))
    assert [(each.reached, each.by) for each in contact.attempts] == [(False, NURSE), (True, NURSE)]
    assert (contact.made_at, contact.overdue_at) == (NOW + hours(1), None)
    with pytest.raises(DomainError, match="contact_made"):
        tried(contact, reached=True)
    with pytest.raises(DomainError, match="note_missing"):
        tried(asked_for(), reached=False, note=" ")


def test_that_a_contact_is_late_is_said_once_and_not_of_one_that_was_made() -> None:
    contact = tried(asked_for(), reached=False)
    assert contact.overdue(now=NOW + hours(72) - minutes(1)) is contact
    late = contact.overdue(now=NOW + hours(72))
    assert isinstance(late.facts[-1], FollowUpContactOverdue)
    assert late.overdue(now=NOW + hours(99)) is late
    assert tried(late, reached=True, at=NOW + hours(80)).made_at == NOW + hours(80)

    made = tried(asked_for(), reached=True)
    assert made.overdue(now=NOW + hours(99)) is made


def test_the_end_of_care_ends_a_contact_nobody_made_and_no_other() -> None:
    made, late = tried(asked_for(), reached=True), asked_for()

    over = late.discharged(now=NOW)

    assert (over.open, over.ended_at, over.overdue_at) == (False, NOW, None)
    assert over.overdue(now=NOW + hours(80)) is over
    assert (over.discharged(now=NOW + hours(1)), made.discharged(now=NOW)) == (over, made)
    with pytest.raises(DomainError, match="contact_over"):
        tried(over, reached=True)
