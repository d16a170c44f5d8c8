"""Reads the inquiries that wait, those that are closed, and one of them. Who read which is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from booking.application.ports import Ports
from booking.domain.alarms import Alarm
from booking.domain.ids import InquiryId
from booking.domain.inquiries import Inquiry, InquiryOutcome, InquiryStatus
from booking.domain.intervals import day_interval
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.work import side_by_side

LOOKED_AT: Final = 25
"""Of so many it is seen whether they were answered; more than these stand there until somebody closes some."""


@dataclass(frozen=True, slots=True)
class ReadInquiries:
    ports: Ports

    @property
    def desk_reached(self) -> bool:
        """Whether there is a way to tell the clinic's own staff of an urgent one."""
        return bool(self.ports.desk.channels)

    async def listed(self, actor: Actor, limit: int, after: str | None, *, urgent: bool) -> Listed[Inquiry]:
        """Those that are not closed, what waits longest first: the urgent ones, or the others."""
        found = await self.ports.inquiries.listed(limit, after, urgent=urgent)
        await self.ports.audit.read(actor, "read_inquiries", *(f"inquiries/{each.id}" for each in found.items))
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
        on = day_interval(day, self.ports.zone) if day is not None else None
        found = await self.ports.inquiries.closed(limit, after, on=on, outcome=outcome)
        await self.ports.audit.read(actor, "read_inquiries", *(f"inquiries/{each.id}" for each in found.items))
        return found

    async def one(self, inquiry_id: InquiryId, actor: Actor) -> Inquiry:
        """Raises `inquiry_not_found`."""
        inquiry = await self.ports.inquiries.get(inquiry_id)
        await self.ports.audit.read(actor, "read_inquiry", f"inquiries/{inquiry.id}")
        return inquiry

    async def told(self, *inquiries: Inquiry) -> Mapping[InquiryId, Sequence[Alarm]]:
        """How the desk was told of each urgent one of them: over which channels, when, and how often."""
        urgent = [each.id for each in inquiries if each.urgent]
        found = await self.ports.alarms.of_inquiries(urgent)
        return {each: [alarm for alarm in found if alarm.inquiry_id == each and not alarm.untried] for each in urgent}

    async def urgent_waits(self) -> bool:
        """Whether there is an urgent one that nobody has answered; nothing of it."""
        found = await self.ports.inquiries.listed(LOOKED_AT, None, urgent=True)
        return found.next is not None or any(each.answer is None for each in found.items)

    async def nobody_sees_to_one(self) -> bool:
        """Whether there is one that nobody has taken yet; nothing of it."""
        waiting = await side_by_side(
            *(self.ports.inquiries.listed(LOOKED_AT, None, urgent=urgent) for urgent in (True, False))
        )
        return any(each.status is InquiryStatus.OPEN for found in waiting for each in found.items)
