"""The service's table of contents: everything billing can be asked to do."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """`ports` is what reactions and deadlines get."""

    record_coverage: RecordCoverageHandler
    add_private_contract: AddPrivateContractHandler
    issue_account_link: IssueAccountLinkHandler
    open_account_link: OpenAccountLinkHandler
    send_account_link: SendAccountLinkHandler
    request_estimate: RequestEstimateHandler
    issue_estimate: IssueEstimateHandler
    deliver_estimate: DeliverEstimateHandler
    begin_estimate_dispute: BeginEstimateDisputeHandler
    close_estimate_dispute: CloseEstimateDisputeHandler
    post_waiting_charge: PostWaitingChargeHandler
    reverse_charge: ReverseChargeHandler
    write_off_charge: WriteOffChargeHandler
    waive_fee: WaiveFeeHandler
    receive_payment: ReceivePaymentHandler
    refund_payment: RefundPaymentHandler
    pay_refund_otherwise: PayRefundOtherwiseHandler
    make_payment_link: MakePaymentLinkHandler
    close_payment_link: ClosePaymentLinkHandler
    hear_processor: HearProcessorHandler
    buy_package: BuyPackageHandler
    give_back_package: GiveBackPackageHandler
    issue_superbill: IssueSuperbillHandler
    void_superbill: VoidSuperbillHandler
    issue_receipt: IssueReceiptHandler
    issue_statement: IssueStatementHandler
    issue_yearly_summary: IssueYearlySummaryHandler
    issue_appeal_letter: IssueAppealLetterHandler
    open_reimbursement: OpenReimbursementHandler
    record_reimbursement: RecordReimbursementHandler
    start_statement_run: StartStatementRunHandler
    disclose_record: DiscloseRecordHandler
    records: Records
    reading: Reading
    read_work: ReadWork
    read_contracts: ReadContracts
    read_reimbursements: ReadReimbursements
    read_account: ReadAccount
    sitting_down: SittingDown

    ports: Ports
