"""What is done about an account: one row for each form, with the API's command it stands for.

Invariant: who may send a form is who may call that route of the API, and what it does is that route's own use case.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from billing.application.queries.read_account import AccountSeen, Of, Thing
from billing.application.use_cases import Billing
from billing.domain.accounts import Account, CoverageKind, Relationship
from billing.domain.charges import Charge, ChargeState
from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.estimate_issues import DeliveryWay
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import FeeCase, FeeState, WaiverReason
from billing.domain.money import Money
from billing.domain.payment_links import PaymentLink
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment
from billing.domain.processing import RefundState
from billing.domain.refunds import RefundReason
from billing.domain.rendered import FEES
from billing.domain.superbills import Superbill, VoidReason
from billing.domain.tasks import TaskKind
from billing.domain.write_offs import WriteOffReason
from billing.entrypoints.http.account_routes import CoverageBody
from billing.entrypoints.http.charge_routes import WaiveFeeBody
from billing.entrypoints.http.estimate_routes import BeginDisputeBody, DeliverEstimateBody, IssueEstimateBody
from billing.entrypoints.http.superbill_routes import VoidBody
from billing.entrypoints.pages import money_commands as do
from billing.entrypoints.pages.asking import Asked, as_typed
from billing.entrypoints.pages.money_commands import VISIT, Doing
from careflow_service.identity import Actor, RequestKey
from careflow_service.pages.asking import Kind
from careflow_service.pages.words import Words
from careflow_service.pages.writing import Writing

Does = Callable[[Billing, Doing[Any], Actor, RequestKey], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a form is about, and how it is written for its reader."""

    seen: AccountSeen
    thing: Thing
    words: Words
    zone: ZoneInfo

    @property
    def write(self) -> Writing:
        return Writing(self.words)

    def named(self, group: str, codes: Sequence[StrEnum]) -> list[tuple[str, str]]:
        """Codes as options, by their words."""
        return [(each.value, self.words.groups[group][each.value]) for each in codes]

    def money(self, amount: Money) -> str:
        return self.write.money(amount.minor, amount.currency)

    def service(self, charge: Charge, amount: Money) -> str:
        """A charge in a line."""
        cause = self.words.groups["charge_causes"][charge.rendered.cause]
        return f"{cause}, {self.write.birth_date(charge.rendered.service_date)}: {self.money(amount)}"


@dataclass(frozen=True, slots=True)
class MoneyForm:
    """`body` is what is read of it, `of` what it is about, `offered` whether it makes sense to ask about that."""

    name: str
    of: Of
    body: type[BaseModel]
    does: Does
    fields: Callable[[Before], Sequence[Asked]] = lambda _: ()
    offered: Callable[[Any], bool] = lambda _: True


_PAID_HERE: Final = [each for each in PaymentMethod if each is not PaymentMethod.CARD_ONLINE]
_GIVEN_BACK: Final = [
    each for each in RefundReason if each not in {RefundReason.CHARGEBACK, RefundReason.PACKAGE_UNUSED}
]
_VISITS: Final = ("evaluation", "preparation", "dosing", "integration", "review", "adjunct")


def _meant_for(before: Before) -> Asked:
    """Where money goes: as always, to one charge, or to a visit to come."""
    words, write = before.words.groups, before.write
    charges = [(each.id, before.service(each, each.balance)) for each in before.seen.open]
    visits = [
        (f"{VISIT}{each.id}", f"{words['visit_kinds'][each.kind]}, {write.moment(each.starts_at, before.zone)}")
        for each in before.seen.to_come
    ]
    return Asked(
        name="meant_for", kind=Kind.CHOICE, options=[("", words["account_page"]["oldest_first"]), *charges, *visits]
    )


def _paying(before: Before) -> Sequence[Asked]:
    owed = before.seen.owed
    return (
        Asked(name="amount", kind=Kind.AMOUNT, first=as_typed(owed) if owed else ""),
        Asked(name="method", kind=Kind.CHOICE, options=before.named("methods", _PAID_HERE)),
        Asked(name="reference"),
        _meant_for(before),
    )


def _giving_back(before: Before) -> Sequence[Asked]:
    free = before.thing.free if isinstance(before.thing, Payment) else None
    return (
        Asked(name="amount", kind=Kind.AMOUNT, first=as_typed(free) if free else ""),
        Asked(name="reason", kind=Kind.CHOICE, options=before.named("refund_reasons", _GIVEN_BACK)),
    )


def _failed(payment: Payment) -> list[tuple[str, Money]]:
    return [(each.id, each.amount) for each in payment.refunds if each.state is RefundState.FAILED]


def _paid_otherwise(before: Before) -> Sequence[Asked]:
    failed = _failed(before.thing) if isinstance(before.thing, Payment) else []
    options = [(refund_id, before.money(amount)) for refund_id, amount in failed]
    return (Asked(name="refund_id", kind=Kind.CHOICE, options=options),)


def _writing_off(before: Before) -> Sequence[Asked]:
    owed = before.thing.balance if isinstance(before.thing, Charge) else None
    return (
        Asked(name="amount", kind=Kind.AMOUNT, first=as_typed(owed) if owed else ""),
        Asked(name="reason", kind=Kind.CHOICE, options=before.named("write_off_reasons", list(WriteOffReason))),
    )


def _billing(before: Before) -> Sequence[Asked]:
    charges = [(each.id, before.service(each, each.amount)) for each in before.seen.to_bill]
    return (
        Asked(name="charge_ids", kind=Kind.SEVERAL, options=charges),
        Asked(name="disclose_diagnoses", kind=Kind.YES_NO),
    )


def _one(name: str, group: str, codes: type[StrEnum]) -> Callable[[Before], Sequence[Asked]]:
    return lambda before: (Asked(name=name, kind=Kind.CHOICE, options=before.named(group, list(codes))),)


def _deciding(before: Before) -> Sequence[Asked]:
    outcome = Asked(name="outcome", kind=Kind.CHOICE, options=before.named("dispute_outcomes", list(DisputeOutcome)))
    return (outcome, Asked(name="adjusted", kind=Kind.AMOUNT))


def _covering(before: Before) -> Sequence[Asked]:
    known = before.thing.coverage if isinstance(before.thing, Account) else None

    def first(name: str) -> str:
        return str(getattr(known, name) or "") if known else ""

    relationships = before.named("relationships", list(Relationship))
    return (
        Asked(
            name="kind",
            kind=Kind.CHOICE,
            options=before.named("coverage_kinds", list(CoverageKind)),
            first=first("kind"),
        ),
        *(Asked(name=name, first=first(name)) for name in ("payer", "member_id", "group_number")),
        Asked(
            name="relationship",
            kind=Kind.CHOICE,
            options=relationships,
            first=first("relationship") or Relationship.SELF,
        ),
        Asked(name="subscriber_name", first=first("subscriber_name")),
    )


def _last_month(before: Before) -> Sequence[Asked]:
    today = before.seen.as_of.astimezone(before.zone).date()
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return (Asked(name="month", first=f"{year:04d}-{month:02d}"),)


def _linking(before: Before) -> Sequence[Asked]:
    return (Asked(name="amount", kind=Kind.AMOUNT), _meant_for(before))


def _is_owed(charge: Charge) -> bool:
    return bool(charge.balance)


def _is_late(before: Before) -> Sequence[Asked]:
    """A reason is asked for after the estimate's time, and only then."""
    due = before.thing.due_by if isinstance(before.thing, Estimate) else None
    late = due is not None and due < before.seen.as_of
    return (Asked(name="late_reason", kind=Kind.PROSE),) if late else ()


def _undelivered(estimate: Estimate) -> bool:
    return estimate.latest is not None and estimate.latest.delivered_at is None


def _is_a_service(charge: Charge) -> bool:
    return charge.state is ChargeState.POSTED and charge.rendered.cause not in FEES


def _can_be_lost(fee: FeeCase) -> bool:
    return fee.state in {FeeState.PENDING, FeeState.POSTED}


def _undecided(link: PaymentLink) -> bool:
    return link.is_undecided


def _in_force(superbill: Superbill) -> bool:
    return superbill.in_force


_DAYS: Final = (Asked(name="billed_on", kind=Kind.DAY), Asked(name="initiated_on", kind=Kind.DAY))

FORMS: Final = (
    MoneyForm("payment", Of.ACCOUNT, do.Paying, do.pay, _paying),
    MoneyForm("payment-link", Of.ACCOUNT, do.Linking, do.make_link, _linking),
    MoneyForm("superbill", Of.ACCOUNT, do.ForInsurer, do.bill, _billing),
    MoneyForm(
        "estimate",
        Of.ACCOUNT,
        do.Pricing,
        do.ask_price,
        lambda _: tuple(Asked(name=each, kind=Kind.WHOLE) for each in _VISITS),
    ),
    MoneyForm("statement", Of.ACCOUNT, do.Stating, do.state, _last_month),
    MoneyForm("send-account-link", Of.ACCOUNT, do.Nothing, do.send_link),
    MoneyForm("account-link", Of.ACCOUNT, do.Nothing, do.let_in),
    MoneyForm("coverage", Of.ACCOUNT, CoverageBody, do.cover, _covering),
    MoneyForm(
        "post",
        Of.CHARGE,
        do.Nothing,
        do.post,
        offered=lambda charge: charge.state is ChargeState.WAITING,
    ),
    MoneyForm(
        "write-off",
        Of.CHARGE,
        do.WritingOff,
        do.write_off,
        _writing_off,
        _is_owed,
    ),
    MoneyForm("reverse", Of.CHARGE, do.Nothing, do.reverse, offered=_is_a_service),
    MoneyForm(
        "refund",
        Of.PAYMENT,
        do.GivingBack,
        do.give_back,
        _giving_back,
        lambda payment: bool(payment.refundable),
    ),
    MoneyForm(
        "refund-paid",
        Of.PAYMENT,
        do.PaidOtherwise,
        do.pay_otherwise,
        _paid_otherwise,
        lambda payment: bool(_failed(payment)),
    ),
    MoneyForm("receipt", Of.PAYMENT, do.Nothing, do.receipt),
    MoneyForm(
        "void",
        Of.SUPERBILL,
        VoidBody,
        do.void,
        _one("reason", "void_reasons", VoidReason),
        _in_force,
    ),
    MoneyForm(
        "issue-estimate",
        Of.ESTIMATE,
        IssueEstimateBody,
        do.issue_estimate,
        _is_late,
        lambda estimate: estimate.due_by is not None,
    ),
    MoneyForm(
        "deliver-estimate",
        Of.ESTIMATE,
        DeliverEstimateBody,
        do.deliver,
        _one("way", "delivery_ways", DeliveryWay),
        _undelivered,
    ),
    MoneyForm(
        "dispute",
        Of.ESTIMATE,
        BeginDisputeBody,
        do.begin_dispute,
        lambda _: _DAYS,
        lambda estimate: estimate.latest is not None and not estimate.is_disputed,
    ),
    MoneyForm(
        "close-dispute",
        Of.ESTIMATE,
        do.Deciding,
        do.close_dispute,
        _deciding,
        lambda estimate: estimate.is_disputed,
    ),
    MoneyForm(
        "close-link",
        Of.LINK,
        do.Nothing,
        do.close_link,
        offered=_undecided,
    ),
    MoneyForm(
        "waive",
        Of.FEE,
        WaiveFeeBody,
        do.waive,
        _one("reason", "waiver_reasons", WaiverReason),
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
}
"""By which form what is to be done is done; a cardholder's dispute is answered at the processor."""
