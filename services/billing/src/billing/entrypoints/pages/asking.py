"""What a biller's form asks beside what every form of the staff asks: amounts of money, and never a card's number.

Invariant: whatever looks like a card number is refused before anything is done with it, and not shown again.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BeforeValidator
from pydantic import Field as Bounds
from pydantic_core import PydanticCustomError

from billing.domain.card_numbers import looks_like_card_number
from billing.domain.money import Money
from billing.entrypoints.http.schemas import LARGEST_AMOUNT
from careflow_service.pages.asking import Field, Filled
from careflow_service.pages.forms import Form
from careflow_service.pages.refusing import Refused

_CARD_NUMBER: Final = Refused("card_number_refused", 422)
_AMOUNT: Final = re.compile(r"\$? ?([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.([0-9]{2}))?")


def _cents(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _AMOUNT.fullmatch(value)
    if found is None:
        raise PydanticCustomError("wrong_form", "an amount such as 225.00")
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0)


Cents = Annotated[int, BeforeValidator(_cents), Bounds(ge=0, le=LARGEST_AMOUNT)]
"""An amount as it is written, `1,225.00`, in cents."""


def as_typed(amount: Money) -> str:
    """How an amount is typed."""
    return f"{amount.minor // 100}.{amount.minor % 100:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Field):
    """A field in which something stands before anything is typed."""

    first: str = ""


def first_of(fields: Iterable[Asked]) -> Form:
    """What stands in a form before anything is typed."""
    return Form({each.name: each.first for each in fields if each.first})


def with_card_number(typed: Form) -> Filled | None:
    """What looks like a card number is refused, and not shown again with the rest; None where nothing does."""
    kept = {
        name: value
        for name, value in typed.fields.items()
        if not looks_like_card_number(name) and not looks_like_card_number(value)
    }
    return Filled(Form(kept), refused=_CARD_NUMBER) if len(kept) < len(typed.fields) else None
