"""Reads the inquiries that wait, those that are closed, and one of them. Who read which is kept."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from booking.application.ports import Inquiries, ReadAudit
from booking.domain.ids import InquiryId
from booking.domain.inquiries import Inquiry, InquiryOutcome
from booking.domain.intervals import day_interval
from careflow_service.identity import Actor
from careflow_service.listed import Listed

LOOKED_AT: Final = 25
"""Of so many it is seen whether they were answered; more than these stand there until somebody closes some."""


@dataclass(frozen=True, slots=True)
class ReadInquiries:
    inquiries: Inquiries
    audit: ReadAudit
    zone: ZoneInfo

    async def listed(self, actor: Actor, limit: int, after: str | None, *, urgent: bool) -> Listed[Inquiry]:
        """Those that are not closed, what waits longest first: the urgent ones, or the others."""
        found = await self.inquiries.listed(limit, after, urgent=urgent)
        await self.audit.read(actor, "read_inquiries", *(f"inquiries/{each.id}" for each in found.items))
        return found

    async def closed(
        self,
        actor: Actor,
        limit: int,
        after: str | None,
        *,
        day: date | None = None,
        outcome: InquiryOutcome | None = None,
    ) -> Listed[Inquiry]:
        """Those that are closed, the newest first: on this date of the clinic, and so, where one is named."""
        on = day_interval(day, self.zone) if day is not None else None
        found = await self.inquiries.closed(limit, after, on=on, outcome=outcome)
        await self.audit.read(actor, "read_inquiries", *(f"inquiries/{each.id}" for each in found.items))
        return found

    async def one(self, inquiry_id: InquiryId, actor: Actor) -> Inquiry:
        """Raises `inquiry_not_found`."""
        inquiry = await self.inquiries.get(inquiry_id)
        await self.audit.read(actor, "read_inquiry", f"inquiries/{inquiry.id}")
        return inquiry

    async def urgent_waits(self) -> bool:
        """Whether there is an urgent one that nobody has answered; nothing of it."""
        found = await self.inquiries.listed(LOOKED_AT, None, urgent=True)
        return found.next is not None or any(each.answer is None for each in found.items)
