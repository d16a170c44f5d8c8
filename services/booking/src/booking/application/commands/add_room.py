"""Adds a room to the clinic's location."""

from dataclasses import dataclass, field

from booking.application.ports import Ports
from booking.domain.hours import Hours
from booking.domain.ids import RoomId
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


@dataclass(frozen=True, slots=True)
class AddRoomHandler:
    """Raises `name_taken`."""

    ports: Ports
    work: Work

    async def __call__(self, command: AddRoom, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            room = Room(
                id=RoomId(tx.new_id()),
                location_id=self.ports.location_id,
                name=command.name,
                purposes=command.purposes,
                hours=command.hours,
            )
            room = room.apart_from(await self.ports.rooms.active())
            await self.ports.rooms.add(room, tx)
            return Changed(room.id, room.version)

        return await self.work.run(work, by=actor, action="add_room", returns=Changed, request=request)
