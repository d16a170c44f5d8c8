"""The operators' page in a real browser, on three widths: how a service stands, and a decision about what waits."""

import pytest
from playwright.async_api import Browser

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.booking.tests.news import alert, booked
from services.booking.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

PAGE = "/pages/operations"


async def test_an_operator_sees_what_waits_and_decides(browser: Browser, new_booking: tuple[World, str]) -> None:
    forget_pictures("operations")
    world, address = new_booking
    known, _ = await booked(world)
    await world.deliver(world.next_event(alert(known), skipping=1))
    async with Reader.at(browser, address, EVERY, name="operations") as reader:
        await reader.opens(PAGE)
        await reader.fills(Token=ISSUER.token(Role.OPERATOR))
        await reader.sends("Log in")
        await reader.looks("How booking stands")
        await reader.follows("gap")
        await reader.looks("Events that wait for a decision in booking")
        await reader.sends("Go on without what is missing")
        await reader.looks("Go on without what is missing?")
        await reader.sends("Go on without what is missing")
        await reader.looks("Events that wait for a decision in booking")
        assert await reader.page.get_by_text("is to be tried again").is_visible()
        await reader.follows("How the service stands")
        await reader.fills(Id=known["patient_id"])
        await reader.sends("Look")
        await reader.looks("Where is an event of booking?")
