"""A request for a patient's record, by the right of access: received -> in work -> settled, or withdrawn.

Invariants: it is answered by the shortest clock that runs for it; more time is taken once, and never beyond what
California allows. Each part that was asked for is given or refused by itself; none is given before it is known who asks
and the share of every service that holds some of it is there; what needs an authorisation of its own has it named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from booking.domain.erasures import Party
from booking.domain.ids import PatientId, RecordRequestId
from booking.domain.policy import BookingPolicy
from booking.domain.record_clocks import Access, AskedBy
from booking.domain.record_parts import (
    HELD_BY,
    AskedPart,
    CopyForm,
    Export,
    Extension,
    Given,
    Identity,
    IdentityProof,
    RecordPart,
    RefusalGrounds,
    Refused,
    Requester,
)
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.business_days import BusinessCalendar, end_of, opening_of
from careflow_domain.errors import conflict, invalid, not_found

MOST_BACK: Final = 366
"""Days a request may be recorded after it came; further back the date is a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequested(Fact):
    """It is known who asks: every service hands out its share. `request` is it as it is afterwards."""

    request: "RecordRequest"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequestChanged(Fact):
    """It is due on another day, or less is waited for."""

    request: "RecordRequest"


class RecordRequestStatus(StrEnum):
    IDENTITY_NEEDED = "identity_needed"
    """Nobody has made sure yet who asks; the clocks run."""
    IN_WORK = "in_work"
    SETTLED = "settled"
    """Every part was given or refused."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequest(Aggregate):
    """`due_on` is the last day in the clinic's zone. `warn_at` and `late_at` are when somebody must be told that it is
    due, and that it is late; None once they were, or it has ended.
    """

    id: RecordRequestId
    patient_id: PatientId
    requester: Requester
    access: Access
    form: CopyForm
    parts: tuple[AskedPart, ...]
    received_on: date
    recorded_at: datetime
    recorded_by: str
    state_due_on: date | None
    due_on: date
    warn_at: datetime | None
    late_at: datetime | None
    identity: Identity | None = None
    extension: Extension | None = None
    exports: tuple[Export, ...] = ()
    ended_at: datetime | None = None
    withdrawn: bool = False

    @classmethod
    def received(
        cls,
        request_id: RecordRequestId,
        patient_id: PatientId,
        requester: Requester,
        access: Access,
        form: CopyForm,
        parts: Mapping[RecordPart, str | None],
        *,
        on: date,
        proof: IdentityProof | None,
        policy: BookingPolicy,
        calendar: BusinessCalendar,
        zone: ZoneInfo,
        by: str,
        now: datetime,
    ) -> "RecordRequest":
        """`parts` are those asked for, with the authorisation of each that needs its own. Raises `parts_missing`,
        `received_in_future`, `received_too_long_ago` and `authorisation_missing`.
        """
        today = now.astimezone(zone).date()
        if not parts:
            raise invalid("parts_missing", "Say which parts of the record are asked for.")
        if on > today:
            raise invalid("received_in_future", "It cannot have come on a day that is still to come.")
        if (today - on).days > MOST_BACK:
            raise invalid("received_too_long_ago", "It came more than a year ago: check the date.")
        for part, authorisation in parts.items():
            _check_authorised(part, authorisation, requester)
        clocks = policy.record_requests
        state_due = clocks.state_due(requester.by, access, on, calendar)
        request = cls(
            id=request_id,
            patient_id=patient_id,
            requester=requester,
            access=access,
            form=form,
            parts=tuple(AskedPart(part=part, authorisation=parts[part] or None) for part in sorted(parts)),
            received_on=on,
            recorded_at=now,
            recorded_by=by,
            state_due_on=state_due,
            due_on=on,
            warn_at=None,
            late_at=None,
            identity=Identity(proof=proof, by=by, at=now) if proof else None,
        )
        due = request._due(extended=False, policy=policy, zone=zone)
        return due.saying(RecordRequested(request=due, at=now)) if proof else due

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def status(self) -> RecordRequestStatus:
        if self.withdrawn:
            return RecordRequestStatus.WITHDRAWN
        if not self.open:
            return RecordRequestStatus.SETTLED
        return RecordRequestStatus.IN_WORK if self.identity else RecordRequestStatus.IDENTITY_NEEDED

    def late(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether its last day is over, and it has not ended."""
        return self.open and now >= end_of(self.due_on, zone)

    @property
    def waits_for(self) -> tuple[tuple[RecordPart, Party], ...]:
        """Which share of what is not there, of the parts that are neither given nor refused."""
        if not self.open:
            return ()
        there = {(each.part, each.party) for each in self.exports}
        asked = [(each.part, party) for each in self.parts if each.outcome is None for party in HELD_BY[each.part]]
        return tuple(sorted(share for share in asked if share not in there))

    def identified(self, proof: IdentityProof, *, by: str, now: datetime) -> "RecordRequest":
        """It is known who asks. Raises `request_ended` and `identity_known`."""
        self._check_open()
        if self.identity is not None:
            raise conflict("identity_known", "It is on record already how it was known who asks.")
        known = replace(self.recording(), identity=Identity(proof=proof, by=by, at=now))
        return known.saying(RecordRequested(request=known, at=now))

    def extended(
        self, reason: str, told_on: date, *, policy: BookingPolicy, zone: ZoneInfo, by: str, now: datetime
    ) -> "RecordRequest":
        """Raises `request_ended`, `extended_already`, `extension_too_late` once the last day is over, `told_wrong_day`,
        and `state_clock_stands` where California's clock runs, which no extension moves.
        """
        self._check_open()
        if self.extension is not None:
            raise conflict("extended_already", "More time was taken once already, and may not be again.")
        if self.state_due_on is not None:
            raise conflict("state_clock_stands", "California's clock runs for this request, and no extension moves it.")
        if self.late(now, zone):
            raise conflict("extension_too_late", "Its last day is over: more time had to be taken before.")
        if not self.received_on <= told_on <= now.astimezone(zone).date():
            raise invalid("told_wrong_day", "They were told between the day it came and today.")
        extension = Extension(reason=reason, told_on=told_on, by=by, at=now)
        after = replace(self.recording(), extension=extension)._due(extended=True, policy=policy, zone=zone)
        return after._telling(self, now)

    def exported(self, export: Export) -> "RecordRequest":
        """A service says by itself that its share is there. The same where that was said, or nobody asked for it; what
        comes after the end is kept.
        """
        asked = {(each.part, party) for each in self.parts for party in HELD_BY[each.part]}
        if (export.part, export.party) not in asked or export.reference in {each.reference for each in self.exports}:
            return self
        return replace(self.recording(), exports=(*self.exports, export))

    def share_made(self, part: RecordPart, party: Party, reference: str, *, by: str, now: datetime) -> "RecordRequest":
        """Somebody has the share of that service in hand. Raises `request_ended`, `part_not_found`, `part_settled`,
        and `share_not_of_service` where that one holds nothing of the part.
        """
        self._check_settles(part)
        if party not in HELD_BY[part]:
            raise invalid("share_not_of_service", "That service holds nothing of this part.")
        share = Export(party=party, part=part, reference=reference, by=by, at=now)
        return replace(self.recording(), exports=(*self.exports, share))._telling(self, now)

    def given(self, part: RecordPart, *, by: str, now: datetime) -> "RecordRequest":
        """The part was handed over, sent or shown. Raises `request_ended`, `part_not_found`, `part_settled`,
        `identity_missing`, and `exports_missing` with whose share is not there.
        """
        self._check_settles(part)
        if self.identity is None:
            raise conflict("identity_missing", "It is not known yet who asks.")
        missing = [party.value for share, party in self.waits_for if share is part]
        if missing:
            raise conflict("exports_missing", "Not every service's share is there.", waits_for=missing)
        return self._settled(part, Given(by=by, at=now), now)

    def refused(
        self, part: RecordPart, grounds: RefusalGrounds, reason: str, review: str | None, *, by: str, now: datetime
    ) -> "RecordRequest":
        """The part is refused, with its reason in writing. Raises `request_ended`, `part_not_found`, `part_settled` and
        `review_route_missing`.
        """
        self._check_settles(part)
        refusal = Refused(grounds=grounds, reason=reason, review=review, by=by, at=now)
        return self._settled(part, refusal, now)._telling(self, now)

    def taken_back(self, *, now: datetime) -> "RecordRequest":
        """Whoever asked does not want it any more. Raises `request_ended`."""
        self._check_open()
        after = replace(self.recording(), withdrawn=True, ended_at=now, warn_at=None, late_at=None)
        return after._telling(self, now)

    def told(self, now: datetime) -> "RecordRequest":
        """Somebody was told what was to be told by now."""
        warned = self.warn_at is None or self.warn_at <= now
        late = self.late_at is None or self.late_at <= now
        return replace(
            self.recording(), warn_at=None if warned or late else self.warn_at, late_at=None if late else self.late_at
        )

    @property
    def tell_at(self) -> datetime | None:
        """When somebody has to be told next."""
        return min((each for each in (self.warn_at, self.late_at) if each is not None), default=None)

    def _telling(self, before: "RecordRequest", now: datetime) -> "RecordRequest":
        """Tells what is new for whoever was asked for a share: nobody was, while it is not known who asks."""
        if self.identity is None or (self.due_on, self.waits_for) == (before.due_on, before.waits_for):
            return self
        return self.saying(RecordRequestChanged(request=self, at=now))

    def _check_open(self) -> None:
        if not self.open:
            raise conflict("request_ended", "This request has ended.")

    def _check_settles(self, part: RecordPart) -> None:
        self._check_open()
        asked = next((each for each in self.parts if each.part is part), None)
        if asked is None:
            raise not_found("part")
        if asked.outcome is not None:
            raise conflict("part_settled", "This part was given or refused already.")

    def _settled(self, part: RecordPart, outcome: Given | Refused, now: datetime) -> "RecordRequest":
        parts = tuple(replace(each, outcome=outcome) if each.part is part else each for each in self.parts)
        after = replace(self.recording(), parts=parts)
        if any(each.outcome is None for each in parts):
            return after
        return replace(after, ended_at=now, warn_at=None, late_at=None)

    def _due(self, *, extended: bool, policy: BookingPolicy, zone: ZoneInfo) -> "RecordRequest":
        clocks = policy.record_requests
        federal = clocks.federal_due(self.received_on, extended=extended)
        due = federal if self.state_due_on is None else min(federal, self.state_due_on)
        warn_at = opening_of(clocks.warned_on(due), time.min, zone)
        return replace(self, due_on=due, warn_at=warn_at, late_at=end_of(due, zone))


def check_no_request_open(open_of_patient: Sequence[RecordRequest]) -> None:
    """Raises `record_request_open`: who asked for their record has it, or takes that back, before it is erased."""
    if open_of_patient:
        raise conflict("record_request_open", "A request for this record has not ended; settle it first.")


def _check_authorised(part: RecordPart, authorisation: str | None, requester: Requester) -> None:
    """Psychotherapy notes always need it; what is about substance use, where anybody but the patient asks: their own
    they may have without (42 CFR 2.23).
    """
    own = part is RecordPart.SUBSTANCE_USE and requester.by is AskedBy.PATIENT
    protected = part in (RecordPart.PSYCHOTHERAPY_NOTES, RecordPart.SUBSTANCE_USE)
    if protected and not own and not authorisation:
        raise invalid("authorisation_missing", "Name the authorisation by which this part may be given.", part=part)
