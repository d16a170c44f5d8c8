"""The free call, booked by anybody without a login, or at the desk for whoever calls: registers the person and books
the call in one step.

Invariant: what is answered does not depend on whether the person is known. Everybody is registered anew; who seems to
be known already is marked for a human to look at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.application.front_desk import FrontDesk
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Patient
from booking.domain.states import BookedBy
from booking.domain.visits import Modality, VisitKind
from careflow_service.identity import Actor, RequestKey
from careflow_service.limits import Limit
from careflow_service.work import Committed, Transaction, side_by_side

A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BookInfoCall:
    details: PatientDetails
    starts_at: datetime
    modality: Modality
    client: str | None
    """The network address it was asked from; None at the desk, where nobody is counted."""


@dataclass(frozen=True, slots=True)
class BookInfoCallHandler:
    """Raises `rate_limited` where this was done too often for the person or from the address, `minor_not_served`,
    `state_not_served`, `slot_taken` with the next free times, and what makes a time impossible.
    """

    desk: FrontDesk

    async def __call__(self, command: BookInfoCall, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        wish = Wish(kind=VisitKind.INFO_CALL, starts_at=command.starts_at, modality=command.modality)
        by = BookedBy.STAFF if command.client is None else BookedBy.PATIENT

        async def work(tx: Transaction) -> Scheduled:
            _, alike, clinic = await side_by_side(
                self._count(command), self.desk.ports.patients.alike(command.details), self.desk.scheduling.clinic(wish)
            )
            call = await first_call(
                self.desk,
                PatientId(tx.new_id()),
                command.details,
                wish,
                alike,
                clinic,
                tx,
                by=by,
            )
            return Scheduled.of(call)

        return await self.desk.run(
            work,
            wishes=(wish,),
            by=actor,
            action="book_info_call",
            returns=Scheduled,
            request=request,
        )

    async def _count(self, command: BookInfoCall) -> None:
        """The same work for everybody: what is counted is the person by each contact, and the address."""
        if command.client is None:
            return
        policy = self.desk.ports.policy
        per_person = Limit("info_call.person", policy.info_calls_per_person_a_day.value, A_DAY)
        per_address = Limit("info_call.address", policy.info_calls_per_address_a_day.value, A_DAY)
        await self.desk.ports.limits.take(
            *((per_person, person) for person in command.details.known_by.values()),
            (per_address, command.client),
        )


async def first_call(
    desk: FrontDesk,
    patient_id: PatientId,
    details: PatientDetails,
    wish: Wish,
    alike: Sequence[PatientId],
    clinic: Clinic,
    tx: Transaction,
    *,
    by: BookedBy,
) -> Appointment:
    """Registers somebody under this id, with those they look like, and books their call. Raises as
    `BookInfoCallHandler` but for `rate_limited`.
    """
    patient = Patient.registered(
        patient_id,
        details,
        policy=desk.ports.policy,
        now=tx.now,
        today=tx.now.astimezone(desk.ports.zone).date(),
        alike=tuple(alike),
    )
    path = CarePath(id=patient.id)
    visit = await desk.visits.new(wish, patient, path, clinic, tx, by=by)
    appointment = Appointment.booked(visit, desk.ports.policy, by=by, now=tx.now)
    await desk.ports.patients.add(patient, tx)
    await desk.ports.appointments.add(appointment, tx)
    await desk.ports.care_paths.add(path.note_visit(appointment, now=tx.now), tx)
    return appointment
