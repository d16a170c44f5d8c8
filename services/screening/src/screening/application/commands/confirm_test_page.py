"""A test page has arrived, says whom it was sent to."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.domain.ids import PageId, StaffId


@dataclass(frozen=True, slots=True)
class ConfirmTestPage:
    page_id: PageId


@dataclass(frozen=True, slots=True)
class ConfirmTestPageHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ConfirmTestPage, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: as `Page.confirmed`. A second time it changes nothing."""

        async def confirm(tx: Transaction) -> Changed:
            before = await self.ports.test_pages.get(command.page_id)
            page = before.confirmed(StaffId(actor.id), now=tx.now)
            if page is not before:
                await self.ports.test_pages.save(page, expecting=before.version, tx=tx)
            return Changed(page.id, page.version)

        return await self.work.run(confirm, by=actor, action="confirm_test_page", returns=Changed, request=request)
