"""Journey 12: a prospect asks to be erased, and is, in all four services, whatever is killed, away or put back
meanwhile; a patient whose care was begun is not, and is told why and until when.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pymongo import AsyncMongoClient

from careflow_cli.stack import backups
from careflow_clinic.cashier import BILLER
from careflow_clinic.clinic import COORDINATOR, Patient, Person
from careflow_clinic.walk import Walk
from tests.journeys.terminal import Terminal

pytestmark = pytest.mark.long

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack

PATIENCE = 90.0  # seconds
SERVICES = ("booking", "screening", "sessions", "billing")
PROSPECT = Person(
    given_name="Wilhelmine", family_name="Canarywood", email="w.canarywood@example.org", phone="+14155559871"
)
ASKED = {"grounds": "patient_asked"}


def say(_note: str) -> None:
    """Nobody watches."""


async def eventually(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await holds():
        assert time.monotonic() < deadline, f"{what} in time"
        await asyncio.sleep(0.2)


async def prospect(walk: Walk) -> tuple[Patient, tuple[str, ...]]:
    """Somebody had the free call and wants to think it over; and the words that must not be found afterwards."""
    patient, _ = await walk.info_call(PROSPECT, disposition="think_it_over")
    return patient, ("Wilhelmine", "Canarywood", "5559871")


async def asks(walk: Walk, patient: Patient) -> str:
    answer = await walk.clinic.http.post(COORDINATOR, "booking", f"/v1/patients/{patient.id}/erasure", ASKED)
    return str(answer.body["id"])


async def erasure(walk: Walk, patient: Patient) -> dict[str, Any]:
    answer = await walk.clinic.http.get(COORDINATOR, "booking", f"/v1/patients/{patient.id}/erasure")
    return dict(answer.body)


async def waits(walk: Walk, patient: Patient, *services: str) -> bool:
    waiting = await walk.clinic.http.get(COORDINATOR, "booking", "/v1/erasures")
    return [(each["patient_id"], each["waits_for"]) for each in waiting.body["items"]] == [(patient.id, [*services])]


async def held(stack: "Stack", service: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that is stored by a service."""
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_url(service)) as client:
        database = client[stack.database(service)]
        names = await database.list_collection_names()
        return {name: await database[name].find().to_list() for name in names}


async def destroyed(stack: "Stack", patient: Patient) -> bool:
    marks = [
        next((each for each in (await held(stack, service))["_owners"] if each["_id"] == patient.id), {})
        for service in SERVICES
    ]
    return all(mark.get("closing") == "destroyed" for mark in marks)


async def looked(careflow: Terminal) -> bool:
    done = careflow("restore", "status", "booking", "--json")
    return done.returncode == 0 and bool(careflow.document("restore", "status", "booking")["looked"])


async def nothing_is_left(stack: "Stack", patient: Patient, words: tuple[str, ...]) -> None:
    """Ids, numbers and the request itself: no key, no document, no word."""
    for service in SERVICES:
        stored = await held(stack, service)
        keys = [each for each in stored["_keys"] if patient.id in each["keyAltNames"]]
        assert keys == [], service
        naming = {name for name, documents in stored.items() if patient.id in repr(documents)}
        assert naming <= {"_audit", "_outbox", "_owners", "_erased", "_positions", "_idempotency", "erasures"}, service
        assert not [word for word in words if word in repr(stored)], service
        rows = [row for row in stored["_outbox"] if row["key"] == patient.subject.encode()]
        types = {dict(row["headers"])["careflow-type"].decode().split(".")[2] for row in rows}
        assert not types - {
            "EventErased",
            "PatientErasureRequested",
            "PatientErased",
            f"{service.capitalize()}ErasureAgreed",
        }, service


async def test_a_prospect_is_erased_whatever_is_killed_or_away_and_does_not_come_back(
    stack: "Stack", walk: Walk, careflow: Terminal, tmp_path: Path
) -> None:
    patient, words = await prospect(walk)
    await walk.clinic.events.wait_for("AccountOpened", subject=patient.subject)
    backup = tmp_path / "booking.backup"
    backups.take(stack, "booking", backup, say)
    with pytest.raises(AssertionError, match="booking"):
        await nothing_is_left(stack, patient, words)

    stack.kill("billing-worker")
    await asks(walk, patient)
    await walk.clinic.events.wait_for("ScreeningErasureAgreed", subject=patient.subject)
    await walk.clinic.events.wait_for("SessionsErasureAgreed", subject=patient.subject)
    await eventually(lambda: waits(walk, patient, "billing"), "it waits for billing and nobody else")
    changed = replace(PROSPECT, phone="+14155559872").body()
    path = f"/v1/patients/{patient.id}"
    refused = await walk.clinic.http.ask(COORDINATOR, "PUT", "booking", path, changed, version=1)
    assert (refused.status, refused.code) == (409, "erasure_under_way")
    for name in ("booking-worker", "screening-worker"):
        stack.kill(name)
    for name in ("billing-worker", "booking-worker", "screening-worker"):
        stack.start(name)

    await walk.clinic.events.wait_for("PatientErased", subject=patient.subject)
    await eventually(lambda: destroyed(stack, patient), "all of it is destroyed")
    await nothing_is_left(stack, patient, words)
    assert (await erasure(walk, patient))["status"] == "agreed"
    for asks_it, service, of_patient in (
        (COORDINATOR, "booking", path),
        (BILLER, "billing", f"/v1/accounts/{patient.id}"),
    ):
        gone = await walk.clinic.http.ask(asks_it, "GET", service, of_patient)
        assert (gone.status, gone.code) == (410, "erased"), service

    backups.put_back(stack, "booking", backup, say)
    await eventually(lambda: looked(careflow), "the topics were looked at")
    finished = careflow("restore", "finish", "booking", "--execute")
    assert finished.returncode == 0, finished.stderr
    await eventually(lambda: destroyed(stack, patient), "what came back is destroyed")
    await nothing_is_left(stack, patient, words)
    gone = await walk.clinic.http.ask(COORDINATOR, "GET", "booking", path)
    assert (gone.status, gone.code) == (410, "erased")


async def test_whose_care_was_begun_is_kept_and_told_why_and_until_when(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person)
    patient = cleared.patient

    await asks(walk, patient)
    declined = await walk.clinic.events.wait_for("ErasureDeclined", subject=patient.subject)

    said: Any = declined.data["refusals"]
    (refusal,) = said
    assert (refusal["service"], refusal["reason"]) == ("booking", "care_record")
    assert datetime.fromisoformat(refusal["retain_until"]) > walk.clock.now()
    assert (await erasure(walk, patient))["status"] == "declined"
    care_path = await walk.clinic.care_path(patient)
    assert care_path["patient_id"] == patient.id
