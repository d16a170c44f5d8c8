"""Books a dosing visit together with the integration that belongs to it: both or none."""

from dataclasses import dataclass

from booking.application.front_desk import FrontDesk
from booking.application.ownership import acting_for, check_own
from booking.application.results import Pair, Scheduled
from booking.application.scheduling import Wish
from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId
from booking.domain.visits import VisitKind
from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction


@dataclass(frozen=True, slots=True)
class BookDosing:
    patient_id: PatientId
    dosing: Wish
    integration: Wish


@dataclass(frozen=True, slots=True)
class BookDosingHandler:
    """Raises `not_a_pair` and, for either visit, what `BookAppointmentHandler` raises."""

    desk: FrontDesk

    async def __call__(self, command: BookDosing, actor: Actor, request: RequestKey | None) -> Committed[Pair]:
        check_own(actor, command.patient_id, "patient")
        kinds = (command.dosing.kind, command.integration.kind)
        if kinds != (VisitKind.DOSING, VisitKind.INTEGRATION):
            raise invalid("not_a_pair", "An integration is booked with a dosing visit, and with nothing else.")
        by = acting_for(actor)

        async def work(tx: Transaction) -> Pair:
            patient, path, clinic = await self.desk.know(command.patient_id, command.dosing, command.integration)
            visits = [
                await self.desk.visits.new(
                    command.dosing, patient, path, clinic, tx, by=by, integration_at=command.integration.starts_at
                ),
                await self.desk.visits.new(command.integration, patient, path, clinic, tx, by=by),
            ]
            booked = (Appointment.booked(each, self.desk.ports.policy, by=by, now=tx.now) for each in visits)
            dosing, integration = await self.desk.changes.add(path, tx, *booked)
            return Pair(Scheduled.of(dosing), Scheduled.of(integration))

        return await self.desk.run(
            work,
            wishes=(command.dosing, command.integration),
            by=actor,
            action="book_dosing",
            returns=Pair,
            request=request,
        )
