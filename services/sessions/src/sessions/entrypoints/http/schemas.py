"""What bodies have in common: bounded text, clinical amounts, the application a route calls, the plain answers."""

import re
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from careflow_service.http.dependencies import answer, application
from careflow_service.http.fields import ONE_LINE, PROSE
from careflow_service.results import Added, Changed
from careflow_service.work import Committed
from sessions.application.use_cases import Sessions
from sessions.domain.registrants import Registrant

App = Annotated[Sessions, Depends(application(Sessions))]

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]
Staff = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""The id of somebody of the clinic, as the identity provider knows them; it goes out in events as it is."""
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE]
Note = Annotated[str, StringConstraints(min_length=1, max_length=4000), PROSE]

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000), PROSE]


def _written_amount(value: object) -> Decimal:
    if not isinstance(value, str):
        raise PydanticCustomError("wrong_type", "an amount is text")
    if re.fullmatch(AMOUNT_PATTERN, value) is None:
        raise PydanticCustomError("wrong_form", "plain digits, at most four of them behind the point")
    return Decimal(value)


AMOUNT_PATTERN = r"^[0-9]{1,6}(\.[0-9]{1,4})?$"
Quantity = Annotated[
    Decimal,
    BeforeValidator(_written_amount),
    Field(le=100_000),
    WithJsonSchema({"type": "string", "pattern": AMOUNT_PATTERN}),
]
"""A clinical amount, written as text in JSON ("0.5"), so that no binary fraction ever stands for a dose; and only as
plain ASCII digits, so that what was typed is what is read."""

Shown = Annotated[Decimal, PlainSerializer(lambda amount: format(amount.normalize(), "f"), return_type=str)]
"""A clinical amount as it is answered: plain digits without idle zeros, so that it may be sent back as a `Quantity`."""


class View(BaseModel):
    """What a route shows of a domain value: its attributes of the same names."""

    model_config = ConfigDict(from_attributes=True)


class AggregateChanged(BaseModel):
    """A command changed the thing with this id, which now has this version."""

    id: str
    version: int


class PartAdded(AggregateChanged):
    """A command added a part to it."""

    added_id: str


def changed(committed: Committed[Changed], *, status: int = 200, location: str | None = None) -> Response:
    """The answer to a command that changed or made one thing."""
    value = committed.value
    body = AggregateChanged(id=value.id, version=value.version)
    return answer(committed, body, status=status, version=value.version, location=location)


def added(committed: Committed[Added]) -> Response:
    """The answer to a command that added a part to one thing."""
    value = committed.value
    body = PartAdded(id=value.id, version=value.version, added_id=value.added_id)
    return answer(committed, body, status=201, version=value.version)


class RegistrantView(View):
    """Who is registered with the DEA for a place, as the certificate says."""

    name: str
    address: tuple[str, ...]
    dea_number: str


def registrant_view(registrant: Registrant | None) -> RegistrantView | None:
    return RegistrantView.model_validate(registrant) if registrant else None
