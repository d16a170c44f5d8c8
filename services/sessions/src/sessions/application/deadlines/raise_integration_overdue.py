"""The integration of a dose has not taken place in time, or is asked for no more after the end of care: say so, once;
the gate refuses further doses by itself.
"""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId


async def raise_integration_overdue(patient_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it took place meanwhile."""
    of = PatientId(patient_id)
    course = await ports.courses.find(of, of=of)
    if course is not None:
        await upsert(ports.courses, course, course.time_passed(now=tx.now), tx)
