"""How long patients have to file with their insurer, and when they are told of what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from careflow_domain.errors import invalid
from careflow_domain.setting import Setting


class FilingLimit(StrEnum):
    """From where the last day to file is known. TOLD: the patient, or their plan, says so. PAYER: the clinic's policy
    has that insurer's days. USUAL: it has not, and counts those of the strictest plans.
    """

    TOLD = "told"
    PAYER = "payer"
    USUAL = "usual"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReimbursementPolicy:
    """`filing_days` after the first service a superbill is to be filed, `payer_filing_days` with insurers of whom the
    clinic knows better, by their names in small letters. Patients are told `warned_days` before a last day, and
    `nudge_days` after something without an answer. Raises `policy_invalid`.
    """

    filing_days: Setting[int]
    payer_filing_days: Setting[Mapping[str, int]]
    warned_days: Setting[tuple[int, ...]]
    nudge_days: Setting[tuple[int, ...]]

    def __post_init__(self) -> None:
        days = (self.filing_days.value, *self.payer_filing_days.value.values(), *self.nudge_days.value)
        if not self.nudge_days.value or min(days) < 1 or min(self.warned_days.value, default=0) < 0:
            raise invalid("policy_invalid", "A superbill is filed, and asked about again, after a day at least.")
        if any(name != _named(name) for name in self.payer_filing_days.value):
            raise invalid("policy_invalid", "Insurers are named in small letters, without spaces around.")

    def filing_days_of(self, payer: str | None) -> tuple[int, FilingLimit]:
        """How many, and from where that is known."""
        known = self.payer_filing_days.value.get(_named(payer)) if payer else None
        return (self.filing_days.value, FilingLimit.USUAL) if known is None else (known, FilingLimit.PAYER)

    def days_before(self, day: date) -> list[date]:
        return sorted(day - timedelta(days=each) for each in self.warned_days.value)

    def days_after(self, day: date) -> list[date]:
        return sorted(day + timedelta(days=each) for each in self.nudge_days.value)


def _named(payer: str) -> str:
    return " ".join(payer.split()).casefold()


REIMBURSEMENT: Final = ReimbursementPolicy(
    filing_days=Setting(
        value=90,
        default=90,
        source="ours: the shortest time commonly met; most plans allow more, so ask the plan and say its day",
    ),
    payer_filing_days=Setting(
        value={"tricare": 365}, default={"tricare": 365}, source="TRICARE: 32 CFR 199.7(d)(1), one year after the care"
    ),
    warned_days=Setting(
        value=(30, 7), default=(30, 7), source="ours: once with time to gather papers, once with time for the mail"
    ),
    nudge_days=Setting(
        value=(30, 60),
        default=(30, 60),
        source="ours; plans decide about care already given within 30 days, and 15 more "
        "(29 CFR 2560.503-1(f)(2)(iii)(B))",
    ),
)
"""For a clinic whose own policy says nothing of it."""
