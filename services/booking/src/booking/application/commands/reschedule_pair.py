"""Moves a dosing visit together with its integration: both or none. Each stays the appointment it is."""

from dataclasses import dataclass, replace
from datetime import datetime

from booking.application.commands.reschedule_appointment import RescheduleAppointment
from booking.application.front_desk import FrontDesk
from booking.application.ownership import acting_for, check_own
from booking.application.results import Pair, Scheduled
from booking.application.scheduling import Wish
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.spacing import integration_of
from booking.domain.visits import Modality, VisitKind
from careflow_domain.errors import conflict, invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, side_by_side


@dataclass(frozen=True, slots=True)
class ReschedulePair:
    """`dosing` as a visit alone is moved; of the integration the modality stays as it is where none is named."""

    dosing: RescheduleAppointment
    integration_at: datetime
    integration_modality: Modality | None = None


@dataclass(frozen=True, slots=True)
class ReschedulePairHandler:
    """Raises `not_a_pair`, and for either visit what `RescheduleAppointmentHandler` raises. An integration that is at
    that time already stays.
    """

    desk: FrontDesk

    async def __call__(self, command: ReschedulePair, actor: Actor, request: RequestKey | None) -> Committed[Pair]:
        found = await self.desk.ports.appointments.get(command.dosing.appointment_id)
        check_own(actor, found.patient_id, "appointment")
        if found.kind is not VisitKind.DOSING:
            raise invalid("not_a_pair", "An integration is moved with a dosing visit, and with nothing else.")
        by = acting_for(actor)
        dosing_wish = Wish(
            kind=found.kind,
            starts_at=command.dosing.starts_at,
            modality=command.dosing.modality or found.slot.modality,
            provider=command.dosing.provider,
        )
        wished = Wish(
            kind=VisitKind.INTEGRATION,
            starts_at=command.integration_at,
            modality=command.integration_modality or Modality.VIDEO,
        )

        async def work(tx: Transaction) -> Pair:
            dosing, (patient, path, clinic) = await side_by_side(
                self.desk.ports.appointments.get(found.id, of=found.patient_id),
                self.desk.know(found.patient_id, dosing_wish, wished),
            )
            dosing.check_seen(command.dosing.expected_version)
            integration = await self._integration(path, dosing)
            wish = replace(wished, modality=command.integration_modality or integration.slot.modality)
            slot = await self.desk.visits.elsewhere(
                dosing_wish,
                dosing,
                patient,
                path,
                clinic,
                tx,
                by=by,
                together_with=integration,
                integration_at=wish.starts_at,
            )
            moved = [(dosing.reschedule(slot, by=by, policy=self.desk.ports.policy, now=tx.now), dosing.version)]
            if (wish.starts_at, wish.modality) != (integration.starts_at, integration.slot.modality):
                slot = await self.desk.visits.elsewhere(wish, integration, patient, path, clinic, tx, by=by)
                after = integration.reschedule(slot, by=by, policy=self.desk.ports.policy, now=tx.now)
                moved.append((after, integration.version))
            saved = await self.desk.changes.save(path, tx, *moved)
            return Pair(Scheduled.of(saved[0]), Scheduled.of(saved[1] if len(saved) > 1 else integration))

        return await self.desk.run(
            work, wishes=(dosing_wish, wished), by=actor, action="reschedule_pair", returns=Pair, request=request
        )

    async def _integration(self, path: CarePath, dosing: Appointment) -> Appointment:
        """The one booked after it. Raises `not_a_pair`."""
        booked = integration_of(path, dosing.starts_at)
        if booked is None:
            raise conflict("not_a_pair", "No integration is booked after this visit.")
        return await self.desk.ports.appointments.get(booked.appointment_id, of=dosing.patient_id)
