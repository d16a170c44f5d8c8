"""Over which channels a patient lets the clinic write to them: who said so, when, and how.

Invariant: the newest word on a channel counts; what was said before stays on record.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from booking.domain.channels import Channel
from booking.domain.ids import PatientId
from booking.domain.policy import BookingPolicy
from careflow_domain.aggregate import Aggregate

MOST_KEPT: Final = 100
"""Of the words that were superseded the oldest go: the record does not grow without end."""


class SaidBy(StrEnum):
    PATIENT = "patient"
    """The patient, who was logged in."""
    STAFF = "staff"
    """Somebody of the clinic, whom the patient told."""
    LINK = "link"
    """Whoever had the link in a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConsent:
    """`by` is who recorded it."""

    channel: Channel
    given: bool
    at: datetime
    said_by: SaidBy
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactConsents(Aggregate):
    """One patient's, oldest first."""

    id: PatientId
    said: tuple[ChannelConsent, ...] = ()

    def saying_so(self, consent: ChannelConsent) -> "ContactConsents":
        """The same where the newest word on this channel says the same."""
        newest = self.newest(consent.channel)
        if newest is not None and newest.given == consent.given:
            return self
        return replace(self.recording(), said=(*self.said, consent)[-MOST_KEPT:])

    def absorbing(self, other: "ContactConsents") -> "ContactConsents":
        """With what the same person said on another record of theirs, where that is newer."""
        after = self
        for channel in Channel:
            mine, theirs = self.newest(channel), other.newest(channel)
            if theirs is not None and (mine is None or mine.at < theirs.at):
                after = after.saying_so(theirs)
        return after

    def newest(self, channel: Channel) -> ChannelConsent | None:
        return next((each for each in reversed(self.said) if each.channel is channel), None)

    def allows(self, channel: Channel, policy: BookingPolicy) -> bool:
        """Whether the clinic may write over this channel."""
        newest = self.newest(channel)
        return newest.given if newest else channel in policy.channels_until_withdrawn.value
