"""An inquiry that was closed by mistake is opened again."""

from dataclasses import dataclass

from booking.application.inquiry_changes import InquiryChanges
from booking.domain.ids import InquiryId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class ReopenInquiry:
    inquiry_id: InquiryId
    expected_version: int


@dataclass(frozen=True, slots=True)
class ReopenInquiryHandler:
    """Raises `inquiry_not_found`, `stale_version`, `inquiry_not_closed`, `inquiry_erased`, `inquiry_became_call`,
    `too_late_to_reopen`.
    """

    changes: InquiryChanges

    async def __call__(self, command: ReopenInquiry, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda inquiry, now: inquiry.reopened(self.changes.ports.policy, by=actor.id, now=now),
            command.inquiry_id,
            command.expected_version,
            by=actor,
            action="reopen_inquiry",
            request=request,
        )
