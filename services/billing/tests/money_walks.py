"""Random days of a clinic's money: patients, clinicians, the front desk and a biller do what they can do, in any order.

After every step everything is checked that must always hold (`money_invariants`). One seed is one walk, always the
same.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any, Final

from billing.application.commands.add_private_contract import AddPrivateContract, AddPrivateContractHandler
from billing.application.commands.begin_estimate_dispute import BeginEstimateDispute, BeginEstimateDisputeHandler
from billing.application.commands.buy_package import BuyPackage, BuyPackageHandler
from billing.application.commands.close_estimate_dispute import CloseEstimateDispute, CloseEstimateDisputeHandler
from billing.application.commands.close_payment_link import ClosePaymentLink, ClosePaymentLinkHandler
from billing.application.commands.give_back_package import GiveBackPackage, GiveBackPackageHandler
from billing.application.commands.hear_processor import HearProcessorHandler
from billing.application.commands.issue_estimate import IssueEstimate, IssueEstimateHandler
from billing.application.commands.issue_receipt import IssueReceipt, IssueReceiptHandler
from billing.application.commands.issue_statement import IssueStatement, IssueStatementHandler
from billing.application.commands.issue_superbill import IssueSuperbill, IssueSuperbillHandler
from billing.application.commands.issue_yearly_summary import IssueYearlySummary, IssueYearlySummaryHandler
from billing.application.commands.make_payment_link import MakePaymentLink, MakePaymentLinkHandler
from billing.application.commands.pay_refund_otherwise import PayRefundOtherwise, PayRefundOtherwiseHandler
from billing.application.commands.post_waiting_charge import PostWaitingCharge, PostWaitingChargeHandler
from billing.application.commands.receive_payment import ReceivePayment, ReceivePaymentHandler
from billing.application.commands.record_coverage import RecordCoverage, RecordCoverageHandler
from billing.application.commands.refund_payment import RefundPayment, RefundPaymentHandler
from billing.application.commands.reverse_charge import ReverseCharge, ReverseChargeHandler
from billing.application.commands.start_statement_run import StartStatementRun, StartStatementRunHandler
from billing.application.commands.void_superbill import VoidSuperbill, VoidSuperbillHandler
from billing.application.commands.waive_fee import WaiveFee, WaiveFeeHandler
from billing.application.commands.write_off_charge import WriteOffCharge, WriteOffChargeHandler
from billing.application.deadlines.issue_statements import issue_statements, next_step
from billing.application.fees import settle_fee
from billing.deadlines import EFFECTS
from billing.domain.accounts import Coverage, CoverageKind
from billing.domain.charges import ChargeState
from billing.domain.estimate_disputes import ADJUSTING, DisputeOutcome
from billing.domain.fee_cases import WaiverReason
from billing.domain.ids import AppointmentId, ChargeId, PatientId, StaffId
from billing.domain.money import Money, total
from billing.domain.months import Month
from billing.domain.payment_methods import PaymentMethod
from billing.domain.processing import DisputeState, RefundState
from billing.domain.refunds import RefundReason
from billing.domain.superbills import VoidReason
from billing.domain.write_offs import WriteOffReason
from careflow_domain.errors import DomainError, conflict
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.model import EventData
from services.billing.tests import heard
from services.billing.tests.builders import ANA, THREE_DOSES, ZONE
from services.billing.tests.fakes import InMemory
from services.billing.tests.money_invariants import check, the_processor_says_the_same
from services.billing.tests.processor_desk import Paid

BEN: Final = PatientId("0199e0a0-0000-7000-8000-0000000000b1")
PLANS: Final = {ANA: heard.PLAN, BEN: "0199e0a0-0000-7000-8000-0000000000f2"}
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
FAR_OVER: Final = (heard.THERAPY_HOUR, heard.INFUSION, heard.DRUG, heard.line("99214"), heard.line("96366"))
TRUE: Final = 7
"""So many of the lines, the first ones, are true."""
CASH: Final = PaymentMethod.CASH
UNDECIDED: Final = (DisputeState.OPEN, DisputeState.INQUIRY)
OFTEN: Final = (
    "pays_online",
    "pays_online",
    "is_disputed",
    "is_disputed_after_a_refund",
    "package_outlives_its_record",
    "bank_decides",
    "refund_comes_back",
    "estimate_is_issued",
    "bill_is_disputed",
    "walks_in",
    "walks_in",
    "pays",
    "pays",
    "bill_is_issued",
    "is_refunded",
    "time_passes",
)


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
        await self.clinic.hear(data)

    async def asks(self, handler: Any, command: Any) -> Any:
        return await self.clinic.asks(handler, command)

    async def catch_up(self) -> None:
        for fee in self.clinic.all("fees"):
            if fee.post_at is not None and fee.post_at <= self.clinic.now:
                await self.clinic.unit(partial(settle_fee, fee.id, ports=self.clinic.ports))

        if self.random.random() < 0.5:
            await self.timers_run()
        if self.random.random() < 0.3:
            await self.processor_tells()
        for _ in range(self.random.randint(0, 2)):
            due = await next_step(self.clinic.ports)
            if due is not None:
                await self.clinic.unit(partial(issue_statements, due[1], ports=self.clinic.ports))

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
        ahead = self.random.choice((2, 26, 50, 300))
        await self.booked(kind, ahead, self.patient())

    async def booked(self, kind: codes.AppointmentKind, hours_ahead: int, patient: PatientId) -> dict[str, Any]:
        at = self.clinic.now + timedelta(hours=hours_ahead)
        visit = heard.visit(at, kind=kind, appointment_id=self.clinic.new_id(), plan_id=PLANS[patient])
        visit["patient_id"] = patient
        self.visits[visit["appointment_id"]] = visit
        await self.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
        return visit

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

    async def step_gives_up_a_pair(self) -> None:
        """Two visits by one command; they are heard of in any order, one of them perhaps days later, or twice."""
        patient, kinds = self.patient(), codes.AppointmentKind
        pair = [await self.booked(kind, 26, patient) for kind in (kinds.DOSING, kinds.INTEGRATION)]
        command, at = self.clinic.new_id(), self.clinic.now
        for visit in self.random.sample(pair, 2):
            event = contracts.TreatmentCancelled(
                **await self.becomes(visit, codes.AppointmentStatus.CANCELLED),
                cancelled_by=codes.CancelledBy.PATIENT,
                reason=codes.CancelReason.PATIENT_REQUEST,
                notice_minutes=30,
            )
            for _ in range(self.random.choice((1, 1, 2))):
                await self.clinic.hear(event, time=at, cause=command)
            self.clinic.now += timedelta(hours=self.random.choice((0, 0, 100)))
            await self.catch_up()
        if self.random.random() < 0.3:
            was, now = codes.AppointmentStatus.CANCELLED, codes.AppointmentStatus.ARRIVED
            came = await self.becomes(self.visits[pair[0]["appointment_id"]], now)
            await self.hear(contracts.AppointmentCorrected(**came, from_=was, to=now))

    async def step_loses_a_dose(self) -> None:
        """A dose and its integration are both lost, by decisions of their own; what is heard first, and how many days
        are between, is anybody's guess. Sometimes the dose was given after all.
        """
        patient, kinds, statuses = self.patient(), codes.AppointmentKind, codes.AppointmentStatus
        dose = await self.booked(kinds.DOSING, 26, patient)
        integration = await self.booked(kinds.INTEGRATION, 50, patient)
        self.clinic.now += timedelta(hours=52)
        for visit in self.random.sample((dose, integration), 2):
            match self.random.randint(0, 2) if visit is dose else 0:
                case 0:
                    await self.hear(contracts.TreatmentMissed(**await self.becomes(visit, statuses.MISSED)))
                case 1:
                    by = self.random.choice((codes.CancelledBy.PATIENT, codes.CancelledBy.CLINIC))
                    off = await self.becomes(visit, statuses.CANCELLED)
                    reason = codes.CancelReason.PATIENT_REQUEST
                    event = contracts.TreatmentCancelled(**off, cancelled_by=by, reason=reason, notice_minutes=30)
                    await self.clinic.hear(event, cause=self.clinic.new_id())
                case 2:
                    who = {"patient_id": patient, "plan_id": PLANS[patient]}
                    await self.hear(heard.session_refused(visit).model_copy(update=who))
            self.clinic.now += timedelta(hours=self.random.choice((0, 0, 100)))
            await self.catch_up()
        lost = self.visits[dose["appointment_id"]]
        if lost["status"] is statuses.MISSED and self.random.random() < 0.5:
            came = await self.becomes(lost, statuses.ARRIVED)
            await self.hear(contracts.AppointmentCorrected(**came, from_=statuses.MISSED, to=statuses.ARRIVED))
            await self.catch_up()
            self.clinic.now += timedelta(hours=self.random.choice((0, 100)))

    async def step_records_are_merged(self) -> None:
        """One record is given up for the other, or both are in use again."""
        given_up = [each for each in self.clinic.all("accounts") if each.merged_into is not None]
        if not given_up:
            patient = self.patient()
            survivor = BEN if patient == ANA else ANA
            await self.hear(contracts.PatientsMerged(patient_id=patient, surviving_patient_id=survivor))
            return
        (account,) = given_up
        parted = contracts.PatientsUnmerged(patient_id=account.id, surviving_patient_id=account.merged_into)
        await self.hear(parted)

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
        await self.is_treated(visit, *lines)

    async def is_treated(self, visit: dict[str, Any], *lines: contracts.SessionServiceLine) -> None:
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

    async def step_pays_online(self) -> None:
        """A link is asked for, and mostly paid by; what the processor tells of it comes when it comes."""
        patient = self.patient()
        appointment_id = None
        if self.random.random() < 0.3:
            appointment_id = self.one_of("visits", lambda each: each.patient_id == patient).id
        amount = Money(self.random.choice((5_000, 22_500))) if appointment_id else None
        command = MakePaymentLink(patient, appointment_id=appointment_id, amount=amount)
        made = await self.asks(MakePaymentLinkHandler, command)
        await self.timers_run()
        if self.random.random() < 0.8:
            self.clinic.desk.is_paid(made.id, (await self.clinic.ports.links.get(made.id)).amount)
            await self.processor_tells()

    async def step_link_is_closed(self) -> None:
        """One there is, or one that was just made."""
        links = [each for each in self.clinic.all("links") if each.can_be_paid(self.clinic.now)]
        if not links:
            made = await self.asks(MakePaymentLinkHandler, MakePaymentLink(self.patient()))
            links.append(await self.clinic.ports.links.get(made.id))
        link = self.random.choice(links)
        await self.asks(ClosePaymentLinkHandler, ClosePaymentLink(link.id, link.version))

    async def step_card_is_declined(self) -> None:
        self.clinic.desk.declines(self.one_of("links").id)

    async def step_link_expires(self) -> None:
        if not any(each.address is not None for each in self.clinic.all("links")):
            self.clinic.desk.away = False
            await self.asks(MakePaymentLinkHandler, MakePaymentLink(self.patient()))
            await self.timers_run()
        self.clinic.desk.expires(self.one_of("links", lambda each: each.address is not None).id)

    async def step_processor_gives_back(self) -> None:
        """At its own desk."""
        paid = self.paid_online(lambda each: not each.is_disputed and each.refunded < each.amount.minor)
        left = paid.amount.minor - paid.refunded
        self.clinic.desk.gives_back(paid.id, Money(self.random.choice((1, left))))

    async def step_processor_is_away(self) -> None:
        self.clinic.desk.away = not self.clinic.desk.away

    async def step_refunds_take_their_time(self) -> None:
        self.clinic.desk.refunds_are = self.random.choice((RefundState.PENDING, RefundState.DONE))

    async def step_refund_moves_on(self) -> None:
        paid = self.paid_online(lambda each: each.refunds)
        refund = self.random.choice(list(paid.refunds.values()))
        if refund.state is not RefundState.FAILED:
            becomes = self.random.choice((RefundState.DONE, RefundState.DONE, RefundState.FAILED))
            self.clinic.desk.refund_becomes(paid.id, refund.id, becomes)

    async def step_refund_comes_back(self) -> None:
        """One is made, sent, and comes back to the processor."""
        payment = self.one_of("payments", lambda each: each.by_processor and each.refundable)
        command = RefundPayment(payment.id, Money(1), RefundReason.GOODWILL, payment.version)
        made = await self.asks(RefundPaymentHandler, command)
        self.clinic.desk.away = False
        await self.timers_run()
        refund = (await self.clinic.ports.payments.get(payment.id)).refund(made.refund_id)
        if refund.processor_id is not None:
            self.clinic.desk.refund_becomes(payment.reference, refund.processor_id, RefundState.FAILED)
            await self.processor_tells(everything=True)

    async def step_refund_is_paid_otherwise(self) -> None:
        payment = self.one_of("payments", lambda each: any(r.state is RefundState.FAILED for r in each.refunds))
        refund = next(each for each in payment.refunds if each.state is RefundState.FAILED)
        await self.asks(PayRefundOtherwiseHandler, PayRefundOtherwise(payment.id, refund.id, payment.version))

    async def step_is_disputed(self) -> None:
        paid = self.paid_online(lambda each: not each.is_disputed)
        inquiry = self.random.random() < 0.3
        part = Money(self.random.choice((paid.amount.minor, max(paid.amount.minor // 3, 1))))
        self.clinic.desk.is_disputed(paid.id, part, inquiry=inquiry)

    async def step_is_disputed_after_a_refund(self) -> None:
        """Part of it was given back at the desk, perhaps twice, when the cardholder's bank takes all or a part; the
        record may be given up before the bank has decided.
        """
        await self.step_pays_online()
        payment = self.one_of("payments", lambda each: each.by_processor and each.refundable.minor > 1)
        for _ in range(self.random.choice((1, 2))):
            amount = Money(max(payment.refundable.minor // self.random.choice((2, 3)), 1))
            command = RefundPayment(payment.id, amount, self.random.choice(tuple(RefundReason)), payment.version)
            await self.asks(RefundPaymentHandler, command)
            await self.timers_run()
            payment = await self.clinic.ports.payments.get(payment.id)
        paid = self.clinic.desk.payments[payment.reference]
        if paid.is_disputed:
            raise nothing_there()
        self.clinic.desk.is_disputed(paid.id, self.random.choice((paid.amount, Money(1))), inquiry=False)
        await self.processor_tells(everything=self.random.random() < 0.5)
        if self.random.random() < 0.3:
            await self.step_records_are_merged()
        dispute = next(each for each in paid.disputes.values() if each.state is DisputeState.OPEN)
        self.clinic.desk.decides(paid.id, dispute.id, won=self.random.random() < 0.5)

    async def step_bank_decides(self) -> None:
        paid = self.paid_online(lambda each: any(d.state in UNDECIDED for d in each.disputes.values()))
        dispute = next(each for each in paid.disputes.values() if each.state in UNDECIDED)
        won = dispute.state is DisputeState.INQUIRY or self.random.random() < 0.4
        self.clinic.desk.decides(paid.id, dispute.id, won=won)

    async def step_processor_tells_all(self) -> None:
        """Once it has told everything, its own books and ours say the same."""
        await self.processor_tells(everything=True)

    async def processor_tells(self, *, everything: bool = False) -> None:
        """Some of its news, in any order, some of them twice."""
        desk = self.clinic.desk
        self.random.shuffle(desk.news)
        telling = len(desk.news) if everything else self.random.randint(0, len(desk.news))
        news, desk.news = desk.news[:telling], desk.news[telling:]
        for each in news:
            for _ in range(self.random.choice((1, 1, 2))):
                await self.asks(HearProcessorHandler, each)
                check(self.clinic)
        if not desk.news:
            the_processor_says_the_same(self.clinic)

    def paid_online(self, wanted: Callable[[Paid], object]) -> Paid:
        found = [each for each in self.clinic.desk.payments.values() if wanted(each)]
        if not found:
            raise nothing_there()
        return self.random.choice(found)

    async def timers_run(self) -> None:
        for effect in EFFECTS:
            while await self.clinic.performs(effect):
                check(self.clinic)

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

    async def step_package_outlives_its_record(self) -> None:
        """Visits of a package were used when the record was given up; one of them turns out not to have taken place."""
        given_up = {each.id for each in self.clinic.all("accounts") if each.merged_into is not None}
        if not any(each.sessions_left and each.patient_id not in given_up for each in self.clinic.all("packages")):
            patient = ANA if ANA not in given_up else BEN
            await self.asks(BuyPackageHandler, BuyPackage(patient, THREE_DOSES.code, CASH, None, is_another=True))
        package = self.one_of("packages", lambda each: each.sessions_left and each.patient_id not in given_up)
        for _ in range(package.sessions_left):
            visit = await self.booked(codes.AppointmentKind.DOSING, 2, package.patient_id)
            visit = await self.becomes(visit, codes.AppointmentStatus.ARRIVED)
            await self.hear(contracts.TreatmentArrived(**visit))
            self.clinic.now += timedelta(hours=30)
            await self.is_treated(visit, heard.INFUSION)
        if not given_up:
            await self.step_records_are_merged()
        charge = self.one_of("charges", lambda each: each.package_id == package.id and each.state is ChargeState.POSTED)
        await self.asks(ReverseChargeHandler, ReverseCharge(charge.id, charge.version))

    async def step_is_reversed(self) -> None:
        """Mostly one that is posted, which makes room for what waits because of it."""
        wanted = self.random.choice((ChargeState.POSTED, ChargeState.POSTED, None))
        charge = self.one_of("charges", lambda each: wanted in (None, each.state))
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

    async def step_debt_is_paid_after_all(self) -> None:
        charge = self.one_of("charges", lambda each: each.given_up)
        owed = self.owed(charge.patient_id)
        amount = Money(self.random.choice((1, charge.given_up.minor, charge.given_up.minor + 500)))
        await self.asks(ReceivePaymentHandler, ReceivePayment(charge.patient_id, amount, CASH, None, (charge.id,)))
        assert self.owed(charge.patient_id) <= owed

    async def step_estimate_is_issued(self) -> None:
        estimate = self.one_of("estimates", lambda each: each.due_by is not None)
        late = estimate.due_by < self.clinic.now
        await self.asks(IssueEstimateHandler, IssueEstimate(estimate.id, "late" if late else None, estimate.version))

    async def step_bill_is_disputed(self) -> None:
        """A visit was estimated, and far more was rendered."""
        if not any(each.latest and not each.is_disputed for each in self.clinic.all("estimates")):
            patient = self.patient()
            account = await self.clinic.ports.accounts.get(patient)
            await self.asks(RecordCoverageHandler, RecordCoverage(patient, COVERAGES[0], account.version))
            await self.booked(codes.AppointmentKind.INTEGRATION, 300, patient)
            await self.step_estimate_is_issued()
        estimate = self.one_of("estimates", lambda each: each.latest and not each.is_disputed)
        if not estimate.charged and estimate.covered and self.random.random() < 0.8:
            visit = self.visits[estimate.covered[0].appointment_id]
            session = heard.session_completed(
                *FAR_OVER, session_id=self.clinic.new_id(), appointment_id=visit["appointment_id"], at=self.clinic.now
            )
            self.sessions[session.session_id] = (visit["patient_id"], 1)
            await self.hear(session.model_copy(update={"patient_id": visit["patient_id"], "plan_id": None}))
            estimate = await self.clinic.ports.estimates.get(estimate.id)
        today = self.clinic.now.astimezone(ZONE).date()
        await self.asks(BeginEstimateDisputeHandler, BeginEstimateDispute(estimate.id, today, today, estimate.version))

    async def step_dispute_is_decided(self) -> None:
        if not any(each.is_disputed for each in self.clinic.all("estimates")):
            await self.step_bill_is_disputed()
        estimate = self.one_of("estimates", lambda each: each.is_disputed)
        outcome = self.random.choice(tuple(DisputeOutcome))
        adjusted = estimate.dispute.estimated if outcome in ADJUSTING else None
        command = CloseEstimateDispute(estimate.id, outcome, adjusted, estimate.version)
        await self.asks(CloseEstimateDisputeHandler, command)

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
        """One there is, or one that was just issued."""
        if not any(each.in_force for each in self.clinic.all("superbills")):
            await self.step_bill_is_issued()
        bill = self.one_of("superbills", lambda each: each.in_force)
        await self.asks(VoidSuperbillHandler, VoidSuperbill(bill.id, VoidReason.DETAILS_WRONG, bill.version))

    async def step_month_ends(self) -> None:
        """The next month begins, and so does its statements' run, which is carried out in between what happens."""
        today = self.clinic.now.astimezone(ZONE).date()
        month = Month(today.year, today.month)
        self.clinic.now = datetime.combine(month.last + timedelta(days=1), time(8), ZONE).astimezone(UTC)
        await self.asks(StartStatementRunHandler, StartStatementRun(month))

    async def step_statement_is_asked_for(self) -> None:
        today = self.clinic.now.astimezone(ZONE).date()
        month = Month(today.year, self.random.choice((today.month, max(today.month - 1, 1))))
        await self.asks(IssueStatementHandler, IssueStatement(self.patient(), month))

    async def step_receipt_is_issued(self) -> None:
        await self.asks(IssueReceiptHandler, IssueReceipt(self.one_of("payments").id))

    async def step_year_is_summed_up(self) -> None:
        await self.asks(IssueYearlySummaryHandler, IssueYearlySummary(self.patient(), self.clinic.now.year))

    def owed(self, patient: PatientId) -> Money:
        return total(each.balance for each in self.clinic.all("charges") if each.patient_id == patient)


def nothing_there() -> DomainError:
    return conflict("nothing_there", "There is nothing this could be done with yet.")
