"""What bodies and views have in common: bounded text, money, the application a route calls, papers, card numbers."""

import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from billing.application.use_cases import Billing
from billing.domain.card_numbers import refuse_card_number
from billing.domain.money import Money
from careflow_service.http.dependencies import RequestPart, application
from careflow_service.http.fields import ONE_LINE, PROSE

App = Annotated[Billing, Depends(application(Billing))]

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120), ONE_LINE]
Note = Annotated[str, StringConstraints(min_length=1, max_length=1000), PROSE]

MonthText = Annotated[str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A month of the clinic's calendar: 2026-11."""

LARGEST_AMOUNT = 100_000_000
"""A million in cents: no amount of a clinic's patient is larger."""


async def no_card_number(request: Request) -> None:
    """Whatever a client sends is searched for card numbers before anything else is done with it. Raises
    `card_number_refused`.
    """
    await no_card_number_in_address(request)
    for text in _sent(request, await request.body()):
        refuse_card_number(text)


async def no_card_number_in_address(request: Request) -> None:
    """For pages, whose forms say it where it was typed. Raises `card_number_refused`."""
    refuse_card_number(request.url.path)
    for name, value in request.query_params.multi_items():
        refuse_card_number(name)
        refuse_card_number(value)


def _sent(request: Request, body: bytes) -> Iterator[str]:
    """Every text of a request that is kept or shown again, without the escapes that may hide digits."""
    yield request.headers.get("idempotency-key", "")
    try:
        yield from _texts(json.loads(body) if body else None)
    except ValueError:
        yield body.decode("utf-8", "replace")


def _texts(document: object) -> Iterator[str]:
    """Every name, text and number of a JSON document, each for itself."""
    waiting = [document]
    while waiting:
        match waiting.pop():
            case dict() as members:
                waiting += [*members, *members.values()]
            case list() as items:
                waiting += items
            case value:
                yield str(value)


class MoneyBody(RequestPart):
    """An amount in minor units (cents)."""

    minor: Annotated[int, Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    def money(self) -> Money:
        return Money(self.minor, self.currency)


class View(BaseModel):
    """What a route shows of a domain value: its attributes of the same names."""

    model_config = ConfigDict(from_attributes=True)


class MoneyView(View):
    minor: int
    currency: str


class ChangedView(View):
    """A command made or changed something, which now has this version."""

    id: str
    version: int


def paper(pdf: bytes, name: str) -> Response:
    """A PDF, to be shown or kept, and by no cache."""
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
