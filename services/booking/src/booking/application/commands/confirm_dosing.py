"""Turns a time held for a dosing visit into the appointment, together with the integration that belongs to it: both or
none.
"""

from dataclasses import dataclass

from booking.application.commands.confirm_hold import ConfirmHold
from booking.application.front_desk import FrontDesk
from booking.application.offering import Offering
from booking.application.ownership import acting_for, check_own
from booking.application.reservations import Reservations
from booking.application.results import Pair, Scheduled
from booking.application.scheduling import Wish
from booking.domain.appointments import Appointment
from booking.domain.visits import VisitKind
from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, side_by_side


@dataclass(frozen=True, slots=True)
class ConfirmDosing:
    hold: ConfirmHold
    integration: Wish


@dataclass(frozen=True, slots=True)
class ConfirmDosingHandler:
    """Raises `not_a_pair`, what `ConfirmHoldHandler` raises, and of the integration what `BookAppointmentHandler`
    raises.
    """

    desk: FrontDesk

    async def __call__(self, command: ConfirmDosing, actor: Actor, request: RequestKey | None) -> Committed[Pair]:
        found = await self.desk.ports.appointments.get(command.hold.appointment_id)
        check_own(actor, found.patient_id, "appointment")
        if (found.kind, command.integration.kind) != (VisitKind.DOSING, VisitKind.INTEGRATION):
            raise invalid("not_a_pair", "An integration is booked with a dosing visit, and with nothing else.")
        by = acting_for(actor)
        wish = Wish(kind=found.kind, starts_at=found.starts_at, modality=found.slot.modality)

        async def work(tx: Transaction) -> Pair:
            hold, (patient, path, clinic) = await side_by_side(
                self.desk.ports.appointments.get(found.id, of=found.patient_id),
                self.desk.know(found.patient_id, command.integration),
            )
            hold.check_seen(command.hold.expected_version)
            booked = hold.book(by=by, now=tx.now)
            await side_by_side(
                self.desk.visits.check(path, wish, integration_at=command.integration.starts_at),
                Reservations(self.desk.ports).check_fit(hold),
            )
            visit = await self.desk.visits.new(command.integration, patient, path, clinic, tx, by=by)
            integration = Appointment.booked(visit, self.desk.ports.policy, by=by, now=tx.now)
            await Offering(self.desk.ports).accepted(hold, tx)
            dosing, integration = await self.desk.changes.save(path, tx, (booked, hold.version), added=(integration,))
            return Pair(Scheduled.of(dosing), Scheduled.of(integration))

        return await self.desk.run(
            work, wishes=(command.integration,), by=actor, action="confirm_dosing", returns=Pair, request=request
        )
