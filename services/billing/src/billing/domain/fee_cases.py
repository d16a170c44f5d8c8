"""Fees for visits given up late or missed: decided by a signed policy, posted the next business day, waived the first
time.

Invariants: only the patient's own late cancellation or absence can cost anything; moving a visit never does; without
a policy signed before the visit was lost there is no fee.
"""

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
from careflow_domain.errors import conflict


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeWaived(Fact):
    fee: "FeeCase"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCase(Aggregate):
    """One lost visit, under its appointment's id. `appointment_version` is booking's at the loss."""

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

    def due_for(self, account: Account, policy: BillingPolicy) -> WaiverReason | None:
        """Why nothing is charged when its time has come; None when the fee is owed."""
        if account.agreed_before(self.lost_at) is None:
            return WaiverReason.NO_SIGNED_POLICY
        courtesy = policy.first_time_courtesy.value and account.courtesy_for in (None, self.id)
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
        after = replace(self.recording(), state=FeeState.WAIVED, post_at=None, waiver=reason)
        return after.saying(FeeWaived(fee=after, at=now))

    def drop(self) -> "FeeCase":
        """The visit was not lost: there never was a fee."""
        return replace(self.recording(), state=FeeState.DROPPED, post_at=None, waiver=None)

    def _expect(self, *states: FeeState) -> None:
        if self.state not in states:
            raise conflict("fee_settled", "This fee was settled already.", state=self.state.value)


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
