"""What must hold of requests for a record, whatever was done.

Written apart from the code that is to keep it: the last day is counted by hand, who holds which part stands here again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from booking.domain.erasures import Party, PatientErasureRequested
from booking.domain.record_clocks import Access, AskedBy
from booking.domain.record_parts import Given, RecordPart
from booking.domain.record_requests import RecordRequest, RecordRequestChanged, RecordRequested
from services.booking.tests.builders import ZONE
from services.booking.tests.fakes import InMemory

HOLDS: Final[Mapping[RecordPart, frozenset[Party]]] = {
    RecordPart.ORDINARY: frozenset({Party.BOOKING, Party.SCREENING, Party.SESSIONS}),
    RecordPart.BILLING: frozenset({Party.BILLING}),
    RecordPart.PSYCHOTHERAPY_NOTES: frozenset({Party.SESSIONS}),
    RecordPart.SUBSTANCE_USE: frozenset({Party.SCREENING}),
}
HOLIDAYS: Final = {
    *(date(2026, *day) for day in ((11, 11), (11, 26), (12, 25))),
    *(date(2027, *day) for day in ((1, 1), (1, 18), (2, 15), (5, 31), (6, 18), (7, 5), (9, 6), (10, 11), (11, 11))),
    *(date(2027, *day) for day in ((11, 25), (12, 24), (12, 31))),
    *(date(2028, *day) for day in ((1, 17), (2, 21))),
}
"""Of the federation, on the days on which they are kept."""
SATURDAY: Final = 5


def check_records(clinic: InMemory, facts: Iterable[object]) -> None:
    """Everything, and what was told since it was looked at last."""
    for asked in clinic.all("RecordRequests"):
        assert asked.due_on == last_day(asked), "due on another day"
        for part in asked.parts:
            if isinstance(part.outcome, Given):
                may_have_been_given(asked, part.part, part.authorisation)
    for fact in facts:
        match fact:
            case RecordRequested(request=asked) | RecordRequestChanged(request=asked):
                assert asked.identity is not None, "the services are asked for shares, and nobody knows by whom"
            case PatientErasureRequested(erasure=erasure):
                open_ = [each for each in clinic.all("RecordRequests") if each.open]
                assert erasure.patient_id not in {each.patient_id for each in open_}, "to be erased, and asked for"
    told = Counter(fact.request.id for fact in clinic.said if isinstance(fact, RecordRequested))
    assert max(told.values(), default=1) == 1, "every service is asked once"


def may_have_been_given(asked: RecordRequest, part: RecordPart, authorisation: str | None) -> None:
    """It was known to whom, of every service that holds some of it, with the paper that it needs."""
    assert asked.identity is not None, "given to nobody knows whom"
    there = {each.party for each in asked.exports if each.part is part}
    assert there >= HOLDS[part], "given, and a share of it was missing"
    own = part is RecordPart.SUBSTANCE_USE and asked.requester.by is AskedBy.PATIENT
    if part in (RecordPart.PSYCHOTHERAPY_NOTES, RecordPart.SUBSTANCE_USE) and not own:
        assert authorisation, "given without its own authorisation"


def last_day(asked: RecordRequest) -> date:
    """Five working days to look at it, fifteen days for copies; a month, and once another, for whom the patient names:
    Cal. Health & Safety Code 123110, 45 CFR 164.524(b)(2).
    """
    if asked.requester.by is AskedBy.NAMED_BY_PATIENT:
        return asked.received_on + timedelta(days=60 if asked.extension else 30)
    assert asked.extension is None, "no extension moves California's clock"
    if asked.access is not Access.INSPECT:
        return asked.received_on + timedelta(days=15)
    day, left = asked.received_on, 5
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY and day not in HOLIDAYS
    return day


def the_desk_knows_what_is_past_due(clinic: InMemory) -> None:
    """Once everything that is due was done: of each request whose last day is over and that has not ended the desk was
    told, or will be in the morning.
    """
    alarms = {each.record_request_id for each in clinic.all("Alarms")}
    for asked in clinic.all("RecordRequests"):
        if asked.open and clinic.now.astimezone(ZONE).date() > asked.due_on:
            assert asked.id in alarms, "past due, and nobody was told"
            assert asked.tell_at is None, "past due, and it is still to be told"
