"""Whoever was entered before other services were told names is told of: a deadline, due at once, fired by `timers`."""

from datetime import datetime

from booking.application import telling_names
from booking.application.ports import Ports
from booking.domain.ids import PractitionerId
from careflow_service.work import Transaction


async def next_name_to_tell(ports: Ports) -> tuple[datetime, str] | None:
    practitioner_id = await ports.practitioners.next_to_tell()
    return None if practitioner_id is None else (ports.clock(), practitioner_id)


async def tell_name(practitioner_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing where it was told meanwhile."""
    before = await ports.practitioners.get(PractitionerId(practitioner_id))
    if before.to_be_told:
        after = await telling_names.tell_name(before.recording(), tx, ports)
        await ports.practitioners.save(after, expecting=before.version, tx=tx)
