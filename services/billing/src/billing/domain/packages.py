"""Packages: visits of one kind, paid beforehand at a price for all of them.

Invariants: a visit of a package takes one of its places and costs that place's share of the price, or less where its
services cost less; the shares add up to the price, the odd cents are the last one's. What was paid never runs out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from billing.domain.charges import Charge
from billing.domain.fee_schedule import PackageOffer
from billing.domain.ids import ChargeId, PackageId, PatientId, PaymentId
from billing.domain.money import Money, total
from billing.domain.payments import Payment
from billing.domain.pricing import Cover
from billing.domain.refunds import RefundReason
from billing.domain.rendered import Rendered
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True)
class PackageUse:
    """The place a charged visit took, counted from 0."""

    place: int
    charge_id: ChargeId


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePurchased(Fact):
    package: "Package"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueRecognized(Fact):
    package: "Package"
    charge: Charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Aggregate):
    """Its id is that of the payment it was bought with. Since `left_over_since` care has ended, and visits of it
    are left.
    """

    id: PackageId
    patient_id: PatientId
    offer: PackageOffer
    bought_on: date
    uses: tuple[PackageUse, ...] = ()
    given_back_at: datetime | None = None
    left_over_since: datetime | None = None

    @classmethod
    def bought(cls, payment: Payment, offer: PackageOffer, *, now: datetime) -> "Package":
        package = cls(
            id=PackageId(payment.id), patient_id=payment.patient_id, offer=offer, bought_on=payment.received_on
        )
        return package.saying(PackagePurchased(package=package, at=now))

    @property
    def payment_id(self) -> PaymentId:
        return PaymentId(self.id)

    @property
    def sessions_left(self) -> int:
        return 0 if self.given_back_at else self.offer.sessions - len(self.uses)

    @property
    def unused(self) -> Money:
        """What the visits that are left are worth."""
        taken = {use.place for use in self.uses} if not self.given_back_at else range(self.offer.sessions)
        left = (self.offer.share(place) for place in range(self.offer.sessions) if place not in taken)
        return total(left, self.offer.price.currency)

    def cover(self, rendered: Rendered) -> Cover | None:
        """What a visit costs under it: the share of the place it has, or of the next that is free."""
        place = self._place_of(rendered.charge_id)
        if place is None and self._is_for(rendered) and len(self.uses) < self.offer.sessions:
            place = self._next_place()
        return None if place is None else Cover(package_id=self.id, most=self.offer.share(place))

    def use(self, charge: Charge, *, now: datetime) -> "Package":
        """The visit that was charged takes its place, or has it at another revision; so much is earned."""
        place = self._place_of(charge.id)
        uses = self.uses if place is not None else (*self.uses, PackageUse(self._next_place(), charge.id))
        since = self.left_over_since
        came_back = since is not None and charge.rendered.ended_at > since
        after = replace(self.recording(), uses=uses, left_over_since=None if came_back else since)
        return after.saying(RevenueRecognized(package=after, charge=charge, at=now))

    def give_up(self, charge_id: ChargeId) -> "Package":
        """The visit is not charged any more: its place is free again."""
        return replace(self.recording(), uses=tuple(use for use in self.uses if use.charge_id != charge_id))

    def has(self, charge_id: ChargeId) -> bool:
        """Whether a charged visit has one of its places."""
        return self._place_of(charge_id) is not None

    def share_of(self, charge_id: ChargeId) -> Money | None:
        """What the place of a charged visit is worth; None for one that has none, or of a package given back."""
        place = self._place_of(charge_id)
        return None if place is None or self.given_back_at else self.offer.share(place)

    def give_back(self, reason: RefundReason, days: int, *, today: date, now: datetime) -> "Package":
        """What is left of it is not wanted any more: within so many days, later by the clinic's own will. Raises
        `package_used_up` and `package_refund_over`.
        """
        if not self.sessions_left:
            raise conflict("package_used_up", "No visit of this package is left.")
        if reason is not RefundReason.GOODWILL and not self.refundable(days, today):
            raise conflict("package_refund_over", "The time to give it back is over; its visits stay good.")
        return replace(self.recording(), given_back_at=now)

    def care_ended(self, *, now: datetime) -> "Package":
        """What is left of it waits for a decision, or for a charge that may still have a place in it. Care that ended
        again changes nothing.
        """
        if self.left_over_since is not None or not self.sessions_left:
            return self
        return replace(self.recording(), left_over_since=now)

    def refundable(self, days: int, today: date) -> bool:
        """Whether what is left of it is still given back as a matter of course."""
        return bool(self.sessions_left) and today <= self.bought_on + timedelta(days=days)

    def _is_for(self, rendered: Rendered) -> bool:
        """Whether it was bought and not given back when the visit took place, however late that is told."""
        bought = rendered.kind is self.offer.kind and rendered.service_date >= self.bought_on
        return bought and (self.given_back_at is None or rendered.ended_at <= self.given_back_at)

    def _place_of(self, charge_id: ChargeId) -> int | None:
        return next((use.place for use in self.uses if use.charge_id == charge_id), None)

    def _next_place(self) -> int:
        taken = {use.place for use in self.uses}
        return next(place for place in range(self.offer.sessions) if place not in taken)


def cover_of(rendered: Rendered, packages: Iterable[Package]) -> Cover | None:
    """What a visit costs under the package that has a place for it: the one it has a place in, else the oldest."""
    covers = [(package, cover) for package in packages if (cover := package.cover(rendered))]
    if not covers:
        return None
    return min(covers, key=lambda each: (not each[0].has(rendered.charge_id), each[0].bought_on, each[0].id))[1]
