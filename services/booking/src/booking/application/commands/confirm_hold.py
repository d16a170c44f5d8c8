"""Turns a hold into the appointment it was held for; the gates are asked once more. A call that somebody asked for
without a login is confirmed so for whoever is at the telephone.
"""

from dataclasses import dataclass

from booking.application.commands.confirm_info_call import confirmed
from booking.application.gated_visits import GatedVisits
from booking.application.ownership import acting_for, check_own
from booking.application.ports import Ports
from booking.application.reservations import Reservations
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class ConfirmHold:
    appointment_id: AppointmentId
    expected_version: int


@dataclass(frozen=True, slots=True)
class ConfirmHoldHandler:
    """Raises `hold_expired`, `gates_closed`, `outside_hours`, and `call_first` where it was offered at short notice."""

    ports: Ports
    work: Work

    async def __call__(self, command: ConfirmHold, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            hold = await self.ports.appointments.get(command.appointment_id)
            check_own(actor, hold.patient_id, "appointment")
            hold.check_seen(command.expected_version)
            hold.check_bookable(now=tx.now)
            if hold.caller is not None:
                return Scheduled.of(await confirmed(hold, tx, self.ports))
            reservations = Reservations(self.ports)
            path, _ = await side_by_side(
                self.ports.care_paths.get(hold.patient_id, of=hold.patient_id), reservations.check_fit(hold)
            )
            wish = Wish(kind=hold.kind, starts_at=hold.starts_at, modality=hold.slot.modality)
            await GatedVisits(self.ports).check(path, wish)
            return Scheduled.of(await reservations.book(hold, path, tx, by=acting_for(actor)))

        return await self.work.run(work, by=actor, action="confirm_hold", returns=Scheduled, request=request)
