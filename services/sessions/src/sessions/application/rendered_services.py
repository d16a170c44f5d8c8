"""What a session that ends now is billed by."""

from datetime import datetime

from careflow_domain.errors import invalid
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day
from sessions.domain.endings import services_became
from sessions.domain.ids import StaffId
from sessions.domain.presence import must_have_held
from sessions.domain.service_lines import (
    BillableServices,
    ServiceCodes,
    ServiceLine,
    TherapyTime,
    dosing_lines,
    therapy_lines,
)
from sessions.domain.sessions import Session
from sessions.domain.words import Route


def rendered_services(
    session: Session, therapy: tuple[TherapyTime, ...], by: StaffId, ports: Ports, *, now: datetime
) -> BillableServices:
    """Revision 1 of the lines. Refused: `times_outside_session`, `therapist_not_present`, `minutes_counted_twice`."""
    began = session.started_at or now
    if any(time.started_at < began or time.ended_at > now for time in therapy):
        raise invalid("times_outside_session", "A service takes place within its session.")
    must_have_held(session.team, therapy)
    codes = ports.codes_on(clinic_day(began, ports.policy.timezone))
    lines = therapy_lines(therapy, session.held, codes)
    return BillableServices(revision=1, lines=(*_of_doses(session, codes), *lines), by=by, at=now)


def with_dose_billed(before: Session, after: Session, by: StaffId, ports: Ports, *, now: datetime) -> Session:
    """The session after a dose was written down late: what its end was billed by is put right, unless it was put right
    by hand meanwhile, which nothing here undoes.
    """
    if before.services is None:
        return after
    began = before.started_at or now
    codes = ports.codes_on(clinic_day(began, ports.policy.timezone))
    was, lines = _of_doses(before, codes), list(before.services.lines)
    if any(each not in lines for each in was):
        return after
    for each in was:
        lines.remove(each)
    return services_became(after, (*_of_doses(after, codes), *lines), by, now=now)


def with_place_billed(before: Session, after: Session, ports: Ports, *, now: datetime) -> Session:
    """The session after booking said how an hour was held that had been billed before anybody knew: its therapy is
    billed as that. What was put right by hand meanwhile is nobody's guess any more, and stays.
    """
    services = before.services
    if services is None or services.revision > 1 or before.held is after.held:
        return after
    codes = ports.codes_on(clinic_day(before.started_at or now, ports.policy.timezone))
    lines = tuple(codes.held(each, after.held) for each in services.lines)
    return services_became(after, lines, services.by, now=now) if lines else after


def _of_doses(session: Session, codes: ServiceCodes) -> tuple[ServiceLine, ...]:
    """What was given, way by way."""
    by_route = {route: [each for each in session.doses if session.route_of(each) is route] for route in Route}
    return tuple(line for route, doses in by_route.items() for line in dosing_lines(doses, route, codes))
