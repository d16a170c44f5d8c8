"""Fees for visits given up late or missed: decided by a signed policy, posted the next business day, waived the first
time.

Invariants: only the patient's own late cancellation or absence can cost anything; moving a visit never does; without
a policy signed before the visit was lost there is no fee; one decision costs one fee at most, however many visits it
gave up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from billing.domain.accounts import Account
from billing.domain.fee_schedule import FeeSchedule
from billing.domain.ids import AppointmentId, PatientId
from billing.domain.money import Money
from billing.domain.policy import BillingPolicy
from billing.domain.visits import VisitKind
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid


class FeeCause(StrEnum):
    LATE_CANCELLATION = "late_cancellation"
    NO_SHOW = "no_show"


class FeeState(StrEnum):
    PENDING = "pending"
    POSTED = "posted"
    WAIVED = "waived"
    DROPPED = "dropped"
    """The patient came after all."""


class WaiverReason(StrEnum):
    FIRST_TIME_COURTESY = "first_time_courtesy"
    NO_SIGNED_POLICY = "no_signed_policy"
    EMERGENCY = "emergency"
    CLINIC_DECISION = "clinic_decision"
    SAME_DECISION = "same_decision"
    """It was given up together with another visit, and that one's fee stands for both."""
    DOSE_NOT_GIVEN = "dose_not_given"
    """It is an integration, and the dose that it was to be about was not given."""


FOUND_OUT = frozenset({WaiverReason.SAME_DECISION, WaiverReason.DOSE_NOT_GIVEN})
"""What follows from other visits; nobody decides it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeWaived(Fact):
    fee: "FeeCase"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCase(Aggregate):
    """One lost visit, under its appointment's id. `appointment_version` is booking's at the loss, `decision` names the
    command by which it was given up: those with the same one are one loss, and the dearest of them leads. At `post_at`
    it is settled, or looked at once more.
    """

    id: AppointmentId
    patient_id: PatientId
    cause: FeeCause
    kind: VisitKind
    lost_at: datetime
    amount: Money
    appointment_version: int
    post_at: datetime | None
    state: FeeState = FeeState.PENDING
    waiver: WaiverReason | None = None
    policy_version: str | None = None
    decision: str | None = None

    def lost_with(self, known: Iterable["FeeCase"]) -> tuple["FeeCase", ...]:
        """Those of the other lost visits of the patient that the same decision gave up."""
        if self.decision is None:
            return ()
        return tuple(
            each
            for each in known
            if each.id != self.id
            and (each.decision, each.cause) == (self.decision, self.cause)
            and each.state is not FeeState.DROPPED
            and each.waiver is not WaiverReason.DOSE_NOT_GIVEN
        )

    def leads(self, other: "FeeCase") -> bool:
        """Whether of two visits lost together this one's fee stands for both."""
        return (self.amount.minor, self.id) > (other.amount.minor, other.id)

    def covers(self, other: "FeeCase") -> bool:
        """Whether the other visit, lost together with this one, has no fee of its own: this one leads, or an emergency
        was the reason for both.
        """
        return self.waiver is WaiverReason.EMERGENCY or self.leads(other)

    def is_covered(self, known: Iterable["FeeCase"]) -> bool:
        """Whether the fee of another visit lost with it stands for it."""
        return any(each.covers(self) for each in self.lost_with(known))

    def due_for(
        self, account: Account, policy: BillingPolicy, known: Iterable["FeeCase"] = (), *, without_dose: bool = False
    ) -> WaiverReason | None:
        """Why nothing is charged when its time has come; None when the fee is owed. `known` are the patient's cases,
        `without_dose` whether it is an integration whose dose was not given.
        """
        if account.agreed_before(self.lost_at) is None:
            return WaiverReason.NO_SIGNED_POLICY
        beside = self.lost_with(known)
        if self.is_covered(beside):
            return WaiverReason.SAME_DECISION
        if without_dose:
            return WaiverReason.DOSE_NOT_GIVEN
        spared = {None, self.id, *(each.id for each in beside)}
        courtesy = policy.first_time_courtesy.value and account.courtesy_for in spared
        return WaiverReason.FIRST_TIME_COURTESY if courtesy else None

    def post(self, policy_version: str) -> "FeeCase":
        """The fee is charged."""
        self._expect(FeeState.PENDING)
        return replace(self.recording(), state=FeeState.POSTED, post_at=None, policy_version=policy_version)

    def put_off(self, until: datetime) -> "FeeCase":
        """It is settled later."""
        self._expect(FeeState.PENDING)
        return replace(self.recording(), post_at=until)

    def waive(self, reason: WaiverReason, *, now: datetime) -> "FeeCase":
        """Nothing is charged, or no longer. Raises `fee_settled`."""
        self._expect(FeeState.PENDING, FeeState.POSTED)
        return self._waived(reason, now=now)

    def forgive(self, reason: WaiverReason, *, now: datetime) -> "FeeCase":
        """Somebody of the clinic decides that nothing is charged. Raises `fee_settled` and `reason_not_a_decision`."""
        if reason in FOUND_OUT:
            raise invalid("reason_not_a_decision", "That follows from the visits; choose why the clinic decides so.")
        return self.waive(reason, now=now)

    @property
    def is_settled_by_its_dose(self) -> bool:
        """Whether it was settled by what is known of its dose, which may turn out otherwise."""
        asked = self.state is FeeState.POSTED or self.waiver in (
            WaiverReason.FIRST_TIME_COURTESY,
            WaiverReason.DOSE_NOT_GIVEN,
        )
        return self.kind is VisitKind.INTEGRATION and asked

    def weigh_again(self, at: datetime) -> "FeeCase":
        """What became of its dose is known otherwise than before."""
        return replace(self.recording(), post_at=at)

    def weighed(self) -> "FeeCase":
        """It stands as it was settled."""
        return replace(self.recording(), post_at=None)

    def spare_without_dose(self, *, now: datetime) -> "FeeCase":
        """Its dose turns out not to have been given."""
        return self._waived(WaiverReason.DOSE_NOT_GIVEN, now=now)

    def follow(self, *, now: datetime) -> "FeeCase":
        """A dearer visit turns out to have been lost with it: what became of this one is that one's."""
        return self._waived(WaiverReason.SAME_DECISION, now=now)

    def inherit_courtesy(self, *, now: datetime) -> "FeeCase":
        """The first lost visit was not lost: this one is the first, unless it is an integration without its dose, which
        is looked at next.
        """
        after = self._waived(WaiverReason.FIRST_TIME_COURTESY, now=now)
        return replace(after, post_at=now) if self.kind is VisitKind.INTEGRATION else after

    def stand_alone(self, until: datetime) -> "FeeCase":
        """It was spared for another visit that turns out otherwise: it is settled by itself."""
        return replace(self.recording(), state=FeeState.PENDING, post_at=until, waiver=None)

    def drop(self) -> "FeeCase":
        """The visit was not lost: there never was a fee."""
        return replace(self.recording(), state=FeeState.DROPPED, post_at=None, waiver=None)

    def _waived(self, reason: WaiverReason, *, now: datetime) -> "FeeCase":
        after = replace(self.recording(), state=FeeState.WAIVED, post_at=None, waiver=reason)
        return after.saying(FeeWaived(fee=after, at=now))

    def _expect(self, *states: FeeState) -> None:
        if self.state not in states:
            raise conflict("fee_settled", "This fee was settled already.", state=self.state.value)


def heir_of(fee: FeeCase, known: Iterable[FeeCase]) -> FeeCase | None:
    """Of the visits lost with one that was not lost after all, the one that was spared for it and is to be settled by
    itself now. None where there is no such visit, or the clinic did without the fee for another reason.
    """
    beside = fee.lost_with(known)
    heir = max(beside, key=lambda each: (each.amount.minor, each.id), default=None)
    spared = heir is not None and heir.waiver is WaiverReason.SAME_DECISION and fee.leads(heir)
    return heir if spared and fee.waiver in (None, WaiverReason.FIRST_TIME_COURTESY) else None


def fee_amount(
    cause: FeeCause, kind: VisitKind, notice_minutes: int, policy: BillingPolicy, schedule: FeeSchedule
) -> Money:
    """What the lost visit costs by policy; nothing with enough notice, or for a kind that costs nothing.

    `notice_minutes` is the notice that counts: after a late move, the one given for the first time lost.
    """
    nothing = Money(0, policy.currency)
    rule = policy.fees.value.get(kind)
    if rule is None:
        return nothing
    usual = schedule.usual_cost(kind)
    match cause:
        case FeeCause.NO_SHOW:
            return usual.share(rule.missed_basis_points)
        case FeeCause.LATE_CANCELLATION:
            return usual.share(rule.late_basis_points) if notice_minutes < rule.notice_minutes else nothing
