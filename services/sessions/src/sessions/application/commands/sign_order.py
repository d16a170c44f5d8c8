"""A prescriber signs the order for one session: what, how much, and the most of it."""

from dataclasses import dataclass, field

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.courses import plan_of
from sessions.application.session_changes import SessionChanges
from sessions.domain.doses import Order, StatedDose
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.units import Milligrams


@dataclass(frozen=True, slots=True)
class SignOrder:
    """The route is the plan's; the weight is the one that was checked."""

    session_id: SessionId
    dose: StatedDose = field(repr=False)
    most: Milligrams = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class SignOrderHandler:
    changes: SessionChanges

    async def __call__(self, command: SignOrder, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `plan_missing`, `order_not_in_devices`, and what `Order.check`
        refuses."""
        ports = self.changes.ports

        async def sign(session: Session, tx: Transaction) -> Session:
            plan = await plan_of(session, ports)
            if plan is None:
                raise conflict("plan_missing", "There is no plan to order by.")
            weight = session.checks.weight
            order = Order(
                route=plan.terms.route,
                dose=command.dose,
                most=command.most,
                weight=weight.value.kilograms if weight else None,
                signed_by=StaffId(actor.id),
                signed_at=tx.now,
                policy_version=ports.policy.version,
            )
            route = ports.policy.routes[plan.terms.route]
            if route.devices is not None:
                route.devices.must_make(order.most)
            order.check(
                plan=plan.terms.ceiling,
                clinic=route.ceiling,
                tolerance_percent=ports.policy.dose_mismatch_percent.value,
            )
            return session.ordered(order)

        return await self.changes.run(
            command.session_id,
            sign,
            by=actor,
            action="sign_order",
            request=request,
            expecting=command.expected_version,
        )
