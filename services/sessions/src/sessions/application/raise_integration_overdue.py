"""The integration of a dose has not taken place in time: say so, once; the gate refuses further doses by itself."""

from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId


async def raise_integration_overdue(patient_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it took place meanwhile."""
    before = await ports.courses.find(PatientId(patient_id))
    course = before.integrations_overdue(now=tx.now) if before else None
    if before is not None and course is not None and course is not before:
        await ports.courses.save(course, expecting=before.version, tx=tx)
