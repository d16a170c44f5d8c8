"""How a reaction changes sessions' copy of what screening says of a patient."""

from collections.abc import Callable

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.eligibility import Eligibility
from sessions.domain.ids import PatientId


async def noting(patient_id: str, tx: Transaction, ports: Ports, change: Callable[[Eligibility], Eligibility]) -> None:
    """The copy as it is after this fact; the first fact makes the copy, a repeated one writes nothing."""
    of = PatientId(patient_id)
    known = await ports.eligibilities.find(of, of=of)
    after = change(known or Eligibility(id=of))
    await upsert(ports.eligibilities, known, after, tx)
