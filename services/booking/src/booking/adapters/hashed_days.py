"""Patients' calendar days, named anew when the line of the blind index's key has changed.

A name cannot be turned into another: whose day it is says an appointment that has taken something of it. Invariant: a
day is never lost, and never goes back: it lies there under the new name, at least as it was, before the old one goes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from booking.adapters.appointments import MongoAppointments
from booking.adapters.calendar_days import CALENDAR_DAYS, PATIENTS_DAY, MongoCalendarDays, marks_of
from booking.domain.calendar import DayKey, Resource, ResourceKind
from booking.domain.ids import AppointmentId, PatientId
from careflow_service.errors import OwnerErased
from careflow_service.mongo.blinding import HASHED_WITH
from careflow_service.mongo.client import Database, Document

_PATIENTS = {"$gte": PATIENTS_DAY, "$lt": f"{ResourceKind.PATIENT};"}
"""Ids that begin so: a semicolon follows the colon."""


class HashedCalendarDays:
    """See `careflow_service.mongo.vault.Hashed`."""

    name = CALENDAR_DAYS
    fields: frozenset[str] = frozenset()

    def __init__(
        self, database: Database, days: MongoCalendarDays, appointments: MongoAppointments, zone: ZoneInfo
    ) -> None:
        self._collection = database.get_collection(
            CALENDAR_DAYS, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._days = days
        self._appointments = appointments
        self._zone = zone

    async def left(self, mark: str) -> int:
        return await self._collection.count_documents({"_id": _PATIENTS, HASHED_WITH: {"$nin": marks_of(mark)}})

    async def hash_anew(self, mark: str, behind: str | None, limit: int) -> tuple[int, str | None]:
        after = {**_PATIENTS, **({"$gt": behind} if behind else {})}
        query: dict[str, Any] = {"_id": after, HASHED_WITH: {"$nin": marks_of(mark)}}
        found = await self._collection.find(query, sort=[("_id", 1)], limit=limit).to_list()
        whose = await self._whose(
            [AppointmentId(each["taken"][0]["appointment_id"]) for each in found if each["taken"]]
        )
        for document in found:
            await self._name_anew(document, mark, whose)
        return len(found), found[-1]["_id"] if found else None

    async def _name_anew(self, document: Document, mark: str, whose: dict[AppointmentId, PatientId]) -> None:
        as_read = {"_id": document["_id"], "version": document["version"]}
        copied = str(document.get(HASHED_WITH, "")).split()[1:]
        taken = document["taken"]
        patient = whose.get(AppointmentId(taken[0]["appointment_id"])) if taken else None
        if patient is None or copied[-1:] == mark.split()[-1:]:
            # Nothing of it is taken, or it lies there under the current name.
            await self._collection.delete_one(as_read)
            return
        # What is taken is cut to the day.
        starts: datetime = taken[0]["start"]
        names = self._days.names(DayKey(Resource(ResourceKind.PATIENT, patient), starts.astimezone(self._zone).date()))
        for name, named_with in zip(names, marks_of(mark), strict=True):
            if name == document["_id"]:
                continue
            day = {"version": document["version"], "guard": 0, "taken": taken, HASHED_WITH: named_with}
            older = {"_id": name, "version": {"$lt": document["version"]}}
            if not (await self._collection.update_one(older, {"$set": day})).matched_count:
                await self._collection.update_one({"_id": name}, {"$setOnInsert": day}, upsert=True)
        if document["_id"] in names:
            named_with = marks_of(mark)[names.index(document["_id"])]
            await self._collection.update_one(as_read, {"$set": {HASHED_WITH: named_with}})
        else:
            await self._collection.delete_one(as_read)

    async def _whose(self, appointments: Sequence[AppointmentId]) -> dict[AppointmentId, PatientId]:
        """Whose these are; of an erased patient's nothing is said."""
        try:
            found = await self._appointments.several(appointments)
        except OwnerErased:
            if len(appointments) == 1:
                return {}
            each = [await self._whose([one]) for one in appointments]
            return {id_: patient for whose in each for id_, patient in whose.items()}
        return {each.id: each.patient_id for each in found}
