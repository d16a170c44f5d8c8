"""What every paper a patient keeps begins with: what it is, from whom, to whom."""

from dataclasses import dataclass
from enum import StrEnum

from billing.domain.accounts import Account
from billing.domain.addresses import Address
from billing.domain.practice import BilledProvider, Practice
from careflow_domain.errors import conflict


class PaperKind(StrEnum):
    RECEIPT = "receipt"
    STATEMENT = "statement"
    YEARLY_SUMMARY = "yearly_summary"
    APPEAL_LETTER = "appeal_letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """`address` is None where the patient has told none."""

    provider: BilledProvider
    name: str
    address: Address | None

    @classmethod
    def of(cls, account: Account, practice: Practice) -> "Letterhead":
        """Raises `patient_unnamed` while the registration is not known."""
        if account.profile is None:
            raise conflict("patient_unnamed", "The patient's name is not known yet: the registration is missing.")
        return cls(provider=practice.on_paper(), name=account.profile.legal_name, address=account.profile.address)
