"""The free call that somebody asked for without a login is booked, once they have said by the link that they were sent
that it was they who asked.

Invariant: nobody is registered, and no other service hears of anybody, before that.
"""

from dataclasses import dataclass

from booking.application.callers import registered
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.scheduling import Scheduling
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.ids import AppointmentId
from booking.domain.states import BookedBy, Status
from booking.domain.unfit import check_fit
from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class ConfirmInfoCallHandler:
    """Confirmed again it is the same call. Raises `appointment_not_found` for what was made up, or is not as
    it was booked, `hold_expired` where the time was given back, and `outside_hours` where nobody can give it any more.
    """

    ports: Ports
    work: Work

    async def __call__(self, link: str, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            call = await call_by_link(link, self.ports)
            return Scheduled.of(call if call.status is Status.BOOKED else await confirmed(call, tx, self.ports))

        return await self.work.run(work, by=actor, action="confirm_info_call", returns=Scheduled, request=request)


async def call_by_link(link: str, ports: Ports) -> Appointment:
    """The call that this link is about: kept still, or booked. Once it is booked its link leads there for as long as it
    could be confirmed, and no longer. Raises `appointment_not_found` and `hold_expired`.
    """
    named = ports.call_links.read(link) if ports.call_links else None
    if named is None:
        raise not_found("appointment")
    call, now = await ports.appointments.get(AppointmentId(named)), ports.clock()
    match call.status:
        case Status.HELD | Status.LAPSED:
            call.check_held(now=now)
        case Status.BOOKED if now < call.made_at + ports.policy.call_confirmed_within:
            pass
        case _:
            raise not_found("appointment")
    return call


async def confirmed(call: Appointment, tx: Transaction, ports: Ports) -> Appointment:
    """Registers whoever asked for the call that is kept for them, and books it. Raises `outside_hours` and what
    `Patient.registered` raises.
    """
    assert call.caller is not None, "somebody asked for it"
    alike, clinic = await side_by_side(ports.patients.alike(call.caller), Scheduling(ports).everybody())
    check_fit(call, clinic, call.caller.state, ports.zone)
    patient = registered(call.patient_id, call.caller, alike, tx, ports)
    booked = call.book(by=BookedBy.PATIENT, now=tx.now)
    await ports.patients.add(patient, tx)
    await ports.appointments.save(booked, expecting=call.version, tx=tx)
    await ports.care_paths.add(CarePath(id=patient.id).note_visit(booked, now=tx.now), tx)
    return booked
