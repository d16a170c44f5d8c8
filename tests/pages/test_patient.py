"""A patient's page in a real browser, put together from four services behind one origin."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from careflow_events.contracts import PatientRegistered
from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.billing.tests import world as billing
from services.booking.tests import news
from services.booking.tests import world as booking
from services.screening.tests import world as screening
from services.screening.tests.clinic import cleared, registered
from services.sessions.tests import world as sessions
from tests.pages.browsing import EVERY, Edge, Reader, forget_pictures, served

pytestmark = [pytest.mark.browser, pytest.mark.store]

AGAIN = "Ask the other services again"
OTHERS = {"screening": "the screening", "sessions": "the treatment", "billing": "the money"}


@dataclass(frozen=True)
class Clinic:
    """Four services at one address, and Ana, whom booking and screening know."""

    address: str
    edge: Edge
    screening: screening.World
    ana: str

    def page_of(self, service: str) -> str:
        return f"/{service}/pages/patients/{self.ana}"


@pytest.fixture
async def clinic(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[Clinic]:
    opening: dict[str, Any] = {
        "booking": booking.running(store_url, f"{database}-booking"),
        "screening": screening.running(store_url, f"{database}-screening", tmp_path),
        "sessions": sessions.running(store_url, f"{database}-sessions"),
        "billing": billing.running(store_url, f"{database}-billing"),
    }
    async with AsyncExitStack() as opened:
        worlds = {name: await opened.enter_async_context(each) for name, each in opening.items()}
        ana = (await news.booked(worlds["booking"]))[0]["patient_id"]
        await cleared(worlds["screening"], ana)
        await hears_who_it_is(worlds["screening"], worlds["booking"], ana)
        edge = Edge({name: each.app for name, each in worlds.items()})
        address = await opened.enter_async_context(served(edge))
        yield Clinic(address, edge, worlds["screening"], ana)


async def hears_who_it_is(hearing: screening.World, saying: booking.World, patient_id: str) -> None:
    """What booking sealed of a patient arrives, next in the stream."""
    (said,) = (each for each in await saying.said(patient_id) if each.type == PatientRegistered.type())
    place = hearing.next_event(registered(patient_id)).sequence
    await hearing.take_in(replace(said, sequence=place))


def part(reader: Reader, service: str) -> Locator:
    return reader.page.locator(f"section[aria-labelledby=of-{service}]")


async def logs_in(reader: Reader, role: Role) -> None:
    await reader.fills(Token=ISSUER.token(role, subject=f"user-{role}"))
    await reader.sends("Log in")


async def test_what_every_service_knows_is_put_together_and_what_is_missing_is_said(
    browser: Browser, clinic: Clinic
) -> None:
    forget_pictures("patient")
    async with Reader.at(browser, clinic.address, "phone", name="patient") as reader:
        await reader.opens(clinic.page_of("booking"))
        await logs_in(reader, Role.NURSE)
        await expect(part(reader, "screening")).to_contain_text("You are not logged in there.")
        for service, named in OTHERS.items():
            await reader.opens(clinic.page_of("booking"))
            await reader.follows(f"Open what is known of {named}")
            await logs_in(reader, Role.NURSE)
            await reader.page.wait_for_url(f"**{clinic.page_of(service)}*")

        await reader.opens(clinic.page_of("booking"))

        await expect(part(reader, "booking")).to_contain_text("Ana Rivera")
        await expect(part(reader, "screening")).to_contain_text("Ana Rivera")
        await expect(part(reader, "screening")).to_contain_text("Treatment is cleared. It lasts until")
        await expect(part(reader, "sessions")).to_contain_text("No plan is signed.")
        await expect(part(reader, "billing")).to_contain_text("Not for your role.")
        await expect(part(reader, "billing").get_by_role("link")).to_have_count(0)
        await reader.looks("Patient", width=EVERY)
        assert "Rivera" not in reader.page.url + await reader.page.title()

        clinic.edge.away.add("screening")
        await reader.tabs_to(AGAIN)
        await reader.page.keyboard.press("Enter")
        await expect(part(reader, "screening")).to_contain_text("This service does not answer. It was last seen at")
        await expect(part(reader, "screening").locator(".stale")).to_contain_text("Treatment is cleared.")
        await reader.looks("Patient")
        await reader.page.reload()
        await expect(part(reader, "screening")).to_contain_text("This service does not answer.")
        clinic.edge.away.clear()
        await reader.presses(AGAIN)
        await reader.clicks(part(reader, "screening").get_by_role("link", name="Screening of a patient"))
        await reader.page.wait_for_url("**/screening/pages/cases/*")
        await expect(reader.page.get_by_text("Ana Rivera")).to_be_visible()
        assert "Rivera" not in reader.page.url + await reader.page.title()
        reader.wrong = [each for each in reader.wrong if "status of 503" not in each]

    async with Reader.at(browser, clinic.address, "phone", name="patient-in-emergency") as reader:
        await reader.opens(clinic.page_of("screening"))
        await logs_in(reader, Role.COORDINATOR)
        await reader.follows("Open this in an emergency")
        await reader.looks("Open this in an emergency", width=EVERY)
        await reader.page.get_by_label("Somebody's life or health is in danger.").check()
        await reader.page.get_by_label("Why it cannot wait, in your words").fill("She fainted.")
        await reader.sends("Open it")
        await reader.looks("Patient")
        await reader.opens(clinic.page_of("booking"))
        await logs_in(reader, Role.COORDINATOR)
        await reader.page.wait_for_url(f"**{clinic.page_of('booking')}*")
        await expect(part(reader, "screening")).to_contain_text("Open in an emergency until")
        await expect(part(reader, "screening")).to_contain_text("sertraline", ignore_case=True)
        await reader.clicks(part(reader, "screening").get_by_role("button", name="End it now"))
        await reader.looks("Open this in an emergency")
