"""Somebody with a link says whose it is. A wrong try is kept, so it is no refusal here."""

from dataclasses import dataclass, field
from datetime import date

from billing.application.ports import Ports
from billing.domain.ids import AccountLinkId
from careflow_service.identity import Actor
from careflow_service.pages.links import CameIn
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class OpenAccountLink:
    link_id: AccountLinkId
    born_on: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenAccountLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: OpenAccountLink, actor: Actor) -> Committed[CameIn]:
        """Refused: `account_link_not_found`."""

        async def come_in(tx: Transaction) -> CameIn:
            link = await self.ports.account_links.get(command.link_id)
            account = await self.ports.accounts.get(link.patient_id)
            tried = link.tried(command.born_on, account, self.ports.policy.account_links, now=tx.now)
            if tried is link:
                return CameIn(link.id, None)
            await self.ports.account_links.save(tried, expecting=link.version, tx=tx)
            return CameIn.by(link.id, tried.tries)

        return await self.work.run(come_in, by=actor, action="open_account_link", returns=CameIn)
