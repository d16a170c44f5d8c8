"""What is done about an account: one row for each form, with the API's command it stands for.

Invariant: who may send a form is who may call that route of the API, and what it does is that route's own use case.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from billing.application.queries.read_account import Of
from billing.application.use_cases import Billing
from billing.domain.charges import Charge, ChargeState
from billing.domain.estimate_issues import DeliveryWay
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import FeeCase, FeeState
from billing.domain.payment_links import PaymentLink
from billing.domain.rendered import FEES
from billing.domain.superbills import Superbill, VoidReason
from billing.domain.tasks import TaskKind
from billing.entrypoints.http.account_routes import CoverageBody, PrivateContractBody
from billing.entrypoints.http.charge_routes import WaiveFeeBody
from billing.entrypoints.http.estimate_routes import BeginDisputeBody, DeliverEstimateBody, IssueEstimateBody
from billing.entrypoints.http.package_routes import GiveBackBody
from billing.entrypoints.http.reimbursement_routes import Opening
from billing.entrypoints.http.superbill_routes import VoidBody
from billing.entrypoints.pages import money_commands as do
from billing.entrypoints.pages.asking import Asked
from billing.entrypoints.pages.money_commands import Doing
from billing.entrypoints.pages.money_fields import (
    DISPUTE_DAYS,
    Before,
    contracting,
    covering,
    deciding,
    failed_of,
    filing,
    for_insurer,
    for_letter,
    giving_back,
    giving_back_package,
    last_month,
    last_year,
    late_reason,
    linking,
    one_of,
    paid_otherwise,
    paying,
    prepaying,
    pricing,
    saying,
    waiving,
    writing_off,
)
from billing.entrypoints.pages.reimbursing import CASE_FORMS, Nothing
from careflow_service.identity import Actor, RequestKey

Does = Callable[[Billing, Doing[Any], Actor, RequestKey], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class MoneyForm:
    """`body` is what is read of it, `of` what it is about, `offered` whether it makes sense to ask about that."""

    name: str
    of: Of
    body: type[BaseModel]
    does: Does
    fields: Callable[[Before], Sequence[Asked]] = lambda _: ()
    offered: Callable[[Any], bool] = lambda _: True


def _is_owed(charge: Charge) -> bool:
    return bool(charge.balance)


def _undelivered(estimate: Estimate) -> bool:
    return estimate.latest is not None and estimate.latest.delivered_at is None


def _is_a_service(charge: Charge) -> bool:
    return charge.state in (ChargeState.POSTED, ChargeState.WAITING) and charge.rendered.cause not in FEES


def _can_be_lost(fee: FeeCase) -> bool:
    return fee.state in {FeeState.PENDING, FeeState.POSTED}


def _undecided(link: PaymentLink) -> bool:
    return link.is_undecided


def _in_force(superbill: Superbill) -> bool:
    return superbill.in_force


def _can_be_appealed(superbill: Superbill) -> bool:
    return superbill.in_force and superbill.content.patient.coverage.is_filed_by_patient


FORMS: Final = (
    MoneyForm("payment", Of.ACCOUNT, do.Paying, do.pay, paying),
    MoneyForm("payment-link", Of.ACCOUNT, do.Linking, do.make_link, linking),
    MoneyForm("superbill", Of.ACCOUNT, do.ForInsurer, do.bill, for_insurer),
    MoneyForm(
        "estimate",
        Of.ACCOUNT,
        do.Pricing,
        do.ask_price,
        pricing,
    ),
    MoneyForm("statement", Of.ACCOUNT, do.Stating, do.state, last_month),
    MoneyForm("send-account-link", Of.ACCOUNT, Nothing, do.send_link),
    MoneyForm("account-link", Of.ACCOUNT, Nothing, do.let_in),
    MoneyForm("yearly-summary", Of.ACCOUNT, do.SummingUp, do.sum_up, last_year),
    MoneyForm("package", Of.ACCOUNT, do.Prepaying, do.prepay, prepaying),
    MoneyForm("private-contract", Of.ACCOUNT, PrivateContractBody, do.contract, contracting),
    MoneyForm("coverage", Of.ACCOUNT, CoverageBody, do.cover, covering),
    MoneyForm(
        "post",
        Of.CHARGE,
        Nothing,
        do.post,
        offered=lambda charge: charge.state is ChargeState.WAITING,
    ),
    MoneyForm(
        "write-off",
        Of.CHARGE,
        do.WritingOff,
        do.write_off,
        writing_off,
        _is_owed,
    ),
    MoneyForm("reverse", Of.CHARGE, Nothing, do.reverse, offered=_is_a_service),
    MoneyForm(
        "refund",
        Of.PAYMENT,
        do.GivingBack,
        do.give_back,
        giving_back,
        lambda payment: bool(payment.refundable),
    ),
    MoneyForm(
        "refund-paid",
        Of.PAYMENT,
        do.PaidOtherwise,
        do.pay_otherwise,
        paid_otherwise,
        lambda payment: bool(failed_of(payment)),
    ),
    MoneyForm("receipt", Of.PAYMENT, Nothing, do.receipt),
    MoneyForm(
        "void",
        Of.SUPERBILL,
        VoidBody,
        do.void,
        one_of("reason", "void_reasons", VoidReason),
        _in_force,
    ),
    MoneyForm("reimbursement", Of.SUPERBILL, Opening, do.help_with, filing, lambda bill: bill.can_be_helped),
    *(
        MoneyForm(f"reimbursement-{each.name}", Of.REIMBURSEMENT, each.body, do.say(each), saying(each), each.offered)
        for each in CASE_FORMS
    ),
    MoneyForm("appeal-letter", Of.SUPERBILL, do.AppealingFor, do.appeal, for_letter, _can_be_appealed),
    MoneyForm(
        "issue-estimate",
        Of.ESTIMATE,
        IssueEstimateBody,
        do.issue_estimate,
        late_reason,
        lambda estimate: estimate.due_by is not None,
    ),
    MoneyForm(
        "deliver-estimate",
        Of.ESTIMATE,
        DeliverEstimateBody,
        do.deliver,
        one_of("way", "delivery_ways", DeliveryWay),
        _undelivered,
    ),
    MoneyForm(
        "dispute",
        Of.ESTIMATE,
        BeginDisputeBody,
        do.begin_dispute,
        lambda _: DISPUTE_DAYS,
        lambda estimate: estimate.can_be_disputed,
    ),
    MoneyForm(
        "close-dispute",
        Of.ESTIMATE,
        do.Deciding,
        do.close_dispute,
        deciding,
        lambda estimate: estimate.is_disputed,
    ),
    MoneyForm(
        "give-back-package",
        Of.PACKAGE,
        GiveBackBody,
        do.give_back_package,
        giving_back_package,
        lambda package: bool(package.sessions_left),
    ),
    MoneyForm(
        "close-link",
        Of.LINK,
        Nothing,
        do.close_link,
        offered=_undecided,
    ),
    MoneyForm(
        "waive",
        Of.FEE,
        WaiveFeeBody,
        do.waive,
        waiving,
        _can_be_lost,
    ),
)
"""Those of the account itself first."""

NEXT: Final[Mapping[TaskKind, str | None]] = {
    TaskKind.ESTIMATE_DUE: "issue-estimate",
    TaskKind.BILL_DISPUTED: "close-dispute",
    TaskKind.CHARGE_WAITING: "post",
    TaskKind.SUPERBILL_DUE: "superbill",
    TaskKind.MONEY_UNAPPLIED: "refund",
    TaskKind.CARD_DISPUTED: None,
    TaskKind.REFUND_FAILED: "refund-paid",
    TaskKind.PACKAGE_LEFT: "give-back-package",
}
"""By which form what is to be done is done; a cardholder's dispute is answered at the processor."""
