"""Who puts something right, as the rules of corrections ask."""

from careflow_service.identity import Actor, Role
from careflow_service.work import Transaction
from sessions.domain.corrections import Corrector
from sessions.domain.ids import StaffId


def corrector(actor: Actor, reason: str, tx: Transaction) -> Corrector:
    """This person, now."""
    return Corrector(by=StaffId(actor.id), prescriber=actor.has(Role.PRESCRIBER), reason=reason, now=tx.now)
