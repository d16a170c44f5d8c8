"""A vial, a package or a box of devices arrives and enters the drug log."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.application.results import Changed
from sessions.domain.drug_items import Item
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, EntryId, LocationId, StaffId


@dataclass(frozen=True, slots=True)
class ReceiveContainer:
    location_id: LocationId
    item: Item


@dataclass(frozen=True, slots=True)
class ReceiveContainerHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReceiveContainer, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `container_empty`."""

        async def receive(tx: Transaction) -> Changed:
            container = Container.received(
                ContainerId(tx.new_id()),
                command.location_id,
                command.item,
                EntryId(tx.new_id()),
                by=StaffId(actor.id),
                now=tx.now,
            )
            await self.ports.drug_log.add(container, tx)
            return Changed(container.id, container.version)

        return await self.work.run(receive, by=actor, action="receive_container", returns=Changed, request=request)
