"""The drug day of a location is counted by two and closed; what does not add up is a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from careflow_domain.errors import conflict, invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.discrepancies import Investigated
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_days import DrugDay, discrepancies_of, drug_day_id
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, LocationId, StaffId
from sessions.domain.units import NOTHING, Milligrams


@dataclass(frozen=True, slots=True)
class CloseDrugDay:
    """What was counted is in milligrams or in the container's own unit. `acknowledgement` is what the signer says of
    discrepancies that stay open.
    """

    location_id: LocationId
    day: date
    counts: Mapping[ContainerId, Milligrams | DrugQuantity] = field(repr=False)
    acknowledgement: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmDrugDay:
    """A second person has counted the same."""

    location_id: LocationId
    day: date


@dataclass(frozen=True, slots=True)
class CloseDrugDayHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: CloseDrugDay, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `day_closed`, `day_to_come`, and what `Item.mass_of`, `discrepancies_of` and `DrugDay.closed`
        refuse.
        """
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
            containers = {each.id: each for each in (*in_use, *touched)}
            by = StaffId(actor.id)
            discrepancies = discrepancies_of(
                tuple(containers.values()),
                {each: _counted(counted, containers.get(each)) for each, counted in command.counts.items()},
                tolerance=Milligrams(policy.drug_log.count_tolerance_mg.value),
                bounds=bounds,
            )
            known = await self.ports.drug_cases.of_containers(of, [each.container_id for each in discrepancies])
            investigated = Investigated(known, self.ports)
            day = DrugDay.closed(
                of,
                command.day,
                tuple(
                    replace(
                        each,
                        case_id=investigated.found(containers[each.container_id], each.finding(by, tx.now), tx),
                    )
                    for each in discrepancies
                ),
                acknowledgement=command.acknowledgement,
                by=by,
                now=tx.now,
            )
            await investigated.save(tx)
            await self.ports.drug_days.add(day, tx)
            return Changed(day.id, day.version)

        return await self.work.run(close, by=actor, action="close_drug_day", returns=Changed, request=request)


def _counted(counted: Milligrams | DrugQuantity, container: Container | None) -> Milligrams:
    """Of a container nobody knows it does not matter how much it would be."""
    if not isinstance(counted, DrugQuantity):
        return counted
    return NOTHING if container is None else container.item.mass_of(counted)


@dataclass(frozen=True, slots=True)
class ConfirmDrugDayHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ConfirmDrugDay, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `drug_day_not_found`, and what `DrugDay.confirmed` refuses."""

        async def confirm(tx: Transaction) -> Changed:
            of = command.location_id
            before = await self.ports.drug_days.get(drug_day_id(of, command.day), of=of)
            cases = await self.ports.drug_cases.of_containers(of, [each.container_id for each in before.discrepancies])
            undecided = {each.case_id for each in before.discrepancies} & {
                each.id for each in cases if each.judgement is None
            }
            day = before.confirmed(StaffId(actor.id), undecided=len(undecided), now=tx.now)
            await self.ports.drug_days.save(day, expecting=before.version, tx=tx)
            return Changed(day.id, day.version)

        return await self.work.run(confirm, by=actor, action="confirm_drug_day", returns=Changed, request=request)
