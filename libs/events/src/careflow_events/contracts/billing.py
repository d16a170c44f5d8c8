"""What billing says on careflow.billing.v1: estimates, charges, payments, the journal, superbills. Money and ids: no
service, diagnosis, name or card.
"""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts import billing_codes
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import ContractModel, Id, PatientEvent, Section, Several, StaffId
from careflow_events.contracts.sealed import Sealed, SealedFor
from careflow_events.topics import BILLING

Minor = Annotated[int, Field(ge=0)]
"""An amount of money in minor units (cents) of the event's currency."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A date of the clinic's zone."""

Count = Annotated[int, Field(ge=1)]


class BillingEvent(PatientEvent):
    """Written by billing, for those who may read financial events."""

    topic = BILLING
    for_integrators = True


class AccountOpened(BillingEvent):
    """Money of this patient is kept account of."""

    opened_at: Instant


class AccountLinkForBooking(Section):
    """The link itself. Who has it still needs to know something of the patient."""

    link: str


class AccountLinkIssued(BillingEvent):
    """A patient's account has something new for them: they were given a link to it, which booking sends and which works
    until `works_until`.
    """

    for_integrators = False

    link_id: Id
    works_until: Instant
    for_booking: Annotated[Sealed[AccountLinkForBooking], SealedFor("booking")]


class EstimateEvent(BillingEvent):
    """Something about one version of a good-faith estimate."""

    estimate_id: Id
    version: Count


class GoodFaithEstimateIssued(EstimateEvent):
    """A version was issued; `due_by` is when the law wanted it."""

    issued_at: Instant
    due_by: Instant
    total_minor: Minor
    currency: Currency


class GoodFaithEstimateDelivered(EstimateEvent):
    """The patient got it, in writing."""

    delivered_at: Instant


class GoodFaithEstimateOverdue(EstimateEvent):
    """This version was to be issued by `due_by` and was not."""

    due_by: Instant


class EstimateExceeded(EstimateEvent):
    """What was charged is this much more than what was estimated."""

    over_minor: Minor
    currency: Currency


class EstimateDisputed(EstimateEvent):
    """The patient has what was billed beyond it decided (45 CFR 149.620); until then nothing of it is collected."""

    over_minor: Minor
    currency: Currency


class EstimateDisputeClosed(EstimateEvent):
    """It was decided, settled or given up."""

    outcome: billing_codes.EstimateDisputeOutcome
    adjusted_minor: Annotated[int, Field(ge=0)] | None = None
    currency: Currency


class ChargeEvent(BillingEvent):
    """Something about one revision of a charge."""

    charge_id: Id
    cause: billing_codes.ChargeCause
    cause_id: Id
    revision: Count
    amount_minor: Minor
    currency: Currency


class ChargePosted(ChargeEvent):
    """The patient owes this."""


class ChargeReversed(ChargeEvent):
    """This revision is no longer owed; a newer one may follow."""


class CoverageBlocked(BillingEvent):
    """A service cannot be charged to the patient: Medicare, and no private contract of before with who renders it. Said
    of a visit to come (`appointment_id`), and of a charge for what was rendered all the same (`charge_id`).
    """

    appointment_id: Id | None = None
    charge_id: Id | None = None
    cause: billing_codes.ChargeCause | None = None
    cause_id: Id | None = None
    providers: Several[StaffId]


class FeeWaived(BillingEvent):
    """A fee for a lost visit is not charged."""

    appointment_id: Id
    cause: billing_codes.ChargeCause
    reason: billing_codes.WaiverReason
    amount_minor: Minor
    currency: Currency


class PaymentReceived(BillingEvent):
    """Money came in."""

    payment_id: Id
    amount_minor: Minor
    currency: Currency
    method: billing_codes.PaymentMethod


class DepositTaken(BillingEvent):
    """Money that came in (`payment_id`) is kept for a visit to come: a liability until the visit is charged."""

    payment_id: Id
    appointment_id: Id
    amount_minor: Minor
    currency: Currency


class DepositApplied(BillingEvent):
    """The visit was charged: so much of what was kept for it pays for it. The rest is the patient's, for whatever is
    owed.
    """

    payment_id: Id
    appointment_id: Id
    charge_id: Id
    amount_minor: Minor
    currency: Currency


class PackagePurchased(BillingEvent):
    """So many visits were paid beforehand, at a price for all of them. It never runs out; `package_id` is the payment's
    id.
    """

    package_id: Id
    sessions: Count
    amount_minor: Minor
    currency: Currency


class RevenueRecognized(BillingEvent):
    """A visit of a package was rendered: this much of what was paid beforehand is earned. Where the charge is reversed
    (`ChargeReversed`), so is this.
    """

    package_id: Id
    charge_id: Id
    revision: Count
    amount_minor: Minor
    currency: Currency
    sessions_left: Annotated[int, Field(ge=0)]


class RefundIssued(BillingEvent):
    """Money went back by the method it came by."""

    refund_id: Id
    payment_id: Id
    amount_minor: Minor
    currency: Currency
    reason: billing_codes.RefundReason


class RefundFailed(BillingEvent):
    """What was to go back did not arrive and is still to be paid; `RefundIssued` follows once it is."""

    refund_id: Id
    payment_id: Id
    amount_minor: Minor
    currency: Currency


class PaymentFailed(BillingEvent):
    """A card was not charged when the patient paid by a link; the link goes on."""

    payment_link_id: Id
    amount_minor: Minor
    currency: Currency
    reason: billing_codes.DeclineReason


class PaymentDisputed(BillingEvent):
    """The cardholder's bank disputes so much of a payment, and may have taken it until it decides."""

    payment_id: Id
    amount_minor: Minor
    currency: Currency


class PaymentDisputeClosed(BillingEvent):
    """The bank has decided. Where the dispute is lost, what it was paid for is owed again."""

    payment_id: Id
    amount_minor: Minor
    currency: Currency
    outcome: billing_codes.PaymentDisputeOutcome


class WrittenOff(BillingEvent):
    """The clinic does without so much of what is owed for a charge. Where the charge is reversed (`ChargeReversed`), so
    is this.
    """

    charge_id: Id
    revision: Count
    amount_minor: Minor
    currency: Currency
    reason: billing_codes.WriteOffReason


class DebtRecovered(BillingEvent):
    """So much of what was written off as not going to be paid is paid after all: it is owed again and paid at once."""

    charge_id: Id
    revision: Count
    amount_minor: Minor
    currency: Currency


class AccountSettled(BillingEvent):
    """Nothing is owed by the patient any more. What waits to be charged, and care to come, may be owed later."""


class JournalLine(ContractModel):
    """One side of an entry: exactly one of the amounts is above zero."""

    account: billing_codes.LedgerAccount
    debit_minor: Minor
    credit_minor: Minor


class JournalEntryPosted(BillingEvent):
    """An entry of the books; its debits equal its credits. `reverses` is the entry it takes back."""

    entry_id: Id
    posted_on: Day
    currency: Currency
    lines: Annotated[Several[JournalLine], Field(min_length=2)]
    cause: billing_codes.EntryCause
    cause_id: Id
    reverses: Id | None = None


class SuperbillEvent(BillingEvent):
    """Something about a superbill. `version` is 1, and one more with every reissue for the same services."""

    superbill_id: Id
    number: Annotated[
        str,
        Field(
            pattern=r"^[A-Z]{1,8}-[0-9]{4}-[0-9]{4,}$",
            description="The number printed on it: the clinic's prefix, the year, a running number.",
        ),
    ]
    version: Count


class SuperbillIssued(SuperbillEvent):
    """A superbill was issued; `replaces` is the void one whose place it takes."""

    issued_at: Instant
    replaces: Id | None = None


class SuperbillVoided(SuperbillEvent):
    """It no longer counts."""

    voided_at: Instant
    reason: billing_codes.VoidReason


class ReimbursementEvent(BillingEvent):
    """How a superbill fares at its patient's insurer, as the patient tells the clinic. `superbill_id` is the one in
    force then.
    """

    reimbursement_id: Id
    superbill_id: Id


class ReimbursementHelpOpened(ReimbursementEvent):
    """From now on the clinic keeps by when the patient files, asks again and appeals. It bills no insurer itself."""

    opened_at: Instant
    file_by: Day


class ReimbursementFilingDue(ReimbursementEvent):
    """The last day to file comes near, and nobody has said that it was filed: once for each warning of the policy."""

    file_by: Day


class ReimbursementResolved(ReimbursementEvent):
    """The case is closed. What the insurer paid went to the patient and is nowhere in the clinic's books."""

    outcome: billing_codes.ReimbursementOutcome
    received_minor: Minor
    currency: Currency
