"""Random days of a clinic's money: patients, clinicians, the front desk and a biller do what they can do, in any order.

After every step everything is checked that must always hold (`check`). One seed is one walk, always the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final

from billing.application.commands.add_private_contract import AddPrivateContract, AddPrivateContractHandler
from billing.application.commands.buy_package import BuyPackage, BuyPackageHandler
from billing.application.commands.give_back_package import GiveBackPackage, GiveBackPackageHandler
from billing.application.commands.issue_superbill import IssueSuperbill, IssueSuperbillHandler
from billing.application.commands.post_waiting_charge import PostWaitingCharge, PostWaitingChargeHandler
from billing.application.commands.receive_payment import ReceivePayment, ReceivePaymentHandler
from billing.application.commands.record_coverage import RecordCoverage, RecordCoverageHandler
from billing.application.commands.refund_payment import RefundPayment, RefundPaymentHandler
from billing.application.commands.reverse_charge import ReverseCharge, ReverseChargeHandler
from billing.application.commands.void_superbill import VoidSuperbill, VoidSuperbillHandler
from billing.application.commands.waive_fee import WaiveFee, WaiveFeeHandler
from billing.application.commands.write_off_charge import WriteOffCharge, WriteOffChargeHandler
from billing.application.fees import settle_fee
from billing.domain.accounts import Coverage, CoverageKind
from billing.domain.charges import Charge, ChargeState
from billing.domain.fee_cases import FeeState, WaiverReason
from billing.domain.ids import AppointmentId, ChargeId, PatientId, StaffId
from billing.domain.ledger import LedgerAccount, TrialBalance
from billing.domain.line_shares import line_shares
from billing.domain.money import Money, total
from billing.domain.payments import PaymentMethod, RefundReason
from billing.domain.rendered import FEES, ChargeCause, charge_id_of
from billing.domain.superbills import VoidReason
from billing.domain.write_offs import WriteOffReason
from billing.subscriptions import SUBSCRIPTIONS
from careflow_domain.errors import DomainError, conflict
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.model import EventData
from careflow_events.subscription import Received
from careflow_service.identity import Actor, Role
from services.billing.tests import heard
from services.billing.tests.builders import ANA, PRACTICE, THREE_DOSES, ZONE
from services.billing.tests.fakes import RULES, InMemory

BEN: Final = PatientId("0199e0a0-0000-7000-8000-0000000000b1")
BILLER: Final = Actor(id="bea-biller", roles=frozenset({Role.BILLER}))
REACTIONS: Final = {each.contract: each.reaction for each in SUBSCRIPTIONS}
COVERAGES: Final = (
    Coverage(kind=CoverageKind.NONE),
    Coverage(kind=CoverageKind.COMMERCIAL, payer="Example Health Plan", member_id="XEH900100200"),
    Coverage(kind=CoverageKind.MEDICARE, payer="Medicare", member_id="1EG4TE5MK73"),
)
LINES: Final = (
    heard.THERAPY_HOUR,
    heard.INFUSION,
    heard.DRUG,
    heard.line("99214"),
    heard.line("96366"),
    heard.line("90834", "theo-therapist", minutes=45),
    heard.line("96365", "nora-nurse", minutes=45),
    heard.line("90837", "nora-nurse", minutes=60),
    heard.line("90837", "theo-therapist", minutes=30),
    heard.line("97802"),
    heard.line("90837", "nobody-at-all", minutes=55),
)
TRUE: Final = 7
"""So many of the lines, the first ones, are true."""
OFTEN: Final = ("walks_in", "walks_in", "pays", "pays", "bill_is_issued", "is_refunded", "time_passes")
NOTHING: Final = Money(0)


class Walk:
    """One clinic from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.clinic = InMemory()
        self.visits: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, tuple[PatientId, int]] = {}
        self.steps: dict[str, Callable[[], Awaitable[None]]] = {
            name.removeprefix("step_"): getattr(self, name) for name in dir(self) if name.startswith("step_")
        }
        self.done: list[str] = []

    async def go(self, steps: int) -> None:
        """So many steps, and after each what must hold."""
        for patient in (ANA, BEN):
            await self.hear(heard.registered().model_copy(update={"patient_id": patient}))
            for event in (heard.diagnosed(), heard.consent()):
                if self.random.random() < 0.8:
                    await self.hear(event.model_copy(update={"patient_id": patient}))
            if self.random.random() < 0.8:
                await self.covered(patient)
        names = [*sorted(self.steps), *OFTEN]
        for _ in range(steps):
            name = self.random.choice(names)
            self.done.append(name)
            try:
                await self.steps[name]()
            except DomainError as refused:
                self.done[-1] += f": {refused.code}"
            await self.catch_up()
            check(self.clinic)

    # -- what happens --------------------------------------------------------------------------------------------------

    async def hear(self, data: EventData) -> None:
        event = Received(data, "id", "subject", self.clinic.now, "stream", 1, None)
        await self.clinic.unit(lambda tx: REACTIONS[type(data)](event, tx, self.clinic.ports))

    async def asks(self, handler: Any, command: Any) -> Any:
        by: dict[str, Any] = {"actor": BILLER}
        if handler is not RecordCoverageHandler:
            by["request"] = None
        return (await handler(self.clinic.ports, self.clinic)(command, **by)).value

    async def catch_up(self) -> None:
        for fee in self.clinic.all("fees"):
            if fee.post_at is not None and fee.post_at <= self.clinic.now:
                await self.clinic.unit(partial(settle_fee, fee.id, ports=self.clinic.ports))

    def patient(self) -> PatientId:
        return self.random.choice((ANA, BEN))

    def one_of(self, name: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        found = [each for each in self.clinic.all(name) if wanted(each)]
        if not found:
            raise nothing_there()
        return self.random.choice(found)

    def visit(self, *states: codes.AppointmentStatus) -> dict[str, Any]:
        found = [each for each in self.visits.values() if each["status"] in states]
        if not found:
            raise nothing_there()
        return self.random.choice(found)

    async def step_time_passes(self) -> None:
        self.clinic.now += timedelta(hours=self.random.choice((1, 5, 24, 72)))

    async def step_consents(self) -> None:
        await self.hear(heard.consent().model_copy(update={"patient_id": self.patient(), "signed_at": self.clinic.now}))

    async def covered(self, patient: PatientId) -> None:
        account = await self.clinic.ports.accounts.get(patient)
        await self.asks(RecordCoverageHandler, RecordCoverage(patient, self.random.choice(COVERAGES), account.version))

    async def step_coverage(self) -> None:
        await self.covered(self.patient())

    async def step_contract(self) -> None:
        signed = self.clinic.now.astimezone(ZONE).date() - timedelta(days=self.random.choice((0, 30)))
        staff = self.random.choice(("dr-paula-prescriber", "theo-therapist", "dr-maya-director"))
        command = AddPrivateContract(self.patient(), StaffId(staff), signed, signed + timedelta(days=700))
        await self.asks(AddPrivateContractHandler, command)

    async def step_books(self) -> None:
        kind = self.random.choice((codes.AppointmentKind.DOSING, codes.AppointmentKind.INTEGRATION))
        ahead = timedelta(hours=self.random.choice((2, 26, 50, 300)))
        visit = heard.visit(self.clinic.now + ahead, kind=kind, appointment_id=self.clinic.new_id())
        visit["patient_id"] = self.patient()
        self.visits[visit["appointment_id"]] = visit
        await self.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))

    async def becomes(self, visit: dict[str, Any], status: codes.AppointmentStatus) -> dict[str, Any]:
        after = heard.later(visit, status=status)
        self.visits[visit["appointment_id"]] = after
        return after

    async def step_arrives(self) -> None:
        visit = self.visit(codes.AppointmentStatus.BOOKED)
        await self.hear(contracts.TreatmentArrived(**await self.becomes(visit, codes.AppointmentStatus.ARRIVED)))

    async def step_cancels(self) -> None:
        visit = self.visit(codes.AppointmentStatus.BOOKED)
        by = self.random.choice((codes.CancelledBy.PATIENT, codes.CancelledBy.CLINIC, codes.CancelledBy.CLINICAL_HOLD))
        after = await self.becomes(visit, codes.AppointmentStatus.CANCELLED)
        notice = self.random.choice((30, 20_000))
        reason = codes.CancelReason.PATIENT_REQUEST
        await self.hear(contracts.TreatmentCancelled(**after, cancelled_by=by, reason=reason, notice_minutes=notice))

    async def step_misses(self) -> None:
        visit = self.visit(codes.AppointmentStatus.BOOKED)
        await self.hear(contracts.TreatmentMissed(**await self.becomes(visit, codes.AppointmentStatus.MISSED)))

    async def step_came_after_all(self) -> None:
        visit = self.visit(codes.AppointmentStatus.MISSED, codes.AppointmentStatus.CANCELLED)
        was, now = visit["status"], codes.AppointmentStatus.ARRIVED
        await self.hear(contracts.AppointmentCorrected(**await self.becomes(visit, now), from_=was, to=now))

    async def step_is_treated(self) -> None:
        visit = self.visit(codes.AppointmentStatus.ARRIVED)
        lines = self.random.sample(LINES if self.random.random() < 0.2 else LINES[:TRUE], self.random.randint(0, 3))
        session_id, patient = self.clinic.new_id(), visit["patient_id"]
        started = self.clinic.now - timedelta(hours=self.random.choice((0, 1, 3)))
        self.sessions[session_id] = (patient, 1)
        self.visits[visit["appointment_id"]] = {**visit, "status": codes.AppointmentStatus.FULFILLED}
        session = heard.session_completed(
            *lines, session_id=session_id, appointment_id=visit["appointment_id"], at=started
        )
        event = session.model_copy(update={"patient_id": patient, "plan_id": None})
        await self.hear(event)
        if self.random.random() < 0.3:
            await self.hear(event)

    async def step_walks_in(self) -> None:
        await self.step_books()
        visit = [each for each in self.visits.values() if each["status"] is codes.AppointmentStatus.BOOKED][-1]
        await self.hear(contracts.TreatmentArrived(**await self.becomes(visit, codes.AppointmentStatus.ARRIVED)))
        await self.step_is_treated()

    async def step_is_corrected(self) -> None:
        if not self.sessions:
            raise nothing_there()
        session_id = self.random.choice(sorted(self.sessions))
        patient, revision = self.sessions[session_id]
        self.sessions[session_id] = (patient, revision + 1)
        lines = self.random.sample(LINES[:TRUE], self.random.randint(0, 3))
        corrected = heard.services_corrected(session_id, revision + 1, *lines)
        await self.hear(corrected.model_copy(update={"patient_id": patient}))

    async def step_pays(self) -> None:
        patient = self.patient()
        method = self.random.choice(tuple(PaymentMethod))
        reference = None if method is PaymentMethod.CASH else f"slip {self.random.randint(1, 40)}"
        charge_ids: tuple[ChargeId, ...] = ()
        appointment_id: AppointmentId | None = None
        match self.random.randint(0, 3):
            case 0:
                charge_ids = (self.one_of("charges", lambda each: each.patient_id == patient).id,)
            case 1:
                appointment_id = self.one_of("visits", lambda each: each.patient_id == patient).id
        amount = Money(self.random.choice((1, 4_500, 22_500, 35_000, self.random.randint(1, 100_000))))
        command = ReceivePayment(patient, amount, method, reference, charge_ids, appointment_id)
        owed = self.owed(patient)
        await self.asks(ReceivePaymentHandler, command)
        assert self.owed(patient) <= owed

    async def step_is_refunded(self) -> None:
        payment = self.one_of("payments")
        reason = self.random.choice(tuple(RefundReason))
        most = payment.refundable.minor
        amount = Money(self.random.choice((1, max(most, 1), self.random.randint(1, max(most, 1)))))
        owed = self.owed(payment.patient_id)
        await self.asks(RefundPaymentHandler, RefundPayment(payment.id, amount, reason, payment.version))
        if reason is not RefundReason.ENTERED_IN_ERROR:
            assert self.owed(payment.patient_id) == owed, "giving back made somebody owe"

    async def step_buys_package(self) -> None:
        method = self.random.choice((PaymentMethod.CASH, PaymentMethod.CARD_TERMINAL))
        reference = None if method is PaymentMethod.CASH else f"slip {self.random.randint(1, 40)}"
        patient = self.patient()
        owed = self.owed(patient)
        await self.asks(BuyPackageHandler, BuyPackage(patient, THREE_DOSES.code, method, reference))
        assert self.owed(patient) == owed, "what is paid beforehand pays for nothing else"

    async def step_package_is_given_back(self) -> None:
        package = self.one_of("packages", lambda each: each.sessions_left)
        owed, as_goodwill = self.owed(package.patient_id), self.random.random() < 0.5
        await self.asks(GiveBackPackageHandler, GiveBackPackage(package.id, as_goodwill, package.version))
        assert self.owed(package.patient_id) == owed

    async def step_is_reversed(self) -> None:
        charge = self.one_of("charges")
        await self.asks(ReverseChargeHandler, ReverseCharge(charge.id, charge.version))

    async def step_is_posted_again(self) -> None:
        charge = self.one_of("charges", lambda each: each.state is ChargeState.WAITING)
        await self.asks(PostWaitingChargeHandler, PostWaitingCharge(charge.id, charge.version))

    async def step_is_written_off(self) -> None:
        charge = self.one_of("charges")
        reason = self.random.choice(tuple(WriteOffReason))
        amount = Money(self.random.choice((1, max(charge.balance.minor, 1))))
        owed = self.owed(charge.patient_id)
        await self.asks(WriteOffChargeHandler, WriteOffCharge(charge.id, amount, reason, charge.version))
        assert self.owed(charge.patient_id) == owed - amount

    async def step_fee_is_waived(self) -> None:
        fee = self.one_of("fees")
        await self.asks(WaiveFeeHandler, WaiveFee(fee.id, WaiverReason.EMERGENCY, fee.version))

    async def step_bill_is_issued(self) -> None:
        patient = self.patient()
        mine = [each.id for each in self.clinic.all("charges") if each.patient_id == patient]
        if not mine:
            raise nothing_there()
        chosen = tuple(self.random.sample(mine, self.random.randint(1, min(3, len(mine)))))
        await self.asks(IssueSuperbillHandler, IssueSuperbill(patient, chosen, disclose_diagnoses=True, replaces=None))

    async def step_bill_is_voided(self) -> None:
        bill = self.one_of("superbills", lambda each: each.in_force)
        await self.asks(VoidSuperbillHandler, VoidSuperbill(bill.id, VoidReason.DETAILS_WRONG, bill.version))

    def owed(self, patient: PatientId) -> Money:
        return total(each.balance for each in self.clinic.all("charges") if each.patient_id == patient)


def nothing_there() -> DomainError:
    return conflict("nothing_there", "There is nothing this could be done with yet.")


# -- what must always hold --------------------------------------------------------------------------------------------


def check(clinic: InMemory) -> None:
    books_balance(clinic)
    nobody_pays_what_is_not_owed(clinic)
    nothing_prepaid_is_lost(clinic)
    no_minute_is_charged_twice(clinic)
    superbills_say_what_the_books_say(clinic)


def books_balance(clinic: InMemory) -> None:
    """To the cent: every entry, the whole, and each account against what it stands for."""
    entries, charges, payments = clinic.entries, clinic.all("charges"), clinic.all("payments")
    sums = {each.account: each.balance for each in TrialBalance.of(entries).accounts}
    assert TrialBalance.of(entries).balances
    assert len({entry.key for entry in entries}) == len(entries)
    assert sums.get(LedgerAccount.RECEIVABLE, NOTHING) == total(each.balance for each in charges)
    assert -sums.get(LedgerAccount.UNAPPLIED, NOTHING) == total(each.free for each in payments)
    for_visits, for_packages = (
        total(each.held for each in payments if bool(each.package_id) is for_package) for for_package in (False, True)
    )
    assert -sums.get(LedgerAccount.DEPOSITS, NOTHING) == for_visits
    assert -sums.get(LedgerAccount.UNEARNED, NOTHING) == for_packages
    assert sums.get(LedgerAccount.CASH, NOTHING) == total(each.refundable for each in payments)
    assert sums.get(LedgerAccount.GOODWILL, NOTHING) == total(each.conceded for each in charges)
    write_offs = [each for charge in charges for each in charge.write_offs]
    for account, is_discount in ((LedgerAccount.DISCOUNTS, True), (LedgerAccount.BAD_DEBT, False)):
        assert sums.get(account, NOTHING) == total(
            each.amount for each in write_offs if each.is_discount is is_discount
        )
    for charge in charges:
        mine = [each for payment in payments if (each := payment.allocated_to(charge.id))]
        assert charge.paid == total(each.amount for each in mine)
        assert charge.conceded == total(each.conceded for each in mine)
        assert NOTHING <= charge.conceded <= charge.paid <= charge.amount - charge.written_off
    for payment in payments:
        assert NOTHING <= payment.held <= payment.unapplied <= payment.refundable <= payment.amount
        payable = [each for each in charges if each.patient_id == payment.patient_id and payment.may_pay(each)]
        assert not (payment.free and any(each.balance for each in payable)), "money lies there while something is owed"


def nobody_pays_what_is_not_owed(clinic: InMemory) -> None:
    """No fee that policy frees, no service without coverage known, no health money for a fee, nothing twice."""
    charges: Mapping[str, Charge] = {each.id: each for each in clinic.all("charges")}
    fees, accounts = {fee.id: fee for fee in clinic.all("fees")}, {each.id: each for each in clinic.all("accounts")}
    for charge in charges.values():
        rendered = charge.rendered
        assert charge.id == charge_id_of(rendered.cause, rendered.cause_id)
        if charge.state is not ChargeState.POSTED:
            assert not charge.balance
            continue
        if rendered.cause in FEES:
            fee = fees[rendered.cause_id]
            signed = [each for each in accounts[fee.patient_id].signed if each.signed_at < fee.lost_at]
            assert fee.state is FeeState.POSTED
            assert signed, "a fee without a policy signed before"
            assert accounts[fee.patient_id].courtesy_for not in (None, fee.id), "the first one is free"
        for service in rendered.services:
            day = rendered.service_date
            assert not set(RULES.on(day).untrue(service, day, PRACTICE)), "an untrue line was charged"
    for payment in clinic.all("payments"):
        if payment.method is PaymentMethod.HSA_FSA:
            assert not any(charges[each.charge_id].rendered.cause in FEES for each in payment.allocations)
    for fee in fees.values():
        its_charge = charges.get(charge_id_of(ChargeCause(fee.cause.value), fee.id))
        assert fee.state is FeeState.POSTED or its_charge is None or its_charge.state is ChargeState.REVERSED


def nothing_prepaid_is_lost(clinic: InMemory) -> None:
    """Every place of a package is one charged visit at no more than its share, or its money is there."""
    payments, charges = clinic.all("payments"), {each.id: each for each in clinic.all("charges")}
    packages = {each.id: each for each in clinic.all("packages")}
    for payment in payments:
        assert not payment.held or payment.kept_for or payment.package_id in packages
    for package in packages.values():
        money = next(each for each in payments if each.id == package.payment_id)
        assert money.amount == package.offer.price == total(map(package.offer.share, range(package.offer.sessions)))
        places = [use.place for use in package.uses]
        assert len(set(places)) == len(places) <= package.offer.sessions, "a place was taken twice"
        assert money.held <= package.unused
        if package.given_back_at or not package.sessions_left:
            assert not money.held, "money waits for a visit that cannot come"
        for use in package.uses:
            charge = charges[use.charge_id]
            assert charge.state is ChargeState.POSTED
            assert charge.package_id == package.id
            assert charge.amount <= package.offer.share(use.place), "a visit of a package costs more than its share"
    covered = [each for each in charges.values() if each.package_id and each.state is ChargeState.POSTED]
    assert all(packages[each.package_id].has(each.id) for each in covered)


def no_minute_is_charged_twice(clinic: InMemory) -> None:
    """Each clinician's charged minutes of a day fit into the hours they can have been worked in."""
    spans: dict[tuple[str, date], list[tuple[datetime, datetime, int]]] = {}
    for charge in clinic.all("charges"):
        if charge.state is not ChargeState.POSTED:
            continue
        for service in charge.rendered.services:
            rule = RULES.on(charge.rendered.service_date).rule(service.code)
            if rule and rule.minutes and service.performed_by is None:
                worked = (charge.rendered.started_at, charge.rendered.ended_at, service.minutes or 0)
                spans.setdefault((str(service.provider), charge.rendered.service_date), []).append(worked)
    for worked_on_day in spans.values():
        begins, ends = min(each[0] for each in worked_on_day), max(each[1] for each in worked_on_day)
        assert sum(each[2] for each in worked_on_day) <= (ends - begins).total_seconds() / 60


def superbills_say_what_the_books_say(clinic: InMemory) -> None:
    """Numbers without gaps; the one in force is what was rendered and paid; every later one names the one before."""
    bills, charges = clinic.all("superbills"), {each.id: each for each in clinic.all("charges")}
    numbers = sorted(int(bill.number.rsplit("-", 1)[1]) for bill in bills)
    assert numbers == list(range(1, len(bills) + 1))
    by_id = {bill.id: bill for bill in bills}
    billed: set[str] = set()
    for bill in bills:
        if bill.replaces:
            assert by_id[bill.replaces].replaced_by == bill.id
            assert by_id[bill.replaces].edition == bill.edition - 1
        if not bill.in_force:
            continue
        content = bill.content
        assert not billed & set(content.charge_ids), "a service is on two bills"
        billed |= set(content.charge_ids)
        said = [(line.charged, line.paid) for line in content.lines]
        shares = [share for charge_id in content.charge_ids for share in line_shares(charges[charge_id])]
        assert said == [(share.charged, share.paid) for share in shares]
        assert all(charges[each].state is ChargeState.POSTED for each in content.charge_ids)
        assert total(each.amount for each in content.payments) == content.paid
        earlier = [
            each for each in bills if not each.in_force and set(each.content.charge_ids) & set(content.charge_ids)
        ]
        assert bool(bill.replaces) == bool(earlier), "an unlinked first edition"
