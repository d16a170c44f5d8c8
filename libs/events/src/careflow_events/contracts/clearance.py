"""What screening says of clearances, on careflow.screening.v1: a prescriber's decision that treatment is safe, and
until when.
"""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts import codes
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import Id, Section, Several
from careflow_events.contracts.screening import ScreeningEvent
from careflow_events.contracts.sealed import Sealed, SealedFor


class ClearanceForSessions(Section):
    """What the treating team must heed; conditions, allergies and interaction flags in the prescriber's words."""

    indications: Several[codes.Indication]
    conditions: Several[str] = ()
    excluded_routes: Several[codes.Route] = ()
    allergies: Several[str] = ()
    interaction_flags: Several[str] = ()


class ClearanceGranted(ScreeningEvent):
    """Treatment is cleared until `valid_until`; `supersedes` is the clearance it replaces."""

    clearance_id: Id
    decided_at: Instant
    valid_until: Instant
    conditional: bool
    supersedes: Id | None = None
    for_sessions: Annotated[Sealed[ClearanceForSessions], SealedFor("sessions")]


class ClearanceDenied(ScreeningEvent):
    """Treatment was denied in this case."""

    case_id: Id
    decided_at: Instant


class ClearanceDeferred(ScreeningEvent):
    """The decision waits until `until`."""

    case_id: Id
    decided_at: Instant
    until: Instant


class ClearanceEvent(ScreeningEvent):
    """Something happened to a clearance; `valid_until` is what holds after it."""

    clearance_id: Id
    valid_until: Instant


class ClearanceExtended(ClearanceEvent):
    """Newer evidence makes it last longer; an expired clearance is valid again."""


class SuspensionForSessions(Section):
    """The fine reason of a suspension, in the clinic's words."""

    reason: Annotated[str, Field(description="Why, in the clinic's words.")]


class ClearanceSuspended(ClearanceEvent):
    """It does not count until it is reinstated."""

    restricts = True

    reason: codes.SuspensionReason
    for_sessions: Annotated[Sealed[SuspensionForSessions], SealedFor("sessions")]


class ClearanceReinstated(ClearanceEvent):
    """Nothing suspends it any more."""


class ClearanceRevoked(ClearanceEvent):
    """It never counts again."""

    restricts = True


class ClearanceExpiring(ClearanceEvent):
    """It ends in about `days_left` days (warned at 14, 7 and 2)."""

    days_left: Annotated[int, Field(ge=0)]


class ClearanceExpired(ClearanceEvent):
    """Its time has run out."""

    restricts = True
