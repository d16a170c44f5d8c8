"""Changes a request for a record as somebody saw it. What every use case on an existing one shares."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from booking.application.ownership import check_own, check_version
from booking.application.ports import Ports
from booking.domain.ids import RecordRequestId
from booking.domain.record_requests import RecordRequest
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordRequestChanges:
    ports: Ports
    work: Work

    async def apply(
        self,
        change: Callable[[RecordRequest, datetime], RecordRequest],
        request_id: RecordRequestId,
        expected_version: int,
        *,
        by: Actor,
        action: str,
        request: RequestKey | None,
    ) -> Committed[Changed]:
        """Raises `record_request_not_found`, also for another's, `stale_version` and what `change` raises; it is given
        the time.
        """

        async def work(tx: Transaction) -> Changed:
            before = await self.ports.record_requests.get(request_id)
            check_own(by, before.patient_id, "record_request")
            check_version(before.version, expected_version)
            after = change(before, tx.now)
            await self.ports.record_requests.save(after, expecting=before.version, tx=tx)
            return Changed(after.id, after.version)

        return await self.work.run(work, by=by, action=action, returns=Changed, request=request)
