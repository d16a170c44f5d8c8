"""One key of the blind index follows another: a patient's days are found, and nobody is in two places meanwhile."""

import os
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.adapters.calendar_days import MongoCalendarDays
from booking.domain.calendar import DayKey, Resource, ResourceKind
from booking.domain.ids import PatientId
from careflow_service.mongo import key_needs, key_turning
from careflow_service.mongo.blinding import HASHED_WITH
from careflow_service.mongo.key_lines import KeyKind
from careflow_service.testing.rotating import rotation_of
from careflow_service.testing.store import new_keys
from services.booking.tests.clinic import TOMORROW_AT_TEN, acts, books, has_practitioner, have_patients
from services.booking.tests.world import World, running

BLIND = KeyKind.BLIND_INDEX
ZONE = ZoneInfo("America/Los_Angeles")
A_PATIENTS_DAY = {"_id": {"$regex": "^patient:"}}


def days(world: World) -> MongoCalendarDays:
    return MongoCalendarDays(world.store.database, world.store.blind_index, ZONE)


async def taken(world: World, patient: str) -> list[str]:
    """What stands in the patient's own day, tomorrow."""
    key = DayKey(Resource(ResourceKind.PATIENT, patient), TOMORROW_AT_TEN.astimezone(ZONE).date())
    return [each.appointment_id for each in (await days(world).look([key])).day(key).taken]


async def test_a_patients_day_is_found_by_both_keys_and_then_by_the_new_one_alone(
    store_url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_needs, "KEPT_FOR", timedelta(seconds=-1))
    monkeypatch.setattr(key_turning, "AT_ONCE", 2)
    further: dict[KeyKind, list[bytes]] = {}
    keys = replace(new_keys(), further=lambda: further)
    async with running(store_url, database, keys=keys) as one, running(store_url, database, keys=keys) as behind:
        await one.store.check_keys()
        await behind.store.check_keys()
        for name in ("dr-lee", "dr-ray"):
            await has_practitioner(one, name)
        ana, ben, cleo, dora = await have_patients(one, 4)
        at = {ana: TOMORROW_AT_TEN, ben: TOMORROW_AT_TEN + timedelta(hours=1), cleo: TOMORROW_AT_TEN}
        first = await books(one.coordinator, ana, starts_at=at[ana])
        gone = await books(one.coordinator, dora, starts_at=at[ben])
        await acts(one.coordinator, gone, "cancel", reason="patient_request")
        further[BLIND] = [os.urandom(32)]
        await behind.store.keys.look()

        turned = await rotation_of(one.store).rotate(BLIND)
        second = await books(behind.coordinator, ben, starts_at=at[ben])
        third = await books(one.coordinator, cleo, starts_at=at[cleo])
        booked = {ana: first, ben: second, cleo: third}
        for patient, appointment in booked.items():
            assert await taken(one, patient) == await taken(behind, patient) == [appointment["id"]]
        await acts(behind.coordinator, first, "cancel", reason="patient_request")
        assert await taken(one, ana) == []
        booked[ana] = await books(one.coordinator, ana, starts_at=at[ana])
        assert await taken(behind, ana) == [booked[ana]["id"]]

        await rotation_of(one.store).rotate(BLIND)  # what the one behind has written
        await rotation_of(one.store).retire(BLIND, turned.before)
        for patient, appointment in booked.items():
            assert await taken(one, patient) == [appointment["id"]]
        found = await one.store.database["calendar_days"].find(A_PATIENTS_DAY).to_list()
        assert (len(found), {each[HASHED_WITH] for each in found}) == (3, {turned.to})

        for patient in booked:
            await days(one).forget(PatientId(patient), [TOMORROW_AT_TEN.astimezone(ZONE).date()])
        assert await one.store.database["calendar_days"].count_documents(A_PATIENTS_DAY) == 0
