"""Puts the drug log right where less or other was given out of a draw than it says."""

from dataclasses import dataclass, field
from typing import Self

from careflow_service.identity import Actor
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.doses import Dose
from sessions.domain.drug_regiven import GivenInstead, regiven
from sessions.domain.ids import ContainerId, DrawId, EntryId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.units import Milligrams


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfDraw:
    """Out of this draw `became` was given, and not `was`."""

    container_id: ContainerId
    draw_id: DrawId
    was: Milligrams = field(repr=False)
    became: Milligrams = field(repr=False)

    @classmethod
    def of_dose(cls, was: Dose, became: Dose) -> Self:
        return cls(container_id=was.container_id, draw_id=was.draw_id, was=was.stated.mass, became=became.stated.mass)


async def give_instead(
    out: OutOfDraw, session: Session, note: str, actor: Actor, ports: Ports, tx: Transaction
) -> None:
    """Does nothing where as much was given as the log says. Refused: what `drug_regiven.regiven` refuses."""
    if out.was == out.became:
        return
    container = await ports.drug_log.get(out.container_id, of=session.location_id)
    instead = GivenInstead(
        draw_id=out.draw_id,
        was=out.was,
        mass=out.became,
        counter_id=EntryId(tx.new_id()),
        entry_id=EntryId(tx.new_id()),
        note=note,
        by=StaffId(actor.id),
        at=tx.now,
    )
    await ports.drug_log.save(regiven(container, instead), expecting=container.version, tx=tx)
