"""The free call, asked for by anybody without a login, or booked at the desk for whoever calls.

At the desk the person is registered and the call is booked in one step. Without a login the time is kept, and nobody is
registered, until they confirm it by the link that they are sent; only where nothing can be sent is it one step, too.

Invariant: what is answered does not depend on whether the person is known. Everybody is registered anew; who seems to
be known already is marked for a human to look at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.application.callers import registered
from booking.application.front_desk import FrontDesk
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.message_subjects import Reason
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
        is_asked = command.client is not None and self.desk.ports.call_links is not None

        async def work(tx: Transaction) -> Scheduled:
            newcomer_id = PatientId(tx.new_id())
            if is_asked:
                _, clinic = await side_by_side(self._count(command), self.desk.scheduling.clinic(wish))
                newcomer = registered(newcomer_id, command.details, (), tx, self.desk.ports)
                return Scheduled.of(await self._kept(newcomer, wish, clinic, tx))
            _, alike, clinic = await side_by_side(
                self._count(command), self.desk.ports.patients.alike(command.details), self.desk.scheduling.clinic(wish)
            )
            newcomer = registered(newcomer_id, command.details, alike, tx, self.desk.ports)
            return Scheduled.of(await first_call(self.desk, newcomer, wish, clinic, tx, by=by))

        return await self.desk.run(
            work,
            wishes=(wish,),
            by=actor,
            action="book_info_call",
            returns=Scheduled,
            request=request,
        )

    async def _kept(self, newcomer: Patient, wish: Wish, clinic: Clinic, tx: Transaction) -> Appointment:
        """The time is kept for them, and they are asked whether it was they who asked for it."""
        ports, path = self.desk.ports, CarePath(id=newcomer.id)
        visit = await self.desk.visits.new(wish, newcomer, path, clinic, tx, by=BookedBy.PATIENT)
        call = Appointment.asked_for(visit, newcomer.details, ports.policy, now=tx.now)
        await ports.appointments.add(call, tx)
        await ports.telling.of(Reason.CALL_ASKED_FOR, call, tx, awaited=True)
        return call

    async def _count(self, command: BookInfoCall) -> None:
        """The same work for everybody: what is counted is the person by each contact, each contact whosever it is
        said to be, and the address.
        """
        if command.client is None:
            return
        policy = self.desk.ports.policy
        per_person = Limit("info_call.person", policy.info_calls_per_person_a_day.value, A_DAY)
        per_contact = Limit("info_call.contact", policy.info_calls_per_contact_a_day.value, A_DAY)
        per_address = Limit("info_call.address", policy.info_calls_per_address_a_day.value, A_DAY)
        await self.desk.ports.limits.take(
            *((per_person, person) for person in command.details.known_by.values()),
            *((per_contact, contact) for contact in command.details.contacts),
            (per_address, command.client),
        )


async def first_call(
    desk: FrontDesk, newcomer: Patient, wish: Wish, clinic: Clinic, tx: Transaction, *, by: BookedBy
) -> Appointment:
    """Keeps somebody who is registered now, and books their call. Raises what makes a time impossible."""
    path = CarePath(id=newcomer.id)
    visit = await desk.visits.new(wish, newcomer, path, clinic, tx, by=by)
    appointment = Appointment.booked(visit, desk.ports.policy, by=by, now=tx.now)
    await desk.ports.patients.add(newcomer, tx)
    await desk.ports.appointments.add(appointment, tx)
    await desk.ports.care_paths.add(path.note_visit(appointment, now=tx.now), tx)
    return appointment
