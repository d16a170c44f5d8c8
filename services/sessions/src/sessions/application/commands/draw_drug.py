"""Drug is drawn up for one session: for its dose, or a controlled medicine by an order of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.medication import order_for, situation
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day
from sessions.domain.dosing import must_allow_draw
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_days import drug_day_id
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, DrawId, SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.units import Milligrams, total


@dataclass(frozen=True, slots=True)
class DrawDrug:
    """`order_id` is the order of the medicine; None for the dose. `amount` without a unit is in the container's own."""

    container_id: ContainerId
    session_id: SessionId
    amount: DrugQuantity | Decimal
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class DrawDrugHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DrawDrug, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `container_not_found`, `session_not_found`, `drug_day_closed`, `package_of_another`,
        `package_missing`, `drug_mismatch`, what `Item.mass_of` refuses, and what
        `must_allow_draw` or, for a medicine, `order_for` and `Situation.must_allow_draw`, and `Container.drawn` refuse.
        """

        async def draw(tx: Transaction) -> Added:
            session, before = await side_by_side(
                self.ports.sessions.get(command.session_id), self.ports.drug_log.get(command.container_id)
            )
            today, of = clinic_day(tx.now, self.ports.policy.timezone), before.location_id
            closed, shelf = await side_by_side(
                self.ports.drug_days.find(drug_day_id(of, today), of=of), self.ports.drug_log.at(of)
            )
            if closed is not None:
                raise conflict("drug_day_closed", "This day has been counted and closed; nothing more is drawn up.")
            unit = before.item.unit
            amount = (
                DrugQuantity(value=command.amount, unit=unit) if isinstance(command.amount, Decimal) else command.amount
            )
            mass = before.item.mass_of(amount)
            await self._check_package(session, before)
            if command.order_id is None:
                self._check_dose(session, before, shelf, mass)
            else:
                await self._check_medicine(command.order_id, session, before, shelf, mass, tx)
            draw_id = DrawId(tx.new_id())
            container = before.drawn(
                draw_id,
                session.id,
                amount,
                location_id=session.location_id,
                by=StaffId(actor.id),
                today=today,
                now=tx.now,
            )
            await self.ports.drug_log.save(container, expecting=before.version, tx=tx)
            return Added(container.id, container.version, draw_id)

        return await self.work.run(draw, by=actor, action="draw_drug", returns=Added, request=request)

    async def _check_package(self, session: Session, container: Container) -> None:
        if container.package_id is not None:
            package = await self.ports.packages.get(container.package_id)
            package.must_be_for(session.patient_id)

    def _check_dose(self, session: Session, container: Container, shelf: Sequence[Container], mass: Milligrams) -> None:
        policy = self.ports.policy
        drawn_up = total([each.drawn_for(session.id) for each in shelf if policy.is_dosed(each.item.drug)])
        must_allow_draw(session, mass, drawn_up)
        route = policy.routes[session.must_have_order().route]
        route.must_give(container.item.drug)
        if route.from_package and container.package_id is None:
            raise conflict("package_missing", "By this route only the patient's own package is given from.")

    async def _check_medicine(
        self,
        order_id: str,
        session: Session,
        container: Container,
        shelf: Sequence[Container],
        mass: Milligrams,
        tx: Transaction,
    ) -> None:
        judged, _ = await situation(session.id, self.ports, tx.now)
        order = await order_for(judged, order_id, tx.now, self.ports)
        drawn_up = total([each.drawn_for(session.id) for each in shelf if order.terms.is_in(each.item.drug)])
        judged.must_allow_draw(order, mass, drawn_up)
        order.terms.must_be_in(container.item.drug)
