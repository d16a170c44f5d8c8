"""Rooms in MongoDB."""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from booking.domain.rooms import Room
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

ROOMS: Final = "rooms"

INDEXES: Final = (
    (ROOMS, IndexModel([("active", 1), ("_id", 1)], name="active")),
    (ROOMS, IndexModel("name_key", name="one_name_each", unique=True, partialFilterExpression={"named_apart": True})),
)


def _open_fields(room: Room) -> Mapping[str, object]:
    return {"active": room.active, "name_key": room.name_key, "named_apart": room.named_apart}


class MongoRooms(Stored[Room]):
    """See `booking.application.ports.Rooms`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, ROOMS, Room, fields=_open_fields)
        super().__init__(documents, lambda: not_found("room"))

    async def active(self) -> tuple[Room, ...]:
        rooms = self._documents.looked  # allow looked: every booking asks; a room that is closed keeps its visits
        return tuple(await rooms.all({"active": True}))

    async def page(self, limit: int, after: str | None) -> Listed[Room]:
        return await self._documents.page({}, limit=limit, after=after)
