"""Whom somebody has to tell what no message could, beside what is to be told of visits; who waits longest first. Who
read it is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.application.ports import Ports
from booking.application.queries.list_tasks import Whose
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.states import Taken
from booking.domain.untold import News, untold_of
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class Untold:
    """Since when a patient has yet to be told of what; `version` is their care path's. `taken` is who sees to it now;
    None where it waits for somebody.
    """

    patient_id: PatientId
    version: int
    since: Mapping[News, datetime]
    taken: Taken | None


@dataclass(frozen=True, slots=True)
class ListUntold:
    ports: Ports

    async def __call__(
        self, actor: Actor, limit: int, after: str | None, *, whose: Whose = Whose.ALL
    ) -> Listed[Untold]:
        now = self.ports.clock()
        match whose:
            case Whose.ALL:
                found = await self.ports.care_paths.untold(limit, after)
            case Whose.MINE:
                found = await self.ports.care_paths.told_by(actor.id, now, limit, after)
            case Whose.NOBODYS:
                found = await self.ports.care_paths.told_by_nobody(now, limit, after)
        await self.ports.audit.read(actor, "list_untold", *(f"care_paths/{each.id}" for each in found.items))
        return Listed(tuple(map(self._untold, found.items)), found.next)

    async def one(self, patient_id: PatientId, actor: Actor) -> Untold | None:
        """What one patient has yet to be told, and who sees to it. Raises `care_path_not_found`."""
        path = await self.ports.care_paths.get(patient_id, of=patient_id)
        await self.ports.audit.read(actor, "list_untold", f"care_paths/{path.id}")
        untold = self._untold(path)
        return untold if untold.since else None

    def _untold(self, path: CarePath) -> Untold:
        return Untold(path.id, path.version, untold_of(path), path.seen_to(self.ports.policy, now=self.ports.clock()))
