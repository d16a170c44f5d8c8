"""Somebody of the clinic makes a link by which a patient comes to what their plan asks of them without a login."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId, PlanLinkId, StaffId
from sessions.domain.plan_links import PlanLink


@dataclass(frozen=True, slots=True)
class IssuePlanLink:
    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class IssuePlanLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: IssuePlanLink, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `patient_not_found`, `patient_merged`, `birth_date_unknown`."""

        async def issue(tx: Transaction) -> Changed:
            patient = await self.ports.patients.get(command.patient_id)
            policy, by = self.ports.policy.plan_links, StaffId(actor.id)
            link = PlanLink.issued(PlanLinkId(tx.new_id()), patient, policy, by=by, now=tx.now)
            await self.ports.plan_links.add(link, tx)
            return Changed(link.id, link.version)

        return await self.work.run(issue, by=actor, action="issue_plan_link", returns=Changed, request=request)
