"""How a reaction changes sessions' copy of what screening says of a patient."""

from collections.abc import Callable

from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.eligibility import Eligibility
from sessions.domain.ids import PatientId


async def noting(patient_id: str, tx: Transaction, ports: Ports, change: Callable[[Eligibility], Eligibility]) -> None:
    """The copy as it is after this fact; the first fact makes the copy, a repeated one writes nothing."""
    known = await ports.eligibilities.find(PatientId(patient_id))
    before = known or Eligibility(id=PatientId(patient_id))
    after = change(before)
    if known is None:
        await ports.eligibilities.add(after, tx)
    elif after is not before:
        await ports.eligibilities.save(after, expecting=before.version, tx=tx)
