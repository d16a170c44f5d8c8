"""Other services are told of a patient what they were not told when that one was registered, such as the name: a
deadline, due at once, fired by `timers`. A version that tells more needs no command of an operator's.
"""

from datetime import datetime

from booking.application.ports import Ports
from booking.domain.ids import PatientId
from careflow_service.work import Transaction


async def next_to_tell_again(ports: Ports) -> tuple[datetime, str] | None:
    """One after the other, so that a clinic's work goes on beside it."""
    patient_id = await ports.patients.next_to_tell()
    return None if patient_id is None else (ports.clock(), patient_id)


async def tell_patient_again(patient_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing where it was told meanwhile, by a change of details or by another process."""
    before = await ports.patients.get(PatientId(patient_id))
    after = before.told_again(now=tx.now)
    if after is not before:
        await ports.patients.save(after, expecting=before.version, tx=tx)
