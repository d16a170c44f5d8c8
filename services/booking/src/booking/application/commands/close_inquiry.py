"""An inquiry is closed with what came of it."""

from dataclasses import dataclass

from booking.application.inquiry_changes import InquiryChanges
from booking.domain.ids import InquiryId
from booking.domain.inquiries import InquiryOutcome
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class CloseInquiry:
    inquiry_id: InquiryId
    expected_version: int
    outcome: InquiryOutcome


@dataclass(frozen=True, slots=True)
class CloseInquiryHandler:
    """Raises `inquiry_not_found`, `stale_version`, `inquiry_closed`,
    `urgent_unanswered`, `outcome_of_the_call`.
    """

    changes: InquiryChanges

    async def __call__(self, command: CloseInquiry, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda inquiry, now: inquiry.closed(command.outcome, by=actor.id, now=now),
            command.inquiry_id,
            command.expected_version,
            by=actor,
            action="close_inquiry",
            request=request,
        )
