"""A link to what a patient's plan asks of them leads nowhere any more."""

from dataclasses import dataclass

from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId, PlanLinkId


@dataclass(frozen=True, slots=True)
class WithdrawPlanLink:
    patient_id: PatientId
    link_id: PlanLinkId


@dataclass(frozen=True, slots=True)
class WithdrawPlanLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: WithdrawPlanLink, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_link_not_found` (also for another patient's), `link_over`."""

        async def withdraw(tx: Transaction) -> Changed:
            before = await self.ports.plan_links.get(command.link_id, of=command.patient_id)
            if before.patient_id != command.patient_id:
                raise not_found("plan_link")
            link = before.withdrawn(now=tx.now)
            await self.ports.plan_links.save(link, expecting=before.version, tx=tx)
            return Changed(link.id, link.version)

        return await self.work.run(withdraw, by=actor, action="withdraw_plan_link", returns=Changed, request=request)
