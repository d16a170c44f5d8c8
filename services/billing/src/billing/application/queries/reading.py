"""Reading accounts, money and papers. A read of what names a person or a service is audited before it is answered."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol, TypeVar

from billing.application.ports import Ports
from billing.application.queries.fee_outlooks import fee_outlooks
from billing.application.queries.tasks import tasks_in, things_with
from billing.application.superbill_drafts import draft_of
from billing.domain.accounts import Account
from billing.domain.charges import Charge
from billing.domain.claim_sheets import expect_filed_by_patient
from billing.domain.estimates import Estimate
from billing.domain.fee_outlooks import FeeOutlook
from billing.domain.ids import ChargeId, EstimateId, LinkId, PackageId, PaperId, PatientId, PaymentId, SuperbillId
from billing.domain.ledger import JournalEntry, TrialBalance
from billing.domain.letterhead import PaperKind
from billing.domain.money import Money, total
from billing.domain.months import Month
from billing.domain.packages import Package
from billing.domain.papers import Paper
from billing.domain.payment_links import PaymentLink
from billing.domain.payments import Payment
from billing.domain.payouts import Payout
from billing.domain.statement_runs import StatementRun
from billing.domain.superbill_elements import Missing, missing_elements
from billing.domain.superbills import Superbill
from billing.domain.tasks import Task, TaskKind
from careflow_domain.errors import invalid, not_found
from careflow_service.identity import Actor, Role
from careflow_service.listed import Listed
from careflow_service.oversight import check_own
from careflow_service.work import side_by_side

R = TypeVar("R")
T = TypeVar("T", bound="OfPatient")

READS_LETTERS: Final = (Role.BILLER, Role.MEDICAL_DIRECTOR, Role.PATIENT)
EXPORTED_AT_ONCE: Final = 500
"""Entries of the journal that are read and written together."""


class OfPatient(Protocol):
    """Something of a patient's that is read by its id."""

    @property
    def id(self) -> str: ...
    @property
    def patient_id(self) -> PatientId: ...


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

    async def estimates_of(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[Estimate]:
        return await self._of_patient(
            lambda whose: self.ports.estimates.page_of(whose, limit=limit, after=after),
            patient_id,
            actor,
            "read_estimates",
        )

    async def estimate(self, estimate_id: EstimateId, actor: Actor) -> Estimate:
        """Refused: `estimate_not_found`."""
        return await self._one(self.ports.estimates.get(estimate_id), actor, "estimate")

    async def estimate_paper(self, estimate_id: EstimateId, number: int | None, actor: Actor) -> bytes:
        """A version as PDF, the latest if none is named. Refused: `estimate_not_found`."""
        estimate = await self.estimate(estimate_id, actor)
        wanted = number or len(estimate.issues)
        if not 0 < wanted <= len(estimate.issues):
            raise not_found("estimate")
        return await self.ports.printer.estimate(estimate, wanted)

    async def charges_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Charge]:
        return await self._of_patient(
            lambda whose: self.ports.charges.of_patient(whose, limit, after), patient_id, actor, "read_charges"
        )

    async def charge(self, charge_id: ChargeId, actor: Actor) -> Charge:
        """Refused: `charge_not_found`."""
        return await self._one(self.ports.charges.get(charge_id), actor, "charge")

    async def fees_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[FeeOutlook]:
        """Each with what is going to come of it: that depends on all the patient's, also those of other pages."""

        async def read(whose: PatientId) -> Listed[FeeOutlook]:
            ports = self.ports
            page = await ports.fees.page_of(whose, limit=limit, after=after)
            if not page.items:
                return Listed((), None)
            fees, account, estimates = await side_by_side(
                ports.fees.all_of(whose), ports.accounts.get(whose), ports.estimates.all_of(whose)
            )
            seen = {each.fee.id: each for each in await fee_outlooks(fees, account, estimates, ports)}
            return Listed(tuple(seen[each.id] for each in page.items if each.id in seen), page.next)

        return await self._of_patient(read, patient_id, actor, "read_fees")

    async def payments_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Payment]:
        return await self._of_patient(
            lambda whose: self.ports.payments.of_patient(whose, limit, after), patient_id, actor, "read_payments"
        )

    async def payment(self, payment_id: PaymentId, actor: Actor) -> Payment:
        """Refused: `payment_not_found`."""
        return await self._one(self.ports.payments.get(payment_id), actor, "payment")

    async def tasks(self, kind: TaskKind, actor: Actor, limit: int, after: str | None) -> Listed[Task]:
        """What is to be seen to, of one kind, the oldest first."""
        found = tasks_in(await things_with(kind, limit, after, self.ports), kind)
        await self.ports.audit.read(actor, "list_tasks", *(f"accounts/{each.patient_id}" for each in found.items))
        return found

    async def payment_links_of(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[PaymentLink]:
        return await self._of_patient(
            lambda whose: self.ports.links.page_of(whose, limit=limit, after=after),
            patient_id,
            actor,
            "read_payment_links",
        )

    async def payment_link(self, link_id: LinkId, actor: Actor) -> PaymentLink:
        """Refused: `payment_link_not_found`."""
        return await self._one(self.ports.links.get(link_id), actor, "payment_link")

    async def packages_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Package]:
        return await self._of_patient(
            lambda whose: self.ports.packages.page_of(whose, limit=limit, after=after),
            patient_id,
            actor,
            "read_packages",
        )

    async def package(self, package_id: PackageId, actor: Actor) -> Package:
        """Refused: `package_not_found`."""
        return await self._one(self.ports.packages.get(package_id), actor, "package")

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

    async def payouts(self, limit: int, after: str | None) -> Listed[Payout]:
        """What the card processor paid out, the latest first: of whom is not in it."""
        return await self.ports.payouts.newest(limit, after)

    async def superbill_preview(
        self, patient_id: PatientId, charge_ids: Sequence[ChargeId], actor: Actor, *, disclose_diagnoses: bool
    ) -> tuple[Missing, ...]:
        """What a superbill of these charges would lack. Refused: `charge_not_billable`."""
        draft = await draft_of(patient_id, charge_ids, disclose_diagnoses=disclose_diagnoses, ports=self.ports)
        await self.ports.audit.read(actor, "preview_superbill", f"accounts/{patient_id}")
        return missing_elements(draft)

    async def superbills_of(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[Superbill]:
        return await self._of_patient(
            lambda whose: self.ports.superbills.page_of(whose, limit=limit, after=after),
            patient_id,
            actor,
            "read_superbills",
        )

    async def superbill(self, superbill_id: SuperbillId, actor: Actor) -> Superbill:
        """Refused: `superbill_not_found`."""
        return await self._one(self.ports.superbills.get(superbill_id), actor, "superbill")

    async def superbill_paper(self, superbill_id: SuperbillId, actor: Actor, *, copy: bool) -> bytes:
        """The superbill as PDF; the same one marked COPY when it was lost."""
        superbill = await self.superbill(superbill_id, actor)
        return await self.ports.printer.superbill(superbill, copy=copy)

    async def claim_sheets(self, superbill_id: SuperbillId, actor: Actor) -> bytes:
        """The superbill in the boxes of a claim form, as PDF, for the patient to file. Refused: `superbill_not_found`,
        `no_claim_to_medicare`.
        """
        superbill = await self.superbill(superbill_id, actor)
        expect_filed_by_patient(superbill.content.patient.coverage)
        return await self.ports.printer.claim_sheets(superbill)

    async def papers_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Paper]:
        return await self._of_patient(
            lambda whose: self.ports.papers.of_patient(whose, limit, after), patient_id, actor, "read_papers"
        )

    async def paper(self, paper_id: PaperId, actor: Actor) -> Paper:
        """Refused: `paper_not_found`. A letter of appeal says what a superbill says, and is read by whoever reads those
        (minimum necessary).
        """
        return await self._one(self._readable_paper(paper_id, actor), actor, "paper")

    async def _readable_paper(self, paper_id: PaperId, actor: Actor) -> Paper:
        found = await self.ports.papers.get(paper_id)
        if found.kind is PaperKind.APPEAL_LETTER and not actor.has(*READS_LETTERS):
            raise not_found("paper")
        return found

    async def paper_print(self, paper_id: PaperId, actor: Actor) -> bytes:
        """The bytes as they were issued. Refused: `paper_not_found`."""
        await self.paper(paper_id, actor)
        return (await self.ports.prints.get(paper_id)).pdf

    async def statement_run(self, month: Month, actor: Actor) -> StatementRun:
        """How far a month's end has come. Refused: `statement_run_not_found`."""
        run = await self.ports.statement_runs.get(str(month))
        failed = (f"accounts/{each.patient_id}" for each in run.failed)
        await self.ports.audit.read(actor, "read_statement_run", f"statement_runs/{run.id}", *failed)
        return run

    async def _one(self, reading: Awaitable[T], actor: Actor, name: str) -> T:
        """One thing, for its patient or whoever may read everybody's."""
        found = await reading
        check_own(actor, found.patient_id, name)
        await self.ports.audit.read(actor, f"read_{name}", f"{name}s/{found.id}")
        return found

    async def _of_patient(
        self, read: Callable[[PatientId], Awaitable[R]], patient_id: PatientId, actor: Actor, action: str
    ) -> R:
        """What there is of a patient, for the patient or whoever may read everybody's."""
        check_own(actor, patient_id, "account")
        return await self._audited(read(patient_id), actor, action, f"accounts/{patient_id}")

    async def _audited(self, reading: Awaitable[R], actor: Actor, action: str, what: str) -> R:
        """What is read, told once its audit entry is there too; the two are waited for together."""
        found, _ = await side_by_side(reading, self.ports.audit.read(actor, action, what))
        return found
