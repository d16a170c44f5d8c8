"""Medicare private contracts as the clinic's list has them: whose, with whom, recorded by whom, and when each ends.

Invariant: of a patient and a clinician the one that ends last is listed; it takes the place of those before. Whether a
service is under one is decided by the account, which has them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Self

from billing.domain.accounts import PrivateContract
from billing.domain.ids import ContractId, PatientId, StaffId
from billing.domain.practice import Practice
from careflow_domain.aggregate import Aggregate
from careflow_domain.setting import Setting

ENDS_SOON: Final = Setting(
    value=60,
    default=60,
    source="ours: a patient is asked to sign again while visits can still be moved; credentials are warned of as early",
)
"""For a clinic whose own policy says nothing of it: so many days before its end a contract ends soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedContract(Aggregate):
    """`current` until another one with the same clinician ends later."""

    id: ContractId
    patient_id: PatientId
    contract: PrivateContract
    recorded_by: StaffId
    current: bool = True

    @classmethod
    def recorded(
        cls,
        contract_id: ContractId,
        patient_id: PatientId,
        contract: PrivateContract,
        others: Iterable["RecordedContract"],
        *,
        by: StaffId,
    ) -> Self:
        """A new one beside the `others` of the patient."""
        current = not any(each.current and each.outlives(contract) for each in others)
        return cls(id=contract_id, patient_id=patient_id, contract=contract, recorded_by=by, current=current)

    def outlives(self, other: PrivateContract) -> bool:
        return self.contract.practitioner_id == other.practitioner_id and self.contract.ends_on > other.ends_on

    def beside(self, newer: PrivateContract) -> Self:
        """It, once the newer one is on record."""
        replaced = self.contract.practitioner_id == newer.practitioner_id and not self.outlives(newer)
        return replace(self.recording(), current=False) if self.current and replaced else self

    def counts_until(self, practice: Practice) -> date:
        """The last day it lets the patient be charged: no longer than the clinician has opted out."""
        clinician = practice.clinician(self.contract.practitioner_id)
        opt_outs = clinician.medicare_opt_outs if clinician else ()
        within = [each.ends_on for each in opt_outs if each.begins_on <= self.contract.ends_on]
        return min(self.contract.ends_on, max(within)) if within else self.contract.ends_on

    def ends_soon(self, practice: Practice, days: int, today: date) -> bool:
        return today <= self.counts_until(practice) <= today + timedelta(days=days)
