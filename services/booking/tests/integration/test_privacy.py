"""What is stored of a patient is readable nowhere but in encrypted bodies."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from careflow_service.testing.disclosing import discloses
from careflow_service.testing.stored import wrongly_stored
from services.booking.tests import mailbox
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, ok
from services.booking.tests.treatment import doses, in_treatment, prepares
from services.booking.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(
        store_url, database, settings={**mailbox.settings(tmp_path), "desk_email": "desk@example.org"}
    ) as world:
        yield world


async def test_what_lies_open_says_nothing_of_a_patient(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    await doses(world, ana)
    wish = {"patient_id": ana, "kind": "review", "modality": "in_person"}
    ok(await world.coordinator.post("/v1/waitlist", wish), 201)
    review = await books(world.coordinator, ana, "review", starts_at=local(26, 15))
    await acts(world.coordinator, review, "cancel", reason="other")
    await world.catch_up()
    consent = {"channel": "sms", "given": True}
    ok(await world.coordinator.post(f"/v1/patients/{ana}/contact-consents", consent), 201)
    ok(await world.coordinator.post("/v1/practitioners/kim/calendar-feed"), 201)
    ok(await world.coordinator.post("/v1/practitioners/kim/absence", {"day": "2026-12-01"}, version=1))
    asked = {"grounds": "patient_asked"}
    wanted: dict[str, Any] = {
        "requester": {"by": "representative", "name": "Ana Rivera", "authority": "Rivera, seen"},
        "access": "copy",
        "form": "paper",
        "parts": [{"part": "substance_use", "authorisation": "Rivera"}],
    }
    ok(await world.coordinator.post(f"/v1/patients/{ana}/record-requests", wanted), 201)
    await discloses(world.coordinator, ana, recipient="Rivera & Rivera", reason="for Rivera")
    ben = await has_patient(world, email="ben@example.org", phone="4155550177")
    for patient_id in (await has_patient(world, email="eve@example.org", phone="4155550188"), ben):
        ok(await world.coordinator.post(f"/v1/patients/{patient_id}/erasure", asked), 201)
    ok(await world.coordinator.post(f"/v1/patients/{ben}/erasure/withdraw"))
    question = {"name": "Ana Rivera", "phone": "415 555 0123", "words": "I want to die"}
    ok(await world.public.post("/v1/public/inquiries", question), 201)
    assert await wrongly_stored(world, "booking") == []
