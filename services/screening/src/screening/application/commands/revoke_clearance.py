"""A prescriber takes a clearance back for good; a new decision may follow."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.domain.ids import ClearanceId, StaffId


@dataclass(frozen=True, slots=True)
class RevokeClearance:
    clearance_id: ClearanceId
    why: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RevokeClearanceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RevokeClearance, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `clearance_not_found`, `clearance_ended`, `reason_missing`."""

        async def revoke(tx: Transaction) -> Changed:
            before = await self.ports.clearances.get(command.clearance_id)
            clearance = before.revoked(StaffId(actor.id), command.why, now=tx.now)
            await self.ports.clearances.save(clearance, expecting=command.expected_version, tx=tx)
            return Changed(clearance.id, clearance.version)

        return await self.work.run(revoke, by=actor, action="revoke_clearance", returns=Changed, request=request)
