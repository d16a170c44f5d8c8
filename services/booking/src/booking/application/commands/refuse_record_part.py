"""A part of a record is refused, with the reason in writing and the way to a review."""

from dataclasses import dataclass, field

from booking.application.record_request_changes import RecordRequestChanges
from booking.domain.ids import RecordRequestId
from booking.domain.record_parts import RecordPart, RefusalGrounds
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class RefuseRecordPart:
    request_id: RecordRequestId
    expected_version: int
    part: RecordPart
    grounds: RefusalGrounds
    reason: str = field(repr=False)
    review: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class RefuseRecordPartHandler:
    """Raises `record_request_not_found`, `stale_version`, and as `RecordRequest.refused`."""

    changes: RecordRequestChanges

    async def __call__(self, command: RefuseRecordPart, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda asked, now: asked.refused(
                command.part, command.grounds, command.reason, command.review, by=actor.id, now=now
            ),
            command.request_id,
            command.expected_version,
            by=actor,
            action="refuse_record_part",
            request=request,
        )
