"""What patients sign, before the staff, in a real browser on three widths: missing, on paper, signed."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.sessions.tests.clinic import has_course
from services.sessions.tests.news import snapshot
from services.sessions.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures
from tests.pages.test_bedside import logs_in

pytestmark = [pytest.mark.browser, pytest.mark.store]


async def test_it_is_looked_after_on_every_width(browser: Browser, sessions: tuple[World, str]) -> None:
    forget_pictures("consents")
    world, address = sessions
    course = await has_course(world)
    visit = snapshot(course.patient_id, new_id(), world.clock() + timedelta(days=1), kind="dosing")
    await world.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
    async with Reader.at(browser, address, EVERY, name="consents") as reader:
        await logs_in(reader, Role.COORDINATOR, "/pages/consents")
        await reader.looks("What is not signed yet")
        await reader.opens(f"/pages/consents/{course.patient_id}")
        await reader.looks("Consents")
        await reader.follows("Text in Spanish: Financial policy")
        await reader.looks("Política financiera")
        await reader.page.get_by_role("checkbox").check()
        await reader.sends("Record the signature")
        await reader.looks("Consents")
        await reader.follows("Costs")
        await reader.looks("Política financiera")
