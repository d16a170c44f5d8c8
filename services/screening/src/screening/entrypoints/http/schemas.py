"""What bodies have in common: bounded text, the application a route calls, the answers to plain commands."""

from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from careflow_service.http.dependencies import answer, application
from careflow_service.http.fields import ONE_LINE, PROSE
from careflow_service.results import Changed
from careflow_service.work import Committed
from screening.application.use_cases import Screening

App = Annotated[Screening, Depends(application(Screening))]

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE]
Note = Annotated[str, StringConstraints(min_length=1, max_length=4000), PROSE]


class View(BaseModel):
    """What a route shows of a domain value: its attributes of the same names."""

    model_config = ConfigDict(from_attributes=True)


class CrisisView(View):
    """To be shown before anything else: `text` in English, `translations` by the code of their language."""

    text: str
    translations: dict[str, str]
    lifeline: str
    emergency: str


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
