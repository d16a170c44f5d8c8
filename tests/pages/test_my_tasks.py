"""What is asked of a patient in a real browser, to be done or signed: on three widths, and in Spanish."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from services.sessions.tests.clinic import has_course, ok
from services.sessions.tests.planned import asks, link_of, settles
from services.sessions.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]


async def test_every_page_is_read_by_everybody(browser: Browser, sessions: tuple[World, str]) -> None:
    forget_pictures("my-tasks")
    world, address = sessions
    course = await has_course(world)
    await asks(world, course, days=1)
    await asks(world, course, by=world.prescriber, kind="labs", text="Thyroid, in the morning, before you eat")
    ok(await settles(world, await asks(world, course, kind="nutrition"), "called_off", by=world.nurse, note="no"))
    await world.travel(timedelta(days=2))
    async with Reader.at(browser, address, EVERY, name="my-tasks") as reader:
        await reader.opens(await link_of(world, course.patient_id))
        await reader.looks("What you are asked to do")
        await reader.fills(Month="4", Day="2", Year="1988")
        await reader.sends("Continue")
        await reader.looks("What you are asked to do")
        await reader.sends("My sample was taken")
        await reader.looks("What you are asked to do")


async def test_nothing_to_do_in_spanish(browser: Browser, sessions: tuple[World, str]) -> None:
    world, address = sessions
    course = await has_course(world)
    async with Reader.at(browser, address, "phone", name="mis-tareas", language="es-MX") as reader:
        await reader.opens(await link_of(world, course.patient_id))
        await reader.fills(Mes="4", Día="2", Año="1988")
        await reader.sends("Continuar")
        await reader.looks("Lo que le pedimos que haga")


async def test_what_is_signed_is_read_signed_and_taken_back(browser: Browser, sessions: tuple[World, str]) -> None:
    forget_pictures("my-papers")
    world, address = sessions
    course = await has_course(world)
    async with Reader.at(browser, address, EVERY, name="my-papers") as reader:
        await reader.opens(await link_of(world, course.patient_id))
        await reader.fills(Month="4", Day="2", Year="1988")
        await reader.sends("Continue")
        await reader.looks("What you are asked to do")
        await reader.follows("Financial policy")
        await reader.looks("Financial policy")
        await reader.sends("Sign")
        await reader.looks("Financial policy")
        await reader.page.get_by_role("checkbox").check()
        await reader.sends("Sign")
        await reader.looks("What you are asked to do")
        await reader.follows("Financial policy")
        await reader.looks("Financial policy")
        await reader.sends("Take it back")
        await reader.looks("What you are asked to do")


async def test_what_is_signed_is_read_and_signed_in_spanish(browser: Browser, sessions: tuple[World, str]) -> None:
    world, address = sessions
    course = await has_course(world)
    async with Reader.at(browser, address, "phone", name="mis-papeles", language="es-MX") as reader:
        await reader.opens(await link_of(world, course.patient_id))
        await reader.fills(Mes="4", Día="2", Año="1988")
        await reader.sends("Continuar")
        await reader.follows("Consentimiento para la atención por video o teléfono")
        await reader.looks("Consentimiento para la atención por video o teléfono")
        await reader.page.get_by_role("checkbox").check()
        await reader.sends("Firmar")
        await reader.looks("Lo que le pedimos que haga")
