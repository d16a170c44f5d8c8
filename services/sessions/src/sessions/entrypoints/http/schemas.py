"""What bodies have in common: bounded text, clinical amounts, the application a route calls, the plain answers."""

from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from careflow_service.http.dependencies import answer, application
from careflow_service.http.fields import ONE_LINE, PROSE
from careflow_service.work import Committed
from sessions.application.results import Changed
from sessions.application.use_cases import Sessions

App = Annotated[Sessions, Depends(application(Sessions))]

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), ONE_LINE]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), PROSE]

Quantity = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=4, allow_inf_nan=False)]
"""A clinical amount, written as text in JSON ("0.5"), so that no binary fraction ever stands for a dose."""


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
