"""Reactions to what screening knows of a patient's allergies, cleared or not: who gives a medicine heeds it."""

from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from sessions.application.eligibility_reactions import noting
from sessions.application.ports import Ports


async def on_allergies_changed(event: Received[contracts.AllergiesChanged], tx: Transaction, ports: Ports) -> None:
    """All of them, as they are known from then on."""
    known = event.data.for_sessions.opened().allergies
    await noting(event.data.patient_id, tx, ports, lambda each: each.allergic_to(known))
