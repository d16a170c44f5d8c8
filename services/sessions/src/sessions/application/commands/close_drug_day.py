"""The drug day of a location is counted by two and closed; what does not add up is settled later, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from careflow_domain.errors import conflict, invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.ports import Ports
from sessions.application.results import Changed
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.drug_days import DrugDay, Settled, Settlement, drug_day_id
from sessions.domain.ids import ContainerId, LocationId, StaffId
from sessions.domain.units import Milligrams


@dataclass(frozen=True, slots=True)
class CloseDrugDay:
    """`acknowledgement` is what the signer says of discrepancies that stay open."""

    location_id: LocationId
    day: date
    counts: Mapping[ContainerId, Milligrams] = field(repr=False)
    acknowledgement: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmDrugDay:
    """A second person has counted the same."""

    location_id: LocationId
    day: date


@dataclass(frozen=True, slots=True)
class SettleDiscrepancy:
    location_id: LocationId
    day: date
    container_id: ContainerId
    how: Settlement
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CloseDrugDayHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: CloseDrugDay, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `day_closed`, `day_to_come`, and what `DrugDay.closed` refuses."""
        policy = self.ports.policy

        async def close(tx: Transaction) -> Changed:
            if command.day > clinic_day(tx.now, policy.timezone):
                raise invalid("day_to_come", "A day is closed when it has come.")
            of, bounds = command.location_id, day_bounds(command.day, policy.timezone)
            closed, in_use, touched = await side_by_side(
                self.ports.drug_days.find(drug_day_id(of, command.day), of=of),
                self.ports.drug_log.at(of),
                self.ports.drug_log.touched_since(of, bounds[0]),
            )
            if closed is not None:
                raise conflict("day_closed", "This day has been closed.")
            day = DrugDay.closed(
                of,
                command.day,
                tuple({each.id: each for each in (*in_use, *touched)}.values()),
                command.counts,
                tolerance=Milligrams(policy.drug_log.count_tolerance_mg.value),
                acknowledgement=command.acknowledgement,
                by=StaffId(actor.id),
                bounds=bounds,
                now=tx.now,
            )
            await self.ports.drug_days.add(day, tx)
            return Changed(day.id, day.version)

        return await self.work.run(close, by=actor, action="close_drug_day", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class ConfirmDrugDayHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ConfirmDrugDay, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `drug_day_not_found`, and what `DrugDay.confirmed` refuses."""

        async def confirm(tx: Transaction) -> Changed:
            of = command.location_id
            before = await self.ports.drug_days.get(drug_day_id(of, command.day), of=of)
            day = before.confirmed(StaffId(actor.id), now=tx.now)
            await self.ports.drug_days.save(day, expecting=before.version, tx=tx)
            return Changed(day.id, day.version)

        return await self.work.run(confirm, by=actor, action="confirm_drug_day", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class SettleDiscrepancyHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SettleDiscrepancy, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `drug_day_not_found`, `discrepancy_not_found`, `note_missing`."""

        async def settle(tx: Transaction) -> Changed:
            of = command.location_id
            before = await self.ports.drug_days.get(drug_day_id(of, command.day), of=of)
            settled = Settled(how=command.how, note=command.note, by=StaffId(actor.id), at=tx.now)
            day = before.settled(command.container_id, settled)
            await self.ports.drug_days.save(day, expecting=before.version, tx=tx)
            return Changed(day.id, day.version)

        return await self.work.run(settle, by=actor, action="settle_discrepancy", returns=Changed, request=request)
