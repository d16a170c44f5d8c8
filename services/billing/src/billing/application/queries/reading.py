"""Reading accounts, money and papers. A read of what names a person or a service is audited before it is answered."""

from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from billing.application.ports import Ports
from billing.application.superbill_drafts import draft_of
from billing.domain.accounts import Account
from billing.domain.charges import Charge
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import FeeCase
from billing.domain.ids import ChargeId, EstimateId, PackageId, PatientId, PaymentId, SuperbillId
from billing.domain.ledger import JournalEntry, TrialBalance
from billing.domain.money import Money, total
from billing.domain.packages import Package
from billing.domain.payments import Payment
from billing.domain.superbill_elements import Missing, missing_elements
from billing.domain.superbills import Superbill
from careflow_domain.errors import invalid, not_found
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.oversight import check_own
from careflow_service.work import side_by_side

R = TypeVar("R")

EXPORTED_AT_ONCE: Final = 500
"""Entries of the journal that are read and written together."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands: `owed` for charges, `credit` paid and free for any, `prepaid` held for what is to come."""

    account: Account
    owed: Money
    credit: Money
    prepaid: Money


@dataclass(frozen=True, slots=True)
class Reading:
    ports: Ports

    async def account(self, patient_id: PatientId, actor: Actor) -> Standing:
        """Refused: `account_not_found`."""
        check_own(actor, patient_id, "account")
        account, charges, payments = await side_by_side(
            self.ports.accounts.get(patient_id),
            self.ports.charges.open_of(patient_id),
            self.ports.payments.with_money_left(patient_id),
        )
        await self.ports.audit.read(actor, "read_account", f"accounts/{account.id}")
        currency = self.ports.policy.currency
        return Standing(
            account,
            owed=total((charge.balance for charge in charges), currency),
            credit=total((payment.free for payment in payments), currency),
            prepaid=total((payment.held for payment in payments), currency),
        )

    async def estimates_of(self, patient_id: PatientId, actor: Actor) -> list[Estimate]:
        check_own(actor, patient_id, "account")
        return await self._audited(
            self.ports.estimates.all_of(patient_id), actor, "read_estimates", f"accounts/{patient_id}"
        )

    async def estimate(self, estimate_id: EstimateId, actor: Actor) -> Estimate:
        """Refused: `estimate_not_found`."""
        estimate = await self.ports.estimates.get(estimate_id)
        check_own(actor, estimate.patient_id, "estimate")
        await self.ports.audit.read(actor, "read_estimate", f"estimates/{estimate.id}")
        return estimate

    async def estimate_paper(self, estimate_id: EstimateId, number: int | None, actor: Actor) -> bytes:
        """A version as PDF, the latest if none is named. Refused: `estimate_not_found`."""
        estimate = await self.estimate(estimate_id, actor)
        wanted = number or len(estimate.issues)
        if not 0 < wanted <= len(estimate.issues):
            raise not_found("estimate")
        return await self.ports.printer.estimate(estimate, wanted)

    async def charges_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Charge]:
        check_own(actor, patient_id, "account")
        return await self._audited(
            self.ports.charges.of_patient(patient_id, limit, after), actor, "read_charges", f"accounts/{patient_id}"
        )

    async def charge(self, charge_id: ChargeId, actor: Actor) -> Charge:
        """Refused: `charge_not_found`."""
        charge = await self.ports.charges.get(charge_id)
        check_own(actor, charge.patient_id, "charge")
        await self.ports.audit.read(actor, "read_charge", f"charges/{charge.id}")
        return charge

    async def fees_of(self, patient_id: PatientId, actor: Actor) -> list[FeeCase]:
        check_own(actor, patient_id, "account")
        return await self._audited(self.ports.fees.all_of(patient_id), actor, "read_fees", f"accounts/{patient_id}")

    async def payments_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Payment]:
        check_own(actor, patient_id, "account")
        return await self._audited(
            self.ports.payments.of_patient(patient_id, limit, after), actor, "read_payments", f"accounts/{patient_id}"
        )

    async def payment(self, payment_id: PaymentId, actor: Actor) -> Payment:
        """Refused: `payment_not_found`."""
        payment = await self.ports.payments.get(payment_id)
        check_own(actor, payment.patient_id, "payment")
        await self.ports.audit.read(actor, "read_payment", f"payments/{payment.id}")
        return payment

    async def packages_of(self, patient_id: PatientId, actor: Actor) -> list[Package]:
        check_own(actor, patient_id, "account")
        return await self._audited(
            self.ports.packages.all_of(patient_id), actor, "read_packages", f"accounts/{patient_id}"
        )

    async def package(self, package_id: PackageId, actor: Actor) -> Package:
        """Refused: `package_not_found`."""
        package = await self.ports.packages.get(package_id)
        check_own(actor, package.patient_id, "package")
        await self.ports.audit.read(actor, "read_package", f"packages/{package.id}")
        return package

    async def entries(
        self, patient_id: PatientId | None, actor: Actor, limit: int, after: str | None
    ) -> Listed[JournalEntry]:
        """Of a patient, or all."""
        if patient_id is not None:
            reading = self.ports.journal.of_patient(patient_id, limit, after)
            return await self._audited(reading, actor, "read_journal", f"accounts/{patient_id}")
        found = await self.ports.journal.page(limit, after)
        accounts = dict.fromkeys(f"accounts/{entry.patient_id}" for entry in found.items)
        await self.ports.audit.read(actor, "read_journal", *accounts)
        return found

    async def whole_journal(
        self, actor: Actor, first: date | None, last: date | None
    ) -> AsyncIterator[Sequence[JournalEntry]]:
        """All entries posted from one date to another, some at a time. Who reads is on record before any is told; the
        first ones are read when this returns. Refused: `end_before_start`.
        """
        if first is not None and last is not None and last < first:
            raise invalid("end_before_start", "The last date must not be before the first one.")
        begun = await self.entries(None, actor, EXPORTED_AT_ONCE, None)
        return self._journal_from(begun, actor, first or date.min, last or date.max)

    async def _journal_from(
        self, found: Listed[JournalEntry], actor: Actor, first: date, last: date
    ) -> AsyncIterator[Sequence[JournalEntry]]:
        yield [entry for entry in found.items if first <= entry.posted_on <= last]
        while found.next is not None:
            found = await self.entries(None, actor, EXPORTED_AT_ONCE, found.next)
            yield [entry for entry in found.items if first <= entry.posted_on <= last]

    async def trial_balance(self) -> TrialBalance:
        return await self.ports.journal.trial_balance()

    async def superbill_preview(
        self, patient_id: PatientId, charge_ids: Sequence[ChargeId], actor: Actor, *, disclose_diagnoses: bool
    ) -> tuple[Missing, ...]:
        """What a superbill of these charges would lack. Refused: `charge_not_billable`."""
        draft = await draft_of(patient_id, charge_ids, disclose_diagnoses=disclose_diagnoses, ports=self.ports)
        await self.ports.audit.read(actor, "preview_superbill", f"accounts/{patient_id}")
        return missing_elements(draft)

    async def superbills_of(self, patient_id: PatientId, actor: Actor) -> list[Superbill]:
        check_own(actor, patient_id, "account")
        return await self._audited(
            self.ports.superbills.all_of(patient_id), actor, "read_superbills", f"accounts/{patient_id}"
        )

    async def superbill(self, superbill_id: SuperbillId, actor: Actor) -> Superbill:
        """Refused: `superbill_not_found`."""
        superbill = await self.ports.superbills.get(superbill_id)
        check_own(actor, superbill.patient_id, "superbill")
        await self.ports.audit.read(actor, "read_superbill", f"superbills/{superbill.id}")
        return superbill

    async def superbill_paper(self, superbill_id: SuperbillId, actor: Actor, *, copy: bool) -> bytes:
        """The superbill as PDF; the same one marked COPY when it was lost."""
        superbill = await self.superbill(superbill_id, actor)
        return await self.ports.printer.superbill(superbill, copy=copy)

    async def _audited(self, reading: Awaitable[R], actor: Actor, action: str, what: str) -> R:
        """What is read, told once its audit entry is there too; the two are waited for together."""
        found, _ = await side_by_side(reading, self.ports.audit.read(actor, action, what))
        return found
