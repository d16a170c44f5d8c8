"""The clinic's numbers for billing: one typed, versioned document, each value with its source and our default."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Final

from billing.domain.account_links import AccountLinkPolicy
from billing.domain.appeals import APPEALS, AppealPolicy
from billing.domain.money import WHOLE, Money
from billing.domain.private_contracts import ENDS_SOON
from billing.domain.reimbursement_policy import REIMBURSEMENT, ReimbursementPolicy
from billing.domain.visits import VisitKind
from careflow_domain.disclosures import CopyPolicy
from careflow_domain.errors import invalid
from careflow_domain.policy_versions import check_version
from careflow_domain.retention import RetentionPolicy
from careflow_domain.setting import Setting

APPEAL_LETTER_PREFIX: Final = Setting(value="AL", default="AL", source="ours")
"""For a clinic whose own policy says nothing of it."""
LONGEST_LINK_HOURS: Final = 24
"""Card processors keep a page for paying, and what they did under a key, no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateClocks:
    """By when an estimate is due, in business days (45 CFR 149.610)."""

    far_ahead_days: Setting[int]
    due_far_ahead: Setting[int]
    near_ahead_days: Setting[int]
    due_near_ahead: Setting[int]
    due_on_request: Setting[int]
    before_service_on_change: Setting[int]
    series_months: Setting[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """What a visit costs that the patient gives up late or misses: parts of its usual price, in basis points."""

    notice_minutes: int
    late_basis_points: int
    missed_basis_points: int

    def __post_init__(self) -> None:
        parts = (self.late_basis_points, self.missed_basis_points)
        if self.notice_minutes < 0 or not all(0 <= part <= WHOLE for part in parts):
            raise invalid("policy_invalid", "A fee is a part of the price, for notice of so many minutes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingPolicy:
    """What billing decides by. Raises `policy_invalid`."""

    version: str
    currency: str
    estimates: EstimateClocks
    exceeded_by: Setting[Money]
    dispute_line: Setting[Money]
    dispute_days: Setting[int]
    retention: RetentionPolicy
    record_copies: CopyPolicy
    fees: Setting[Mapping[VisitKind, FeeRule]]
    first_time_courtesy: Setting[bool]
    fees_posted_at: Setting[time]
    superbill_prefix: Setting[str]
    receipt_prefix: Setting[str]
    statement_prefix: Setting[str]
    yearly_summary_prefix: Setting[str]
    statement_due_days: Setting[int]
    payment_link_hours: Setting[int]
    account_links: AccountLinkPolicy
    package_refund_days: Setting[int]
    contract_ends_soon_days: Setting[int] = ENDS_SOON
    appeal_letter_prefix: Setting[str] = APPEAL_LETTER_PREFIX
    appeals: AppealPolicy = APPEALS
    reimbursement: ReimbursementPolicy = REIMBURSEMENT

    def __post_init__(self) -> None:
        check_version(self.version)
        clocks = self.estimates
        if not 0 < clocks.near_ahead_days.value < clocks.far_ahead_days.value:
            raise invalid("policy_invalid", "The estimate clocks need two distances, the nearer one first.")
        if self.package_refund_days.value < 0 or self.statement_due_days.value < 0:
            raise invalid(
                "policy_invalid", "A package is given back, a statement paid, within so many days, none or more."
            )
        if self.dispute_days.value < 0:
            raise invalid("policy_invalid", "An estimate may be disputed within so many days, none or more.")
        if not 1 <= self.payment_link_hours.value < LONGEST_LINK_HOURS:
            raise invalid("policy_invalid", "A payment link is open for an hour or more, and less than a day.")
        prefixes = (
            self.superbill_prefix,
            self.receipt_prefix,
            self.statement_prefix,
            self.yearly_summary_prefix,
            self.appeal_letter_prefix,
        )
        if len({each.value for each in prefixes}) != len(prefixes):
            raise invalid("policy_invalid", "Each kind of paper has a prefix of its own.")
        if {self.exceeded_by.value.currency, self.dispute_line.value.currency} != {self.currency}:
            raise invalid("policy_invalid", "All amounts of the policy are in its currency.")
