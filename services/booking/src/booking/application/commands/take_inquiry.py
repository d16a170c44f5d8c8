"""Somebody of the clinic sees to an inquiry."""

from dataclasses import dataclass

from booking.application.inquiry_changes import InquiryChanges
from booking.domain.ids import InquiryId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class TakeInquiry:
    inquiry_id: InquiryId
    expected_version: int


@dataclass(frozen=True, slots=True)
class TakeInquiryHandler:
    """Raises `inquiry_not_found`, `stale_version`, `inquiry_taken`, `inquiry_closed`."""

    changes: InquiryChanges

    async def __call__(self, command: TakeInquiry, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda inquiry, _: inquiry.taken(by=actor.id),
            command.inquiry_id,
            command.expected_version,
            by=actor,
            action="take_inquiry",
            request=request,
        )
