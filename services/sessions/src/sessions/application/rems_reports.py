"""The report the REMS asks for, of a session as it is recorded now."""

from sessions.application.ports import Ports
from sessions.domain.rems_form import RemsForm
from sessions.domain.rems_report import TreatmentReport


async def report_of(form: RemsForm, ports: Ports) -> TreatmentReport:
    """Put together from the session's record; what was sent is on the form itself."""
    session = await ports.sessions.get(form.id, of=form.patient_id)
    return TreatmentReport.of(session, ports.policy)
