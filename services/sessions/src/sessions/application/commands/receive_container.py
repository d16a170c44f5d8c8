"""A vial, a package or a box of devices arrives and enters the drug log; with the first, the first inventory is due."""

from dataclasses import dataclass
from datetime import datetime

from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.drug_entered_late import arrived_then
from sessions.domain.drug_items import Item
from sessions.domain.drug_log import Container
from sessions.domain.first_inventory import FirstInventory
from sessions.domain.ids import ContainerId, EntryId, LocationId, PackageId, StaffId
from sessions.domain.packages import Package, PackageLabel


@dataclass(frozen=True, slots=True)
class ReceiveContainer:
    """`label` is that of what was dispensed for one patient; None for the clinic's stock. `arrived_at` is when it
    arrived, where that is entered afterwards.
    """

    location_id: LocationId
    item: Item
    label: PackageLabel | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReceiveContainerHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReceiveContainer, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `patient_not_found`, `patient_merged`, and what `arrived_then` and `Container.received` refuse."""

        async def receive(tx: Transaction) -> Changed:
            label = command.label
            if label is not None:
                patient = await self.ports.patients.find(label.patient_id, of=label.patient_id)
                if patient is None:
                    raise not_found("patient")
                patient.check_in_use()
            package_id = PackageId(tx.new_id()) if label else None
            arrived_at = arrived_then(command.arrived_at, self.ports.policy, now=tx.now)
            container = Container.received(
                ContainerId(tx.new_id()),
                command.location_id,
                command.item,
                EntryId(tx.new_id()),
                by=StaffId(actor.id),
                now=tx.now,
                package_id=package_id,
                arrived_at=arrived_at,
            )
            if label is not None and package_id is not None:
                package = Package.received(package_id, container, label, StaffId(actor.id), arrived_at or tx.now)
                await self.ports.packages.add(package, tx)
            await self.ports.drug_log.add(container, tx)
            await _ask_for_first_inventory(command.location_id, self.ports, tx)
            return Changed(container.id, container.version)

        return await self.work.run(receive, by=actor, action="receive_container", returns=Changed, request=request)


async def _ask_for_first_inventory(location_id: LocationId, ports: Ports, tx: Transaction) -> None:
    """Once, where no inventory counts."""
    if await ports.first_inventories.find(location_id, of=location_id) is not None:
        return
    if any(each.current for each in await ports.inventories.open_at(location_id)):
        return
    first = FirstInventory.asked_for(location_id, ports.policy.timezone, now=tx.now)
    await ports.first_inventories.add(first, tx)
