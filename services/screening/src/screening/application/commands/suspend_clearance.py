"""A prescriber halts dosing until they say otherwise."""

from dataclasses import dataclass, field

from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.domain.clearance import ClearanceState
from screening.domain.ids import ClearanceId
from screening.domain.suspensions import Suspension, SuspensionReason, with_suspension


@dataclass(frozen=True, slots=True)
class SuspendClearance:
    """Needs no version: halting is always right against whatever the clearance has become."""

    clearance_id: ClearanceId
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SuspendClearanceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SuspendClearance, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Answers the reference the suspension is ended by. Refused: `clearance_not_found`, `clearance_ended`,
        `reason_missing`.
        """

        async def suspend(tx: Transaction) -> Added:
            before = await self.ports.clearances.get(command.clearance_id)
            if not command.note.strip():
                raise invalid("reason_missing", "Suspending a clearance needs a reason.")
            ref = tx.new_id()
            halt = Suspension(reason=SuspensionReason.PRESCRIBER, ref=ref, since=tx.now, fine_reason=command.note)
            if before.state is ClearanceState.EXPIRED:
                case = await self.ports.cases.get(before.case_id)
                waiting = case.holding(with_suspension(case.held, halt))
                await self.ports.cases.save(waiting, expecting=case.version, tx=tx)
                return Added(before.id, before.version, ref)
            clearance = before.suspended(halt)
            await self.ports.clearances.save(clearance, expecting=before.version, tx=tx)
            return Added(clearance.id, clearance.version, ref)

        return await self.work.run(suspend, by=actor, action="suspend_clearance", returns=Added, request=request)
