"""Pages call practitioners by the name they are entered with, before they ever log in: here and elsewhere."""

from booking.application.ports import Ports
from booking.domain.practitioners import Practitioner
from careflow_service.naming import call_colleague
from careflow_service.work import Transaction


async def tell_name(practitioner: Practitioner, tx: Transaction, ports: Ports) -> Practitioner:
    """As they are to be kept; nothing is told where it was."""
    told = practitioner.telling(ports.location_id, now=tx.now)
    if told is not practitioner:
        await call_colleague(told.id, told.name, tx, ports.colleague_names)
    return told
