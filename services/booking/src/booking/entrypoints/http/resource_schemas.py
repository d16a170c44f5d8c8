"""How practitioners, rooms and their hours look over HTTP."""

from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, Field

from booking.application.commands.add_room import AddRoom
from booking.domain.hours import Hours, HoursException, OpenHours
from booking.domain.ids import LocationId, PractitionerId, RoomId
from booking.domain.practitioners import Licence, Practitioner
from booking.domain.rooms import Room
from booking.domain.visits import PractitionerRole, RoomPurpose
from booking.entrypoints.http.schemas import StaffId, Text
from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import Day, TimeOfDay
from careflow_service.http.places import UsState


class OpenHoursBody(RequestBody):
    """Wall-clock times of the clinic's zone; `closes` 00:00 is the end of the day."""

    opens: TimeOfDay
    closes: TimeOfDay

    def hours(self) -> OpenHours:
        return OpenHours(self.opens, self.closes)


DayHours = Annotated[tuple[OpenHoursBody, ...], Field(max_length=10)]


class WeekBody(RequestBody):
    """Hours by weekday; a weekday that is left out is closed."""

    monday: DayHours = ()
    tuesday: DayHours = ()
    wednesday: DayHours = ()
    thursday: DayHours = ()
    friday: DayHours = ()
    saturday: DayHours = ()
    sunday: DayHours = ()

    def hours(self) -> Hours:
        week = (getattr(self, day) for day in _WEEKDAYS)
        return Hours(tuple(tuple(each.hours() for each in day) for day in week))


_WEEKDAYS: Final = tuple(WeekBody.model_fields)
"""Monday first, as `Hours` have them."""


class ExceptionBody(RequestBody):
    """The hours of one date; none: closed."""

    hours: DayHours = ()

    def on(self, day: date) -> HoursException:
        return HoursException(day, tuple(each.hours() for each in self.hours))


class LicenceBody(RequestBody):
    role: PractitionerRole
    state: UsState
    valid_until: Day | None = None

    def licence(self) -> Licence:
        return Licence(self.role, self.state, self.valid_until)


class PractitionerChangeBody(RequestBody):
    name: Text
    licences: Annotated[tuple[LicenceBody, ...], Field(min_length=1, max_length=50)]
    telehealth: bool
    active: bool = True


class PractitionerBody(PractitionerChangeBody):
    """`id` is the one the identity provider knows them by."""

    id: StaffId
    hours: WeekBody | None = None

    def practitioner(self) -> Practitioner:
        return Practitioner(
            id=self.id,
            name=self.name,
            licences=tuple(each.licence() for each in self.licences),
            telehealth=self.telehealth,
            hours=self.hours.hours() if self.hours else Hours(),
            active=self.active,
        )


class RoomBody(RequestBody):
    name: Text
    purposes: Annotated[frozenset[RoomPurpose], Field(min_length=1)]
    hours: WeekBody | None = None

    def room(self) -> AddRoom:
        return AddRoom(self.name, self.purposes, self.hours.hours() if self.hours else Hours())


class RoomChangeBody(RequestBody):
    name: Text
    purposes: Annotated[frozenset[RoomPurpose], Field(min_length=1)]
    active: bool = True


class WeekView(BaseModel):
    """Hours by weekday, in the form they are set in: what was read can be sent back changed."""

    monday: tuple[OpenHours, ...]
    tuesday: tuple[OpenHours, ...]
    wednesday: tuple[OpenHours, ...]
    thursday: tuple[OpenHours, ...]
    friday: tuple[OpenHours, ...]
    saturday: tuple[OpenHours, ...]
    sunday: tuple[OpenHours, ...]


class HoursView(BaseModel):
    """`exceptions` replace the `week` on their date. `weekly` is the same week as seven lists, Monday first."""

    week: WeekView
    weekly: Annotated[
        tuple[tuple[OpenHours, ...], ...], Field(deprecated="`week` says the same, in the form it is set.")
    ]
    exceptions: tuple[HoursException, ...]

    @classmethod
    def of(cls, hours: Hours) -> "HoursView":
        week = WeekView(**dict(zip(_WEEKDAYS, hours.weekly, strict=True)))
        return cls(week=week, weekly=hours.weekly, exceptions=hours.exceptions)


class PractitionerView(BaseModel):
    id: PractitionerId
    version: int
    name: str
    licences: tuple[Licence, ...]
    telehealth: bool
    active: bool
    hours: HoursView

    @classmethod
    def of(cls, practitioner: Practitioner) -> "PractitionerView":
        return cls(
            id=practitioner.id,
            version=practitioner.version,
            name=practitioner.name,
            licences=practitioner.licences,
            telehealth=practitioner.telehealth,
            active=practitioner.active,
            hours=HoursView.of(practitioner.hours),
        )


class RoomView(BaseModel):
    id: RoomId
    version: int
    location_id: LocationId
    name: str
    purposes: frozenset[RoomPurpose]
    active: bool
    hours: HoursView

    @classmethod
    def of(cls, room: Room) -> "RoomView":
        return cls(
            id=room.id,
            version=room.version,
            location_id=room.location_id,
            name=room.name,
            purposes=room.purposes,
            active=room.active,
            hours=HoursView.of(room.hours),
        )
