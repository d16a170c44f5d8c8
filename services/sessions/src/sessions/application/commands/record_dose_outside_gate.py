"""A dose that was given while the gate was closed is written down, late: it counts, and its review is asked for."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, side_by_side
from sessions.application.ask_gate import ask_gate
from sessions.application.courses import change_course, counted, numbered
from sessions.application.follow_up import ask_for_contacts
from sessions.application.ports import Ports
from sessions.application.rems_reports import ask_for_rems_form
from sessions.application.rendered_services import with_dose_billed
from sessions.application.session_changes import SessionChanges
from sessions.domain.as_of import as_of
from sessions.domain.course import Course
from sessions.domain.doses import Dose, StatedDose
from sessions.domain.drug_given_late import GivenLate, given_late
from sessions.domain.drug_log import Container
from sessions.domain.follow_up import Cause, ContactKind
from sessions.domain.given_outside import Looked, given_outside
from sessions.domain.ids import ContainerId, DrawId, EntryId, OutsideDoseId, SessionId, StaffId
from sessions.domain.monitoring import Monitoring
from sessions.domain.outside_gate import OutsideGate
from sessions.domain.presence import was_there
from sessions.domain.readings import standing
from sessions.domain.sessions import Session
from sessions.domain.states import Outcome
from sessions.domain.what_happened import NOT_BEGUN
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDoseOutsideGate:
    """`draw_id` is None where nobody drew it up in the log; `given_by` where it was somebody else than who writes it
    down; `ended_at` is that of an infusion, None while it runs.
    """

    session_id: SessionId
    container_id: ContainerId
    draw_id: DrawId | None
    dose: StatedDose = field(repr=False)
    serial: str | None = field(repr=False)
    route: Route = field(repr=False)
    given_at: datetime
    ended_at: datetime | None
    given_by: StaffId | None
    ordered_by: StaffId | None
    reason: str = field(repr=False)
    before_start: str | None = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordDoseOutsideGateHandler:
    changes: SessionChanges

    async def __call__(self, command: RecordDoseOutsideGate, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `container_not_found`, `drug_mismatch`, and what `StatedDose.check`,
        `Item.must_be_stated_by`, `given_outside` and `given_late` refuse.
        """
        ports, at = self.changes.ports, command.given_at

        async def write_down(session: Session, tx: Transaction) -> Session:
            known = as_of(session, at)
            then, asked, container = await side_by_side(
                ask_gate(known, ports, at),
                ask_gate(session, ports, tx.now),
                ports.drug_log.get(command.container_id, of=session.location_id),
            )
            _check(command, session, container, ports)
            dose = _dose(command, session, container, actor, ports, tx)
            looked = Looked(then=then.gate, session_then=known, now=asked.gate)
            begins = numbered(session, asked.plan, asked.course) if session.state in NOT_BEGUN else session
            marked = given_outside(begins, dose, looked, _monitoring(begins, command, ports), ports.policy, now=tx.now)
            late = GivenLate.dose(dose, drawn_before=command.draw_id is not None)
            log = given_late(container, EntryId(tx.new_id()), session.id, late)
            await ports.drug_log.save(log, expecting=container.version, tx=tx)
            return with_dose_billed(session, marked, StaffId(actor.id), ports, now=tx.now)

        async def note(session: Session, tx: Transaction) -> None:
            mark = session.doses[-1].outside
            assert mark is not None

            def noted(course: Course) -> Course:
                return counted(course, session, at, ports).given_outside(mark.id)

            await change_course(session.patient_id, noted, ports, tx)
            await ask_for_rems_form(session, ports, tx)
            if session.outcome is Outcome.LEFT_EARLY and len(session.doses) == 1:
                cause = Cause(session_id=session.id)
                await ask_for_contacts(session.patient_id, cause, ContactKind.NEXT_DAY, ports=ports, tx=tx)

        return await self.changes.run(
            command.session_id,
            write_down,
            by=actor,
            action="record_dose_outside_gate",
            request=request,
            expecting=command.expected_version,
            then=note,
        )


def _check(command: RecordDoseOutsideGate, session: Session, container: Container, ports: Ports) -> None:
    weight = session.checks.weight
    # Nobody was weighed: the gate says so on the mark, and what was given by body weight is on record all the same.
    dose = command.dose if weight else replace(command.dose, per_kg=None)
    dose.check(weight.value.kilograms if weight else None, ports.policy.dose_mismatch_percent.value)
    if not ports.policy.is_dosed(container.item.drug):
        raise conflict("drug_mismatch", "No dose is given with what is in this container.")
    container.item.must_be_stated_by(command.dose)


def _dose(
    command: RecordDoseOutsideGate,
    session: Session,
    container: Container,
    actor: Actor,
    ports: Ports,
    tx: Transaction,
) -> Dose:
    infused = command.route is Route.INTRAVENOUS
    by = StaffId(actor.id)
    given_by = command.given_by or by
    return Dose(
        stated=command.dose,
        container_id=command.container_id,
        draw_id=command.draw_id or DrawId(tx.new_id()),
        drug=container.item.drug,
        ndc=container.item.ndc,
        lot=container.item.lot,
        serial=command.serial,
        given_by=given_by,
        started_at=command.given_at,
        ended_at=command.ended_at if infused else command.given_at,
        outside=OutsideGate(
            id=OutsideDoseId(tx.new_id()),
            route=command.route,
            reason=command.reason,
            ordered_by=command.ordered_by,
            before_start=command.before_start,
            recorded_by=by,
            recorded_at=tx.now,
            review_by=tx.now + timedelta(hours=ports.policy.outside_gate.review_hours.value),
            policy_version=ports.policy.version,
            giver_absent=not was_there(session.team, given_by, command.given_at),
        ),
    )


def _monitoring(session: Session, command: RecordDoseOutsideGate, ports: Ports) -> Monitoring:
    """Observations count from when it was given: what is missing by now is said at once."""
    at, route = command.given_at, ports.policy.routes[command.route]
    before = [each.signs for each in standing(session.checks.baseline) if each.signs.observed_at <= at]
    baseline = max(before, key=lambda each: each.observed_at, default=None)
    return Monitoring.begun(at, route.observations, baseline, ports.policy.vitals_times)
