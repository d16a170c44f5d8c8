"""A line is entered in the drug log, or taken back by a counter-entry; a loss opens a case at once."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction, Work
from sessions.application.discrepancies import Investigated, loss_of
from sessions.application.ports import Ports
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_entered_late import happened_in_log
from sessions.domain.drug_entries import Disposal, Entry, EntryKind
from sessions.domain.ids import ContainerId, DrawId, EntryId, StaffId
from sessions.domain.units import Milligrams


@dataclass(frozen=True, slots=True)
class EnterInDrugLog:
    """`happened_at` is when it happened, where that is entered afterwards."""

    container_id: ContainerId
    kind: EntryKind
    amount: Milligrams | DrugQuantity
    draw_id: DrawId | None
    note: str = field(repr=False)
    disposal: Disposal | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReverseEntry:
    container_id: ContainerId
    entry_id: EntryId
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnterInDrugLogHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: EnterInDrugLog, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `container_not_found`, and what `Item.mass_of`, `happened_in_log` and `Container.entered` refuse."""
        amount, policy = command.amount, self.ports.policy

        async def enter(tx: Transaction) -> Added:
            before = await self.ports.drug_log.get(command.container_id)
            if command.kind is EntryKind.HANDED_OUT:
                raise invalid("entry_forbidden", "A line of this kind is not entered by hand.")
            entry = Entry(
                id=EntryId(tx.new_id()),
                kind=command.kind,
                mass=before.item.mass_of(amount) if isinstance(amount, DrugQuantity) else amount,
                by=StaffId(actor.id),
                at=tx.now,
                draw_id=command.draw_id,
                note=command.note,
                disposal=command.disposal,
                happened_at=happened_in_log(before, command.draw_id, command.happened_at, policy, now=tx.now),
            )
            container = before.entered(entry, overfill_percent=policy.drug_log.overfill_percent.value)
            if entry.kind is EntryKind.LOST:
                known = await self.ports.drug_cases.of_containers(container.location_id, [container.id])
                investigated = Investigated(known, self.ports)
                investigated.found(container, loss_of(entry), tx)
                await investigated.save(tx)
            await self.ports.drug_log.save(container, expecting=before.version, tx=tx)
            return Added(container.id, container.version, entry.id)

        return await self.work.run(enter, by=actor, action="enter_in_drug_log", returns=Added, request=request)


@dataclass(frozen=True, slots=True)
class ReverseEntryHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReverseEntry, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `container_not_found`, and what `Container.reversed` refuses."""

        async def reverse(tx: Transaction) -> Added:
            before = await self.ports.drug_log.get(command.container_id)
            counter_id = EntryId(tx.new_id())
            container = before.reversed(command.entry_id, counter_id, command.note, by=StaffId(actor.id), now=tx.now)
            await self.ports.drug_log.save(container, expecting=before.version, tx=tx)
            return Added(container.id, container.version, counter_id)

        return await self.work.run(reverse, by=actor, action="reverse_drug_entry", returns=Added, request=request)
