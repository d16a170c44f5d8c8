"""Cancels a visit and gives its time back; a dosing visit also together with its integration: both or none."""

from dataclasses import dataclass

from booking.application.ownership import acting_for
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.scheduling import Scheduling
from booking.application.visit_changes import VisitChanges
from booking.domain.appointments import Appointment
from booking.domain.cancellations import CancelReason
from booking.domain.care_path import CarePath
from booking.domain.ids import AppointmentId
from booking.domain.spacing import integration_of
from booking.domain.visits import VisitKind
from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """`integration` is the visit booked after a dosing visit that is called off with it. Without it that visit stays,
    and somebody of the clinic is asked whether it should.
    """

    appointment_id: AppointmentId
    expected_version: int
    reason: CancelReason
    integration: AppointmentId | None = None


@dataclass(frozen=True, slots=True)
class CancelAppointmentHandler:
    """Raises `visit_started` and `wrong_state`, and `not_a_pair` if `integration` is not the one booked after it."""

    ports: Ports
    work: Work

    async def __call__(
        self, command: CancelAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            changes = VisitChanges(self.ports)
            visit, path = await changes.seen(command.appointment_id, command.expected_version, actor)
            given_up = [visit]
            if command.integration is not None:
                given_up.append(await self._integration(visit, path, command.integration))
            asked_by = acting_for(actor)
            changed = [(each.cancel(command.reason, asked_by=asked_by, now=tx.now), each.version) for each in given_up]
            cancelled = await changes.save(path, tx, *changed)
            for each in cancelled:
                await Scheduling(self.ports).release(each, tx)
            return Scheduled.of(cancelled[0])

        return await self.work.run(work, by=actor, action="cancel_appointment", returns=Scheduled, request=request)

    async def _integration(self, visit: Appointment, path: CarePath, wished: AppointmentId) -> Appointment:
        booked = integration_of(path, visit.starts_at) if visit.kind is VisitKind.DOSING else None
        if booked is None or booked.appointment_id != wished:
            raise conflict("not_a_pair", "That is not the integration booked after this visit.")
        return await self.ports.appointments.get(wished, of=visit.patient_id)
