"""How calendar feeds look over HTTP."""

from pydantic import BaseModel

from booking.application.results import FeedOpened
from booking.domain.ids import PractitionerId


class FeedView(BaseModel):
    """Where a calendar program reads when the practitioner is busy; whoever knows it can. It is told this once."""

    practitioner_id: PractitionerId
    path: str

    @classmethod
    def of(cls, opened: FeedOpened) -> "FeedView":
        return cls(practitioner_id=opened.practitioner_id, path=f"/v1/public/calendars/{opened.secret}.ics")
