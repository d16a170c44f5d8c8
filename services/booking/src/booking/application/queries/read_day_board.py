"""Reads the clinic's day: who comes when, to whom and where, and whether anything keeps it from taking place. Who read
it is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from booking.application.naming import initials, told_apart
from booking.application.ownership import is_patient
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId, PractitionerId, RoomId
from booking.domain.states import Status
from booking.domain.tasks import TaskKind, task_of
from booking.domain.visits import TREATMENTS
from careflow_domain.errors import forbidden
from careflow_service.identity import Actor
from careflow_service.work import side_by_side

MOST_VISITS: Final = 200
"""More than one place sees on a day; a board that shows only some of them would mislead."""
FRESH_FOR: Final = timedelta(minutes=5)
"""How old what was heard may be before a board stops saying that nothing is in the way. The gate of a dose is asked for
itself, and elsewhere.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """One visit. `who` is as little as tells two patients of a day apart, `initials` less. `heard_until`: until when
    what the clinical services say of the patient is known; None where it is not, or where the visit does not depend on
    it. `is_clear`: nothing is known against the visit, and that is known freshly.
    """

    visit: Scheduled
    who: str
    initials: str
    room: str | None
    providers: tuple[str, ...]
    waits_for_news: bool
    heard_until: datetime | None
    is_clear: bool
    task: TaskKind | None


@dataclass(frozen=True, slots=True)
class DayBoard:
    """`whole` is False for a day with more visits than are shown."""

    day: date
    as_of: datetime
    lines: tuple[BoardLine, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class ReadDayBoard:
    ports: Ports

    async def __call__(self, day: date, actor: Actor) -> DayBoard:
        if is_patient(actor):
            raise forbidden("forbidden", "The clinic's day is shown to its staff.")
        found = await self.ports.appointments.on_day(day, MOST_VISITS, None)
        visits = [each for each in found.items if each.status not in {Status.CANCELLED, Status.HELD}]
        whose = sorted({each.patient_id for each in visits})
        patients, practitioners, rooms, heard = await side_by_side(
            self.ports.patients.several(whose),
            self.ports.practitioners.active(),
            self.ports.rooms.active(),
            self.ports.records.heard_until(whose),
        )
        await self.ports.audit.read(actor, "read_day_board", *(f"appointments/{each.id}" for each in visits))
        names = told_apart(patients)
        letters = {each.id: initials(each) for each in patients}
        staff: Mapping[PractitionerId, str] = {each.id: each.name for each in practitioners}
        places: Mapping[RoomId, str] = {each.id: each.name for each in rooms}
        now = self.ports.clock()
        lines = (self._line(each, names, letters, staff, places, heard.get(each.patient_id), now) for each in visits)
        return DayBoard(day, now, tuple(lines), whole=found.next is None)

    def _line(
        self,
        visit: Appointment,
        names: Mapping[PatientId, str],
        letters: Mapping[PatientId, str],
        staff: Mapping[PractitionerId, str],
        places: Mapping[RoomId, str],
        heard_until: datetime | None,
        now: datetime,
    ) -> BoardLine:
        room_id = visit.slot.room_id
        waits_for_news = visit.kind in TREATMENTS and visit.status is Status.BOOKED
        is_fresh = heard_until is not None and now - heard_until <= FRESH_FOR
        task = task_of(visit, self.ports.policy)
        return BoardLine(
            visit=Scheduled.of(visit),
            who=names[visit.patient_id],
            initials=letters[visit.patient_id],
            room=None if room_id is None else places.get(room_id, room_id),
            providers=tuple(staff.get(each.id, each.id) for each in visit.slot.providers),
            waits_for_news=waits_for_news,
            heard_until=heard_until if waits_for_news else None,
            is_clear=waits_for_news and is_fresh and not visit.holds,
            task=task.kind if task is not None and task.since <= now else None,
        )
