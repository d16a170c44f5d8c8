"""More time is taken for a request for a record: once, with the reason that the patient was told."""

from dataclasses import dataclass, field
from datetime import date

from booking.application.record_request_changes import RecordRequestChanges
from booking.domain.ids import RecordRequestId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class ExtendRecordRequest:
    request_id: RecordRequestId
    expected_version: int
    reason: str = field(repr=False)
    told_on: date


@dataclass(frozen=True, slots=True)
class ExtendRecordRequestHandler:
    """Raises `record_request_not_found`, `stale_version`, and as `RecordRequest.extended`."""

    changes: RecordRequestChanges

    async def __call__(
        self, command: ExtendRecordRequest, actor: Actor, request: RequestKey | None
    ) -> Committed[Changed]:
        return await self.changes.apply(
            lambda asked, now: asked.extended(
                command.reason,
                command.told_on,
                policy=self.changes.ports.policy,
                zone=self.changes.ports.zone,
                by=actor.id,
                now=now,
            ),
            command.request_id,
            command.expected_version,
            by=actor,
            action="extend_record_request",
            request=request,
        )
