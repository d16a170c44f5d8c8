"""The service's table of contents: everything billing can be asked to do."""

from billing.application.commands.add_private_contract import AddPrivateContractHandler
from billing.application.commands.begin_estimate_dispute import BeginEstimateDisputeHandler
from billing.application.commands.buy_package import BuyPackageHandler
from billing.application.commands.close_estimate_dispute import CloseEstimateDisputeHandler
from billing.application.commands.close_payment_link import ClosePaymentLinkHandler
from billing.application.commands.deliver_estimate import DeliverEstimateHandler
from billing.application.commands.give_back_package import GiveBackPackageHandler
from billing.application.commands.hear_processor import HearProcessorHandler
from billing.application.commands.issue_account_link import IssueAccountLinkHandler
from billing.application.commands.issue_appeal_letter import IssueAppealLetterHandler
from billing.application.commands.issue_estimate import IssueEstimateHandler
from billing.application.commands.issue_receipt import IssueReceiptHandler
from billing.application.commands.issue_statement import IssueStatementHandler
from billing.application.commands.issue_superbill import IssueSuperbillHandler
from billing.application.commands.issue_yearly_summary import IssueYearlySummaryHandler
from billing.application.commands.make_payment_link import MakePaymentLinkHandler
from billing.application.commands.open_account_link import OpenAccountLinkHandler
from billing.application.commands.open_reimbursement import OpenReimbursementHandler
from billing.application.commands.pay_refund_otherwise import PayRefundOtherwiseHandler
from billing.application.commands.post_waiting_charge import PostWaitingChargeHandler
from billing.application.commands.receive_payment import ReceivePaymentHandler
from billing.application.commands.record_coverage import RecordCoverageHandler
from billing.application.commands.record_reimbursement import RecordReimbursementHandler
from billing.application.commands.refund_payment import RefundPaymentHandler
from billing.application.commands.request_estimate import RequestEstimateHandler
from billing.application.commands.reverse_charge import ReverseChargeHandler
from billing.application.commands.send_account_link import SendAccountLinkHandler
from billing.application.commands.start_statement_run import StartStatementRunHandler
from billing.application.commands.void_superbill import VoidSuperbillHandler
from billing.application.commands.waive_fee import WaiveFeeHandler
from billing.application.commands.write_off_charge import WriteOffChargeHandler
from billing.application.ports import Ports
from billing.application.queries.read_account import ReadAccount
from billing.application.queries.read_contracts import ReadContracts
from billing.application.queries.read_reimbursements import ReadReimbursements
from billing.application.queries.read_work import ReadWork
from billing.application.queries.reading import Reading
from careflow_service.disclosing.commands import DiscloseRecordHandler
from careflow_service.disclosing.reading import Records
from careflow_service.pages.links import SittingDown
from careflow_service.work import Work


class Billing:
    """`ports` is what reactions and deadlines get."""

    def __init__(
        self,
        ports: Ports,
        work: Work,
        *,
        disclose_record: DiscloseRecordHandler,
        records: Records,
        sitting_down: SittingDown,
    ) -> None:
        self.record_coverage = RecordCoverageHandler(ports, work)
        self.add_private_contract = AddPrivateContractHandler(ports, work)
        self.issue_account_link = IssueAccountLinkHandler(ports, work)
        self.open_account_link = OpenAccountLinkHandler(ports, work)
        self.send_account_link = SendAccountLinkHandler(ports, work)
        self.request_estimate = RequestEstimateHandler(ports, work)
        self.issue_estimate = IssueEstimateHandler(ports, work)
        self.deliver_estimate = DeliverEstimateHandler(ports, work)
        self.begin_estimate_dispute = BeginEstimateDisputeHandler(ports, work)
        self.close_estimate_dispute = CloseEstimateDisputeHandler(ports, work)
        self.post_waiting_charge = PostWaitingChargeHandler(ports, work)
        self.reverse_charge = ReverseChargeHandler(ports, work)
        self.write_off_charge = WriteOffChargeHandler(ports, work)
        self.waive_fee = WaiveFeeHandler(ports, work)
        self.receive_payment = ReceivePaymentHandler(ports, work)
        self.refund_payment = RefundPaymentHandler(ports, work)
        self.pay_refund_otherwise = PayRefundOtherwiseHandler(ports, work)
        self.make_payment_link = MakePaymentLinkHandler(ports, work)
        self.close_payment_link = ClosePaymentLinkHandler(ports, work)
        self.hear_processor = HearProcessorHandler(ports, work)
        self.buy_package = BuyPackageHandler(ports, work)
        self.give_back_package = GiveBackPackageHandler(ports, work)
        self.issue_superbill = IssueSuperbillHandler(ports, work)
        self.void_superbill = VoidSuperbillHandler(ports, work)
        self.issue_receipt = IssueReceiptHandler(ports, work)
        self.issue_statement = IssueStatementHandler(ports, work)
        self.issue_yearly_summary = IssueYearlySummaryHandler(ports, work)
        self.issue_appeal_letter = IssueAppealLetterHandler(ports, work)
        self.open_reimbursement = OpenReimbursementHandler(ports, work)
        self.record_reimbursement = RecordReimbursementHandler(ports, work)
        self.start_statement_run = StartStatementRunHandler(ports, work)
        self.disclose_record = disclose_record
        self.records = records
        self.reading = Reading(ports)
        self.read_work = ReadWork(ports)
        self.read_contracts = ReadContracts(ports)
        self.read_reimbursements = ReadReimbursements(ports)
        self.read_account = ReadAccount(ports)
        self.sitting_down = sitting_down

        self.ports = ports
