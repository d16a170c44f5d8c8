"""How every page of the desk is shown: in the clinic's own time, which it names, under the same head."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import Field

from booking.application.use_cases import Booking
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.ids import PractitionerId, RoomId
from booking.domain.intervals import day_interval
from booking.domain.practitioners import Practitioner
from booking.domain.rooms import Room
from careflow_service.http.dependencies import RequestBody
from careflow_service.ids import new_id
from careflow_service.pages.refusing import Refused
from careflow_service.pages.site import Site
from careflow_service.work import side_by_side

SHOWN: Final = 25
"""So many of a list on a page."""

Done = Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$")]
"""What was just done, for the page that says so."""


class Seen(RequestBody):
    """As which version the button was seen."""

    version: Annotated[str, Field(pattern="^[0-9]{1,18}$")]

    @property
    def expected(self) -> int:
        return int(self.version)


def show_desk(
    request: Request,
    pages: Site,
    template: str,
    *,
    status: int = 200,
    done: str | None = None,
    refused: Refused | None = None,
    **what: Any,
) -> Response:
    """With what was just done, or why it was not."""
    route: str = request.scope["route"].path.removeprefix("/pages/")
    part = "/".join(route.split("/")[:2])
    return pages.show(
        request.scope,
        f"desk/{template}",
        status=refused.status if refused else status,
        done=done,
        refused=refused.code if refused else None,
        key=new_id,
        part=part,
        whole=route == part,
        **{"zone": pages.zone, **what},
    )


async def staff_of(app: Booking, *also: Resource) -> Mapping[str, str]:
    """The names of who works here, and of the rooms, by id; also of these, who may not any more."""
    people, rooms = await side_by_side(app.practitioners.active(), app.rooms.active())
    names: dict[str, str] = {each.id: each.name for each in (*people, *rooms)}
    for each in also:
        if each.id not in names:
            names[each.id] = (await bookable(app, each)).name
    return names


async def bookable(app: Booking, resource: Resource) -> Practitioner | Room:
    """It, whether or not it is in use. Raises `practitioner_not_found` and `room_not_found`."""
    if resource.kind is ResourceKind.ROOM:
        return await app.rooms.get(RoomId(resource.id))
    return await app.practitioners.get(PractitionerId(resource.id))


def today_of(pages: Site) -> date:
    return pages.clock().astimezone(pages.zone).date()


def clocks_on(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a date begins and ends: where clocks are set in between, the two have another offset."""
    whole = day_interval(day, zone)
    return whole.start, whole.end
