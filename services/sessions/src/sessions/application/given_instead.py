"""Puts the drug log right where less or other was given of a dose than it says."""

from careflow_service.identity import Actor
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.doses import Dose
from sessions.domain.drug_regiven import GivenInstead, regiven
from sessions.domain.ids import EntryId, StaffId
from sessions.domain.sessions import Session


async def give_instead(
    was: Dose, became: Dose, session: Session, note: str, actor: Actor, ports: Ports, tx: Transaction
) -> None:
    """Does nothing where as much was given as the log says. Refused: what `drug_regiven.regiven` refuses."""
    if was.stated.mass == became.stated.mass:
        return
    container = await ports.drug_log.get(was.container_id, of=session.location_id)
    instead = GivenInstead(
        dose=was,
        mass=became.stated.mass,
        counter_id=EntryId(tx.new_id()),
        entry_id=EntryId(tx.new_id()),
        note=note,
        by=StaffId(actor.id),
        at=tx.now,
    )
    await ports.drug_log.save(regiven(container, instead), expecting=container.version, tx=tx)
