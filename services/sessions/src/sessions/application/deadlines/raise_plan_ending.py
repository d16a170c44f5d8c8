"""A maintenance ends soon, and nobody has signed how it goes on: say so, once for what was signed."""

from datetime import timedelta

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Due, Ports
from sessions.domain.ids import PlanId


async def next_plan_ending(ports: Ports) -> Due | None:
    """When the next is to be told of: so many days before its end as the policy has now."""
    found = await ports.plans.next_to_end()
    return found and (found[0] - timedelta(days=ports.policy.gate.ending_told_days.value), found[1])


async def raise_plan_ending(plan_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it was signed anew, or ended, meanwhile."""
    plan = await ports.plans.get(PlanId(plan_id))
    await upsert(ports.plans, plan, plan.told_of_end(ports.policy, now=tx.now), tx)
