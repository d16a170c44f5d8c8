"""What the use cases about medicines share: the order something is given by, and what it is judged by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from careflow_domain.errors import DomainError
from careflow_service.work import side_by_side
from sessions.application.courses import course_of
from sessions.application.ports import Ports
from sessions.domain.administrations import ByOrder, OrderBasis
from sessions.domain.clinic_day import clinic_day
from sessions.domain.ids import SessionId, StaffId, StandingOrderId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation
from sessions.domain.medicine_orders import MedicineOrder
from sessions.domain.standing_orders import StandingOrder
from sessions.domain.stops import StopKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An order by which a medicine may be given now, or `refused` why not; `controlled`: out of the drug log alone."""

    order: ByOrder
    prescriber: StaffId
    controlled: bool
    refused: DomainError | None


async def situation(session_id: SessionId, ports: Ports, now: datetime) -> tuple[Situation, MedicationRecord | None]:
    """The session with its medication record, an empty one while nothing of it was stored; and that record as it was
    read. Refused: `session_not_found`.
    """
    session = await ports.sessions.get(session_id)
    patient = session.patient_id
    known, course, told = await side_by_side(
        ports.medication.find(session.id, of=patient),
        course_of(patient, ports),
        ports.eligibilities.find(patient, of=patient),
    )
    record = known or MedicationRecord(id=session.id, patient_id=patient, version=0)
    findings = frozenset(kind for kind in StopKind if course.standing(kind))
    judged = Situation(
        session=session,
        record=record,
        findings=findings,
        policy=ports.policy,
        now=now,
        known_allergies=told.known_allergies if told else (),
    )
    return judged, known


async def order_for(situation: Situation, order_id: str, at: datetime, ports: Ports) -> ByOrder:
    """The order of this id, of the session or a standing one, if it counts at that time. Refused:
    `medicine_order_not_found`, and what `MedicineOrder.must_count` and `StandingOrder.must_count` refuse.
    """
    order, refused = await order_named(situation, order_id, at, ports)
    if refused is not None:
        raise refused
    return order


async def order_named(
    situation: Situation, order_id: str, at: datetime, ports: Ports
) -> tuple[ByOrder, DomainError | None]:
    """The order of this id, of the session or a standing one, and why it does not count at that time, if so. Refused:
    `medicine_order_not_found`.
    """
    session = situation.session
    own = situation.record.find_order(order_id)
    if own is not None:
        return by_own(own), _refusal_of(lambda: own.must_count(at=at))
    standing = await ports.standing_orders.get(StandingOrderId(order_id), of=session.location_id)
    on = clinic_day(at, ports.policy.timezone)
    return by_standing(standing), _refusal_of(lambda: standing.must_count(session.location_id, on=on, at=at))


def _refusal_of(must: Callable[[], None]) -> DomainError | None:
    try:
        must()
    except DomainError as refused:
        return refused
    return None


async def offers(judged: Situation, ports: Ports) -> tuple[Offer, ...]:
    """What may be given in the session now, and why not: by its own orders that are not disputed, and by the standing
    ones of its location that count today; nothing once a visit is over. For a reader.
    """
    session, today = judged.session, clinic_day(judged.left_at or judged.now, ports.policy.timezone)
    if judged.left_at is not None and not judged.written_late:
        return ()
    standing = (
        [] if session.location_id is None else await ports.standing_orders.counting_at(session.location_id, today)
    )
    own = [(by_own(each), each.prescriber) for each in judged.record.orders if not each.disputed]
    found = [*own, *((by_standing(each), each.signed_by) for each in standing)]
    return tuple(
        Offer(
            order=order,
            prescriber=by,
            controlled=order.terms.is_controlled(ports.policy),
            refused=judged.why_not(order),
        )
        for order, by in found
    )


def by_own(order: MedicineOrder) -> ByOrder:
    basis = OrderBasis.WRITTEN if order.by_word is None else OrderBasis.VERBAL
    return ByOrder(
        basis=basis, id=order.id, terms=order.terms, despite=order.despite.allergies if order.despite else ()
    )


def by_standing(order: StandingOrder) -> ByOrder:
    return ByOrder(basis=OrderBasis.STANDING, id=order.id, terms=order.terms)
