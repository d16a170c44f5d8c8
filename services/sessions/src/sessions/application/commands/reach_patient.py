"""Somebody of the team tries to reach a patient who did not come; about whom nobody reaches a prescriber decides."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import OutreachId, StaffId
from sessions.domain.outreach import Decision, OutreachStep, Try


@dataclass(frozen=True, slots=True)
class TryToReach:
    """`step` is a call or the letter."""

    outreach_id: OutreachId
    step: OutreachStep
    reached: bool
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DecideOutreach:
    outreach_id: OutreachId
    lost: bool
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TryToReachHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: TryToReach, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `outreach_not_found`, and what `Outreach.tried` refuses."""

        async def reach(tx: Transaction) -> Changed:
            before = await self.ports.outreaches.get(command.outreach_id)
            attempt = Try(
                step=command.step, reached=command.reached, note=command.note, by=StaffId(actor.id), at=tx.now
            )
            after = before.tried(attempt, self.ports.policy)
            await self.ports.outreaches.save(after, expecting=before.version, tx=tx)
            return Changed(after.id, after.version)

        return await self.work.run(reach, by=actor, action="try_to_reach", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class DecideOutreachHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DecideOutreach, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `outreach_not_found`, and what `Outreach.decided` refuses."""

        async def decide(tx: Transaction) -> Changed:
            before = await self.ports.outreaches.get(command.outreach_id)
            decision = Decision(lost=command.lost, note=command.note, by=StaffId(actor.id), at=tx.now)
            after = before.decided(decision)
            await self.ports.outreaches.save(after, expecting=before.version, tx=tx)
            return Changed(after.id, after.version)

        return await self.work.run(decide, by=actor, action="decide_outreach", returns=Changed, request=request)
