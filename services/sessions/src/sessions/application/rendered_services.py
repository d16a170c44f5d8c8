"""What a session that ends now is billed by."""

from datetime import datetime

from careflow_domain.errors import invalid
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day
from sessions.domain.ids import StaffId
from sessions.domain.presence import must_have_held
from sessions.domain.service_lines import BillableServices, TherapyTime, dosing_lines, therapy_lines
from sessions.domain.sessions import Session


def rendered_services(
    session: Session, therapy: tuple[TherapyTime, ...], by: StaffId, ports: Ports, *, now: datetime
) -> BillableServices:
    """Revision 1 of the lines. Refused: `times_outside_session`, `therapist_not_present`, `minutes_counted_twice`."""
    began = session.started_at or now
    if any(time.started_at < began or time.ended_at > now for time in therapy):
        raise invalid("times_outside_session", "A service takes place within its session.")
    must_have_held(session.team, therapy)
    codes = ports.codes_on(clinic_day(began, ports.policy.timezone))
    lines = therapy_lines(therapy, session.modality, codes)
    if session.order is not None:
        lines = (*dosing_lines(session.doses, session.order.route, codes), *lines)
    return BillableServices(revision=1, lines=lines, by=by, at=now)
