"""A signed plan is held, resumed, completed or discontinued."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PlanId
from sessions.domain.plans import Plan, PlanChangeReason


class PlanChange(StrEnum):
    HOLD = "hold"
    RESUME = "resume"
    COMPLETE = "complete"
    DISCONTINUE = "discontinue"


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """`reason` says nothing of a completion, which is always the course's end."""

    plan_id: PlanId
    change: PlanChange
    reason: PlanChangeReason
    expected_version: int


@dataclass(frozen=True, slots=True)
class ChangePlanHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ChangePlan, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_not_found`, `plan_not_active`, `plan_not_on_hold`."""

        async def change(tx: Transaction) -> Changed:
            before = await self.ports.plans.get(command.plan_id)
            plan = _changed(before, command, tx.now)
            await self.ports.plans.save(plan, expecting=command.expected_version, tx=tx)
            return Changed(plan.id, plan.version)

        action = f"{command.change}_plan"
        return await self.work.run(change, by=actor, action=action, returns=Changed, request=request)


def _changed(plan: Plan, command: ChangePlan, now: datetime) -> Plan:
    match command.change:
        case PlanChange.HOLD:
            return plan.put_on_hold(command.reason, now=now)
        case PlanChange.RESUME:
            return plan.resumed(command.reason, now=now)
        case PlanChange.COMPLETE:
            return plan.completed(now=now)
        case PlanChange.DISCONTINUE:
            return plan.discontinued(command.reason, now=now)
        case _:
            assert_never(command.change)
