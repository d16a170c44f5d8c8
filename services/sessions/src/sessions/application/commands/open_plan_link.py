"""Somebody with a link says whose it is. A wrong try is kept, so it is no refusal here."""

from dataclasses import dataclass, field
from datetime import date

from careflow_service.identity import Actor
from careflow_service.pages.links import CameIn
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PlanLinkId


@dataclass(frozen=True, slots=True)
class OpenPlanLink:
    link_id: PlanLinkId
    born_on: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenPlanLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: OpenPlanLink, actor: Actor) -> Committed[CameIn]:
        """Refused: `plan_link_not_found`."""

        async def come_in(tx: Transaction) -> CameIn:
            link = await self.ports.plan_links.get(command.link_id)
            patient = await self.ports.patients.get(link.patient_id)
            tried = link.tried(command.born_on, patient, self.ports.policy.plan_links, now=tx.now)
            if tried is link:
                return CameIn(link.id, None)
            await self.ports.plan_links.save(tried, expecting=link.version, tx=tx)
            return CameIn.by(link.id, tried.tries)

        return await self.work.run(come_in, by=actor, action="open_plan_link", returns=CameIn)
