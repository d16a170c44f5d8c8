"""A dose is given: out of a draw of the drug log, by the order, through a gate that is open at this very moment."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, side_by_side
from sessions.application.ask_gate import ask_gate
from sessions.application.courses import change_course, counted
from sessions.application.ports import Ports
from sessions.application.rems_reports import ask_for_rems_form
from sessions.application.session_changes import SessionChanges
from sessions.domain import dosing
from sessions.domain.doses import Dose, Order, StatedDose
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, DrawId, EntryId, SessionId, StaffId
from sessions.domain.monitoring import Monitoring
from sessions.domain.policy import RoutePolicy
from sessions.domain.readings import newest
from sessions.domain.sessions import Session
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True)
class GiveDose:
    session_id: SessionId
    container_id: ContainerId
    draw_id: DrawId
    dose: StatedDose = field(repr=False)
    serial: str | None = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class GiveDoseHandler:
    changes: SessionChanges

    async def __call__(self, command: GiveDose, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `container_not_found`, `order_missing`, `drug_mismatch`, and what
        `StatedDose.check`, `Item.must_be_stated_by`, `Container.administered` and `dosing.dosed` refuse.
        """
        ports = self.changes.ports

        async def give(session: Session, tx: Transaction) -> Session:
            asked, container = await side_by_side(
                ask_gate(session, ports, tx.now), ports.drug_log.get(command.container_id, of=session.location_id)
            )
            order = session.must_have_order()
            route = ports.policy.routes[order.route]
            _check(command.dose, session, container, route, ports)
            dose = _dose(command, order, container, actor, tx)
            dosed = dosing.dosed(session, dose, asked.gate, _monitoring(session, route, ports, tx), route.devices)
            given = container.administered(EntryId(tx.new_id()), session.id, dose)
            await ports.drug_log.save(given, expecting=container.version, tx=tx)
            return dosed

        async def note(session: Session, tx: Transaction) -> None:
            await change_course(session.patient_id, lambda course: counted(course, session, tx.now, ports), ports, tx)
            await ask_for_rems_form(session, ports, tx)

        return await self.changes.run(
            command.session_id,
            give,
            by=actor,
            action="give_dose",
            request=request,
            expecting=command.expected_version,
            then=note,
        )


def _check(dose: StatedDose, session: Session, container: Container, route: RoutePolicy, ports: Ports) -> None:
    weight = session.checks.weight
    dose.check(weight.value.kilograms if weight else None, ports.policy.dose_mismatch_percent.value)
    route.must_give(container.item.drug)
    container.item.must_be_stated_by(dose)


def _dose(command: GiveDose, order: Order, container: Container, actor: Actor, tx: Transaction) -> Dose:
    infused = order.route is Route.INTRAVENOUS
    return Dose(
        stated=command.dose,
        container_id=command.container_id,
        draw_id=command.draw_id,
        drug=container.item.drug,
        ndc=container.item.ndc,
        lot=container.item.lot,
        serial=command.serial,
        given_by=StaffId(actor.id),
        started_at=tx.now,
        ended_at=None if infused else tx.now,
    )


def _monitoring(session: Session, route: RoutePolicy, ports: Ports, tx: Transaction) -> Monitoring:
    return Monitoring.begun(tx.now, route.observations, newest(session.checks.baseline), ports.policy.vitals_times)
