"""A medicine beside the dose is given by an order, or is not given, and why."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added, Changed
from careflow_service.work import Committed, Transaction
from sessions.application.medication import order_for
from sessions.application.medication_changes import MedicationChanges
from sessions.application.ports import Ports
from sessions.domain.administrations import Administration, FromDraw, NotGiven, NotGivenReason
from sessions.domain.drug_entries import Entry, EntryKind
from sessions.domain.ids import AdministrationId, EntryId, SessionId, StaffId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation
from sessions.domain.units import MedicineAmount, Milligrams


@dataclass(frozen=True, slots=True)
class GiveMedicine:
    """`given_at` is now where it is None. `allergic` is what the patient says of this medicine; `drawn` what a
    controlled one is given out of.
    """

    session_id: SessionId
    order_id: str
    amount: MedicineAmount = field(repr=False)
    given_at: datetime | None
    allergic: bool = field(repr=False)
    drawn: FromDraw | None


@dataclass(frozen=True, slots=True)
class WithholdMedicine:
    session_id: SessionId
    order_id: str
    why: NotGivenReason = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GiveMedicineHandler:
    changes: MedicationChanges

    async def __call__(self, command: GiveMedicine, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `session_not_found`, `container_not_found`, and what `order_for`, `Situation.must_allow`,
        `must_allow_amount` and `must_be_drawn`, `MedicineTerms.must_be_in` and `Container.gave` refuse.
        """
        ports = self.changes.ports

        async def give(judged: Situation, given_id: str, tx: Transaction) -> MedicationRecord:
            at = command.given_at or tx.now
            order = await order_for(judged, command.order_id, at, ports)
            judged.must_allow(order, at, allergic=command.allergic)
            judged.must_allow_amount(order, command.amount)
            judged.must_be_drawn(order, command.drawn)
            given = Administration(
                id=AdministrationId(given_id),
                order=order,
                amount=command.amount,
                given_at=at,
                by=StaffId(actor.id),
                recorded_at=tx.now,
                drawn=command.drawn,
            )
            await _take_from_log(given, judged, ports, tx)
            return judged.record.gave(given)

        return await self.changes.add(command.session_id, give, by=actor, action="give_medicine", request=request)


@dataclass(frozen=True, slots=True)
class WithholdMedicineHandler:
    changes: MedicationChanges

    async def __call__(self, command: WithholdMedicine, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `order_for`, `Situation.must_have_patient` and
        `MedicationRecord.withheld` refuse.
        """

        async def withhold(judged: Situation, tx: Transaction) -> MedicationRecord:
            judged.must_have_patient()
            order = await order_for(judged, command.order_id, tx.now, self.changes.ports)
            not_given = NotGiven(order=order, why=command.why, reason=command.reason, by=StaffId(actor.id), at=tx.now)
            return judged.record.withheld(not_given)

        return await self.changes.run(
            command.session_id, withhold, by=actor, action="withhold_medicine", request=request
        )


async def _take_from_log(given: Administration, judged: Situation, ports: Ports, tx: Transaction) -> None:
    if given.drawn is None:
        return
    container = await ports.drug_log.get(given.drawn.container_id, of=judged.session.location_id)
    given.order.terms.must_be_in(container.item.drug)
    entry = Entry(
        id=EntryId(tx.new_id()),
        kind=EntryKind.ADMINISTERED,
        mass=Milligrams(given.amount.value),
        by=given.by,
        at=given.recorded_at,
        draw_id=given.drawn.draw_id,
    )
    await ports.drug_log.save(container.gave(judged.session.id, entry), expecting=container.version, tx=tx)
