"""Whom somebody has to tell what no message could, beside what is to be told of visits; who waits longest first. Who
read it is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.application.ports import CarePaths, ReadAudit
from booking.domain.ids import PatientId
from booking.domain.untold import News, untold_of
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class Untold:
    """Since when a patient has yet to be told of what; `version` is their care path's."""

    patient_id: PatientId
    version: int
    since: Mapping[News, datetime]


@dataclass(frozen=True, slots=True)
class ListUntold:
    care_paths: CarePaths
    audit: ReadAudit

    async def __call__(self, actor: Actor, limit: int, after: str | None) -> Listed[Untold]:
        found = await self.care_paths.untold(limit, after)
        await self.audit.read(actor, "list_untold", *(f"care_paths/{each.id}" for each in found.items))
        return Listed(tuple(Untold(each.id, each.version, untold_of(each)) for each in found.items), found.next)
