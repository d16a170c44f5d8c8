"""Changes an inquiry as somebody of the clinic saw it. What every use case on an existing one shares."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from booking.application.ownership import check_version
from booking.application.ports import Ports
from booking.domain.ids import InquiryId
from booking.domain.inquiries import Inquiry
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class InquiryChanges:
    ports: Ports
    work: Work

    async def apply(
        self,
        change: Callable[[Inquiry, datetime], Inquiry],
        inquiry_id: InquiryId,
        expected_version: int,
        *,
        by: Actor,
        action: str,
        request: RequestKey | None,
    ) -> Committed[Changed]:
        """Raises `inquiry_not_found`, `stale_version` and what `change` raises; it is given the time."""

        async def work(tx: Transaction) -> Changed:
            before = await self.ports.inquiries.get(inquiry_id)
            check_version(before.version, expected_version)
            after = change(before, tx.now)
            await self.ports.inquiries.save(after, expecting=before.version, tx=tx)
            return Changed(after.id, after.version)

        return await self.work.run(work, by=by, action=action, returns=Changed, request=request)
