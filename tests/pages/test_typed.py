"""What is typed outlives what goes wrong, is read by nobody else, and is sent once, also without scripts."""

from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import has_patient, ok
from services.billing.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

PAYMENT = f"/pages/money/{ANA}/payment"
RECORD = "Record a payment"
AGAIN = "What you had typed before is here again."
PAID = "Terminal 4, paid by her mother"
OLDER = """by => Object.entries({...sessionStorage}).forEach(([name, kept]) => {
  const draft = JSON.parse(kept);
  sessionStorage.setItem(name, JSON.stringify({...draft, begun: draft.begun - by}));
})"""


async def logs_in(reader: Reader, subject: str, to: str = PAYMENT) -> None:
    await reader.opens(to)
    await reader.fills(Token=ISSUER.token(Role.BILLER, subject=subject))
    await reader.sends("Log in")
    await reader.page.wait_for_url(f"**{to}")


async def types(reader: Reader) -> None:
    await reader.fills(Amount="25.00", Reference=PAID)
    await reader.page.get_by_label("Cash").check()
    await kept(reader, 1)


async def kept(reader: Reader, number: int) -> None:
    """So many drafts, none of which says anything."""
    await reader.page.wait_for_function("number => sessionStorage.length === number", arg=number)
    assert PAID not in await reader.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")


async def payments(world: World) -> list[Any]:
    return list(ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"])


def notice(reader: Reader) -> Locator:
    return reader.page.locator("#sending")


def reference(reader: Reader) -> Locator:
    return reader.page.get_by_label("Reference", exact=True)


async def test_a_reload_and_a_login_that_ended_lose_nothing_and_it_is_sent_once(
    browser: Browser, billing: tuple[World, str]
) -> None:
    forget_pictures("typed")
    world, address = billing
    await has_patient(world)
    async with Reader.at(browser, address, EVERY, name="typed") as reader:
        await logs_in(reader, "user-biller")
        await types(reader)
        await reader.page.reload()
        await expect(notice(reader)).to_contain_text(AGAIN)
        await expect(reference(reader)).to_have_value(PAID)
        await expect(reader.page.get_by_label("Cash")).to_be_checked()
        await reader.looks(RECORD)

        await reader.page.context.clear_cookies()
        await reader.presses(RECORD)
        await expect(notice(reader)).to_contain_text("You are logged out, and nothing was sent.")
        await logs_in(reader, "user-biller")
        await expect(reference(reader)).to_have_value(PAID)

        await reader.page.get_by_role("button", name=RECORD, exact=True).dblclick()
        await reader.page.wait_for_url("**done=payment**")
        await kept(reader, 0)
        assert len(await payments(world)) == 1


async def test_what_was_typed_minutes_ago_is_told_until_it_is_sent(
    browser: Browser, billing: tuple[World, str]
) -> None:
    """A reading of then would be written down as one of now, and only some of it is typed anew."""
    world, address = billing
    await has_patient(world)
    began = "What you began to type 12 min ago is here again."
    async with Reader.at(browser, address, "tablet", name="typed") as reader:
        await logs_in(reader, "user-biller")
        await types(reader)
        await reader.page.evaluate(OLDER, 12 * 60_000)
        await reader.page.reload()
        await expect(notice(reader)).to_contain_text(began)
        await expect(reference(reader)).to_have_value(PAID)
        await reader.looks(RECORD)
        await reader.fills(Amount="26.00")
        await expect(notice(reader)).to_contain_text(began)
        await kept(reader, 1)
        await reader.page.reload()
        await expect(notice(reader)).to_contain_text(began)
        await expect(reader.page.get_by_label("Amount")).to_have_value("26.00")
        await reader.page.get_by_role("button", name=RECORD, exact=True).click()
        await reader.page.wait_for_url("**done=payment**")
        await kept(reader, 0)


async def test_a_network_that_is_lost_is_waited_for(browser: Browser, billing: tuple[World, str]) -> None:
    world, address = billing
    await has_patient(world)
    async with Reader.at(browser, address, "tablet", name="typed-offline") as reader:
        await logs_in(reader, "user-biller")
        await types(reader)
        await reader.page.context.set_offline(True)
        await reader.presses(RECORD)
        await expect(notice(reader)).to_contain_text("Not sent yet: nothing gets through.")
        await reader.page.context.set_offline(False)
        await reader.page.wait_for_url("**done=payment**")
        assert len(await payments(world)) == 1
        reader.wrong.clear()  # a browser complains of a network that is not there


async def test_nobody_else_finds_what_was_typed_and_nothing_is_left_at_logout(
    browser: Browser, billing: tuple[World, str]
) -> None:
    world, address = billing
    await has_patient(world)
    async with Reader.at(browser, address, "tablet", name="typed-else") as reader:
        await logs_in(reader, "user-biller")
        await types(reader)
        await reader.page.context.clear_cookies()
        await logs_in(reader, "user-other")
        await kept(reader, 0)
        await expect(reference(reader)).to_have_value("")
        await types(reader)
        await reader.sends("Log out")
        await reader.page.get_by_text("You are logged out").first.wait_for()
        await kept(reader, 0)


async def test_what_looks_like_a_card_number_is_not_kept(browser: Browser, billing: tuple[World, str]) -> None:
    world, address = billing
    await has_patient(world)
    async with Reader.at(browser, address, "tablet", name="typed-card") as reader:
        await logs_in(reader, "user-biller")
        await types(reader)
        await reader.fills(Reference="4242 4242 4242 4242")
        await reader.page.reload()
        await expect(notice(reader)).to_contain_text(AGAIN)
        await expect(reference(reader)).to_have_value("")


async def test_without_scripts_a_second_click_is_the_same_payment(browser: Browser, billing: tuple[World, str]) -> None:
    world, address = billing
    await has_patient(world)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(address + PAYMENT)
    await page.get_by_label("Token").fill(ISSUER.token(Role.BILLER))
    await page.get_by_role("button", name="Log in").click()
    await page.goto(address + PAYMENT)
    await page.get_by_label("Amount").fill("25.00")
    await page.get_by_label("Cash").check()
    await page.get_by_role("button", name=RECORD, exact=True).dblclick()
    await page.wait_for_url("**done=payment**")
    assert len(await payments(world)) == 1
    await context.close()
