"""A dose outside the gate in a real browser: its form, the page of its session, the list of what is to be reviewed."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from careflow_service.identity import Role
from services.sessions.tests.clinic import does, ok
from services.sessions.tests.outside import gate_closes_after_the_dose, late
from services.sessions.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures
from tests.pages.test_bedside import ANA, logs_in, of

pytestmark = [pytest.mark.browser, pytest.mark.store]


async def test_it_is_written_down_and_reviewed_on_every_width(browser: Browser, sessions: tuple[World, str]) -> None:
    forget_pictures("outside-gate")
    world, address = sessions
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    async with Reader.at(browser, address, EVERY, name="outside-gate") as reader:
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.follows("A dose was given, and the gate is closed")
        await reader.looks("A dose was given, and the gate is closed")
        await reader.sends("Save")
        await reader.looks("A dose was given, and the gate is closed")
        ok(await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id)), 201)
        await reader.opens(of(session_id))
        await reader.looks(ANA)
        assert await reader.page.locator("strong", has_text="Given outside the gate").is_visible()
        assert not await reader.page.get_by_text("Emergency equipment checked today").is_visible()
        await reader.page.locator("#gate-clear summary").click()
        assert await reader.page.get_by_text("Emergency equipment checked today").is_visible()
    await world.travel(timedelta(hours=25))
    async with Reader.at(browser, address, "phone", name="outside-gate-review") as reader:
        await logs_in(reader, Role.PRESCRIBER)
        assert await reader.page.get_by_text(
            "To be reviewed: given outside the gate or its order, or held otherwise"
        ).is_visible()
        await reader.opens(of(session_id))
        await reader.follows("Review a dose outside the gate")
        await reader.looks("Review a dose outside the gate")
