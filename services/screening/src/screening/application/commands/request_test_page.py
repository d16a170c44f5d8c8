"""Somebody on the rota asks to be paged as a test, over every channel they are reached by. No alert comes of it."""

from dataclasses import dataclass

from careflow_domain.errors import conflict, not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.application.results import SeveralAdded
from screening.domain.ids import PageId, StaffId
from screening.domain.paging import Page


@dataclass(frozen=True, slots=True)
class RequestTestPageHandler:
    ports: Ports
    work: Work

    async def __call__(self, actor: Actor, request: RequestKey) -> Committed[SeveralAdded]:
        """Nobody has anybody paged but themselves.

        Refused: `rota_not_found`, `responder_not_found`, and `test_page_under_way` until the last one went out.
        """

        async def ask(tx: Transaction) -> SeveralAdded:
            person = StaffId(actor.id)
            rota, under_way = await self.ports.rotas.look(), await self.ports.test_pages.under_way(person)
            if rota is None:
                raise not_found("rota")
            channels = rota.channels_of(person)
            if under_way:
                raise conflict("test_page_under_way", "Your last test page has not gone out yet.")
            pages = [
                Page(
                    id=PageId(tx.new_id()),
                    alert_id=None,
                    staff_id=person,
                    channel=channel.kind,
                    address=channel.address,
                    intended_at=tx.now,
                    attempt_at=tx.now,
                )
                for channel in channels
            ]
            for each in pages:
                await self.ports.test_pages.add(each, tx)
            return SeveralAdded(rota.id, rota.version, tuple(each.id for each in pages))

        return await self.work.run(ask, by=actor, action="request_test_page", returns=SeveralAdded, request=request)
