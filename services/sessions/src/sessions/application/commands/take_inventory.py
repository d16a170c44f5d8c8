"""The inventory of a location's controlled drugs is taken, and signed by a second person who counted the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.discrepancies import Investigated
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.discrepancy_cases import DiscrepancyKind, Finding
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_days import drug_day_id
from sessions.domain.drug_inventories import Inventory, InventoryLine, InventoryMoment, lines_of, must_be_at
from sessions.domain.ids import ContainerId, InventoryId, LocationId, StaffId
from sessions.domain.units import Milligrams


@dataclass(frozen=True, slots=True)
class TakeInventory:
    """Of today: what was counted in each container, in its own unit."""

    location_id: LocationId
    moment: InventoryMoment
    counted: Mapping[ContainerId, DrugQuantity] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmInventory:
    inventory_id: InventoryId


@dataclass(frozen=True, slots=True)
class TakeInventoryHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: TakeInventory, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """One that waits for its second signature is taken anew. What is not what the log says is a case. Refused: what
        `must_be_at` and `lines_of` refuse.
        """
        ports = self.ports

        async def take(tx: Transaction) -> Changed:
            of, today = command.location_id, clinic_day(tx.now, ports.policy.timezone)
            bounds = day_bounds(today, ports.policy.timezone)
            (containers, touched), day, before = await side_by_side(
                side_by_side(ports.drug_log.at(of), ports.drug_log.touched_since(of, bounds[0])),
                ports.drug_days.find(drug_day_id(of, today), of=of),
                ports.inventories.open_at(of),
            )
            must_be_at(command.moment, (*containers, *touched), bounds, closed=day is not None and not day.waits)
            inventory = Inventory(
                id=InventoryId(tx.new_id()),
                location_id=of,
                day=today,
                moment=command.moment,
                lines=lines_of(containers, command.counted),
                taken_by=StaffId(actor.id),
                taken_at=tx.now,
            )
            here = {each.id: each for each in containers}
            known = await ports.drug_cases.of_containers(of, here) if here else []
            investigated = Investigated(known, ports)
            for line in inventory.lines:
                if finding := _difference(line, StaffId(actor.id), tx, ports):
                    investigated.found(here[line.container_id], finding, tx)
            await investigated.save(tx)
            for each in before:
                if each.waits:
                    await ports.inventories.save(each.taken_anew(), expecting=each.version, tx=tx)
            await ports.inventories.add(inventory, tx)
            return Changed(inventory.id, inventory.version)

        return await self.work.run(take, by=actor, action="take_inventory", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class ConfirmInventoryHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ConfirmInventory, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `inventory_not_found`, `inventory_stale` (something was entered since it was counted), and what
        `Inventory.confirmed` refuses.
        """
        ports = self.ports

        async def confirm(tx: Transaction) -> Changed:
            before = await ports.inventories.get(command.inventory_id)
            of = before.location_id
            others, touched = await side_by_side(
                ports.inventories.open_at(of), ports.drug_log.touched_since(of, before.taken_at)
            )
            after = before.confirmed(StaffId(actor.id), ports.policy.drug_log, ports.policy.timezone, tx.now)
            if any(each.touched_at > before.taken_at for each in touched):
                raise conflict("inventory_stale", "Something was entered since it was counted: take it anew.")
            for each in others:
                if each.current:
                    await ports.inventories.save(each.followed(after.id, tx.now), expecting=each.version, tx=tx)
            await ports.inventories.save(after, expecting=before.version, tx=tx)
            first = await ports.first_inventories.find(of, of=of)
            if first is not None:
                await upsert(ports.first_inventories, first, first.taken(now=tx.now), tx)
            return Changed(after.id, after.version)

        return await self.work.run(confirm, by=actor, action="confirm_inventory", returns=Changed, request=request)


def _difference(line: InventoryLine, by: StaffId, tx: Transaction, ports: Ports) -> Finding | None:
    """What was counted beside what the log says, further off than the policy's tolerance."""
    expected, counted = line.item.mass_of(line.expected), line.item.mass_of(line.counted)
    tolerance = line.item.within(Milligrams(ports.policy.drug_log.count_tolerance_mg.value))
    if abs(expected.value - counted.value) <= tolerance.value:
        return None
    less = counted < expected
    amount = expected - counted if less else counted - expected
    return Finding(kind=DiscrepancyKind.COUNT if less else DiscrepancyKind.SURPLUS, amount=amount, by=by, at=tx.now)
