"""What can become of the visits of somebody who is away, or of a closed room: given by another, moved, or called off by
the clinic. Proposals; the desk carries them out, and the patient is asked where it is theirs to say.

Invariant: they are the same before the absence is recorded and after.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from booking.application.days_once import DaysOnce
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.scheduling import Scheduling, Wish
from booking.domain import gates
from booking.domain.absences import check_absence, near_to
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.calendar import DayKey, Resource, ResourceKind
from booking.domain.cancellations import CancelReason
from booking.domain.care_path import CarePath
from booking.domain.gates import Asked
from booking.domain.ids import AppointmentId, PractitionerId, RoomId
from booking.domain.intervals import QUARTER, Interval
from booking.domain.slots import Slot
from booking.domain.spacing import integration_of
from booking.domain.visits import VisitKind
from careflow_service.errors import CursorBroken
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.work import side_by_side

_OPENINGS: Final = 500
"""Of so many free times those are proposed that the gates let through: more than two weeks of quarter-hours."""

_Place = tuple[datetime, AppointmentId]
"""Where a visit stands among those of a resource: from when on it needs it, and which it is."""


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


@dataclass(frozen=True, slots=True)
class FindAlternatives:
    ports: Ports

    async def __call__(
        self, resource: Resource, absence: Interval, actor: Actor, limit: int, after: str | None
    ) -> Listed[Alternatives]:
        """The next `limit` visits that need the resource then; fewer where some of these are no longer to come. Raises
        `absence_too_long`, `invalid_cursor`, `practitioner_not_found` and `room_not_found`.
        """
        check_absence(absence)
        if resource.kind is ResourceKind.ROOM:
            await self.ports.rooms.get(RoomId(resource.id))
        else:
            await self.ports.practitioners.get(PractitionerId(resource.id))
        zone = self.ports.zone
        behind = None if after is None else _place(after)
        places = [each for each in await self._places(resource, absence) if behind is None or each > behind]
        shown = places[:limit]
        visits, everybody = await side_by_side(
            self.ports.appointments.several([each for _, each in shown]), Scheduling(self.ports).everybody()
        )
        clinic = everybody.without(resource, absence, zone)
        affected = [each for each in visits if each.is_to_come]
        days = DaysOnce(self.ports.calendar_days, zone)
        scheduling = Scheduling(replace(self.ports, calendar_days=days))
        found = await asyncio.gather(*(self._of(each, resource, clinic, scheduling) for each in affected))
        await self.ports.audit.read(actor, "find_alternatives", *(f"appointments/{each.id}" for each in affected))
        return Listed(tuple(found), _cursor(shown[-1]) if len(places) > limit else None)

    async def _places(self, resource: Resource, absence: Interval) -> list[_Place]:
        """The visits that have claimed the resource in that time, earliest first."""
        keys = [DayKey(resource, day) for day in absence.days(self.ports.zone)]
        calendar = await self.ports.calendar_days.look(keys)
        since: dict[AppointmentId, datetime] = {}
        for taken in (each for key in keys for each in calendar.day(key).taken if each.interval.overlaps(absence)):
            since.setdefault(taken.appointment_id, taken.interval.start)
        return sorted((start, visit) for visit, start in since.items())

    async def _of(self, visit: Appointment, resource: Resource, clinic: Clinic, scheduling: Scheduling) -> Alternatives:
        patient, path, complete = await side_by_side(
            self.ports.patients.get(visit.patient_id),
            self.ports.care_paths.get(visit.patient_id),
            self.ports.records.complete(visit.patient_id),
        )
        wish = Wish(
            kind=visit.kind,
            starts_at=visit.starts_at,
            modality=visit.slot.modality,
            without=frozenset({resource.id}),
            rather=visit.slot.given_by,
        )
        substitute, free = await side_by_side(
            scheduling.substitute(wish, visit, patient.details, clinic),
            scheduling.free_instead(visit, patient.details, path.therapist_for(visit.kind), clinic, _OPENINGS),
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
                    zone=self.ports.zone,
                    modality=visit.slot.modality,
                    moving=visit.id,
                    integration_at=at + QUARTER if visit.kind is VisitKind.DOSING else None,
                    windows=self.ports.policy.dose_windows,
                    record_complete=complete,
                ),
            )
        )
        return near_to(visit.starts_at, allowed, self.ports.zone, self.ports.policy.suggestions.value)


def _cursor(last: _Place) -> str:
    since, visit = last
    return f"{since:%Y%m%dT%H%M}.{visit}"


def _place(cursor: str) -> _Place:
    """Raises `invalid_cursor`."""
    since, _, visit = cursor.partition(".")
    try:
        return datetime.strptime(since, "%Y%m%dT%H%M").replace(tzinfo=UTC), AppointmentId(visit)
    except ValueError:
        raise CursorBroken from None
