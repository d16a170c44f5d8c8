"""Nobody is to pay by a link any more. Where it was paid meanwhile, the money is the patient's and applied."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.domain.ids import LinkId
from careflow_domain.errors import stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ClosePaymentLink:
    link_id: LinkId
    expected_version: int


@dataclass(frozen=True, slots=True)
class ClosePaymentLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ClosePaymentLink, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `payment_link_not_found`, `payment_link_over`, `stale_version`."""

        async def close(tx: Transaction) -> Changed:
            before = await self.ports.links.get(command.link_id)
            if before.version != command.expected_version:
                raise stale()
            link = before.close(now=tx.now)
            await self.ports.links.save(link, expecting=before.version, tx=tx)
            return Changed(link.id, link.version)

        return await self.work.run(close, by=actor, action="close_payment_link", returns=Changed, request=request)
