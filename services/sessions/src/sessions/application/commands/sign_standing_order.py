"""A prescriber signs a standing order of a location, or revokes one."""

from dataclasses import dataclass, field
from datetime import date

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day
from sessions.domain.ids import LocationId, StaffId, StandingOrderId
from sessions.domain.medicines import MedicineTerms
from sessions.domain.standing_orders import StandingOrder


@dataclass(frozen=True, slots=True)
class SignStandingOrder:
    location_id: LocationId
    terms: MedicineTerms
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class RevokeStandingOrder:
    order_id: StandingOrderId
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignStandingOrderHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SignStandingOrder, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: what `StandingOrder.must_make_sense` refuses."""

        async def sign(tx: Transaction) -> Changed:
            policy = self.ports.policy
            order = StandingOrder(
                id=StandingOrderId(tx.new_id()),
                location_id=command.location_id,
                terms=command.terms,
                valid_from=command.valid_from,
                valid_until=command.valid_until,
                signed_by=StaffId(actor.id),
                signed_at=tx.now,
                policy_version=policy.version,
            )
            order.must_make_sense(policy, today=clinic_day(tx.now, policy.timezone))
            await self.ports.standing_orders.add(order, tx)
            return Changed(order.id, order.version)

        return await self.work.run(sign, by=actor, action="sign_standing_order", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class RevokeStandingOrderHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RevokeStandingOrder, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `medicine_order_not_found`, and what `StandingOrder.revoked` refuses."""

        async def revoke(tx: Transaction) -> Changed:
            before = await self.ports.standing_orders.get(command.order_id)
            order = before.revoked(command.reason, by=StaffId(actor.id), now=tx.now)
            await self.ports.standing_orders.save(order, expecting=before.version, tx=tx)
            return Changed(order.id, order.version)

        return await self.work.run(revoke, by=actor, action="revoke_standing_order", returns=Changed, request=request)
