"""Somebody of the clinic has a patient sent a link to what their plan asks of them."""

from dataclasses import dataclass

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId, PlanLinkId, StaffId
from sessions.domain.plan_links import PlanLink


@dataclass(frozen=True, slots=True)
class SendPlanLink:
    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class SendPlanLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SendPlanLink, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `patient_not_found`, `patient_merged`, `birth_date_unknown`, and `public_address_unknown` where the
        clinic has not said where patients find this service.
        """

        async def send(tx: Transaction) -> Changed:
            patient = await self.ports.patients.get(command.patient_id)
            policy, by = self.ports.policy.plan_links, StaffId(actor.id)
            new = PlanLink.issued(PlanLinkId(tx.new_id()), patient, policy, by=by, now=tx.now)
            whole = self.ports.link_addresses.whole(new.id)
            if whole is None:
                raise conflict("public_address_unknown", "The clinic has not said where patients find this service.")
            link = new.sent(whole, now=tx.now)
            await self.ports.plan_links.add(link, tx)
            return Changed(link.id, link.version)

        return await self.work.run(send, by=actor, action="send_plan_link", returns=Changed, request=request)
