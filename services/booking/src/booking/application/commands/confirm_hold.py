"""Turns a hold into the appointment it was held for; the gates are asked once more."""

from dataclasses import dataclass

from booking.application.gated_visits import GatedVisits
from booking.application.ownership import acting_for, check_own
from booking.application.ports import Appointments, CarePaths
from booking.application.reservations import Reservations
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ConfirmHold:
    appointment_id: AppointmentId
    expected_version: int


class ConfirmHoldHandler:
    """Raises `hold_expired`, `gates_closed`, and `call_first` where it was offered at short notice."""

    def __init__(
        self,
        appointments: Appointments,
        care_paths: CarePaths,
        visits: GatedVisits,
        reservations: Reservations,
        work: Work,
    ) -> None:
        self._appointments = appointments
        self._care_paths = care_paths
        self._reservations = reservations
        self._visits = visits
        self._work = work

    async def __call__(self, command: ConfirmHold, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            hold = await self._appointments.get(command.appointment_id)
            check_own(actor, hold.patient_id, "appointment")
            hold.check_seen(command.expected_version)
            hold.check_bookable(now=tx.now)
            path = await self._care_paths.get(hold.patient_id)
            wish = Wish(kind=hold.kind, starts_at=hold.starts_at, modality=hold.slot.modality)
            await self._visits.check(path, wish)
            return Scheduled.of(await self._reservations.book(hold, path, tx, by=acting_for(actor)))

        return await self._work.run(work, by=actor, action="confirm_hold", returns=Scheduled, request=request)
