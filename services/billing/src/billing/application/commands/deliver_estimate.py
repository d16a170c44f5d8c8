"""The patient got the estimate, in writing."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.domain.estimate_issues import DeliveryWay
from billing.domain.ids import EstimateId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class DeliverEstimate:
    estimate_id: EstimateId
    way: DeliveryWay
    expected_version: int


@dataclass(frozen=True, slots=True)
class DeliverEstimateHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DeliverEstimate, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `estimate_not_found`, `estimate_not_issued`, `estimate_delivered`."""

        async def deliver(tx: Transaction) -> Changed:
            before = await self.ports.estimates.get(command.estimate_id)
            estimate = before.deliver(command.way, now=tx.now)
            await self.ports.estimates.save(estimate, expecting=command.expected_version, tx=tx)
            return Changed(estimate.id, estimate.version)

        return await self.work.run(deliver, by=actor, action="deliver_estimate", returns=Changed, request=request)
