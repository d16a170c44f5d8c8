"""Gives a visit to somebody else, or another room, at the same time: neither a move nor a cancellation, and no fee."""

from dataclasses import dataclass

from booking.application.front_desk import FrontDesk
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.ids import AppointmentId, PractitionerId
from booking.domain.states import BookedBy
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, side_by_side


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignAppointment:
    """`provider` must be among those who give it then, nobody and nothing of `without` may. Whoever else is there
    stays if they can.
    """

    appointment_id: AppointmentId
    expected_version: int
    provider: PractitionerId | None = None
    without: frozenset[str] = frozenset()
    patient_agreed: bool = False


@dataclass(frozen=True, slots=True)
class ReassignAppointmentHandler:
    """Raises `same_staff`, `ask_patient_first` and what makes the time impossible with others."""

    desk: FrontDesk

    async def __call__(
        self, command: ReassignAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        found = await self.desk.ports.appointments.get(command.appointment_id)
        wish = Wish(
            kind=found.kind,
            starts_at=found.starts_at,
            modality=found.slot.modality,
            provider=command.provider,
            without=command.without,
            rather=found.slot.given_by,
        )

        async def work(tx: Transaction) -> Scheduled:
            appointment, (patient, path, clinic) = await side_by_side(
                self.desk.ports.appointments.get(command.appointment_id, of=found.patient_id),
                self.desk.know(found.patient_id, wish),
            )
            appointment.check_seen(command.expected_version)
            look = await self.desk.scheduling.look(wish, patient.id, patient.details, clinic, instead_of=appointment)
            slot = await self.desk.scheduling.claim(look, patient.id, appointment.id, tx, by=BookedBy.STAFF)
            after = appointment.reassign(slot, agreed=command.patient_agreed, now=tx.now)
            (after,) = await self.desk.changes.save(path, tx, (after, appointment.version))
            return Scheduled.of(after)

        return await self.desk.run(
            work, wishes=(wish,), by=actor, action="reassign_appointment", returns=Scheduled, request=request
        )
