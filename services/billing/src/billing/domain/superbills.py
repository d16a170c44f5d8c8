"""Superbills: what a patient hands to an insurer. Invariant: immutable once issued; corrected by voiding it and issuing
another one that names it; numbered without gaps within a year.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from billing.domain.charges import Charge
from billing.domain.ids import ChargeId, PatientId, ReimbursementId, SuperbillId
from billing.domain.superbill_content import Content
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict


class SuperbillState(StrEnum):
    ISSUED = "issued"
    VOID = "void"


class VoidReason(StrEnum):
    """PAID, REFUNDED: what was paid for its services is more or less than it says. DISCOUNTED: they cost less."""

    CHARGE_CORRECTED = "charge_corrected"
    PAID = "paid"
    REFUNDED = "refunded"
    DISCOUNTED = "discounted"
    DETAILS_WRONG = "details_wrong"
    ISSUED_IN_ERROR = "issued_in_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperbillIssued(Fact):
    superbill: "Superbill"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperbillVoided(Fact):
    superbill: "Superbill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Superbill(Aggregate):
    """One superbill. `edition` counts the bills for the same services: 1, and one more with every reissue, which takes
    over the case of reimbursement `reimbursement_id`, if there is one.
    """

    id: SuperbillId
    patient_id: PatientId
    number: str
    edition: int
    issued_at: datetime
    issued_on: date
    content: Content = field(repr=False)
    state: SuperbillState = SuperbillState.ISSUED
    replaces: SuperbillId | None = None
    replaces_number: str | None = None
    replaced_by: SuperbillId | None = None
    replaced_by_number: str | None = None
    voided_at: datetime | None = None
    void_reason: VoidReason | None = None
    reimbursement_id: ReimbursementId | None = None

    @classmethod
    def issued(
        cls,
        superbill_id: SuperbillId,
        patient_id: PatientId,
        number: str,
        content: Content,
        *,
        replaces: "Superbill | None",
        now: datetime,
        today: date,
    ) -> "Superbill":
        """A new superbill. Raises `superbill_replaced` and `superbill_not_void` for the one it replaces."""
        if replaces is not None:
            replaces.expect_replaceable()
        superbill = cls(
            id=superbill_id,
            patient_id=patient_id,
            number=number,
            edition=replaces.edition + 1 if replaces else 1,
            issued_at=now,
            issued_on=today,
            content=content,
            replaces=replaces.id if replaces else None,
            replaces_number=replaces.number if replaces else None,
            reimbursement_id=replaces.reimbursement_id if replaces else None,
        )
        return superbill.saying(SuperbillIssued(superbill=superbill, at=now))

    def void(self, reason: VoidReason, *, now: datetime) -> "Superbill":
        """It no longer counts. Raises `superbill_void`."""
        if self.state is SuperbillState.VOID:
            raise conflict("superbill_void", "This superbill was voided already.")
        after = replace(self.recording(), state=SuperbillState.VOID, voided_at=now, void_reason=reason)
        return after.saying(SuperbillVoided(superbill=after, at=now))

    def replaced(self, by: "Superbill") -> "Superbill":
        return replace(self.recording(), replaced_by=by.id, replaced_by_number=by.number)

    def helped(self, by: ReimbursementId) -> "Superbill":
        """Its patient is helped to be reimbursed. Raises `reimbursement_known`."""
        if self.reimbursement_id is not None:
            raise conflict("reimbursement_known", "There is a case for this superbill already.")
        return replace(self.recording(), reimbursement_id=by)

    @property
    def can_be_helped(self) -> bool:
        """Whether its patient files it, and nobody keeps the days of that yet."""
        return self.in_force and self.reimbursement_id is None and self.content.patient.coverage.is_filed_by_patient

    @property
    def in_force(self) -> bool:
        return self.state is SuperbillState.ISSUED

    def why_untrue(self, before: Collection[Charge], after: Collection[Charge]) -> VoidReason | None:
        """Why it says something else than the books when these charges have changed; None where it does not."""
        known = {charge.id: charge for charge in before}
        found = None
        for charge in after:
            was = known.get(charge.id)
            if was is None or charge.id not in self.content.charge_ids:
                continue
            if (was.revision, was.state) != (charge.revision, charge.state):
                return VoidReason.CHARGE_CORRECTED
            more = (charge.paid - charge.conceded) - (was.paid - was.conceded)
            if charge.lowered - charge.conceded != was.lowered - was.conceded:
                return VoidReason.DISCOUNTED
            if more:
                found = VoidReason.PAID if more.minor > 0 else VoidReason.REFUNDED
        return found

    def expect_replaceable(self) -> None:
        if self.state is not SuperbillState.VOID:
            raise conflict("superbill_not_void", "Void the superbill before issuing another one in its place.")
        if self.replaced_by is not None:
            raise conflict("superbill_replaced", "This superbill was replaced already.")


def predecessor(charge_ids: Collection[ChargeId], unreplaced: Iterable[Superbill]) -> Superbill | None:
    """The void bill whose place another one for these charges takes; None where it is the first one for them. Raises
    `charge_already_billed` and `charges_of_two_bills`.
    """
    sharing = [each for each in unreplaced if set(each.content.charge_ids) & set(charge_ids)]
    if any(each.in_force for each in sharing):
        raise conflict("charge_already_billed", "A superbill with one of these charges is in force.")
    if len(sharing) > 1:
        raise conflict("charges_of_two_bills", "Two void superbills have these charges; reissue each for itself.")
    return sharing[0] if sharing else None
