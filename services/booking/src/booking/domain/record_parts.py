"""What a request for a patient's record may ask for, of whom, in what form, and which service holds what of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from booking.domain.erasures import Party
from booking.domain.record_clocks import AskedBy
from careflow_domain.errors import invalid


class RecordPart(StrEnum):
    """`ordinary` is the record but for the three others."""

    ORDINARY = "ordinary"
    BILLING = "billing"
    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"
    """Outside the right of access: 45 CFR 164.524(a)(1)(i)."""
    SUBSTANCE_USE = "substance_use"
    """What 42 CFR Part 2 protects."""


HELD_BY: Final[Mapping[RecordPart, frozenset[Party]]] = {
    RecordPart.ORDINARY: frozenset({Party.BOOKING, Party.SCREENING, Party.SESSIONS}),
    RecordPart.BILLING: frozenset({Party.BILLING}),
    RecordPart.PSYCHOTHERAPY_NOTES: frozenset({Party.SESSIONS}),
    RecordPart.SUBSTANCE_USE: frozenset({Party.SCREENING}),
}
"""Who exports which part."""


class CopyForm(StrEnum):
    """The form and format that was asked for."""

    ON_SITE = "on_site"
    PAPER = "paper"
    ELECTRONIC = "electronic"


class IdentityProof(StrEnum):
    """How somebody knew who asks. No copy of a paper is kept."""

    PHOTO_ID = "photo_id"
    KNOWN_TO_STAFF = "known_to_staff"
    SIGNATURE_COMPARED = "signature_compared"
    LOGIN = "login"
    """They asked under their own login."""


class RefusalGrounds(StrEnum):
    """Why a part is not given."""

    MENTAL_HEALTH_RISK = "mental_health_risk"
    """A mental-health record whose reading would harm: another licensed professional may read it for them."""
    NO_AUTHORITY = "no_authority"
    """Who asks may not have it."""
    NOT_AUTHORISED = "not_authorised"
    """Its own authorisation is missing, or is over."""
    NOT_HELD = "not_held"
    """The clinic has nothing of the kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks; `name` and `authority` of anybody but the patient: who they are, and what was seen that lets them ask.
    Raises `requester_unnamed` and `authority_missing`.
    """

    by: AskedBy
    name: str | None = field(default=None, repr=False)
    authority: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.by is AskedBy.PATIENT:
            return
        if not self.name:
            raise invalid("requester_unnamed", "Name who asks, where it is not the patient.")
        if not self.authority:
            raise invalid("authority_missing", "Say what was seen that lets them ask for somebody else's record.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How it was known who asks, by whom, and when."""

    proof: IdentityProof
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time, once: why, and on which date the patient was told in writing (45 CFR 164.524(b)(2)(iii))."""

    reason: str = field(repr=False)
    told_on: date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A service's share of a part is there: by whom, when, and by which disclosure or paper it is found again."""

    party: Party
    part: RecordPart
    reference: str = field(repr=False)
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The part was handed over, sent or shown."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The part is not given: why, as it was written to whoever asked, and the way to have that reviewed."""

    grounds: RefusalGrounds
    reason: str = field(repr=False)
    review: str | None = field(default=None, repr=False)
    by: str
    at: datetime

    def __post_init__(self) -> None:
        if self.grounds is RefusalGrounds.MENTAL_HEALTH_RISK and not self.review:
            raise invalid(
                "review_route_missing",
                "Say how they were told that another licensed professional of their choice may read it.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPart:
    """A part that was asked for; `authorisation` names the paper by which it may be given, where it needs one of its
    own.
    """

    part: RecordPart
    authorisation: str | None = field(default=None, repr=False)
    outcome: Given | Refused | None = None
