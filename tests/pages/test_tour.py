"""Every page of the four services is looked at in a browser, in three widths; no page can be added without."""

import re
from typing import Final

import httpx
import pytest
from playwright.async_api import Browser

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.billing.tests.world import World as Billing
from services.booking.tests.world import World as Booking
from services.screening.tests.world import World as Screening
from services.sessions.tests.world import World as Sessions
from tests.pages import seeds
from tests.pages.browsing import EVERY, Reader, forget_pictures
from tests.pages.seeds import Seeded
from tests.pages.tour import NAMES, NOT_PAGES, Stop, stops

CODE: Final = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
"""How machines write what people have words for."""
NOT_WORDS: Final = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"  # an id
    r"|\b\d{4}-\d\d-\d\d\b|\d\d:\d\d:\d\d\b|\bUTC\b"  # a time
    r"|\bnull\b|\bNaN\b|\bTrue\b|\bFalse\b|\bundefined\b|\{\w*\}|\[\]|: None\b"  # no word at all
)
"""What else is written for machines."""
AN_ADDRESS: Final = re.compile(r"\S*/pages/\S+")
IN_ITS_LANGUAGE: Final = """
document.querySelectorAll("body [lang]:not([lang=es])").forEach(each => each.remove()), document.body.innerText
"""
"""What a page does not say to be in another language: an instrument's own words, what a schedule of prices says."""

pytestmark = [pytest.mark.browser, pytest.mark.store, pytest.mark.timeout(900)]


async def test_booking(browser: Browser, new_booking: tuple[Booking, str]) -> None:
    await tours("booking", browser, new_booking[1], await seeds.booking(new_booking[0]))


async def test_screening(browser: Browser, screening: tuple[Screening, str]) -> None:
    await tours("screening", browser, screening[1], await seeds.screening(screening[0]))


async def test_sessions(browser: Browser, sessions: tuple[Sessions, str]) -> None:
    await tours("sessions", browser, sessions[1], await seeds.sessions(sessions[0]))


async def test_billing(browser: Browser, billing: tuple[Billing, str]) -> None:
    await tours("billing", browser, billing[1], await seeds.billing(billing[0]))


async def tours(service: str, browser: Browser, address: str, seeded: Seeded) -> None:
    """Opens every page of a service as whoever may, and says of all of them at once what is wrong."""
    forget_pictures(f"tour-{service}")
    assert set(seeded.ids) == NAMES[service]
    pages = list(stops(service))
    wrong: list[str] = []
    seen: set[str] = set()
    for who in dict.fromkeys(stop.who for stop in pages):
        async with Reader.at(browser, address, EVERY, name=f"tour-{service}-{who or 'visitor'}") as reader:
            await comes(reader, who, seeded)
            for stop in pages:
                if stop.who == who:
                    await visits(reader, stop, seeded, seen)
            wrong += reader.wrong
            reader.wrong.clear()
    assert not wrong, "\n".join(wrong)


async def comes(reader: Reader, who: Role | None, seeded: Seeded) -> None:
    """Logs in, or comes in by a link."""
    if who is Role.PATIENT:
        assert seeded.came_in is not None, "a page for patients needs a link to come in by"
        link, born = seeded.came_in
        year, month, day = (str(int(part)) for part in born.split("-"))
        await reader.opens(link)
        await reader.fills(Month=month, Day=day, Year=year)
        await reader.sends("Continue")
    elif who is not None:
        await reader.opens("/pages/login")
        name = f"{who.replace('_', ' ').title()} Wolfeschlegelstein-Featherstonehaugh"
        await reader.fills(Token=ISSUER.token(who, subject=f"user-{who}", name=name))
        await reader.sends("Log in")
        await reader.page.wait_for_load_state()


async def visits(reader: Reader, stop: Stop, seeded: Seeded, seen: set[str]) -> None:
    if not stop.is_page:
        await lies_beside(reader, stop, seeded)
        return
    english = await opens(reader, stop, seeded, "en")
    if english is None or english in seen:
        return
    seen.add(english)
    reader.wrong += [f"{stop.row} shows the code {each}" for each in CODE.findall(english)]
    lines = AN_ADDRESS.sub("", english).splitlines()
    reader.wrong += [f"{stop.row} speaks like a machine: {each}" for each in lines if NOT_WORDS.search(each)]
    await reader.examines(stop.row)
    if stop.for_patients:
        await opens(reader, stop, seeded, "es")
        await reader.examines(f"{stop.row} in Spanish")
        lines = (await reader.page.evaluate(IN_ITS_LANGUAGE)).splitlines()
        left = [each for each in lines if len(each.split()) > 2 and each in english.splitlines()]
        reader.wrong += [f"{stop.row} is not in Spanish: {each}" for each in left]


async def opens(reader: Reader, stop: Stop, seeded: Seeded, language: str) -> str | None:
    """The page's text in a language; None where the page is not there, which is noted."""
    address = stop.at(seeded.ids)
    answer = await reader.page.goto(f"{reader.origin}{address}{'&' if '?' in address else '?'}lang={language}")
    text: str = await reader.page.locator("body").inner_text()
    if answer is None or answer.status != stop.status:
        reader.wrong.append(f"{stop.row} answers {answer and answer.status}: {text}")
        return None
    return text


async def lies_beside(reader: Reader, stop: Stop, seeded: Seeded) -> None:
    """What is named as no page is what it is said to be."""
    address = reader.origin + stop.at(seeded.ids)
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in await reader.page.context.cookies(address))
    async with httpx.AsyncClient() as client, client.stream("GET", address, headers={"Cookie": cookies}) as answer:
        kind = answer.headers["content-type"].partition(";")[0]
        if (answer.status_code, kind) != (200, NOT_PAGES[stop.row]):
            reader.wrong.append(f"{stop.row} is {answer.status_code} {kind}, not {NOT_PAGES[stop.row]}")
