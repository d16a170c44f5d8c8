"""A medicine that was given although its order did not allow it, or without one, is written down, and its review asked
for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from careflow_domain.errors import DomainError, conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction
from sessions.application.courses import change_course
from sessions.application.medication import order_named
from sessions.application.medication_changes import MedicationChanges
from sessions.application.ports import Ports
from sessions.domain.administrations import Administration, ByOrder, FromDraw, OrderBasis, OutsideOrder
from sessions.domain.drug_given_late import GivenLate, given_late
from sessions.domain.ids import AdministrationId, ContainerId, DrawId, EntryId, OutsideDoseId, SessionId, StaffId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_given_outside import against, gave_outside, must_have_been
from sessions.domain.medicine_giving import Situation
from sessions.domain.medicines import MedicineTerms
from sessions.domain.presence import was_there
from sessions.domain.sessions import Session
from sessions.domain.units import MedicineAmount


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMedicineOutsideOrder:
    """`given_as` is the order it was meant to be given by, or what was given where nobody had ordered it. A controlled
    one that came out of the drug log names the container, and the draw where somebody drew it up in the log.
    `given_by` where it was somebody else than who writes it down.
    """

    session_id: SessionId
    given_as: str | MedicineTerms = field(repr=False)
    amount: MedicineAmount = field(repr=False)
    given_at: datetime
    allergic: bool = field(repr=False)
    container_id: ContainerId | None
    draw_id: DrawId | None
    given_by: StaffId | None
    ordered_by: StaffId | None
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordMedicineOutsideOrderHandler:
    changes: MedicationChanges

    async def __call__(
        self, command: RecordMedicineOutsideOrder, actor: Actor, request: RequestKey
    ) -> Committed[Added]:
        """Refused: `session_not_found`, `medicine_order_not_found`, `container_not_found`, `medicine_not_controlled`,
        and what `must_have_been`, `gave_outside`, `MedicineTerms.must_be_in` and `given_late` refuse.
        """
        ports = self.changes.ports

        async def write_down(judged: Situation, given_id: str, tx: Transaction) -> MedicationRecord:
            order, of_order = await _order(command, given_id, judged, ports)
            given = _given(command, given_id, order, judged.session, actor, ports, tx)
            must_have_been(judged, given)
            given = _with_all_against(judged, given, of_order, allergic=command.allergic)
            record = gave_outside(judged, given)
            await _take_from_log(command, given, judged, ports, tx)
            waits = OutsideDoseId(given.id)  # the course keeps what holds dosing by one kind of id
            await change_course(record.patient_id, lambda course: course.given_outside(waits), ports, tx)
            return record

        return await self.changes.add(
            command.session_id, write_down, by=actor, action="record_medicine_outside_order", request=request
        )


async def _order(
    command: RecordMedicineOutsideOrder, given_id: str, judged: Situation, ports: Ports
) -> tuple[ByOrder, Sequence[DomainError]]:
    if isinstance(command.given_as, MedicineTerms):
        return ByOrder(basis=OrderBasis.NONE, id=given_id, terms=command.given_as), ()
    order, refused = await order_named(judged, command.given_as, command.given_at, ports)
    return order, () if refused is None else (refused,)


def _given(
    command: RecordMedicineOutsideOrder,
    given_id: str,
    order: ByOrder,
    session: Session,
    actor: Actor,
    ports: Ports,
    tx: Transaction,
) -> Administration:
    by, drawn = StaffId(actor.id), None
    given_by = command.given_by or by
    if command.container_id is not None:
        drawn = FromDraw(container_id=command.container_id, draw_id=command.draw_id or DrawId(tx.new_id()))
    return Administration(
        id=AdministrationId(given_id),
        order=order,
        amount=command.amount,
        given_at=command.given_at,
        by=given_by,
        recorded_at=tx.now,
        drawn=drawn,
        outside=OutsideOrder(
            reason=command.reason,
            ordered_by=command.ordered_by,
            recorded_by=by,
            recorded_at=tx.now,
            review_by=tx.now + timedelta(hours=ports.policy.outside_gate.review_hours.value),
            policy_version=ports.policy.version,
            against=(),
            allergic=command.allergic,
            giver_absent=not was_there(session.team, given_by, command.given_at),
        ),
    )


def _with_all_against(
    judged: Situation, given: Administration, of_order: Sequence[DomainError], *, allergic: bool
) -> Administration:
    assert given.outside is not None
    found = tuple(against(judged, given, of_order, allergic=allergic))
    return replace(given, outside=replace(given.outside, against=found))


async def _take_from_log(
    command: RecordMedicineOutsideOrder, given: Administration, judged: Situation, ports: Ports, tx: Transaction
) -> None:
    if given.drawn is None:
        return
    if not given.order.terms.is_controlled(ports.policy):
        raise conflict("medicine_not_controlled", "The drug log is for controlled drugs alone.")
    container = await ports.drug_log.get(given.drawn.container_id, of=judged.session.location_id)
    given.order.terms.must_be_in(container.item.drug)
    late = GivenLate.medicine(given, container, drawn_before=command.draw_id is not None)
    log = given_late(container, EntryId(tx.new_id()), judged.session.id, late)
    await ports.drug_log.save(log, expecting=container.version, tx=tx)
