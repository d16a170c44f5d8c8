"""Appointments in MongoDB, encrypted with the patient's key. Open fields: when, on which date of the clinic, until when
held, when somebody has to see to it and until when somebody does; blind: whose, and who sees to it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pymongo import IndexModel

from booking.domain.appointments import Appointment
from booking.domain.ids import AppointmentId, PatientId
from booking.domain.intervals import Interval
from booking.domain.policy import BookingPolicy
from booking.domain.states import Status
from booking.domain.tasks import task_of
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from careflow_service.work import Transaction

APPOINTMENTS: Final = "appointments"
_BEFORE_EVERYTHING: Final = datetime(1, 1, 1, tzinfo=UTC)
_BY_START: Final = (("starts_at", 1),)
_LATEST_FIRST: Final = (("starts_at", -1), ("_id", -1))
_BY_TASK: Final = (("task_at", 1),)

INDEXES: Final = (
    (
        APPOINTMENTS,
        IndexModel([("patient_id", 1), ("listed", 1), ("starts_at", 1), ("_id", 1)], name="of_patient"),
    ),
    (APPOINTMENTS, IndexModel([("day", 1), ("listed", 1), ("starts_at", 1), ("_id", 1)], name="on_day")),
    (APPOINTMENTS, IndexModel([("open", 1), ("starts_at", 1), ("_id", 1)], name="booked")),
    (APPOINTMENTS, IndexModel([("held_until", 1)], name="held_until")),
    (APPOINTMENTS, IndexModel([("patient_id", 1), ("held_until", 1), ("_id", 1)], name="holds_of")),
    (APPOINTMENTS, IndexModel([("cancels_at", 1)], name="cancels_at")),
    (APPOINTMENTS, IndexModel([("day_ends", 1)], name="day_ends")),
    (APPOINTMENTS, IndexModel([("task_at", 1), ("_id", 1)], name="task_at")),
    (APPOINTMENTS, IndexModel([("task_by", 1), ("task_at", 1), ("_id", 1)], name="task_by")),
    (APPOINTMENTS, IndexModel([("remind_at", 1)], name="remind_at")),
)


class MongoAppointments(Stored[Appointment]):
    """See `booking.application.ports.Appointments`. Whatever becomes true of one is told to `tell` as it is written."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        policy: BookingPolicy,
        zone: ZoneInfo,
        tell: Callable[[Appointment, Transaction], Awaitable[None]],
    ) -> None:
        self._policy = policy
        self._zone = zone
        self._tell = tell
        documents = Documents(
            database,
            APPOINTMENTS,
            Appointment,
            fields=self._open_fields,
            blind=("patient_id", "task_by"),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("appointment"))

    async def add(self, aggregate: Appointment, /, tx: Transaction) -> None:
        await super().add(aggregate, tx)
        await self._tell(aggregate, tx)

    async def save(self, aggregate: Appointment, /, *, expecting: int, tx: Transaction) -> None:
        await super().save(aggregate, expecting=expecting, tx=tx)
        await self._tell(aggregate, tx)

    async def several(self, appointment_ids: Sequence[AppointmentId]) -> tuple[Appointment, ...]:
        appointments = self._documents.looked  # allow looked: shown to a human, decides nothing
        asked = {"_id": {"$in": list(appointment_ids)}}
        found = await appointments.all(asked) if appointment_ids else []
        return tuple(sorted(found, key=lambda each: (each.starts_at, each.id)))

    async def whose(self, appointment_id: AppointmentId) -> PatientId | None:
        appointments = self._documents.looked  # allow looked: never changes, and whoever was erased does not come back
        found = await appointments.all({"_id": appointment_id})
        return found[0].patient_id if found else None

    async def holds_of(self, patient_id: PatientId) -> Sequence[Appointment]:
        held = {"patient_id": patient_id, "held_until": {"$gt": _BEFORE_EVERYTHING}}
        return await self._documents.all(held, of=patient_id)

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Appointment]:
        query = {"patient_id": patient_id, "listed": True}
        return await self._documents.page(query, sort=_BY_START, limit=limit, after=after)

    async def since(self, patient_id: PatientId, start: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        query = {"patient_id": patient_id, "listed": True, "starts_at": {"$gte": start}}
        return await self._documents.page(query, sort=_BY_START, limit=limit, after=after)

    async def before(self, patient_id: PatientId, end: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        query = {"patient_id": patient_id, "listed": True, "starts_at": {"$lt": end}}
        return await self._documents.page(query, sort=_LATEST_FIRST, limit=limit, after=after)

    async def coming(self, patient_id: PatientId, since: datetime, limit: int) -> Sequence[Appointment]:
        query = {"patient_id": patient_id, "listed": True, "starts_at": {"$gt": since}, "open": True}
        found = await self._documents.page(query, sort=_BY_START, limit=limit, after=None)
        return found.items

    async def on_day(self, day: date, limit: int, after: str | None) -> Listed[Appointment]:
        query = {"day": day.isoformat(), "listed": True}
        return await self._documents.page(query, sort=_BY_START, limit=limit, after=after)

    async def booked(self, starts: Interval, limit: int, after: str | None) -> Listed[Appointment]:
        query = {"open": True, "starts_at": {"$gte": starts.start, "$lt": starts.end}}
        return await self._documents.page(query, sort=_BY_START, limit=limit, after=after)

    async def to_see_to(self, until: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        query = {"task_at": {"$gt": _BEFORE_EVERYTHING, "$lte": until}}
        return await self._documents.page(query, sort=_BY_TASK, limit=limit, after=after)

    async def seen_to_by(self, login: str, now: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        query = {"task_by": login, "task_at": {"$gt": _BEFORE_EVERYTHING, "$lte": now}, "task_until": {"$gt": now}}
        return await self._documents.page(query, sort=_BY_TASK, limit=limit, after=after)

    async def seen_to_by_nobody(self, now: datetime, limit: int, after: str | None) -> Listed[Appointment]:
        # What is passed over on the way is what somebody has taken and not left for too long: little.
        query = {"task_at": {"$gt": _BEFORE_EVERYTHING, "$lte": now}, "task_until": {"$not": {"$gt": now}}}
        return await self._documents.page(query, sort=_BY_TASK, limit=limit, after=after)

    async def next_lapse(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("held_until")

    async def next_cancellation(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("cancels_at")

    async def next_day_end(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("day_ends")

    async def next_reminder(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("remind_at")

    def _open_fields(self, appointment: Appointment) -> Mapping[str, object]:
        task = task_of(appointment, self._policy)
        taken = appointment.taken_for_task(self._policy)
        return {
            "patient_id": appointment.patient_id,
            "starts_at": appointment.starts_at,
            "day": appointment.starts_at.astimezone(self._zone).date().isoformat(),
            "listed": appointment.status is not Status.LAPSED,
            "held_until": appointment.held_until,
            "cancels_at": appointment.cancels_at if appointment.status is Status.BOOKED else None,
            "open": appointment.is_to_come,
            "day_ends": appointment.day_ends if appointment.is_to_come else None,
            "task_at": task.since if task else None,
            "task_by": taken.by if taken else None,
            "task_until": taken.until if taken else None,
            "remind_at": appointment.next_reminder(self._policy),
        }
