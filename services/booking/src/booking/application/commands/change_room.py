"""Changes a room: its name, what it serves for, whether it is in use, its hours and the exceptions to them."""

from collections.abc import Callable
from dataclasses import dataclass

from booking.application.ownership import check_version
from booking.application.ports import Rooms
from booking.application.results import Saved
from booking.domain.ids import RoomId
from booking.domain.rooms import Room
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ChangeRoom:
    """`change` is one of the room's own methods with its arguments bound."""

    room_id: RoomId
    expected_version: int
    change: Callable[[Room], Room]


class ChangeRoomHandler:
    """Raises `room_not_found`, `stale_version` and what the change raises. Visits already booked stay as they are."""

    def __init__(self, rooms: Rooms, work: Work) -> None:
        self._rooms = rooms
        self._work = work

    async def __call__(self, command: ChangeRoom, actor: Actor, request: RequestKey | None = None) -> Committed[Saved]:
        async def work(tx: Transaction) -> Saved:
            before = await self._rooms.get(command.room_id)
            check_version(before.version, command.expected_version)
            after = command.change(before)
            await self._rooms.save(after, expecting=before.version, tx=tx)
            return Saved(after.id, after.version)

        return await self._work.run(work, by=actor, action="change_room", returns=Saved, request=request)
