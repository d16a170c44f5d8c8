"""One patient's money while one decision is made: every change of a charge, payment or package with its entries.

Invariants: nothing changes what is owed or held without an entry; what a patient has paid and is for no charge yet, nor
kept for a visit, is applied to what is open at once.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from billing.domain.allocations import allocation_lines, concession_lines, hold_lines, plan_allocations
from billing.domain.charges import Charge, ChargeState
from billing.domain.ids import AppointmentId, ChargeId, PatientId, PaymentId
from billing.domain.ledger import EntryCause, EntryLine, JournalEntry
from billing.domain.money import Money
from billing.domain.packages import Package
from billing.domain.payments import Allocation, Payment
from billing.domain.posting import Posting
from billing.domain.refunds import Refund
from billing.domain.tracked import Tracked
from billing.domain.write_offs import WriteOff, WriteOffReason, recovery_lines
from careflow_domain.errors import conflict


class Books:
    """Begins with what is open of a patient; `charges`, `payments`, `packages` and `entries` are what is to be
    written.
    """

    def __init__(
        self,
        patient_id: PatientId,
        charges: Iterable[Charge],
        payments: Iterable[Payment],
        packages: Iterable[Package] = (),
        *,
        posted_on: date,
        policy_version: str,
        now: datetime,
        new_id: Callable[[], str],
    ) -> None:
        self.patient_id = patient_id
        self._charges = Tracked("charge", charges)
        self._payments = Tracked("payment", payments)
        self._packages = Tracked("package", packages)
        self._journal = Posting(patient_id, posted_on, policy_version, now, new_id)
        self._now = now
        self._new_id = new_id
        self._owed = self._anything_is_owed()

    @property
    def entries(self) -> tuple[JournalEntry, ...]:
        return tuple(self._journal.entries)

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Those that changed."""
        return self._charges.changed

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Those that changed."""
        return self._payments.changed

    @property
    def packages(self) -> tuple[Package, ...]:
        """Those that changed."""
        return self._packages.changed

    def charge_as_is(self, charge_id: ChargeId) -> Charge:
        """Raises `charge_not_found`."""
        return self._charges.get(charge_id)

    def payment_as_is(self, payment_id: PaymentId) -> Payment:
        """Raises `payment_not_found`."""
        return self._payments.get(payment_id)

    def charge(self, charge: Charge) -> None:
        """A charge as it is now, with its entry if it is posted; money that is there is applied."""
        self._enter(charge, charge.write_offs)

    def correct(self, before: Charge, correction: Callable[[Charge], Charge]) -> None:
        """The charge after a correction: the old entry is reversed, the new one posted, and what paid for it before
        pays for it again, as far as it is owed.
        """
        paid_by = [payment.id for payment in self._payments.all if payment.allocated_to(before.id)]
        charge = correction(self._undo(before))
        if charge.package_id is None:
            self._uncover(before)
        self._enter(charge, before.write_offs, paid_by)

    def reverse(self, before: Charge) -> None:
        """Nothing is owed for the charge any more; what was paid for it, or kept for its visit, is the patient's
        again.
        """
        before.expect_reversible()
        self._charges.keep(self._undo(before).reversed(now=self._now))
        self._uncover(before)
        if before.rendered.appointment_id is not None:
            self.free(before.rendered.appointment_id)
        self.apply()

    def receive(self, payment: Payment, meant_for: Collection[ChargeId] = ()) -> None:
        """Money came in; it is applied to the charges it is meant for, also to what was given up of them, then to what
        is open. Raises `charge_not_open` where it is meant for one that nothing is to be paid for.
        """
        for charge_id in meant_for:
            charge = self._charges.find(charge_id)
            if charge is None or not (charge.balance or charge.given_up) or not payment.may_pay(charge):
                raise conflict("charge_not_open", "Nothing is to be paid for this charge, or not by this money.")
        self._payments.keep(payment)
        self._journal.post(f"payment/{payment.id}", EntryCause.PAYMENT, payment.id, payment.entry_lines())
        if meant_for:
            self._spend(payment.id, [self._charges.get(each) for each in meant_for])
            for charge_id in meant_for:
                self._recover(payment.id, charge_id)
        self.apply()

    def free(self, appointment_id: AppointmentId) -> None:
        """The visit does not take place: money that was kept for it is applied like any other."""
        for payment in self._payments.all:
            if payment.kept_for == appointment_id:
                self.hold(payment.id, -payment.held)
                self._payments.keep(replace(self._payments.get(payment.id).recording(), kept_for=None))
        self.apply()

    def sell(self, package: Package, payment: Payment) -> None:
        """A package, and the money for it, which waits for its visits."""
        self._packages.keep(package)
        self.receive(payment)

    def give_back(self, package: Package, refund: Refund) -> None:
        """What is held for a package that is not wanted any more goes back."""
        self._packages.keep(package)
        self.hold(package.payment_id, -self._payments.get(package.payment_id).held)
        self.refund(package.payment_id, refund)

    def release(self, package: Package) -> None:
        """What is held for a package that is not wanted any more is the patient's, for whatever is owed."""
        self._packages.keep(package)
        self.hold(package.payment_id, -self._payments.get(package.payment_id).held)
        self.apply()

    def care_ended(self) -> None:
        """What is left of packages is wanted no more by itself."""
        for package in self._packages.all:
            after = package.care_ended(now=self._now)
            if after is not package:
                self._packages.keep(after)

    @property
    def left_over(self) -> tuple[Package, ...]:
        """Packages of which something is left after the end of care."""
        return tuple(each for each in self._packages.all if each.left_over_since is not None and each.sessions_left)

    def refund(self, payment_id: PaymentId, refund: Refund) -> None:
        """Money goes back, first what is for no charge. Raises `refund_above_received` and `nothing_overpaid`."""
        if self._payments.get(payment_id).by_processor:
            refund = refund.by_processor(now=self._now)
        conceded = refund.amount.nothing
        for touched in self._payments.get(payment_id).to_give_back(refund):
            if refund.is_goodwill:
                self._concede(payment_id, touched.charge_id, touched.amount)
                conceded = conceded + touched.amount
            else:
                self._allocate(payment_id, touched.charge_id, -touched.amount.minor)
        short = refund.amount - self._payments.get(payment_id).free
        if short.minor > 0:
            self.hold(payment_id, -short)
        self.give_out(payment_id, refund, conceded)
        self.apply()

    def give_out(self, payment_id: PaymentId, refund: Refund, conceded: Money | None = None) -> None:
        """What is free of a payment, or was conceded just now, is the patient's no longer here."""
        self._payments.keep(self._payments.get(payment_id).refunding(refund))
        lines = refund.entry_lines(conceded or refund.amount.nothing)
        self._journal.post(f"refund/{refund.id}", EntryCause.REFUND, payment_id, lines)

    def release_newest(self, payment_id: PaymentId, amount: Money) -> None:
        """So much less of a payment is for charges, which are owed again, the newest first."""
        if amount.minor > 0:
            for touched in self._payments.get(payment_id).newest_first(amount):
                self._allocate(payment_id, touched.charge_id, -touched.amount.minor)

    def keep_payment(self, payment: Payment) -> None:
        """A payment about which something was told that moves no money of the patient's."""
        self._payments.keep(payment)

    def post(self, key: str, cause: EntryCause, cause_id: str, lines: tuple[EntryLine, ...]) -> None:
        """An entry beside what the patient owes and holds."""
        self._journal.post(key, cause, cause_id, lines)

    def write_off(self, charge_id: ChargeId, write_off: WriteOff) -> None:
        """The clinic does without so much of a charge. Raises `write_off_above_owed` and `waive_the_fee`."""
        charge = self._charges.get(charge_id).writing_off(write_off, now=self._now)
        self._charges.keep(charge)
        key = f"write-off/{write_off.id}/{charge.revision}"
        self._journal.post(key, EntryCause.WRITE_OFF, charge_id, write_off.entry_lines)

    def lower(self, charge_ids: Sequence[ChargeId], less: Money, reason: WriteOffReason) -> None:
        """The clinic does without so much of these: of what is still to be paid first, in this order, then of what was
        paid and kept, which is the patient's again.
        """
        left = less
        for charge_id in charge_ids:
            left = left - self._less(charge_id, min(left, self._charges.get(charge_id).balance), reason)
        for charge_id in charge_ids:
            for payment in self._payments.all:
                allocation = payment.allocated_to(charge_id)
                back = min(left, allocation.amount - allocation.conceded) if allocation else left.nothing
                if back:
                    self._allocate(payment.id, charge_id, -back.minor)
                    left = left - self._less(charge_id, back, reason)
        self.apply()

    def _less(self, charge_id: ChargeId, amount: Money, reason: WriteOffReason) -> Money:
        if amount:
            self.write_off(charge_id, WriteOff.of(self._new_id(), amount, reason, now=self._now))
        return amount

    def _recover(self, payment_id: PaymentId, charge_id: ChargeId) -> None:
        """What is left of a payment pays for what was given up of the charge it is meant for."""
        charge = self._charges.get(charge_id)
        amount = min(self._payments.get(payment_id).free, charge.given_up)
        if amount.minor > 0:
            self._charges.keep(charge.recovering(amount, now=self._now))
            key = f"recovery/{payment_id}/{charge_id}"
            self._journal.post(key, EntryCause.RECOVERY, charge_id, recovery_lines(amount))
            self._spend(payment_id, (self._charges.get(charge_id),))

    def close(self) -> None:
        """The decision is made: said where nothing is owed any more."""
        if self._owed and not self._anything_is_owed():
            self._journal.settle()

    def apply(self) -> None:
        """Whatever the patient has paid and is for nothing yet goes to the charges that are open."""
        for payment in sorted(self._payments.all, key=lambda each: (each.received_at, each.id)):
            self._spend(payment.id, self._charges.all)

    def _anything_is_owed(self) -> bool:
        return any(charge.balance for charge in self._charges.all)

    def _enter(self, charge: Charge, write_offs: tuple[WriteOff, ...], paid_by: Iterable[PaymentId] = ()) -> None:
        """The charge as it is now, with its entry if it is posted: its package pays for it, then what paid for it
        before, then the clinic does without what it did without, then what was kept for its visit, then anything else.
        """
        self._charges.keep(charge)
        self._post_charge(charge)
        self._cover(charge)
        for payment_id in paid_by:
            self._spend(payment_id, (self._charges.get(charge.id),))
        self._write_off_again(charge.id, write_offs)
        if charge.state is not ChargeState.WAITING:
            self._spend_what_was_kept_for(charge)
        self.apply()

    def _post_charge(self, charge: Charge) -> None:
        if charge.state is ChargeState.POSTED and charge.entry_id is not None:
            key = f"charge/{charge.id}/{charge.revision}"
            self._journal.post(key, EntryCause.CHARGE, charge.id, charge.entry_lines(), entry_id=charge.entry_id)

    def _spend_what_was_kept_for(self, charge: Charge) -> None:
        for payment in self._payments.all:
            if payment.kept_for is not None and payment.kept_for == charge.rendered.appointment_id:
                self.hold(payment.id, -payment.held)
                self._spend(payment.id, (self._charges.get(charge.id),))
                spent = self._payments.get(payment.id)
                self._payments.keep(spent.deposit_applied(charge, payment.allocated, now=self._now))

    def _cover(self, charge: Charge) -> None:
        """A visit of a package takes its place, and what was held for that pays for it; what it costs less is free."""
        if charge.package_id is None:
            return
        before = self._packages.get(charge.package_id)
        known = before.share_of(charge.id) is not None
        package = before.use(charge, now=self._now)
        self._packages.keep(package)
        payment = self._payments.find(package.payment_id)
        share = package.share_of(charge.id)
        if payment is not None and share is not None:
            self.hold(payment.id, -min(share.nothing if known else share, payment.held))
            self._spend(payment.id, (self._charges.get(charge.id),))

    def _uncover(self, before: Charge) -> None:
        """A visit of a package is not charged any more: what is there of its share waits for another one."""
        if before.package_id is None:
            return
        package = self._packages.get(before.package_id)
        if not package.has(before.id):
            return
        share = package.share_of(before.id)
        self._packages.keep(package.give_up(before.id))
        payment = self._payments.find(package.payment_id)
        if payment is not None and share is not None:
            self.hold(payment.id, min(share, payment.free))

    def _spend(self, payment_id: PaymentId, charges: Sequence[Charge]) -> None:
        payment = self._payments.get(payment_id)
        for charge_id, amount in plan_allocations(payment, charges):
            self._allocate(payment_id, charge_id, amount.minor)

    def _undo(self, before: Charge) -> Charge:
        """The charge without its payments, its entry reversed."""
        for payment in self._payments.all:
            allocation = payment.allocated_to(before.id)
            if allocation is not None:
                self._take_back(payment.id, allocation)
        charge = self._charges.find(before.id)
        if charge is None or charge.paid:
            raise ValueError("the books were not opened about this charge: payments for it are missing")
        self._undo_write_offs(before)
        charge = self._charges.get(before.id)
        if charge.state is ChargeState.POSTED:
            key = f"charge-reversal/{charge.id}/{charge.revision}"
            lines = tuple(line.turned for line in charge.entry_lines())
            self._journal.post(key, EntryCause.CHARGE_REVERSAL, charge.id, lines, reverses=charge.entry_id)
        return charge

    def _undo_write_offs(self, before: Charge) -> None:
        for each in before.write_offs:
            if each.amount:
                key = f"write-off-reversal/{each.id}/{before.revision}"
                lines = tuple(line.turned for line in each.entry_lines)
                self._journal.post(key, EntryCause.WRITE_OFF_REVERSAL, before.id, lines)
        if before.write_offs:
            self._charges.keep(self._charges.get(before.id).with_write_offs(()))

    def _write_off_again(self, charge_id: ChargeId, write_offs: tuple[WriteOff, ...]) -> None:
        """What the clinic did without it does without still, as far as something is owed; the rest once it is."""
        if not write_offs:
            return
        self._charges.keep(self._charges.get(charge_id).with_write_offs(()))
        for each in write_offs:
            charge = self._charges.get(charge_id)
            again = replace(each, amount=min(each.decided, charge.balance))
            if again.amount:
                self.write_off(charge_id, again)
            else:
                self._charges.keep(charge.with_write_offs((*charge.write_offs, again)))

    def _take_back(self, payment_id: PaymentId, allocation: Allocation) -> None:
        if allocation.conceded:
            self._concede(payment_id, allocation.charge_id, -allocation.conceded)
        self._allocate(payment_id, allocation.charge_id, -allocation.amount.minor)

    def _concede(self, payment_id: PaymentId, charge_id: ChargeId, amount: Money) -> None:
        """So much of what was paid for the charge is given back; below zero it was the patient's own after all."""
        self._payments.keep(self._payments.get(payment_id).conceding(charge_id, amount))
        self._charges.keep(self._charges.get(charge_id).conceding(amount))
        if amount.minor < 0:
            key = f"concession-reversal/{payment_id}/{self._payments.get(payment_id).version}"
            self._journal.post(key, EntryCause.CONCESSION_REVERSAL, payment_id, concession_lines(-amount))

    def _allocate(self, payment_id: PaymentId, charge_id: ChargeId, minor: int) -> None:
        payment, charge = self._payments.get(payment_id), self._charges.get(charge_id)
        amount = replace(payment.amount, minor=minor)
        payment = payment.allocating(charge_id, amount) if minor > 0 else payment.releasing(charge_id, -amount)
        self._payments.keep(payment)
        self._charges.keep(charge.paying(amount))
        key = f"allocation/{payment_id}/{payment.version}"
        self._journal.post(key, EntryCause.ALLOCATION, payment_id, allocation_lines(amount))

    def hold(self, payment_id: PaymentId, amount: Money) -> None:
        """So much more of a payment is held; below zero it is free for whatever is owed."""
        if amount:
            payment = self._payments.get(payment_id).holding(amount)
            self._payments.keep(payment)
            key = f"hold/{payment_id}/{payment.version}"
            self._journal.post(key, EntryCause.HOLD, payment_id, hold_lines(amount, payment.liability))
