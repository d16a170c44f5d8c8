"""Sessions in the test's own process."""

from dataclasses import dataclass
from functools import partial

from careflow_events.envelope import decode
from careflow_events.mongo import mongo_stores
from careflow_events.topics import topics_of
from careflow_service.identity import Role
from careflow_service.testing import world
from careflow_service.testing.calling import Caller
from services.sessions.tests.builders import NOW
from sessions.application.ports import Ports
from sessions.application.use_cases import Sessions
from sessions.bootstrap import SERVICE


@dataclass(slots=True, kw_only=True, repr=False)
class World(world.ServiceWorld[Ports, Sessions]):
    """One clinic's sessions."""

    @property
    def prescriber(self) -> Caller:
        return self.calling(Role.PRESCRIBER)

    @property
    def therapist(self) -> Caller:
        return self.calling(Role.THERAPIST)

    @property
    def nurse(self) -> Caller:
        return self.calling(Role.NURSE)

    def nurse_called(self, name: str) -> Caller:
        """Another nurse, with a login of her own."""
        return self.calling(Role.NURSE, subject=name)

    async def has_heard_all(self, *, but_of: str | None = None) -> None:
        """Both feeds of screening have said that nothing is missing so far, but what is stuck of that patient."""
        consumers = mongo_stores(self.store.database, SERVICE.name).consumers
        for topic in topics_of("screening"):
            await consumers.note_started(topic.name, f"{topic.name}-1", 0, 0)
            behind = [topic.stream(f"patient:{but_of}")] if but_of else []
            await consumers.note_checkpoint(topic.name, 0, self.clock(), now=self.clock(), behind=behind)

    async def said_at(self, location_id: str) -> list[str]:
        """The names of the safety events of a location, in order, but for those of the first inventory, which every
        first receipt asks for.
        """
        rows = self.store.database["_outbox"].find({"stream": f"careflow.sessions.safety.v1/location:{location_id}"})
        told = [decode(row["record"], []) async for row in rows.sort("sequence", 1)]
        return [each.type.split(".")[2] for each in told if each.data.get("category") != "initial_inventory"]

    async def alarmed(self, patient_id: str) -> list[str]:
        """The names of the safety events of a patient, in order."""
        return await self.said_types(patient_id, "careflow.sessions.safety.v1")


running = partial(world.running, World, SERVICE, now=NOW)
"""Opens it on a database of one's own."""
