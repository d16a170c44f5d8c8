"""Somebody with a link says whose it is. A wrong try is kept, so it is no refusal here."""

from dataclasses import dataclass, field
from datetime import date

from careflow_service.identity import Actor
from careflow_service.pages.links import CameIn
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.domain.ids import LinkId
from screening.domain.patients import PatientDetails


@dataclass(frozen=True, slots=True)
class OpenLink:
    link_id: LinkId
    born_on: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: OpenLink, actor: Actor) -> Committed[CameIn]:
        """Refused: `link_not_found`."""

        async def come_in(tx: Transaction) -> CameIn:
            link = await self.ports.links.get(command.link_id)
            patient = await self.ports.patients.find(link.patient_id, of=link.patient_id)
            known = patient.details if patient else PatientDetails()
            tried = link.tried(command.born_on, known, self.ports.policy.answer_links, now=tx.now)
            if tried is link:
                return CameIn(link.id, None)
            await self.ports.links.save(tried, expecting=link.version, tx=tx)
            return CameIn.by(link.id, tried.tries)

        return await self.work.run(come_in, by=actor, action="open_link", returns=CameIn)
