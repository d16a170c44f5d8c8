"""What bodies and views have in common: bounded text, money, the application a route calls, papers, card numbers."""

import json
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
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), ONE_LINE]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), PROSE]

LARGEST_AMOUNT = 100_000_000
"""A million in cents: no amount of a clinic's patient is larger."""


async def no_card_number(request: Request) -> None:
    """Whatever a client sends is searched for card numbers before anything else is done with it. Raises
    `card_number_refused`.
    """
    refuse_card_number(_plain(await request.body()))
    refuse_card_number(request.url.query)


def _plain(body: bytes) -> str:
    """The body without the escapes JSON may hide digits in."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False) if body else ""
    except ValueError:
        return body.decode("utf-8", "replace")


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
