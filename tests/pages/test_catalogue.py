"""The catalogue of events in a browser: in three widths, in light and dark, with its script and without."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI

from careflow_service.pages.catalogue_routes import FOLDER, router
from tests.pages.browsing import EVERY, Reader, forget_pictures, served

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.browser

HERE = "/pages/catalogue"


@pytest.fixture
async def catalogue() -> AsyncIterator[str]:
    """Its address at a service."""
    app = FastAPI()
    app.include_router(router)
    async with served(app) as address:
        yield address + HERE


async def test_an_event_is_found_and_read(browser: "Browser", catalogue: str) -> None:
    forget_pictures("catalogue")
    async with Reader.at(browser, catalogue, EVERY, name="catalogue") as reader:
        await reader.opens("/index.html")
        await reader.looks("Events")
        await reader.fills(**{"Find_an_event_by_name,_field,_code_or_reader": "excluded_routes billing"})
        assert await reader.page.get_by_role("status").inner_text() == "0 events"
        await reader.fills(**{"Find_an_event_by_name,_field,_code_or_reader": "excluded_routes"})
        assert await reader.page.get_by_role("status").inner_text() == "1 event"
        await reader.follows("ClearanceGranted")
        await reader.looks("ClearanceGranted")


async def test_in_the_dark_it_reads_as_well(browser: "Browser", catalogue: str) -> None:
    async with Reader.at(browser, catalogue, "desktop", name="catalogue-dark") as reader:
        await reader.page.emulate_media(color_scheme="dark")
        for page, heading in (("fields", "Fields"), ("PatientRegistered.v1", "PatientRegistered")):
            await reader.opens(f"/{page}.html")
            await reader.looks(heading)


async def test_without_scripts_everything_is_there_but_the_filter(browser: "Browser", catalogue: str) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{catalogue}/index.html")

    assert not await page.get_by_label("Find an event").is_visible()
    await page.get_by_role("link", name="AdverseEventReported").click()
    async with page.expect_download() as begun:
        await page.get_by_role("link", name="Download the schema").click()
    assert (await begun.value).suggested_filename == "AdverseEventReported.v1.json"
    await context.close()


async def test_opened_as_files_it_looks_the_same(browser: "Browser") -> None:
    async with Reader.at(browser, "file://", "phone", name="catalogue-file") as reader:
        await reader.opens(f"{FOLDER}/ConsultationBooked.v1.html")
        assert await reader.page.locator("header").evaluate("e => getComputedStyle(e).display") == "flex"
