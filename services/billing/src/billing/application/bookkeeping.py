"""Opens a patient's books for one decision and writes what it changed: charges, payments, entries, and what else is no
longer true because of it.

Invariant: a superbill that says something else than the books is void in the same commit.
"""

from collections.abc import Callable, Iterable

from billing.application.ports import Ports
from billing.domain.books import Books
from billing.domain.charges import Charge
from billing.domain.ids import ChargeId, PatientId, PaymentId
from billing.domain.money import Money
from billing.domain.payments import Payment
from billing.domain.superbills import VoidReason
from careflow_service.work import Transaction


async def keep_books(
    patient_id: PatientId,
    decision: Callable[[Books], None],
    tx: Transaction,
    ports: Ports,
    *,
    about: ChargeId | PaymentId | None = None,
) -> Books:
    """Runs the decision on what is open of the patient, and on the charge or payment it is about, and writes what
    changed. Two decisions about one patient's money never pass each other: both guard the account.
    """
    await ports.accounts.guard(await ports.accounts.get(patient_id), tx)
    charges = {each.id: each for each in await ports.charges.open_of(patient_id)}
    payments = {each.id: each for each in await ports.payments.with_money_left(patient_id)}
    if about is not None:
        await _bring(about, charges, payments, ports)
    books = Books(
        patient_id,
        charges.values(),
        payments.values(),
        posted_on=ports.day_of(tx.now),
        policy_version=ports.policy.version,
        now=tx.now,
        new_id=tx.new_id,
    )
    decision(books)
    for charge in books.charges:
        await _write_charge(charges.get(charge.id), charge, tx, ports)
    for payment in books.payments:
        known = payments.get(payment.id)
        if known is None:
            await ports.payments.add(payment, tx)
        else:
            await ports.payments.save(payment, expecting=known.version, tx=tx)
    for entry in books.entries:
        await ports.journal.add(entry, tx)
    return books


async def _bring(
    about: ChargeId | PaymentId, charges: dict[ChargeId, Charge], payments: dict[PaymentId, Payment], ports: Ports
) -> None:
    """The charge with the payments for it, or the payment with the charges it is for."""
    charge = await ports.charges.find(ChargeId(about))
    if charge is not None:
        charges[charge.id] = charge
        payments.update(_by_id(await ports.payments.allocated_to(charge.id)))
        return
    payment = payments.get(PaymentId(about)) or await ports.payments.get(PaymentId(about))
    payments[payment.id] = payment
    for allocation in payment.allocations:
        if allocation.charge_id not in charges:
            charges[allocation.charge_id] = await ports.charges.get(allocation.charge_id)


def _by_id(payments: Iterable[Payment]) -> dict[PaymentId, Payment]:
    return {payment.id: payment for payment in payments}


async def _write_charge(before: Charge | None, after: Charge, tx: Transaction, ports: Ports) -> None:
    if before is None:
        await ports.charges.add(after, tx)
    else:
        await ports.charges.save(after, expecting=before.version, tx=tx)
        if (before.revision, before.state) != (after.revision, after.state):
            await _void_superbills(after.id, VoidReason.CHARGE_CORRECTED, tx, ports)
        elif after.paid < before.paid:
            await _void_superbills(after.id, VoidReason.REFUNDED, tx, ports)
    more = after.amount - before.amount if before else after.amount
    if more:
        await _count_against_estimate(after, more, tx, ports)


async def _void_superbills(charge_id: ChargeId, reason: VoidReason, tx: Transaction, ports: Ports) -> None:
    for superbill in await ports.superbills.in_force_for(charge_id):
        await ports.superbills.save(superbill.void(reason, now=tx.now), expecting=superbill.version, tx=tx)


async def _count_against_estimate(charge: Charge, more: Money, tx: Transaction, ports: Ports) -> None:
    """The estimate that was given for this visit, or for its plan, hears what the visit cost."""
    about = charge.rendered
    for estimate in await ports.estimates.all_of(charge.patient_id):
        of_visit = about.appointment_id is not None and estimate.appointment_id == about.appointment_id
        of_plan = about.plan_id is not None and estimate.plan_id == about.plan_id
        if of_visit or of_plan:
            counted = estimate.charge(more, ports.policy, now=tx.now)
            await ports.estimates.save(counted, expecting=estimate.version, tx=tx)
            return
