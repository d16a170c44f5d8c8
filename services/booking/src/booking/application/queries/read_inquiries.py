"""Reads the inquiries that wait, and one of them. Who read which is kept."""

from dataclasses import dataclass

from booking.application.ports import Inquiries, ReadAudit
from booking.domain.ids import InquiryId
from booking.domain.inquiries import Inquiry
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class ReadInquiries:
    inquiries: Inquiries
    audit: ReadAudit

    async def listed(self, actor: Actor, limit: int, after: str | None, *, urgent: bool) -> Listed[Inquiry]:
        """Those that are not closed, what waits longest first: the urgent ones, or the others."""
        found = await self.inquiries.listed(limit, after, urgent=urgent)
        await self.audit.read(actor, "read_inquiries", *(f"inquiries/{each.id}" for each in found.items))
        return found

    async def one(self, inquiry_id: InquiryId, actor: Actor) -> Inquiry:
        """Raises `inquiry_not_found`."""
        inquiry = await self.inquiries.get(inquiry_id)
        await self.audit.read(actor, "read_inquiry", f"inquiries/{inquiry.id}")
        return inquiry

    async def urgent_waits(self) -> bool:
        """Whether there is an urgent one that is not closed; nothing of it."""
        return bool((await self.inquiries.listed(1, None, urgent=True)).items)
