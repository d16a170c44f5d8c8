"""A prescriber decides to wait until a date."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.endings import Deferral
from screening.domain.ids import CaseId, StaffId


@dataclass(frozen=True, slots=True)
class DeferClearance:
    case_id: CaseId
    until: datetime
    reason: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class DeferClearanceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DeferClearance, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`, `date_in_past`."""

        async def defer(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            if command.until <= tx.now:
                raise invalid("date_in_past", "A decision is deferred to a later time.")
            deferral = Deferral(by=StaffId(actor.id), at=tx.now, until=command.until, reason=command.reason)
            case = before.deferred(deferral)
            await self.ports.cases.save(case, expecting=command.expected_version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(defer, by=actor, action="defer_clearance", returns=Changed, request=request)
