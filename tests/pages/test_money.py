"""What a biller works with, in a real browser and on three widths."""

import pytest
from playwright.async_api import Browser

from careflow_service.identity import Actor, Role
from careflow_service.testing.calling import ISSUER
from services.billing.tests.builders import ANA, local, usd
from services.billing.tests.clinic import bill, books, has_patient, ok, pays, the_charge
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.world import World, takes_cards
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

MONEY = "/pages/money"


async def worked_with(world: World) -> None:
    """Ana has paid a part of what she owes, has a superbill, a visit to come, and a link; another service waits."""
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    ok(await world.biller.post("/v1/superbills", bill((await the_charge(world))["id"])), 201)
    await pays(world, 25)
    await world.hear(session_completed(THERAPY_HOUR, at=local(20, 8)))
    await books(world, local(14, 9, month=12))
    desk = takes_cards(world)
    ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.application.hear_processor(desk.pays_out(usd(-9)), Actor.public())


async def test_every_page_is_read_by_everybody(browser: Browser, billing: tuple[World, str]) -> None:
    forget_pictures("money")
    world, address = billing
    await worked_with(world)
    async with Reader.at(browser, address, EVERY, name="money") as reader:
        await reader.opens(MONEY)
        await reader.fills(Token=ISSUER.token(Role.BILLER, subject="user-biller"))
        await reader.sends("Log in")
        await reader.page.wait_for_url(f"**{MONEY}")
        await reader.looks("What waits for a biller")
        await reader.follows("Ana Rivera")
        await reader.looks("Ana Rivera")
        await reader.follows("Record a payment")
        await reader.looks("Record a payment")
        await reader.fills(Amount="12,5")
        await reader.sends("Record a payment")
        await reader.looks("Record a payment")
        await reader.opens(f"{MONEY}/{ANA}/superbill")
        await reader.looks("Issue a superbill")
        await reader.sends("Issue a superbill")
        await reader.looks("Issue a superbill")
        await reader.opens(f"{MONEY}/{ANA}/private-contract")
        await reader.looks("Record a Medicare private contract")
        await reader.opens(f"{MONEY}/month-end")
        await reader.looks("Month's end of October 2026")
        await reader.opens(f"{MONEY}/payouts")
        await reader.looks("Payouts of the card processor")
