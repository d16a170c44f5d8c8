"""Changes a room: its name, what it serves for, whether it is in use, its hours and the exceptions to them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from booking.application.fitness import Fitness
from booking.application.ownership import check_version
from booking.application.ports import Ports
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.ids import RoomId
from booking.domain.rooms import Room
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ChangeRoom:
    """`change` is one of the room's own methods with its arguments bound; `until` is the last date whose hours it
    sets, where it does.
    """

    room_id: RoomId
    expected_version: int
    change: Callable[[Room], Room]
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ChangeRoomHandler:
    """Raises `room_not_found`, `stale_version`, `name_taken`, `day_past`, `day_too_far` and what the change raises.
    Visits already booked stay; those that cannot be given so any more become tasks.
    """

    ports: Ports
    work: Work

    async def __call__(
        self, command: ChangeRoom, actor: Actor, request: RequestKey | None = None
    ) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            before = await self.ports.rooms.get(command.room_id)
            check_version(before.version, command.expected_version)
            if command.until is not None:
                self.ports.policy.check_dated_hours(command.until, today=tx.now.astimezone(self.ports.zone).date())
            after = command.change(before)
            if (after.name, after.active) != (before.name, before.active):
                after = after.apart_from(await self.ports.rooms.active(), before)
            await self.ports.rooms.save(after, expecting=before.version, tx=tx)
            await Fitness(self.ports).asked(Resource(ResourceKind.ROOM, after.id), tx)
            return Changed(after.id, after.version)

        return await self.work.run(work, by=actor, action="change_room", returns=Changed, request=request)
