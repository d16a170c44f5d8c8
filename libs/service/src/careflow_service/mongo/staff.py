"""Who works here, by name, in `_staff`: `{_id, name, roles, came_in_at}` of each who logged in before pages.

Invariant: somebody is their id, as the clinic's identity provider says it; the name is what that provider called them
last, is there to be read, and decides nothing. Whoever never logged in is called as booking calls them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_service.appearance import appearance
from careflow_service.clock import Clock
from careflow_service.identity import Actor, Role
from careflow_service.mongo.client import Database, Document
from careflow_service.pages.names import Colleague

STAFF: Final = "_staff"
HEARD: Final = "colleague_names"
"""What booking says that practitioners are called; a name that a login says counts before it."""
READ_EVERY_SECONDS: Final = 60.0
"""How soon a process knows whom another one let in."""
OFFERED_FOR: Final = timedelta(days=90)
"""How long after their last login somebody is offered where one is chosen; a limit of ours. Their name stays."""

_NEVER_HERE: Final[Document] = {"roles": [], "came_in_at": datetime(1970, 1, 1, tzinfo=UTC)}
"""Of somebody who never logged in: they are called by their name and not offered where a colleague is chosen."""
_OURSELVES: Final = "system:"
_CLINIC_SOFTWARE: Final = "CareFlow"


class Staff:
    """See `careflow_service.pages.names.Names`: as they were read last. A process that has not read them yet calls
    everybody by their id.
    """

    def __init__(self, database: Database, wall_clock: Clock) -> None:
        self._stored = database.get_collection(
            STAFF, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority")
        )
        self._heard = database.get_collection(HEARD, read_concern=ReadConcern("majority"))
        self._wall_clock = wall_clock
        self._known: dict[str, Document] = {}
        self._alike: Mapping[str, int] = {}

    async def came_in(self, actor: Actor, name: str | None) -> None:
        """Somebody logged in whom the provider calls so; without a name they are called as before."""
        if actor.is_patient or actor.is_screen or name is None:
            return
        said = {"name": name, "roles": sorted(actor.roles), "came_in_at": self._wall_clock()}
        await self._stored.update_one({"_id": actor.id}, {"$set": said}, upsert=True)
        self._hold({**self._known, actor.id: {"_id": actor.id, **said}})

    def called(self, staff_id: str, /) -> str:
        if staff_id.startswith(_OURSELVES):
            return _CLINIC_SOFTWARE
        known = self._known.get(staff_id)
        if known is None:
            return staff_id
        name: str = known["name"]
        return name if self._alike[appearance(name)] == 1 else f"{name} ({staff_id})"

    def alike(self, one: str, other: str, /) -> bool:
        names = [appearance(known["name"]) for each in (one, other) if (known := self._known.get(each))]
        return one != other and len(names) == 2 and names[0] == names[1]

    def holding(self, *roles: Role) -> tuple[Colleague, ...]:
        since = self._wall_clock() - OFFERED_FOR
        found = [
            Colleague(staff_id, self.called(staff_id))
            for staff_id, known in self._known.items()
            if _lately(known, since) and (not roles or not {*known["roles"]}.isdisjoint(roles))
        ]
        return tuple(sorted(found, key=lambda each: (_folded(each.label), each.id)))

    def meant(self, typed: str, /) -> str:
        if typed in self._known:
            return typed
        found = [each for each in self._known if _folded(self.called(each)) == _folded(typed)]
        return found[0] if len(found) == 1 else typed

    async def read(self) -> None:
        """Everybody as they are called now: whom nobody has seen log in, as booking calls them."""
        heard = {each["_id"]: {**each, **_NEVER_HERE} async for each in self._heard.find({}, {"name": 1})}
        self._hold({**heard, **{each["_id"]: each async for each in self._stored.find({})}})

    async def run(self) -> None:
        """Reads, again and again, until cancelled; while the store is away it goes on with whom it knows."""
        while True:
            with suppress(PyMongoError):
                await self.read()
            await asyncio.sleep(READ_EVERY_SECONDS)

    def _hold(self, known: dict[str, Document]) -> None:
        self._known = known
        self._alike = Counter(appearance(each["name"]) for each in known.values())


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _lately(known: Document, since: datetime) -> bool:
    at: datetime = known["came_in_at"]
    return at >= since
