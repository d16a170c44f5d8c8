"""What bodies and views have in common: bounded text, the span that is asked for, the application a route calls, the
answers to plain commands.
"""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from booking.application.use_cases import Booking
from booking.domain.ids import PractitionerId
from careflow_service.http.dependencies import answer, application
from careflow_service.http.fields import ONE_LINE, Moment
from careflow_service.results import Changed
from careflow_service.work import Committed

App = Annotated[Booking, Depends(application(Booking))]

From = Annotated[Moment, Query(alias="from", description="The earliest start.")]
To = Annotated[Moment, Query(alias="to", description="Starts are before this; at most 31 days after `from`.")]

Text = Annotated[str, Field(min_length=1, max_length=200), ONE_LINE]
StaffId = Annotated[PractitionerId, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class SavedView(BaseModel):
    id: str
    version: int

    @classmethod
    def of(cls, saved: Changed) -> "SavedView":
        return cls(id=saved.id, version=saved.version)


def saved(done: Committed[Changed], *, status: int = 200, location: str | None = None) -> Response:
    """The answer to a command that made or changed one thing."""
    return answer(done, SavedView.of(done.value), status=status, version=done.value.version, location=location)
