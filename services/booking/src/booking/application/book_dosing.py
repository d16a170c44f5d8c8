"""Books a dosing visit together with the integration that belongs to it: both or none."""

from dataclasses import dataclass

from booking.application.gated_visits import GatedVisits
from booking.application.outcomes import Pair, Scheduled
from booking.application.ports import CarePaths, Patients
from booking.application.preconditions import acting_for, check_own
from booking.application.scheduling import Scheduling, Wish
from booking.application.visit_changes import VisitChanges
from booking.domain.appointments import Appointment, BookedBy
from booking.domain.errors import invalid
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from booking.domain.policy import BookingPolicy
from booking.domain.visits import VisitKind
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class BookDosing:
    patient_id: PatientId
    dosing: Wish
    integration: Wish


class BookDosingHandler:
    """Raises `not_a_pair` and, for either visit, what `BookAppointmentHandler` raises."""

    def __init__(
        self,
        patients: Patients,
        care_paths: CarePaths,
        changes: VisitChanges,
        visits: GatedVisits,
        scheduling: Scheduling,
        policy: BookingPolicy,
        work: Work,
    ) -> None:
        self._patients = patients
        self._care_paths = care_paths
        self._changes = changes
        self._visits = visits
        self._scheduling = scheduling
        self._policy = policy
        self._work = work

    async def __call__(self, command: BookDosing, actor: Actor, request: RequestKey | None) -> Committed[Pair]:
        check_own(actor, command.patient_id, "patient")
        kinds = (command.dosing.kind, command.integration.kind)
        if kinds != (VisitKind.DOSING, VisitKind.INTEGRATION):
            raise invalid("not_a_pair", "An integration is booked with a dosing visit, and with nothing else.")
        by = acting_for(actor)

        async def work(tx: Transaction) -> Pair:
            patient = await self._patients.get(command.patient_id)
            dosing = await self._book(command.dosing, patient, tx, by, follows=command.integration)
            integration = await self._book(command.integration, patient, tx, by)
            return Pair(Scheduled.of(dosing), Scheduled.of(integration))

        return await self._scheduling.run(
            (command.dosing, command.integration),
            command.patient_id,
            lambda: self._work.run(work, by=actor, action="book_dosing", returns=Pair, request=request),
        )

    async def _book(
        self, wish: Wish, patient: Patient, tx: Transaction, by: BookedBy, *, follows: Wish | None = None
    ) -> Appointment:
        path = await self._care_paths.get(patient.id)
        integration_at = follows.starts_at if follows else None
        visit = await self._visits.new(wish, patient, path, tx, by=by, integration_at=integration_at)
        return await self._changes.add(Appointment.booked(visit, self._policy, by=by, now=tx.now), path, tx)
