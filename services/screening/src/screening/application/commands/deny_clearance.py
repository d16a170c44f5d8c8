"""A prescriber decides that treatment here is not safe: the case closes, a clearance it had is revoked."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ending_clearance import end_clearance_of
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.endings import CloseReason, Ending
from screening.domain.ids import CaseId, StaffId


@dataclass(frozen=True, slots=True)
class DenyClearance:
    case_id: CaseId
    reason: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class DenyClearanceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DenyClearance, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`, `reason_missing`."""

        async def deny(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            case = before.denied(Ending(by=actor.id, at=tx.now, reason=CloseReason.DENIED, note=command.reason))
            await end_clearance_of(before, StaffId(actor.id), command.reason, tx, self.ports)
            await self.ports.cases.save(case, expecting=command.expected_version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(deny, by=actor, action="deny_clearance", returns=Changed, request=request)
