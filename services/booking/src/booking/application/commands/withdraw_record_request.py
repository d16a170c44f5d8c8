"""Whoever asked for a record does not want it any more."""

from dataclasses import dataclass

from booking.application.record_request_changes import RecordRequestChanges
from booking.domain.ids import RecordRequestId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class WithdrawRecordRequest:
    request_id: RecordRequestId
    expected_version: int


@dataclass(frozen=True, slots=True)
class WithdrawRecordRequestHandler:
    """Raises `record_request_not_found`, `stale_version`, and as `RecordRequest.taken_back`."""

    changes: RecordRequestChanges

    async def __call__(
        self, command: WithdrawRecordRequest, actor: Actor, request: RequestKey | None
    ) -> Committed[Changed]:
        return await self.changes.apply(
            lambda asked, now: asked.taken_back(now=now),
            command.request_id,
            command.expected_version,
            by=actor,
            action="withdraw_record_request",
            request=request,
        )
