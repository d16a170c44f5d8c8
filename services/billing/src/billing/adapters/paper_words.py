"""What receipts, statements, yearly summaries and letters of appeal say, as their templates take it. Every amount is
the domain's.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, assert_never

from billing.adapters.appeal_words import appeal_words
from billing.adapters.printed import IN_A_SENTENCE, METHODS, amount, parts, us
from billing.domain.appeal_letters import AppealLetter
from billing.domain.letterhead import Letterhead
from billing.domain.money import Money
from billing.domain.papers import Paper
from billing.domain.receipts import GivenBack, PaidFor, Receipt
from billing.domain.refunds import RefundReason
from billing.domain.rendered import FEES, ChargeCause
from billing.domain.statement_lines import LineKind, StatementLine
from billing.domain.statements import Statement
from billing.domain.yearly_summaries import YearlySummary

_VISITS: Final[Mapping[ChargeCause, str]] = {
    ChargeCause.SESSION: "Visit",
    ChargeCause.EVALUATION: "Evaluation",
    ChargeCause.LATE_CANCELLATION: "Fee for a visit cancelled late",
    ChargeCause.NO_SHOW: "Fee for a missed visit",
}
_REASONS: Final[Mapping[RefundReason, str]] = {
    RefundReason.OVERPAID: "paid and not owed",
    RefundReason.CHARGE_CORRECTED: "a charge was corrected",
    RefundReason.GOODWILL: "a courtesy of the practice",
    RefundReason.PACKAGE_UNUSED: "unused visits of a package",
    RefundReason.CHARGEBACK: "taken back by the card's bank after a dispute",
}
_LINES: Final[Mapping[LineKind, str]] = {
    LineKind.CHARGE: "{visit} on {day}",
    LineKind.CHARGE_REVERSED: "Taken back: {visit} on {day}",
    LineKind.PAYMENT: "Payment, {method}",
    LineKind.PACKAGE_PAYMENT: "Payment for a package, {method}",
    LineKind.REFUND: "Refund to you, {method}",
    LineKind.CHARGEBACK: "Taken back by your card's bank after a dispute",
    LineKind.PAYMENT_CORRECTED: "Taken out: a payment entered by mistake, {method}",
    LineKind.GOODWILL: "Refunded as a courtesy: not owed again",
    LineKind.GOODWILL_REVERSED: "Refunded as a courtesy before, for a charge that has changed",
    LineKind.DISCOUNT: "Discount: {visit} on {day}",
    LineKind.BAD_DEBT: "No longer asked for: {visit} on {day}",
    LineKind.RECOVERY: "No longer asked for before, and paid now: {visit} on {day}",
    LineKind.DISCOUNT_REVERSED: "Discount taken back with its charge: {visit} on {day}",
    LineKind.BAD_DEBT_REVERSED: "No longer asked for, taken back with its charge: {visit} on {day}",
}


def paper_words(paper: Paper) -> dict[str, Any]:
    common = {
        "number": paper.number,
        "issued": parts(paper.issued_on),
        "replaces": paper.replaces_number,
        **_head(paper.content.head),
    }
    match paper.content:
        case Receipt() as receipt:
            return {**common, **_receipt(receipt)}
        case Statement() as statement:
            return {**common, **_statement(statement)}
        case YearlySummary() as summary:
            return {**common, **_yearly(summary)}
        case AppealLetter() as letter:
            return {**common, **appeal_words(letter, paper.issued_on)}
        case _:
            assert_never(paper.content)


def _head(head: Letterhead) -> dict[str, Any]:
    return {
        "provider": asdict(head.provider),
        "name": head.name,
        "address": asdict(head.address) if head.address else None,
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "received_on": us(receipt.received_on),
        "method": METHODS[receipt.method],
        "reference": receipt.reference,
        "received": amount(receipt.received),
        "paid_for": [_paid_for(each) for each in receipt.paid_for],
        "given_back": [_given_back(each) for each in receipt.given_back],
        "for_visit": _if_any(receipt.for_visit),
        "for_package": _if_any(receipt.for_package),
        "package": receipt.package,
        "free": _if_any(receipt.free),
        "entered_in_error": _if_any(receipt.entered_in_error),
    }


def _paid_for(each: PaidFor) -> dict[str, Any]:
    return {
        "date": us(each.service_date),
        "what": _VISITS[each.cause],
        "services": "; ".join(each.services),
        "fee": each.cause in FEES,
        "conceded": f"{amount(each.amount)} less {amount(each.conceded)} refunded" if each.conceded else None,
        "amount": amount(each.kept),
    }


def _given_back(each: GivenBack) -> dict[str, Any]:
    return {
        "date": us(each.refunded_on),
        "method": METHODS[each.method],
        "why": f"{_REASONS[each.reason]}; on its way to you" if each.on_its_way else _REASONS[each.reason],
        "received_on": us(each.received_on),
        "amount": amount(each.amount),
    }


def _statement(statement: Statement) -> dict[str, Any]:
    opening, closing = statement.opening, statement.closing
    return {
        "begins_on": us(statement.begins_on),
        "ends_on": us(statement.ends_on),
        "opening": amount(opening.net),
        "lines": [
            {**_line(line), "balance": amount(balance)}
            for line, balance in zip(statement.lines, statement.running, strict=True)
        ],
        "closing": amount(closing.net),
        "owed": amount(closing.owed),
        "credit": _if_any(closing.credit),
        "deposits": _if_any(closing.deposits),
        "prepaid": _if_any(closing.packages),
        "settled_since": _if_any(-statement.settled_since),
        "to_pay": _if_any(statement.to_pay),
        "in_dispute": _if_any(statement.in_dispute),
        "due_on": us(statement.due_on) if statement.due_on else None,
        "credit_for_care_only": statement.credit_for_care_only,
        "holds": bool(closing.credit or closing.deposits or closing.packages),
        "packages": [asdict(each) for each in statement.packages],
        "dispute_line": amount(statement.dispute_line),
    }


def _line(line: StatementLine) -> dict[str, Any]:
    said = _LINES[line.kind].format(
        visit=_VISITS[line.cause] if line.cause else "",
        day=us(line.service_date) if line.service_date else "",
        method=IN_A_SENTENCE[line.method] if line.method else "",
    )
    more = line.amount.minor > 0
    return {
        "date": us(line.posted_on),
        "what": said,
        "services": "; ".join(line.services),
        "charged": amount(line.amount) if more else None,
        "credited": None if more else amount(-line.amount),
    }


def _yearly(summary: YearlySummary) -> dict[str, Any]:
    return {
        "year": str(summary.year),
        "payments": [
            {
                "date": us(each.received_on),
                "method": METHODS[each.method],
                "received": amount(each.received),
                "care": amount(each.for_care),
                "fees": amount(each.for_fees),
                "unused": amount(each.unused),
                "given_back": amount(each.given_back),
            }
            for each in summary.payments
        ],
        "totals": {
            "received": amount(summary.received),
            "care": amount(summary.for_care),
            "fees": amount(summary.for_fees),
            "unused": amount(summary.unused),
            "given_back": amount(summary.returned),
        },
        "paid_for": [_paid_for(each) for each in summary.paid_for],
        "refunds": [_given_back(each) for each in summary.given_back],
        "refunded": amount(summary.given_back_in_year),
    }


def _if_any(money: Money) -> str | None:
    return amount(money) if money else None
