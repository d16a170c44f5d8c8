"""What can become of the visits of somebody who is away, or of a closed room: given by another, moved, or called off by
the clinic. Proposals; the desk carries them out, and the patient is asked where it is theirs to say.

Invariant: they are the same before the absence is recorded and after.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.application.ports import Appointments, CarePaths, Patients, Practitioners, ReadAudit, Records, Rooms
from booking.application.results import Scheduled
from booking.application.scheduling import Scheduling, Wish
from booking.domain import gates
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.cancellations import CancelReason
from booking.domain.care_path import CarePath
from booking.domain.gates import Asked
from booking.domain.ids import AppointmentId, PractitionerId, RoomId
from booking.domain.intervals import QUARTER, Interval, day_interval
from booking.domain.policy import BookingPolicy
from booking.domain.slots import Slot
from booking.domain.spacing import integration_of
from booking.domain.visits import VisitKind
from careflow_service.clock import Clock
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.work import side_by_side

_OPENINGS: Final = 40
"""Of so many free times those are proposed that the gates let through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """For one visit: `substitute`, who and which room could give it at the same time, and whether the patient is asked
    first; `move_to`, when it could be instead, a dosing visit together with `integration`; the reason for which the
    clinic calls it off, without a fee.
    """

    visit: Scheduled
    substitute: Slot | None
    ask_patient_first: bool
    move_to: tuple[datetime, ...]
    integration: AppointmentId | None
    cancel_reason: CancelReason


class FindAlternatives:
    def __init__(
        self,
        *,
        appointments: Appointments,
        patients: Patients,
        care_paths: CarePaths,
        records: Records,
        practitioners: Practitioners,
        rooms: Rooms,
        scheduling: Scheduling,
        policy: BookingPolicy,
        audit: ReadAudit,
        clock: Clock,
    ) -> None:
        self._appointments = appointments
        self._patients = patients
        self._care_paths = care_paths
        self._records = records
        self._practitioners = practitioners
        self._rooms = rooms
        self._scheduling = scheduling
        self._policy = policy
        self._audit = audit
        self._clock = clock

    async def __call__(
        self, resource: Resource, absence: Interval, actor: Actor, limit: int, after: str | None
    ) -> Listed[Alternatives]:
        """Those among the next `limit` booked visits of that time that need the resource then; a page may be empty and
        not the last. Raises `practitioner_not_found` or `room_not_found`.
        """
        if resource.kind is ResourceKind.ROOM:
            await self._rooms.get(RoomId(resource.id))
        else:
            await self._practitioners.get(PractitionerId(resource.id))
        zone = self._scheduling.zone
        first_day = day_interval(absence.start.astimezone(zone).date() - timedelta(days=1), zone)
        booked = await self._appointments.booked(Interval(first_day.start, absence.end), limit, after)
        clinic = (await self._scheduling.everybody()).without(resource, absence, zone)
        affected = [each for each in booked.items if _needs(each, resource, absence)]
        found = await asyncio.gather(*(self._of(each, resource, clinic) for each in affected))
        await self._audit.read(actor, "find_alternatives", *(f"appointments/{each.id}" for each in affected))
        return Listed(tuple(found), booked.next)

    async def _of(self, visit: Appointment, resource: Resource, clinic: Clinic) -> Alternatives:
        patient, path, complete = await side_by_side(
            self._patients.get(visit.patient_id),
            self._care_paths.get(visit.patient_id),
            self._records.complete(visit.patient_id),
        )
        wish = Wish(
            kind=visit.kind,
            starts_at=visit.starts_at,
            modality=visit.slot.modality,
            without=frozenset({resource.id}),
            rather=visit.slot.given_by,
        )
        substitute, free = await side_by_side(
            self._scheduling.substitute(wish, visit, patient.details, clinic),
            self._scheduling.free_instead(visit, patient.details, path.therapist_for(visit.kind), clinic, _OPENINGS),
        )
        follows = integration_of(path, visit.starts_at) if visit.kind is VisitKind.DOSING else None
        integration = follows.appointment_id if follows else None
        return Alternatives(
            visit=Scheduled.of(visit),
            substitute=substitute,
            ask_patient_first=substitute is not None and substitute.therapists != visit.slot.therapists,
            move_to=self._allowed(visit, path, integration, free, complete),
            integration=integration,
            cancel_reason=CancelReason.CLINIC_CLOSED
            if resource.kind is ResourceKind.ROOM
            else CancelReason.PROVIDER_UNAVAILABLE,
        )

    def _allowed(
        self,
        visit: Appointment,
        path: CarePath,
        integration: AppointmentId | None,
        free: Sequence[datetime],
        complete: bool,
    ) -> tuple[datetime, ...]:
        """Those times that the gates let through; the integration moves with its dose."""
        if integration is not None:
            path = path.but_for(integration)
        allowed = (
            at
            for at in free
            if not gates.refusals(
                path,
                Asked(
                    kind=visit.kind,
                    starts_at=at,
                    zone=self._scheduling.zone,
                    modality=visit.slot.modality,
                    moving=visit.id,
                    integration_at=at + QUARTER if visit.kind is VisitKind.DOSING else None,
                    windows=self._policy.dose_windows,
                    record_complete=complete,
                ),
            )
        )
        return tuple(at for at, _ in zip(allowed, range(self._policy.suggestions.value), strict=False))


def _needs(visit: Appointment, resource: Resource, absence: Interval) -> bool:
    return any(claim.resource == resource and claim.interval.overlaps(absence) for claim in visit.slot.claims)
