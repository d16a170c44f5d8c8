"""Gives a held time back before it lapses by itself."""

from dataclasses import dataclass

from booking.application.ownership import check_own, check_version
from booking.application.ports import Appointments
from booking.application.results import Scheduled
from booking.application.scheduling import Scheduling
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    appointment_id: AppointmentId
    expected_version: int


class ReleaseHoldHandler:
    """Raises `wrong_state`."""

    def __init__(self, appointments: Appointments, scheduling: Scheduling, work: Work) -> None:
        self._appointments = appointments
        self._scheduling = scheduling
        self._work = work

    async def __call__(self, command: ReleaseHold, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            hold = await self._appointments.get(command.appointment_id)
            check_own(actor, hold.patient_id, "appointment")
            check_version(hold.version, command.expected_version)
            lapsed = hold.lapse()
            await self._scheduling.release(hold, tx)
            await self._appointments.save(lapsed, expecting=hold.version, tx=tx)
            return Scheduled.of(lapsed)

        return await self._work.run(work, by=actor, action="release_hold", returns=Scheduled, request=request)
