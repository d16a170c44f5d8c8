"""Somebody has a service's share of a part of a record in hand, to be given with the others."""

from dataclasses import dataclass, field

from booking.application.record_request_changes import RecordRequestChanges
from booking.domain.erasures import Party
from booking.domain.ids import RecordRequestId
from booking.domain.record_parts import RecordPart
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class RecordShare:
    """`reference` is the disclosure, or the paper, by which it is found again in that service."""

    request_id: RecordRequestId
    expected_version: int
    part: RecordPart
    party: Party
    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordShareHandler:
    """Raises `record_request_not_found`, `stale_version`, and as `RecordRequest.share_made`."""

    changes: RecordRequestChanges

    async def __call__(self, command: RecordShare, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda asked, now: asked.share_made(command.part, command.party, command.reference, by=actor.id, now=now),
            command.request_id,
            command.expected_version,
            by=actor,
            action="record_share",
            request=request,
        )
