"""Adds a room to the clinic's location."""

from dataclasses import dataclass, field

from booking.application.ports import Rooms
from booking.domain.hours import Hours
from booking.domain.ids import LocationId, RoomId
from booking.domain.rooms import Room
from booking.domain.visits import RoomPurpose
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class AddRoom:
    name: str
    purposes: frozenset[RoomPurpose]
    hours: Hours = field(default_factory=Hours)


class AddRoomHandler:
    """Raises `name_taken`."""

    def __init__(self, rooms: Rooms, location_id: LocationId, work: Work) -> None:
        self._rooms = rooms
        self._location_id = location_id
        self._work = work

    async def __call__(self, command: AddRoom, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            room = Room(
                id=RoomId(tx.new_id()),
                location_id=self._location_id,
                name=command.name,
                purposes=command.purposes,
                hours=command.hours,
            )
            room = room.apart_from(await self._rooms.active())
            await self._rooms.add(room, tx)
            return Changed(room.id, room.version)

        return await self._work.run(work, by=actor, action="add_room", returns=Changed, request=request)
