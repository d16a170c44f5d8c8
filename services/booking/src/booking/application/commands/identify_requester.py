"""It is known who asks for a record: how that was seen."""

from dataclasses import dataclass

from booking.application.record_request_changes import RecordRequestChanges
from booking.domain.ids import RecordRequestId
from booking.domain.record_parts import IdentityProof
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class IdentifyRequester:
    request_id: RecordRequestId
    expected_version: int
    proof: IdentityProof


@dataclass(frozen=True, slots=True)
class IdentifyRequesterHandler:
    """Raises `record_request_not_found`, `stale_version`, and as `RecordRequest.identified`."""

    changes: RecordRequestChanges

    async def __call__(
        self, command: IdentifyRequester, actor: Actor, request: RequestKey | None
    ) -> Committed[Changed]:
        return await self.changes.apply(
            lambda asked, now: asked.identified(command.proof, by=actor.id, now=now),
            command.request_id,
            command.expected_version,
            by=actor,
            action="identify_requester",
            request=request,
        )
