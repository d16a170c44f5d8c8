"""A second person confirms, with their own login, what they saw."""

from dataclasses import dataclass
from datetime import timedelta

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import ContainerId, EntryId, StaffId


@dataclass(frozen=True, slots=True)
class WitnessEntry:
    container_id: ContainerId
    entry_id: EntryId


@dataclass(frozen=True, slots=True)
class WitnessEntryHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: WitnessEntry, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `container_not_found`, `witness_is_actor`, `witness_too_late`, and what `Container.witnessed`
        refuses besides.
        """
        window = timedelta(minutes=self.ports.policy.drug_log.witness_minutes.value)

        async def witness(tx: Transaction) -> Changed:
            before = await self.ports.drug_log.get(command.container_id)
            container = before.witnessed(command.entry_id, StaffId(actor.id), window=window, now=tx.now)
            await self.ports.drug_log.save(container, expecting=before.version, tx=tx)
            return Changed(container.id, container.version)

        return await self.work.run(witness, by=actor, action="witness_drug_entry", returns=Changed, request=request)
