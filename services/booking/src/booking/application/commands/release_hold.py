"""Gives a held time back before it lapses by itself; one that was offered is declined with it."""

from dataclasses import dataclass

from booking.application.offering import Offering
from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    appointment_id: AppointmentId
    expected_version: int


@dataclass(frozen=True, slots=True)
class ReleaseHoldHandler:
    """Raises `wrong_state`."""

    ports: Ports
    work: Work

    async def __call__(self, command: ReleaseHold, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            hold = await self.ports.appointments.get(command.appointment_id)
            check_own(actor, hold.patient_id, "appointment")
            hold.check_seen(command.expected_version)
            return Scheduled.of(await Offering(self.ports).lapse(hold, tx))

        return await self.work.run(work, by=actor, action="release_hold", returns=Scheduled, request=request)
