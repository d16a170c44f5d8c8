"""Books a visit at a free time, if the care path lets it."""

from dataclasses import dataclass

from booking.application.front_desk import FrontDesk
from booking.application.ownership import acting_for, check_own
from booking.application.reservations import Reservations
from booking.application.results import Scheduled
from booking.application.scheduling import NoTime, Wish
from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction


@dataclass(frozen=True, slots=True)
class BookAppointment:
    patient_id: PatientId
    wish: Wish


@dataclass(frozen=True, slots=True)
class BookAppointmentHandler:
    """A time that is reserved for the patient is booked as that. Raises `gates_closed`, `slot_taken` or `patient_busy`
    with the next free times, and what makes a time impossible.
    """

    desk: FrontDesk

    async def __call__(
        self, command: BookAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        check_own(actor, command.patient_id, "patient")
        by = acting_for(actor)

        async def work(tx: Transaction) -> Scheduled:
            patient, path, clinic = await self.desk.know(command.patient_id, command.wish)
            try:
                visit = await self.desk.visits.new(command.wish, patient, path, clinic, tx, by=by)
            except NoTime:
                reservations = Reservations(self.desk.ports)
                hold = await reservations.wished_by(patient.id, command.wish, tx)
                if hold is None:
                    raise
                await reservations.check_fit(hold)
                return Scheduled.of(await reservations.book(hold, path, tx, by=by))
            appointment = Appointment.booked(visit, self.desk.ports.policy, by=by, now=tx.now)
            (appointment,) = await self.desk.changes.add(path, tx, appointment)
            return Scheduled.of(appointment)

        return await self.desk.run(
            work,
            wishes=(command.wish,),
            by=actor,
            action="book_appointment",
            returns=Scheduled,
            request=request,
        )
