"""A patient has what was billed beyond an estimate decided (45 CFR 149.620)."""

from dataclasses import dataclass
from datetime import date

from billing.application.disputed_bills import close_links
from billing.application.ports import Ports
from billing.domain.ids import EstimateId
from careflow_domain.errors import stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class BeginEstimateDispute:
    """`billed_on` is the date of the first bill, `initiated_on` when the notice was sent, as it says."""

    estimate_id: EstimateId
    billed_on: date
    initiated_on: date
    expected_version: int


@dataclass(frozen=True, slots=True)
class BeginEstimateDisputeHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: BeginEstimateDispute, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `estimate_not_found`, `estimate_not_issued`, `dispute_open`, `below_dispute_line`,
        `dispute_too_late`, `dispute_dates_invalid`, `stale_version`.
        """

        async def begin(tx: Transaction) -> Changed:
            before = await self.ports.estimates.get(command.estimate_id)
            if before.version != command.expected_version:
                raise stale()
            estimate = before.begin_dispute(
                command.billed_on,
                command.initiated_on,
                self.ports.policy,
                today=self.ports.day_of(tx.now),
                now=tx.now,
            )
            await close_links(estimate, self.ports, tx)
            await self.ports.estimates.save(estimate, expecting=before.version, tx=tx)
            return Changed(estimate.id, estimate.version)

        return await self.work.run(begin, by=actor, action="begin_estimate_dispute", returns=Changed, request=request)
