"""Adds a practitioner under the id the clinic's identity provider knows them by."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.application.telling_names import tell_name
from booking.domain.practitioners import Practitioner
from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class AddPractitioner:
    practitioner: Practitioner


@dataclass(frozen=True, slots=True)
class AddPractitionerHandler:
    """Raises `practitioner_exists` and `name_taken`."""

    ports: Ports
    work: Work

    async def __call__(self, command: AddPractitioner, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        added = command.practitioner

        async def work(tx: Transaction) -> Changed:
            if await self.ports.practitioners.find(added.id, of=None) is not None:
                raise conflict("practitioner_exists", "There is a practitioner with this id already.")
            named = added.apart_from(await self.ports.practitioners.active())
            await self.ports.practitioners.add(await tell_name(named, tx, self.ports), tx)
            return Changed(added.id, added.version)

        return await self.work.run(work, by=actor, action="add_practitioner", returns=Changed, request=request)
