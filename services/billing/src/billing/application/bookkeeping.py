"""Opens a patient's books for one decision and writes what it changed: charges, payments, packages, entries, and what
else is no longer true because of it.

Invariant: a superbill that says something else than the books is void in the same commit; where only what was paid has
changed, another one takes its place in that commit.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from billing.application.account_news import tell_of_news
from billing.application.ports import Ports
from billing.application.superbill_issuing import no_longer_billed, reissue
from billing.domain.books import Books
from billing.domain.charges import Charge, ChargeState
from billing.domain.estimates import Estimate
from billing.domain.ids import ChargeId, PackageId, PatientId, PaymentId
from billing.domain.packages import Package
from billing.domain.payments import Payment
from billing.domain.refunds import RefundReason
from billing.domain.superbills import Superbill, VoidReason
from careflow_domain.errors import conflict
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brought:
    """A charge with the payments for it, or a payment with the charges it is for."""

    charges: tuple[Charge, ...] = ()
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBooks:
    """What a decision about a patient's money may touch, as it was read."""

    patient_id: PatientId
    charges: Mapping[ChargeId, Charge]
    payments: Mapping[PaymentId, Payment]
    packages: Mapping[PackageId, Package]
    estimates: tuple[Estimate, ...]
    superbills: tuple[Superbill, ...]

    def with_charges(self, charges: Iterable[Charge]) -> "OpenBooks":
        """Also about these, for which nothing was paid yet."""
        return replace(self, charges={**self.charges, **{each.id: each for each in charges}})


async def open_books(patient_id: PatientId, ports: Ports, *, about: Charge | Payment | None = None) -> OpenBooks:
    """What is open of the patient, and the charge or payment the decision is about with what hangs on it."""
    (charges, payments, packages), estimates, superbills, brought = await side_by_side(
        side_by_side(
            ports.charges.open_of(patient_id),
            ports.payments.with_money_left(patient_id),
            ports.packages.all_of(patient_id),
        ),
        ports.estimates.all_of(patient_id),
        ports.superbills.unreplaced_of(patient_id),
        _brought_by(about, ports),
    )
    return OpenBooks(
        patient_id=patient_id,
        charges={each.id: each for each in (*charges, *brought.charges)},
        payments={each.id: each for each in (*payments, *brought.payments)},
        packages={each.id: each for each in packages},
        estimates=tuple(estimates),
        superbills=tuple(each for each in superbills if each.in_force),
    )


async def keep_books(opened: OpenBooks, decision: Callable[[Books], None], tx: Transaction, ports: Ports) -> Books:
    """Runs the decision and writes what it changed; what follows from it is written, and so said, after its cause."""
    books = Books(
        opened.patient_id,
        opened.charges.values(),
        opened.payments.values(),
        opened.packages.values(),
        posted_on=ports.day_of(tx.now),
        policy_version=ports.policy.version,
        now=tx.now,
        new_id=tx.new_id,
    )
    decision(books)
    released = await _release_what_is_left_over(books, tx, ports)
    books.close()
    for charge in books.charges:
        await upsert(ports.charges, opened.charges.get(charge.id), charge, tx)
    for payment in books.payments:
        await upsert(ports.payments, opened.payments.get(payment.id), payment, tx)
    for package in books.packages:
        await upsert(ports.packages, opened.packages.get(package.id), package, tx)
    for entry in books.entries:
        await ports.journal.add(entry, tx)
    await _keep_superbills_true(opened, books, tx, ports)
    await _count_against_estimates(opened, books, tx, ports)
    if released:
        await tell_of_news(opened.patient_id, tx, ports)
    return books


async def _release_what_is_left_over(books: Books, tx: Transaction, ports: Ports) -> bool:
    """What is left of a package once care has ended is the patient's credit, within the time of the policy as of that
    end, and as soon as no charge waits that may have its place in one. Later it is for a person to decide.
    """
    if not books.left_over:
        return False
    known = {each.id: each for each in (*await ports.charges.waiting_of(books.patient_id), *books.charges)}
    if any(each.state is ChargeState.WAITING for each in known.values()):
        return False
    days, released = ports.policy.package_refund_days.value, False
    for package in books.left_over:
        ended_on = ports.day_of(package.left_over_since or tx.now)
        if package.refundable(days, ended_on):
            books.release(package.give_back(RefundReason.PACKAGE_UNUSED, days, today=ended_on, now=tx.now))
            released = True
    return released


async def _brought_by(about: Charge | Payment | None, ports: Ports) -> _Brought:
    match about:
        case Charge(id=charge_id, patient_id=patient_id):
            payments = await ports.payments.allocated_to([charge_id], of=patient_id)
            return _Brought(charges=(about,), payments=tuple(payments))
        case Payment(patient_id=patient_id, allocations=allocations) if allocations:
            paid_for = [allocation.charge_id for allocation in allocations]
            charges = await asyncio.gather(*(ports.charges.get(charge_id, of=patient_id) for charge_id in paid_for))
            return _Brought(charges=tuple(charges), payments=(about,))
        case Payment():
            return _Brought(payments=(about,))
        case None:
            return _Brought()


async def _keep_superbills_true(opened: OpenBooks, books: Books, tx: Transaction, ports: Ports) -> None:
    changed = {charge.id: charge for charge in books.charges}
    for superbill in opened.superbills:
        reason = superbill.why_untrue(opened.charges.values(), changed.values())
        if reason is None:
            continue
        void = superbill.void(reason, now=tx.now)
        if reason is VoidReason.CHARGE_CORRECTED:
            await no_longer_billed(void, tx, ports)
        else:
            billed = {each: changed[each] for each in superbill.content.charge_ids if each in changed}
            content = superbill.content.with_money_of(billed, books.payments)
            void = await reissue(void, content, tx, ports)
        await ports.superbills.save(void, expecting=superbill.version, tx=tx)


async def _count_against_estimates(opened: OpenBooks, books: Books, tx: Transaction, ports: Ports) -> None:
    """The estimate that was given for a visit, or for its plan, hears what the visit cost."""
    counted = {estimate.id: estimate for estimate in opened.estimates}
    for charge in books.charges:
        before = opened.charges.get(charge.id)
        more = charge.amount - before.amount if before else charge.amount
        estimate = _estimate_for(charge, counted.values())
        if more and estimate is not None:
            counted[estimate.id] = estimate.charge(more, ports.policy, now=tx.now)
    for estimate in opened.estimates:
        await upsert(ports.estimates, estimate, counted[estimate.id], tx)


def _estimate_for(charge: Charge, estimates: Iterable[Estimate]) -> Estimate | None:
    """The one the visit has a place in, else the one of its plan."""
    known, visit = tuple(estimates), charge.rendered.appointment_id
    first = (each for each in known if visit is not None and each.has_covered(visit))
    return next(first, next((each for each in known if each.counts(charge)), None))


def disputed_among(charges: Iterable[Charge], estimates: Iterable[Estimate]) -> tuple[Charge, ...]:
    """Those of these charges that the patient has decided."""
    known = tuple(estimates)
    found = ((charge, _estimate_for(charge, known)) for charge in charges)
    return tuple(charge for charge, estimate in found if estimate is not None and estimate.is_disputed)


def expect_undisputed(charges: Iterable[Charge], estimates: Iterable[Estimate]) -> None:
    """Raises `estimate_disputed`: while a patient has a bill decided nobody collects it, or gives it up."""
    if disputed_among(charges, estimates):
        raise conflict("estimate_disputed", "The patient disputes this bill; nothing is done until that is decided.")
