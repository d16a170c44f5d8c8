"""The reviewers' pages in a real browser: an emergency access that waits, what was read under it, and its review."""

import pytest
from playwright.async_api import Browser

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.booking.tests.clinic import has_patient, ok
from services.booking.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

WHY = {"kind": "medical", "reason": "He collapsed in the waiting room.", "recipient": "Ambulance 12"}


async def test_a_privacy_officer_looks_at_one_and_says_what_they_found(
    browser: Browser, new_booking: tuple[World, str]
) -> None:
    forget_pictures("emergencies")
    world, address = new_booking
    ana, biller = await has_patient(world), world.calling(Role.BILLER)
    access = ok(await biller.post(f"/v1/patients/{ana}/emergency-accesses", WHY), 201)["id"]
    ok(await biller.under(access).get(f"/v1/patients/{ana}"))
    async with Reader.at(browser, address, EVERY, name="emergencies") as reader:
        await reader.opens("/pages/emergencies")
        await reader.fills(Token=ISSUER.token(Role.PRIVACY_OFFICER))
        await reader.sends("Log in")
        await reader.looks("Emergency accesses of booking that wait for a review")
        await reader.follows("user-biller")
        await reader.looks("An emergency access")
        await reader.sends("End it now")
        await reader.sends("Record the review")
        await reader.looks("An emergency access")
        await reader.page.get_by_label("It was justified.").check()
        await reader.sends("Record the review")
        await reader.looks("Emergency accesses of booking that wait for a review")
        assert await reader.page.get_by_text("The review is recorded.").is_visible()
