"""The free call, booked by anybody without a login: registers the person and books the call in one step.

Invariant: what is answered does not depend on whether the person is known. Everybody is registered anew; who seems to
be known already is marked for a human to look at.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.application.gated_visits import GatedVisits
from booking.application.outcomes import Scheduled
from booking.application.ports import Appointments, CarePaths, Patients
from booking.application.scheduling import Scheduling, Wish
from booking.domain.appointments import Appointment, BookedBy
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.patients import Patient, PatientDetails
from booking.domain.policy import BookingPolicy
from booking.domain.visits import Modality, VisitKind
from careflow_service.identity import Actor, RequestKey
from careflow_service.ids import NewId
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class BookInfoCall:
    details: PatientDetails
    starts_at: datetime
    modality: Modality


class BookInfoCallHandler:
    """Raises `minor_not_served`, `state_not_served`, `slot_taken` with the next free times, and what makes a time
    impossible.
    """

    def __init__(
        self,
        patients: Patients,
        care_paths: CarePaths,
        appointments: Appointments,
        visits: GatedVisits,
        scheduling: Scheduling,
        policy: BookingPolicy,
        zone: ZoneInfo,
        new_id: NewId,
        work: Work,
    ) -> None:
        self._patients = patients
        self._care_paths = care_paths
        self._appointments = appointments
        self._visits = visits
        self._scheduling = scheduling
        self._policy = policy
        self._zone = zone
        self._new_id = new_id
        self._work = work

    async def __call__(self, command: BookInfoCall, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        patient_id = PatientId(self._new_id())
        wish = Wish(kind=VisitKind.INFO_CALL, starts_at=command.starts_at, modality=command.modality)

        async def work(tx: Transaction) -> Scheduled:
            patient = Patient.registered(
                patient_id,
                command.details,
                policy=self._policy,
                now=tx.now,
                today=tx.now.astimezone(self._zone).date(),
                alike=await self._patients.alike(command.details),
            )
            path = CarePath(id=patient_id)
            visit = await self._visits.new(wish, patient, path, tx, by=BookedBy.PATIENT)
            appointment = Appointment.booked(visit, self._policy, by=BookedBy.PATIENT, now=tx.now)
            await self._patients.add(patient, tx)
            await self._appointments.add(appointment, tx)
            await self._care_paths.add(path.note_visit(appointment), tx)
            return Scheduled.of(appointment)

        return await self._scheduling.run(
            (wish,),
            None,
            lambda: self._work.run(work, by=actor, action="book_info_call", returns=Scheduled, request=request),
        )
