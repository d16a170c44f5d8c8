"""A dispute about an estimate was decided, settled or given up. What is to be paid less nobody asks for any more; what
was paid of it is the patient's again.
"""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books
from billing.application.disputed_bills import open_books_about, still_to_forgo
from billing.application.ports import Ports
from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.ids import EstimateId
from billing.domain.money import Money
from billing.domain.write_offs import WriteOffReason
from careflow_domain.errors import stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class CloseEstimateDispute:
    """`adjusted` is what is to be paid of what was billed, where that was decided or agreed."""

    estimate_id: EstimateId
    outcome: DisputeOutcome
    adjusted: Money | None
    expected_version: int


@dataclass(frozen=True, slots=True)
class CloseEstimateDisputeHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: CloseEstimateDispute, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `estimate_not_found`, `dispute_not_found`, `dispute_closed`, `adjusted_needed`,
        `adjusted_not_possible`, `currency_mismatch`, `stale_version`.
        """

        async def close(tx: Transaction) -> Changed:
            before = await self.ports.estimates.get(command.estimate_id)
            if before.version != command.expected_version:
                raise stale()
            estimate = before.close_dispute(command.outcome, command.adjusted, now=tx.now)
            opened = await open_books_about(estimate, self.ports)
            await self.ports.estimates.save(estimate, expecting=before.version, tx=tx)
            less, billed = still_to_forgo(estimate, opened, self.ports)
            if less:
                await keep_books(
                    opened, lambda books: books.lower(billed, less, WriteOffReason.DISPUTE), tx, self.ports
                )
            return Changed(estimate.id, estimate.version)

        return await self.work.run(close, by=actor, action="close_estimate_dispute", returns=Changed, request=request)
