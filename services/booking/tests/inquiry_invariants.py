"""What must hold of what visitors ask and of how the desk is told, whatever was done.

Written apart from the code that is to keep it: what became of an inquiry is read from the facts that were told, who had
to be told from the inquiries as they stand.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from booking.domain.channels import Channel
from booking.domain.inquiries import (
    Inquiry,
    InquiryClosed,
    InquiryOutcome,
    InquiryReceived,
    InquiryReopened,
    InquiryStatus,
)
from booking.domain.visits import VisitKind
from services.booking.tests.fakes import DESK, Carried, InMemory

TOLD_AGAIN_WITHIN: Final = timedelta(minutes=15)
REOPENED_WITHIN: Final = timedelta(days=7)
InquiryFact = InquiryReceived | InquiryClosed | InquiryReopened
SAID_AFTER: Final[dict[type[Any] | None, tuple[type[Any], ...]]] = {
    None: (InquiryReceived,),
    InquiryReceived: (InquiryClosed,),
    InquiryClosed: (InquiryReopened,),
    InquiryReopened: (InquiryClosed,),
}
"""What may be told of an inquiry next; None stands for the beginning."""


@dataclass(slots=True)
class Asked:
    """What was read so far: the last fact of each inquiry, how each stood when it was looked at last, and how many
    letters.
    """

    last: dict[str, InquiryFact] = field(default_factory=dict)
    inquiries: dict[str, Inquiry] = field(default_factory=dict)
    letters: int = 0


def check_inquiries(clinic: InMemory, asked: Asked, facts: list[object]) -> None:
    """What was told since it was looked at last, and the letters that went to the desk."""
    stored: dict[str, Inquiry] = {each.id: each for each in clinic.all("Inquiries")}
    for fact in facts:
        if not isinstance(fact, InquiryFact):
            continue
        before = asked.last.get(fact.inquiry_id)
        kind = type(before) if before else None
        assert type(fact) in SAID_AFTER[kind], f"{type(fact).__name__} after {kind and kind.__name__}"
        if isinstance(fact, InquiryClosed) and fact.inquiry_id in stored:
            ended_as_it_says(clinic, stored[fact.inquiry_id], fact)
        if isinstance(fact, InquiryReopened):
            assert isinstance(before, InquiryClosed)
            assert before.outcome is not InquiryOutcome.INFO_CALL, "opened again, and the call goes on"
            assert fact.at - before.at < REOPENED_WITHIN, "opened again, and it was closed long ago"
            assert asked.inquiries[fact.inquiry_id].asked is not None, "opened again, and nothing of it is left"
        asked.last[fact.inquiry_id] = fact
    for carried in clinic.post.sent[asked.letters :]:
        if carried.to in DESK.values():
            the_desk_is_needed(clinic, carried)
    asked.letters = len(clinic.post.sent)
    asked.inquiries = stored


def ended_as_it_says(clinic: InMemory, inquiry: Inquiry, fact: InquiryClosed) -> None:
    """What sounds urgent was answered by somebody; the call is there if it ended with one, and for whoever asked."""
    assert inquiry.answer is not None or not inquiry.urgent, "urgent, and closed without an answer"
    assert (inquiry.appointment_id is not None) == (fact.outcome is InquiryOutcome.INFO_CALL)
    if inquiry.appointment_id is not None:
        call = clinic.kept["Appointments"].all[inquiry.appointment_id]
        assert (call.patient_id, call.kind) == (inquiry.patient_id, VisitKind.INFO_CALL), "another call"


def the_desk_is_needed(clinic: InMemory, carried: Carried) -> None:
    """It is told of what is urgent and waits, over the channel of that address, and of nobody by name."""
    alarm = clinic.kept["Alarms"].all[carried.letter.id.rpartition(".")[0]]
    if alarm.record_request_id is not None:
        assert clinic.kept["RecordRequests"].all[alarm.record_request_id].open, "told of what has ended"
        return
    inquiry = clinic.kept["Inquiries"].all[alarm.inquiry_id]
    assert inquiry.urgent, "the desk is told of what is not urgent"
    assert inquiry.status is InquiryStatus.OPEN, "the desk is told, and somebody sees to it"
    assert carried.to == DESK[alarm.channel]
    assert inquiry.asked is not None
    told = f"{carried.letter.subject} {carried.letter.text} {carried.letter.short}"
    assert not any(each in told for each in (inquiry.asked.name, inquiry.asked.words, *inquiry.asked.contacts))


def the_desk_is_told_again(clinic: InMemory, now: datetime) -> None:
    """Once everything that is due was done: of each that is urgent and waits, soon, over each channel."""
    due = {(each.inquiry_id, each.channel): each.attempt_at for each in clinic.all("Alarms")}
    for inquiry in clinic.all("Inquiries"):
        if inquiry.urgent and inquiry.status is InquiryStatus.OPEN:
            for channel in (Channel.EMAIL, Channel.SMS):
                again_at = due[inquiry.id, channel]
                assert again_at is not None, "urgent, and nobody is told"
                assert now < again_at <= now + TOLD_AGAIN_WITHIN, "urgent, and told too seldom"
