"""Rooms in MongoDB."""

from typing import Final

from pymongo import IndexModel

from booking.domain.errors import not_found
from booking.domain.ids import RoomId
from booking.domain.rooms import Room
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.work import Transaction

ROOMS: Final = "rooms"
MOST_ACTIVE: Final = 200
"""How many rooms one location has at most; all of them are looked at for each free time."""

INDEXES: Final = ((ROOMS, IndexModel([("active", 1), ("_id", 1)], name="active")),)


class MongoRooms:
    """See `booking.application.ports.Rooms`."""

    def __init__(self, database: Database) -> None:
        self._documents: Documents[Room] = Documents(database, ROOMS, Room, fields=lambda room: {"active": room.active})

    async def get(self, room_id: RoomId) -> Room:
        found = await self._documents.find(room_id)
        if found is None:
            raise not_found("room")
        return found

    async def active(self) -> tuple[Room, ...]:
        return tuple(await self._documents.many({"active": True}, limit=MOST_ACTIVE))

    async def page(self, limit: int, after: str | None) -> Listed[Room]:
        return await self._documents.page({}, limit=limit, after=after)

    async def add(self, room: Room, tx: Transaction) -> None:
        await self._documents.add(room, tx)

    async def save(self, room: Room, *, expecting: int, tx: Transaction) -> None:
        await self._documents.save(room, expecting=expecting, tx=tx)
