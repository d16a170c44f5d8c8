"""The biller: what is taken back and given up, estimates and their disputes, bills and papers, the month's end."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from billing.application.commands.begin_estimate_dispute import BeginEstimateDispute, BeginEstimateDisputeHandler
from billing.application.commands.close_estimate_dispute import CloseEstimateDispute, CloseEstimateDisputeHandler
from billing.application.commands.issue_estimate import IssueEstimate, IssueEstimateHandler
from billing.application.commands.issue_receipt import IssueReceipt, IssueReceiptHandler
from billing.application.commands.issue_statement import IssueStatement, IssueStatementHandler
from billing.application.commands.issue_superbill import IssueSuperbill, IssueSuperbillHandler
from billing.application.commands.issue_yearly_summary import IssueYearlySummary, IssueYearlySummaryHandler
from billing.application.commands.post_waiting_charge import PostWaitingCharge, PostWaitingChargeHandler
from billing.application.commands.record_coverage import RecordCoverage, RecordCoverageHandler
from billing.application.commands.reverse_charge import ReverseCharge, ReverseChargeHandler
from billing.application.commands.start_statement_run import StartStatementRun, StartStatementRunHandler
from billing.application.commands.void_superbill import VoidSuperbill, VoidSuperbillHandler
from billing.application.commands.waive_fee import WaiveFee, WaiveFeeHandler
from billing.application.commands.write_off_charge import WriteOffCharge, WriteOffChargeHandler
from billing.domain.charges import ChargeState
from billing.domain.estimate_disputes import ADJUSTING, DisputeOutcome
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import WaiverReason
from billing.domain.money import Money
from billing.domain.months import Month
from billing.domain.rendered import FEES
from billing.domain.superbills import VoidReason
from billing.domain.write_offs import WriteOffReason
from careflow_events.contracts import codes
from services.billing.tests import heard
from services.billing.tests.builders import ZONE
from services.billing.tests.walks.at_the_front_desk import COVERAGES
from services.billing.tests.walks.payers import Payers
from services.billing.tests.walks.walker import nothing_there

FAR_OVER: Final = (heard.THERAPY_HOUR, heard.INFUSION, heard.DRUG, heard.line("99214"), heard.line("96366"))


class Biller(Payers):
    """By the commands of the money pages."""

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
        owed = self.owed(estimate.patient_id)
        command = CloseEstimateDispute(estimate.id, outcome, adjusted, estimate.version)
        await self.asks(CloseEstimateDisputeHandler, command)
        assert self.owed(estimate.patient_id) <= owed, "a decision makes nobody owe more"
        if adjusted is not None:
            self.no_more_is_asked_for(estimate, adjusted)

    def no_more_is_asked_for(self, estimate: Estimate, adjusted: Money) -> None:
        """Of a bill that is what was disputed still, nothing more nor less, no more is paid and kept, or asked for."""
        bill = [
            each
            for each in self.clinic.all("charges")
            if each.patient_id == estimate.patient_id
            and each.state is ChargeState.POSTED
            and each.rendered.cause not in FEES
            and estimate.counts(each)
        ]
        assert estimate.dispute is not None
        if sum(each.amount.minor for each in bill) == estimate.dispute.billed.minor:
            assert sum((each.kept + each.balance).minor for each in bill) <= adjusted.minor, "asked for all the same"

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
