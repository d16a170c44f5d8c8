"""What each form of an account asks the application to do: the same command as the API's route of that name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import Field

from billing.application.commands.add_private_contract import AddPrivateContract
from billing.application.commands.begin_estimate_dispute import BeginEstimateDispute
from billing.application.commands.buy_package import BuyPackage
from billing.application.commands.close_estimate_dispute import CloseEstimateDispute
from billing.application.commands.close_payment_link import ClosePaymentLink
from billing.application.commands.deliver_estimate import DeliverEstimate
from billing.application.commands.give_back_package import GiveBackPackage
from billing.application.commands.issue_account_link import IssueAccountLink
from billing.application.commands.issue_estimate import IssueEstimate
from billing.application.commands.issue_receipt import IssueReceipt
from billing.application.commands.issue_statement import IssueStatement
from billing.application.commands.issue_superbill import IssueSuperbill
from billing.application.commands.issue_yearly_summary import IssueYearlySummary
from billing.application.commands.make_payment_link import MakePaymentLink
from billing.application.commands.open_reimbursement import OpenReimbursement
from billing.application.commands.pay_refund_otherwise import PayRefundOtherwise
from billing.application.commands.post_waiting_charge import PostWaitingCharge
from billing.application.commands.receive_payment import ReceivePayment
from billing.application.commands.record_coverage import RecordCoverage
from billing.application.commands.record_reimbursement import RecordReimbursement
from billing.application.commands.refund_payment import RefundPayment
from billing.application.commands.request_estimate import RequestEstimate
from billing.application.commands.reverse_charge import ReverseCharge
from billing.application.commands.send_account_link import SendAccountLink
from billing.application.commands.void_superbill import VoidSuperbill
from billing.application.commands.waive_fee import WaiveFee
from billing.application.commands.write_off_charge import WriteOffCharge
from billing.application.use_cases import Billing
from billing.domain.appeals import Language
from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.ids import (
    AppointmentId,
    ChargeId,
    EstimateId,
    LinkId,
    PackageId,
    PatientId,
    PaymentId,
    ReimbursementId,
    StaffId,
    SuperbillId,
)
from billing.domain.money import Money
from billing.domain.months import Month
from billing.domain.payment_methods import PaymentMethod
from billing.domain.refunds import RefundReason
from billing.domain.visits import VisitKind
from billing.domain.write_offs import WriteOffReason
from billing.entrypoints.http.account_routes import CoverageBody, PrivateContractBody
from billing.entrypoints.http.appeal_routes import Appealing
from billing.entrypoints.http.charge_routes import WaiveFeeBody
from billing.entrypoints.http.estimate_routes import (
    MOST_VISITS,
    BeginDisputeBody,
    DeliverEstimateBody,
    IssueEstimateBody,
)
from billing.entrypoints.http.package_routes import GiveBackBody
from billing.entrypoints.http.paper_routes import YEARS
from billing.entrypoints.http.reimbursement_routes import Opening
from billing.entrypoints.http.schemas import Id, Line, MonthText
from billing.entrypoints.http.superbill_routes import VoidBody
from billing.entrypoints.pages.asking import Cents
from billing.entrypoints.pages.reimbursing import CaseForm, Nothing
from careflow_service.http.dependencies import RequestBody
from careflow_service.identity import Actor, RequestKey

B = TypeVar("B")

VISIT: Final = "visit:"
"""What money is meant for is a charge's id, or a visit's behind this."""

Count = Annotated[int, Field(ge=1, le=MOST_VISITS)]


class AppealingFor(Appealing):
    language: Language


class Paying(RequestBody):
    amount: Cents
    method: PaymentMethod
    reference: Line | None = None
    meant_for: Id | None = None
    is_another: bool = False


class Linking(RequestBody):
    amount: Cents | None = None
    meant_for: Id | None = None


class GivingBack(RequestBody):
    amount: Cents
    reason: RefundReason


class PaidOtherwise(RequestBody):
    refund_id: Id


class Prepaying(RequestBody):
    offer: Id
    method: PaymentMethod
    reference: Line | None = None
    is_another: bool = False


class SummingUp(RequestBody):
    year: YEARS


class WritingOff(RequestBody):
    amount: Cents
    reason: WriteOffReason


class ForInsurer(RequestBody):
    charge_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]
    disclose_diagnoses: bool


class Pricing(RequestBody):
    """How many visits of each kind that costs something."""

    evaluation: Count | None = None
    preparation: Count | None = None
    dosing: Count | None = None
    integration: Count | None = None
    review: Count | None = None
    adjunct: Count | None = None


class Deciding(RequestBody):
    outcome: DisputeOutcome
    adjusted: Cents | None = None


class Stating(RequestBody):
    month: MonthText


@dataclass(frozen=True, slots=True)
class Doing(Generic[B]):
    """A form as it was filled in, about a thing of a patient's at the version its sender saw."""

    patient_id: PatientId
    thing_id: str
    version: int
    body: B
    currency: str

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


def charge_ids_of(meant_for: str | None) -> tuple[ChargeId, ...]:
    return () if meant_for is None or meant_for.startswith(VISIT) else (ChargeId(meant_for),)


def appointment_id_of(meant_for: str | None) -> AppointmentId | None:
    visit = meant_for is not None and meant_for.startswith(VISIT)
    return AppointmentId(meant_for.removeprefix(VISIT)) if visit and meant_for else None


async def pay(app: Billing, doing: Doing[Paying], actor: Actor, key: RequestKey) -> object:
    body = doing.body
    command = ReceivePayment(
        doing.patient_id,
        doing.money(body.amount),
        body.method,
        body.reference,
        charge_ids_of(body.meant_for),
        appointment_id_of(body.meant_for),
        body.is_another,
    )
    return await app.receive_payment(command, actor, key)


async def give_back(app: Billing, doing: Doing[GivingBack], actor: Actor, key: RequestKey) -> object:
    amount, reason = doing.money(doing.body.amount), doing.body.reason
    command = RefundPayment(PaymentId(doing.thing_id), amount, reason, doing.version)
    return await app.refund_payment(command, actor, key)


async def pay_otherwise(app: Billing, doing: Doing[PaidOtherwise], actor: Actor, key: RequestKey) -> object:
    command = PayRefundOtherwise(PaymentId(doing.thing_id), doing.body.refund_id, doing.version)
    return await app.pay_refund_otherwise(command, actor, key)


async def receipt(app: Billing, doing: Doing[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.issue_receipt(IssueReceipt(PaymentId(doing.thing_id)), actor, key)


async def make_link(app: Billing, doing: Doing[Linking], actor: Actor, key: RequestKey) -> object:
    body = doing.body
    command = MakePaymentLink(
        doing.patient_id,
        charge_ids_of(body.meant_for),
        appointment_id_of(body.meant_for),
        None if body.amount is None else doing.money(body.amount),
    )
    return await app.make_payment_link(command, actor, key)


async def close_link(app: Billing, doing: Doing[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.close_payment_link(ClosePaymentLink(LinkId(doing.thing_id), doing.version), actor, key)


async def bill(app: Billing, doing: Doing[ForInsurer], actor: Actor, key: RequestKey) -> object:
    charge_ids = tuple(ChargeId(each) for each in doing.body.charge_ids)
    command = IssueSuperbill(doing.patient_id, charge_ids, doing.body.disclose_diagnoses, None)
    return await app.issue_superbill(command, actor, key)


async def void(app: Billing, doing: Doing[VoidBody], actor: Actor, key: RequestKey) -> object:
    command = VoidSuperbill(SuperbillId(doing.thing_id), doing.body.reason, doing.version)
    return await app.void_superbill(command, actor, key)


async def appeal(app: Billing, doing: Doing[AppealingFor], actor: Actor, key: RequestKey) -> object:
    command = doing.body.command(doing.thing_id, doing.body.language)
    return await app.issue_appeal_letter(command, actor, key)


async def ask_price(app: Billing, doing: Doing[Pricing], actor: Actor, key: RequestKey) -> object:
    counts = doing.body.model_dump(exclude_none=True)
    visits = tuple((VisitKind(kind), count) for kind, count in counts.items())
    return await app.request_estimate(RequestEstimate(doing.patient_id, visits), actor, key)


async def issue_estimate(app: Billing, doing: Doing[IssueEstimateBody], actor: Actor, key: RequestKey) -> object:
    command = IssueEstimate(EstimateId(doing.thing_id), doing.body.late_reason, doing.version)
    return await app.issue_estimate(command, actor, key)


async def deliver(app: Billing, doing: Doing[DeliverEstimateBody], actor: Actor, key: RequestKey) -> object:
    command = DeliverEstimate(EstimateId(doing.thing_id), doing.body.way, doing.version)
    return await app.deliver_estimate(command, actor, key)


async def begin_dispute(app: Billing, doing: Doing[BeginDisputeBody], actor: Actor, key: RequestKey) -> object:
    body = doing.body
    command = BeginEstimateDispute(EstimateId(doing.thing_id), body.billed_on, body.initiated_on, doing.version)
    return await app.begin_estimate_dispute(command, actor, key)


async def close_dispute(app: Billing, doing: Doing[Deciding], actor: Actor, key: RequestKey) -> object:
    adjusted = None if doing.body.adjusted is None else doing.money(doing.body.adjusted)
    command = CloseEstimateDispute(EstimateId(doing.thing_id), doing.body.outcome, adjusted, doing.version)
    return await app.close_estimate_dispute(command, actor, key)


async def state(app: Billing, doing: Doing[Stating], actor: Actor, key: RequestKey) -> object:
    return await app.issue_statement(IssueStatement(doing.patient_id, Month.written(doing.body.month)), actor, key)


async def post(app: Billing, doing: Doing[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.post_waiting_charge(PostWaitingCharge(ChargeId(doing.thing_id), doing.version), actor, key)


async def reverse(app: Billing, doing: Doing[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.reverse_charge(ReverseCharge(ChargeId(doing.thing_id), doing.version), actor, key)


async def write_off(app: Billing, doing: Doing[WritingOff], actor: Actor, key: RequestKey) -> object:
    amount, reason = doing.money(doing.body.amount), doing.body.reason
    command = WriteOffCharge(ChargeId(doing.thing_id), amount, reason, doing.version)
    return await app.write_off_charge(command, actor, key)


async def waive(app: Billing, doing: Doing[WaiveFeeBody], actor: Actor, key: RequestKey) -> object:
    command = WaiveFee(AppointmentId(doing.thing_id), doing.body.reason, doing.version)
    return await app.waive_fee(command, actor, key)


async def send_link(app: Billing, doing: Doing[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.send_account_link(SendAccountLink(doing.patient_id), actor, key)


async def let_in(app: Billing, doing: Doing[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.issue_account_link(IssueAccountLink(doing.patient_id), actor, key)


async def cover(app: Billing, doing: Doing[CoverageBody], actor: Actor, key: RequestKey) -> object:
    command = RecordCoverage(doing.patient_id, doing.body.coverage(), doing.version)
    return await app.record_coverage(command, actor, key)


async def contract(app: Billing, doing: Doing[PrivateContractBody], actor: Actor, key: RequestKey) -> object:
    body = doing.body
    command = AddPrivateContract(doing.patient_id, StaffId(body.practitioner_id), body.signed_on, body.ends_on)
    return await app.add_private_contract(command, actor, key)


async def prepay(app: Billing, doing: Doing[Prepaying], actor: Actor, key: RequestKey) -> object:
    body = doing.body
    command = BuyPackage(doing.patient_id, body.offer, body.method, body.reference, body.is_another)
    return await app.buy_package(command, actor, key)


async def give_back_package(app: Billing, doing: Doing[GiveBackBody], actor: Actor, key: RequestKey) -> object:
    command = GiveBackPackage(PackageId(doing.thing_id), doing.body.as_goodwill, doing.version)
    return await app.give_back_package(command, actor, key)


async def sum_up(app: Billing, doing: Doing[SummingUp], actor: Actor, key: RequestKey) -> object:
    return await app.issue_yearly_summary(IssueYearlySummary(doing.patient_id, doing.body.year), actor, key)


async def help_with(app: Billing, doing: Doing[Opening], actor: Actor, key: RequestKey) -> object:
    command = OpenReimbursement(SuperbillId(doing.thing_id), doing.body.file_by)
    return await app.open_reimbursement(command, actor, key)


def say(form: CaseForm) -> Callable[[Billing, Doing[Any], Actor, RequestKey], Awaitable[object]]:
    """What such a form of a case says."""

    async def does(app: Billing, doing: Doing[Any], actor: Actor, key: RequestKey) -> object:
        step = form.step(doing.body, doing.currency)
        command = RecordReimbursement(ReimbursementId(doing.thing_id), step, doing.version)
        return await app.record_reimbursement(command, actor, key)

    return does
