"""How free times look over HTTP, and who would be there."""

from datetime import datetime

from pydantic import BaseModel

from booking.domain.availability import Opening
from booking.domain.ids import PractitionerId
from booking.domain.slots import Provider
from booking.domain.visits import PractitionerRole


class ProviderView(BaseModel):
    id: PractitionerId
    role: PractitionerRole

    @classmethod
    def of(cls, provider: Provider) -> "ProviderView":
        return cls(id=provider.id, role=provider.role)


class OpeningView(BaseModel):
    """A free time, and who would be there."""

    starts_at: datetime
    ends_at: datetime
    providers: list[ProviderView]

    @classmethod
    def of(cls, opening: Opening) -> "OpeningView":
        people = [
            ProviderView(id=PractitionerId(each.resource.id), role=each.role) for each in opening.staffing if each.role
        ]
        return cls(
            starts_at=opening.interval.start,
            ends_at=opening.interval.end,
            providers=people,
        )


class Openings(BaseModel):
    items: list[OpeningView]
