"""Somebody of the clinic sees to an inquiry: takes it, answers it, closes it, erases what is left of the person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from booking.application.ownership import check_version
from booking.application.ports import Inquiries
from booking.application.results import Saved
from booking.domain.ids import InquiryId
from booking.domain.inquiries import Inquiry
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ChangeInquiry:
    """`change` is one of the inquiry's own methods with its arguments bound, but for the time."""

    inquiry_id: InquiryId
    expected_version: int
    change: Callable[[Inquiry, datetime], Inquiry]


@dataclass(frozen=True, slots=True)
class ChangeInquiryHandler:
    """Raises `inquiry_not_found`, `stale_version` and what the change raises."""

    inquiries: Inquiries
    work: Work

    async def __call__(self, command: ChangeInquiry, actor: Actor, request: RequestKey | None) -> Committed[Saved]:
        async def work(tx: Transaction) -> Saved:
            before = await self.inquiries.get(command.inquiry_id)
            check_version(before.version, command.expected_version)
            after = command.change(before, tx.now)
            await self.inquiries.save(after, expecting=before.version, tx=tx)
            return Saved(after.id, after.version)

        return await self.work.run(work, by=actor, action="change_inquiry", returns=Saved, request=request)
