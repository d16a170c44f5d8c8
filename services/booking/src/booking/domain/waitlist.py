"""Who waits for a visit, and what they are offered: waiting -> offered -> booked; offered -> waiting again; waiting ->
left, or over.

Invariant: nobody has two offers by one entry, and an offer stands as long as the time that is held for it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from booking.domain.ids import AppointmentId, FreedTimeId, MessageId, PatientId, WaitlistEntryId
from booking.domain.intervals import Interval
from booking.domain.visits import Modality, VisitKind
from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid


class WaitlistStatus(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    LEFT = "left"
    OVER = "over"
    """The time wished for has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The time `appointment_id` holds for the patient until `expires_at`. With `call_first` somebody talks to them
    before it can be booked: at so short a notice a dose wants to know that they have fasted and have an escort.
    `told_by` is the message that tells the patient, absent where nothing carries messages, and in older offers.
    """

    appointment_id: AppointmentId
    freed_id: FreedTimeId
    made_at: datetime
    expires_at: datetime
    call_first: bool = False
    called_at: datetime | None = None
    told_by: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistEntry(Aggregate):
    """One patient's wish for one kind of visit that starts within `wanted`."""

    id: WaitlistEntryId
    patient_id: PatientId
    kind: VisitKind
    modality: Modality
    wanted: Interval
    joined_at: datetime
    status: WaitlistStatus = WaitlistStatus.WAITING
    offer: Offer | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When they wait in vain; an offer ends before that by itself."""
        return self.wanted.end if self.status is WaitlistStatus.WAITING else None

    @property
    def open(self) -> bool:
        return self.status in (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)

    def check_joining(self, others: tuple["WaitlistEntry", ...]) -> None:
        """`others` are the patient's. Raises `wish_past` or `waiting_already`."""
        if self.wanted.end <= self.joined_at:
            raise invalid("wish_past", "The time wished for is over.")
        if any(each.open and each.kind is self.kind for each in others):
            raise conflict("waiting_already", "The patient waits for a visit of this kind already.")

    def takes(self, starts_at: datetime) -> bool:
        """Whether it can be offered a visit that starts then."""
        return self.status is WaitlistStatus.WAITING and self.wanted.start <= starts_at < self.wanted.end

    def offered(self, offer: Offer) -> "WaitlistEntry":
        self._expect(WaitlistStatus.WAITING)
        return replace(self.recording(), status=WaitlistStatus.OFFERED, offer=offer)

    def offered_anew(self, offer: Offer) -> "WaitlistEntry":
        """What they are offered is given otherwise, so that they are asked once more."""
        self._expect(WaitlistStatus.OFFERED)
        return replace(self.recording(), offer=offer)

    def called(self, *, now: datetime) -> "WaitlistEntry":
        """The patient was talked to, and is ready. Raises `no_offer`."""
        return replace(self.recording(), offer=replace(self.open_offer, called_at=now))

    @property
    def open_offer(self) -> Offer:
        """Raises `no_offer`."""
        if self.status is not WaitlistStatus.OFFERED or self.offer is None:
            raise conflict("no_offer", "Nothing is offered to the patient now.")
        return self.offer

    def accepted(self) -> "WaitlistEntry":
        """The visit is booked. Raises `call_first`."""
        offer = self.open_offer
        if offer.call_first and offer.called_at is None:
            raise conflict("call_first", "At so short a notice somebody of the clinic talks to the patient first.")
        return replace(self.recording(), status=WaitlistStatus.BOOKED)

    def passed_on(self) -> "WaitlistEntry":
        """The offer was declined or ran out; the patient goes on waiting."""
        self._expect(WaitlistStatus.OFFERED)
        return replace(self.recording(), status=WaitlistStatus.WAITING, offer=None)

    def left(self) -> "WaitlistEntry":
        """Raises `offer_open`, or `wrong_state` for one that is over."""
        if self.status is WaitlistStatus.OFFERED:
            raise conflict("offer_open", "A time is held for the patient: it is accepted or given back first.")
        self._expect(WaitlistStatus.WAITING)
        return replace(self.recording(), status=WaitlistStatus.LEFT)

    def over(self) -> "WaitlistEntry":
        self._expect(WaitlistStatus.WAITING)
        return replace(self.recording(), status=WaitlistStatus.OVER)

    def _expect(self, status: WaitlistStatus) -> None:
        if self.status is not status:
            raise conflict("wrong_state", f"The entry is not {status}.", status=self.status.value)
