"""Nothing of a person is left who inquired and became no patient."""

from dataclasses import dataclass

from booking.application.inquiry_changes import InquiryChanges
from booking.domain.ids import InquiryId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class EraseInquiry:
    inquiry_id: InquiryId
    expected_version: int


@dataclass(frozen=True, slots=True)
class EraseInquiryHandler:
    """Raises `inquiry_not_found`, `stale_version`, `inquiry_open`, `inquiry_erased`."""

    changes: InquiryChanges

    async def __call__(self, command: EraseInquiry, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda inquiry, _: inquiry.erased(),
            command.inquiry_id,
            command.expected_version,
            by=actor,
            action="erase_inquiry",
            request=request,
        )
