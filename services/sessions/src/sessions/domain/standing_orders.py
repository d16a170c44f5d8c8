"""A standing order: what nurses of a location may give by themselves, because a prescriber signed it beforehand.

Invariants: it is never changed, only revoked and signed anew; it counts on its days and until it is revoked; what was
given by it keeps its words.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid
from sessions.domain.ids import LocationId, StaffId, StandingOrderId
from sessions.domain.medicines import MedicineTerms
from sessions.domain.policy import SessionsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    reason: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrder(Aggregate):
    """It counts from `valid_from` to `valid_until`, both days of the clinic, at one location."""

    id: StandingOrderId
    location_id: LocationId
    terms: MedicineTerms
    valid_from: date
    valid_until: date
    signed_by: StaffId
    signed_at: datetime
    policy_version: str
    revocation: Revocation | None = None

    def must_make_sense(self, policy: SessionsPolicy, *, today: date) -> None:
        """Refused: `validity_invalid`, and what `MedicineTerms.must_make_sense` refuses."""
        if self.valid_until < max(self.valid_from, today):
            raise invalid("validity_invalid", "A standing order ends no earlier than it begins, and not in the past.")
        self.terms.must_make_sense(policy)

    def revoked(self, reason: str, *, by: StaffId, now: datetime) -> Self:
        """A prescriber takes it back, from now on. Refused: `reason_missing`, `standing_order_revoked`."""
        if not reason.strip():
            raise invalid("reason_missing", "Who revokes an order says why.")
        if self.revocation is not None:
            raise conflict("standing_order_revoked", "This standing order has been revoked.")
        return replace(self.recording(), revocation=Revocation(reason=reason, by=by, at=now))

    def must_count(self, location_id: LocationId | None, *, on: date, at: datetime) -> None:
        """Refused: `order_elsewhere`, `order_not_in_force`, `standing_order_revoked`."""
        if location_id != self.location_id:
            raise conflict("order_elsewhere", "This standing order is of another location than the session.")
        if self.revocation is not None and at >= self.revocation.at:
            raise conflict("standing_order_revoked", "This standing order has been revoked.")
        if not self.valid_from <= on <= self.valid_until or at < self.signed_at:
            raise conflict("order_not_in_force", "This standing order does not count on that day.")
