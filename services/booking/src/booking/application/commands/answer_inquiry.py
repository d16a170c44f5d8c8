"""What somebody was told who inquired is written down."""

from dataclasses import dataclass

from booking.application.inquiry_changes import InquiryChanges
from booking.domain.ids import InquiryId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class AnswerInquiry:
    inquiry_id: InquiryId
    expected_version: int
    words: str


@dataclass(frozen=True, slots=True)
class AnswerInquiryHandler:
    """Raises `inquiry_not_found`, `stale_version`, `inquiry_closed`."""

    changes: InquiryChanges

    async def __call__(self, command: AnswerInquiry, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda inquiry, now: inquiry.answered(command.words, by=actor.id, now=now),
            command.inquiry_id,
            command.expected_version,
            by=actor,
            action="answer_inquiry",
            request=request,
        )
