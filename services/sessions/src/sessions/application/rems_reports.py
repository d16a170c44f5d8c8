"""The form the REMS asks for after a session, and its report of the session as it is recorded now."""

from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.rems_form import RemsForm
from sessions.domain.rems_report import TreatmentReport, has_rems_form
from sessions.domain.sessions import Session


async def ask_for_rems_form(session: Session, ports: Ports, tx: Transaction) -> None:
    """The first dose under the REMS asks for the form of its session."""
    under = [each for each in session.doses if ports.policy.routes[session.route_of(each)].restricted_program]
    if len(under) == 1 and under[0] is session.doses[-1]:
        within = ports.policy.rems.form_due_within
        await ports.rems_forms.add(RemsForm.asked_for(session.id, session.patient_id, within=within, now=tx.now), tx)


async def keep_rems_form_true(session: Session, ports: Ports, tx: Transaction) -> None:
    """A form that was sent, and tells something else than this session now, is asked for anew."""
    if not has_rems_form(session, ports.policy):
        return
    form = await ports.rems_forms.find(session.id, of=session.patient_id)
    if form is None or form.submission is None:
        return
    within, report = ports.policy.rems.form_due_within, TreatmentReport.of(session, ports.policy)
    after = form.told_otherwise(report, within=within, now=tx.now)
    if after is not form:
        await ports.rems_forms.save(after, expecting=form.version, tx=tx)


async def report_of(form: RemsForm, ports: Ports) -> TreatmentReport:
    """Put together from the session's record; what was sent is on the form itself."""
    session = await ports.sessions.get(form.id, of=form.patient_id)
    return TreatmentReport.of(session, ports.policy)
