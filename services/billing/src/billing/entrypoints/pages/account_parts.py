"""What may be done about an account as a biller looks for it: in parts."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from billing.entrypoints.pages.money_forms import MoneyForm


class Part(StrEnum):
    """What belongs together on the page of an account."""

    MONEY = "money"
    PAPERS = "papers"
    COVERAGE = "coverage"
    ACCESS = "access"


PARTS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.MONEY: ("payment", "payment-link", "package"),
    Part.PAPERS: ("superbill", "estimate", "statement", "yearly-summary"),
    Part.COVERAGE: ("coverage", "private-contract"),
    Part.ACCESS: ("send-account-link", "account-link"),
}
"""Every form of the account itself by its name."""


def in_parts(offered: Sequence[MoneyForm]) -> Sequence[tuple[Part, Sequence[MoneyForm]]]:
    """What is offered, by part; a part of which nothing is offered is not there."""
    by_name = {form.name: form for form in offered}
    parts = ((part, [by_name[name] for name in names if name in by_name]) for part, names in PARTS.items())
    return [(part, forms) for part, forms in parts if forms]
