"""What clinicians look at of screening, in a real browser and on three widths."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from careflow_events.contracts import PersonName
from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.screening.tests.clinic import cleared, details_changed, ok
from services.screening.tests.treatment import dosed
from services.screening.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

CASES = "/pages/cases"


async def looked_after(world: World) -> str:
    """A patient with a clearance and a dose, of whom somebody was told something alarming; the case's id."""
    case, _ = await cleared(world)
    await world.hear(dosed(case["patient_id"], world.clock()))
    drinks = {"condition": "alcohol_use_disorder", "status": "active"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", drinks), 201)
    await world.hear(details_changed(case["patient_id"], name=PersonName(given="Ana", family="Rivera")))
    heard = {"patient_id": case["patient_id"], "level": "high", "note": "said so by telephone"}
    ok(await world.nurse.post("/v1/alerts", heard), 201)
    world.clock.now += timedelta(days=30)
    return str(case["id"])


async def test_every_page_is_read_by_everybody(browser: Browser, screening: tuple[World, str]) -> None:
    forget_pictures("cases")
    world, address = screening
    await looked_after(world)
    async with Reader.at(browser, address, EVERY, name="cases") as reader:
        await reader.opens(CASES)
        await reader.fills(Token=ISSUER.token(Role.PRESCRIBER, subject="user-prescriber"))
        await reader.sends("Log in")
        await reader.page.wait_for_url(f"**{CASES}")
        await reader.looks("Who waits for what")
        await reader.follows("Ana R.")
        await reader.looks("Screening of a patient")
        await reader.sends("Take it on")
        await reader.looks("Screening of a patient")
        await reader.follows("Grant a clearance")
        await reader.looks("Grant a clearance")
        await reader.sends("Grant a clearance")
        await reader.looks("Grant a clearance")
