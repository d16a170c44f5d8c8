"""What bodies have in common: bounded text, the application a route calls, the answers to plain commands."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from careflow_service.http.dependencies import answer, application
from careflow_service.work import Committed
from screening.application.results import Changed
from screening.application.use_cases import Screening

App = Annotated[Screening, Depends(application(Screening))]

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Outside these no instant means anything here, and arithmetic on it might leave the calendar."""


def _in_utc(instant: datetime) -> datetime:
    if not EARLIEST <= instant < LATEST:
        raise PydanticCustomError("out_of_range", "an instant between 1900 and 2200")
    return instant.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class View(BaseModel):
    """What a route shows of a domain value: its attributes of the same names."""

    model_config = ConfigDict(from_attributes=True)


class CaseChanged(BaseModel):
    """A command changed a case, which now has this version."""

    case_id: str
    version: int


def case_changed(committed: Committed[Changed], *, status: int = 200) -> Response:
    """The answer to a command that changed a case."""
    changed = committed.value
    body = CaseChanged(case_id=changed.id, version=changed.version)
    return answer(committed, body, status=status, version=changed.version)


class ClearanceChanged(BaseModel):
    """A command changed a clearance, which now has this version."""

    clearance_id: str
    version: int
