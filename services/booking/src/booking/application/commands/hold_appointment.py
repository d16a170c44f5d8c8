"""Holds a free time for a patient while they make up their mind; it lapses by itself."""

from dataclasses import dataclass

from booking.application.front_desk import FrontDesk
from booking.application.ownership import acting_for, check_own
from booking.application.reservations import Reservations
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, side_by_side


@dataclass(frozen=True, slots=True)
class HoldAppointment:
    patient_id: PatientId
    wish: Wish


@dataclass(frozen=True, slots=True)
class HoldAppointmentHandler:
    """Asked for again while it is reserved for them, it is the same reservation. Raises `too_many_holds` and what
    `BookAppointmentHandler` raises.
    """

    desk: FrontDesk

    async def __call__(
        self, command: HoldAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        check_own(actor, command.patient_id, "patient")

        async def work(tx: Transaction) -> Scheduled:
            (patient, path, clinic), held = await side_by_side(
                self.desk.know(command.patient_id, command.wish),
                self.desk.ports.appointments.holds_of(command.patient_id),
            )
            known = Reservations(self.desk.ports).among(held, command.wish, tx)
            if known is not None:
                return Scheduled.of(known)
            self.desk.ports.policy.check_another_hold(len(held))
            visit = await self.desk.visits.new(command.wish, patient, path, clinic, tx, by=acting_for(actor))
            hold = Appointment.held(visit, self.desk.ports.policy, now=tx.now)
            await self.desk.ports.appointments.add(hold, tx)
            return Scheduled.of(hold)

        return await self.desk.run(
            work,
            wishes=(command.wish,),
            by=actor,
            action="hold_appointment",
            returns=Scheduled,
            request=request,
        )
