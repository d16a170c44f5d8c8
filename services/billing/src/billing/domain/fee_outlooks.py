"""What is going to be charged for lost visits, as things stand: what a page says of a fee before it is settled.

Invariant: it is decided as it will be when the fee's time comes (`FeeCase.due_for`), one after the other, for only the
first of them is the first time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.domain.accounts import Account
from billing.domain.fee_cases import FeeCase, FeeState, WaiverReason
from billing.domain.ids import AppointmentId
from billing.domain.policy import BillingPolicy


@dataclass(frozen=True, slots=True)
class FeeOutlook:
    """`spared` is why nothing is going to be charged, or was not, None where it is going to be, or was. `settled_at` is
    when that is decided, None once it was; `disputed` that this is put off for as long as an estimate is disputed.
    """

    fee: FeeCase
    spared: WaiverReason | None
    settled_at: datetime | None
    disputed: bool = False


def outlooks_of(
    fees: Sequence[FeeCase],
    account: Account,
    policy: BillingPolicy,
    *,
    doseless: Collection[AppointmentId] = (),
    disputed: bool = False,
) -> tuple[FeeOutlook, ...]:
    """Of all of a patient's cases, in their order. `doseless` are the integrations whose dose was not given, `disputed`
    whether one of the patient's estimates is.
    """
    seen: dict[AppointmentId, FeeOutlook] = {}
    for fee in sorted(fees, key=lambda each: (each.post_at is None, each.post_at or each.lost_at, each.id)):
        if fee.state is not FeeState.PENDING:
            seen[fee.id] = FeeOutlook(fee, fee.waiver, None)
            continue
        spared = fee.due_for(account, policy, fees, without_dose=fee.id in doseless)
        if spared is WaiverReason.FIRST_TIME_COURTESY:
            account = account.with_courtesy(fee.id)
        seen[fee.id] = FeeOutlook(fee, spared, fee.post_at, disputed)
    return tuple(seen[each.id] for each in fees)
