"""What a biller has to see to: it follows from how things are, and is gone when they are otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing.domain.charges import Charge, ChargeState
from billing.domain.estimates import Estimate
from billing.domain.ids import PatientId
from billing.domain.money import Money, total
from billing.domain.packages import Package
from billing.domain.payments import Payment
from billing.domain.processing import RefundState


class TaskKind(StrEnum):
    """ESTIMATE_DUE: one is to be issued. BILL_DISPUTED: the patient has it decided. CHARGE_WAITING: something keeps it
    out of the books. SUPERBILL_DUE: the patient is insured, and no superbill in force has it. MONEY_UNAPPLIED: it came
    in and is for nothing yet, or is held on a record that was given up. CARD_DISPUTED: the cardholder's bank asks, and
    is to be answered at the processor. REFUND_FAILED: it is to be paid by other means. PACKAGE_LEFT: care has
    ended, and visits paid beforehand are left.
    """

    ESTIMATE_DUE = "estimate_due"
    BILL_DISPUTED = "bill_disputed"
    CHARGE_WAITING = "charge_waiting"
    SUPERBILL_DUE = "superbill_due"
    MONEY_UNAPPLIED = "money_unapplied"
    CARD_DISPUTED = "card_disputed"
    REFUND_FAILED = "refund_failed"
    PACKAGE_LEFT = "package_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`about` is the id of the estimate, charge, payment or package; `amount` what it is about, where that is known."""

    kind: TaskKind
    patient_id: PatientId
    about: str
    since: datetime
    due_by: datetime | None = None
    amount: Money | None = None


def tasks_of(thing: Estimate | Charge | Payment | Package) -> tuple[Task, ...]:
    """What is to be done about it, at most once of each kind."""
    match thing:
        case Estimate():
            return tuple(_of_estimate(thing))
        case Charge():
            return tuple(_of_charge(thing))
        case Payment():
            return tuple(_of_payment(thing))
        case Package():
            return tuple(_of_package(thing))


def _of_estimate(estimate: Estimate) -> Iterator[Task]:
    patient_id, about = estimate.patient_id, estimate.id
    if estimate.due_by is not None:
        yield Task(
            kind=TaskKind.ESTIMATE_DUE,
            patient_id=patient_id,
            about=about,
            since=estimate.started_at,
            due_by=estimate.due_by,
        )
    if estimate.dispute is not None and estimate.dispute.is_open:
        since, over = estimate.dispute.opened_at, estimate.dispute.over
        yield Task(kind=TaskKind.BILL_DISPUTED, patient_id=patient_id, about=about, since=since, amount=over)


def _of_charge(charge: Charge) -> Iterator[Task]:
    patient_id, about, since = charge.patient_id, charge.id, charge.rendered.ended_at
    if charge.state is ChargeState.WAITING:
        yield Task(kind=TaskKind.CHARGE_WAITING, patient_id=patient_id, about=about, since=since)
    if charge.can_be_billed and charge.insured:
        kind, amount = TaskKind.SUPERBILL_DUE, charge.amount
        yield Task(kind=kind, patient_id=patient_id, about=about, since=since, amount=amount)


def _of_payment(payment: Payment) -> Iterator[Task]:
    currency = payment.amount.currency
    disputes = [each for each in payment.disputes if each.is_open]
    failed = [each for each in payment.refunds if each.state is RefundState.FAILED]
    found = (
        (TaskKind.MONEY_UNAPPLIED, [payment.received_at], payment.idle if payment.idle else None),
        (TaskKind.CARD_DISPUTED, [each.opened_at for each in disputes], total((d.amount for d in disputes), currency)),
        (TaskKind.REFUND_FAILED, [each.refunded_at for each in failed], total((r.amount for r in failed), currency)),
    )
    for kind, times, amount in found:
        if times and amount:
            yield Task(kind=kind, patient_id=payment.patient_id, about=payment.id, since=min(times), amount=amount)


def _of_package(package: Package) -> Iterator[Task]:
    if package.left_over_since is not None and package.sessions_left:
        yield Task(
            kind=TaskKind.PACKAGE_LEFT,
            patient_id=package.patient_id,
            about=package.id,
            since=package.left_over_since,
            amount=package.unused,
        )
