"""How dates, amounts and ways of payment are written on papers."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from billing.domain.money import Money
from billing.domain.payment_methods import PaymentMethod

IN_A_SENTENCE: Final[Mapping[PaymentMethod, str]] = {
    PaymentMethod.CARD_TERMINAL: "card",
    PaymentMethod.HSA_FSA: "HSA/FSA card",
    PaymentMethod.CASH: "cash",
    PaymentMethod.CHECK: "check",
    PaymentMethod.TRANSFER: "bank transfer",
    PaymentMethod.CARD_ONLINE: "card, online",
}
METHODS: Final[Mapping[PaymentMethod, str]] = {
    method: f"{name[0].upper()}{name[1:]}" for method, name in IN_A_SENTENCE.items()
}
"""The same, standing alone or at the beginning."""


def parts(day: date) -> dict[str, Any]:
    return {"year": day.year, "month": day.month, "day": day.day, "text": us(day)}


def us(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def amount(money: Money) -> str:
    symbol = "$" if money.currency == "USD" else f"{money.currency} "
    whole, cents = divmod(abs(money.minor), 100)
    sign = "\u2212" if money.minor < 0 else ""
    return f"{sign}{symbol}{whole:,}.{cents:02d}"
