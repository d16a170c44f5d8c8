"""A part of a record was handed over, sent or shown to whoever asked."""

from dataclasses import dataclass

from booking.application.record_request_changes import RecordRequestChanges
from booking.domain.ids import RecordRequestId
from booking.domain.record_parts import RecordPart
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class GiveRecordPart:
    request_id: RecordRequestId
    expected_version: int
    part: RecordPart


@dataclass(frozen=True, slots=True)
class GiveRecordPartHandler:
    """Raises `record_request_not_found`, `stale_version`, and as `RecordRequest.given`."""

    changes: RecordRequestChanges

    async def __call__(self, command: GiveRecordPart, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda asked, now: asked.given(command.part, by=actor.id, now=now),
            command.request_id,
            command.expected_version,
            by=actor,
            action="give_record_part",
            request=request,
        )
