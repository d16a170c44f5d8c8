"""A prescriber acknowledges newer evidence: the clearance lasts longer, an expired one counts again."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.grounds_now import grounds_now
from screening.application.ports import Ports
from screening.domain.ids import ClearanceId


@dataclass(frozen=True, slots=True)
class ExtendClearance:
    clearance_id: ClearanceId
    expected_version: int


@dataclass(frozen=True, slots=True)
class ExtendClearanceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ExtendClearance, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `clearance_not_found`, `clearance_ended`, `nothing_to_extend`, `decision_not_ready`, and as
        `Case.must_rest_on`.

        Everything a grant needs must hold again. It never lasts longer than a decision does, counted from the day the
        prescriber decided: after that a new decision is due.
        """

        async def extend(tx: Transaction) -> Changed:
            before = await self.ports.clearances.get(command.clearance_id)
            case = await self.ports.cases.get(before.case_id)
            case.must_rest_on(before.id)
            found = await grounds_now(case, tx.now, self.ports)
            found.require_covered(before.decision)
            latest_end = before.decision.decided_at + self.ports.policy.clearance.valid_for.length
            until = min(found.valid_until, latest_end)
            clearance = before.extended(until, found.evidence_ids, now=tx.now)
            for held in case.held:
                clearance = clearance.suspended(held)
            if case.held:
                await self.ports.cases.save(case.holding(()), expecting=case.version, tx=tx)
            await self.ports.clearances.save(clearance, expecting=command.expected_version, tx=tx)
            return Changed(clearance.id, clearance.version)

        return await self.work.run(extend, by=actor, action="extend_clearance", returns=Changed, request=request)
