"""Looks at a service's pages in Chromium, as people do, and holds every one of them to the same rules."""

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from fastapi import FastAPI
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, async_playwright, expect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from careflow_cli.checkout import root

WIDTHS: Final = {"phone": (320, 568), "tablet": (820, 1180), "desktop": (1440, 900)}
EVERY: Final = "every width"
"""Each page is looked at in all of them, one after the other; what is done is done in the first."""
KEPT: Final = root() / ".careflow" / "pages"
"""Where the pictures are, to be looked at."""
QUIET: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)

AXE: Final = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
ON_ANOTHER_WIDTH: Final = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]},
}
"""The rules that see where things are and not what they are: of the same page in another width nothing else changes."""

SHOWN_AT: Final = """here => {
  const box = here.getBoundingClientRect();
  return [getComputedStyle(here).outlineStyle, box.width > 0 && box.bottom > 0 && box.top < innerHeight];
}"""
"""How it is seen that the keyboard is at something, and whether that is in the window."""

READABLE: Final = """() => {
  const typed = [...document.querySelectorAll("input:not([type=hidden]), textarea")].map(each => each.value);
  const kept = Object.entries({...sessionStorage});
  return localStorage.length > 0 || kept.some(([name, value]) => !name.startsWith("careflow-draft ")
    || typed.some(each => each.length > 5 && (name + atob(JSON.parse(value).sealed)).includes(each)));
}"""
"""Whether a browser keeps anything but what is typed, sealed."""

CUT_OFF: Final = """() => [...document.querySelectorAll("svg text")].filter(each => {
  const text = each.getBoundingClientRect(), picture = each.ownerSVGElement.getBoundingClientRect();
  return text.left < picture.left - 1 || text.right > picture.right + 1
    || text.top < picture.top - 1 || text.bottom > picture.bottom + 1;
}).map(each => each.textContent)"""
"""What is written in a picture and goes beyond its edge, where nobody sees it."""

BROKEN: Final = """() => [...document.querySelectorAll(".times a, .days a")].filter(each => {
  const words = document.createTreeWalker(each, NodeFilter.SHOW_TEXT), range = document.createRange();
  while (words.nextNode()) for (const word of words.currentNode.data.matchAll(/\\S+/g)) {
    range.setStart(words.currentNode, word.index), range.setEnd(words.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(line => line.top)).size > 1) return true;
  }
  return false;
}).map(each => each.textContent)"""
"""Which time to choose is written with a word in two lines."""

FOCUSED: Final = """() => !document.querySelector("[autofocus]") || document.activeElement !== document.body
  || location.hash !== "" """
"""Whether what asks for the focus has it; a browser gives it none where an address leads into the page."""


def chromium() -> str | None:
    """The browser of this machine."""
    named = os.environ.get("CAREFLOW_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The application at an address of this machine, for as long as the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


class Edge:
    """One origin for services, each under its name as the edge of a deployment has them; those `away` do not answer."""

    def __init__(self, apps: Mapping[str, FastAPI]) -> None:
        self.away: set[str] = set()
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, service, within = scope["path"].split("/", 2)
        path = f"/{within}"
        app: ASGIApp = PlainTextResponse("away", 503) if service in self.away else self._apps[service]
        await app({**scope, "path": path, "raw_path": path.encode()}, receive, send)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser without anything of earlier ones."""
    async with async_playwright() as playwright:
        sandbox = () if os.geteuid() else ("--no-sandbox",)  # which root cannot have
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*QUIET, *sandbox])
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(slots=True)
class Reader:
    """Somebody before a window of some width, or of each in turn."""

    page: Page
    name: str
    origin: str
    widths: tuple[str, ...] = ("tablet",)
    wrong: list[str] = field(default_factory=list)
    seen: int = 0

    @classmethod
    @asynccontextmanager
    async def at(cls, browser: Browser, origin: str, width: str, *, name: str, language: str = "en-US") -> Any:
        """Opens a window, and at its end says what the browser objected to."""
        widths = tuple(WIDTHS) if width == EVERY else (width,)
        wide, high = WIDTHS[widths[0]]
        context = await browser.new_context(viewport={"width": wide, "height": high}, locale=language)
        reader = cls(await context.new_page(), name, origin, widths)
        reader.page.on("console", lambda message: reader._complained(message))
        reader.page.on("pageerror", lambda error: reader.wrong.append(str(error)))
        reader.page.on("request", lambda request: reader._asked(request))
        try:
            yield reader
        finally:
            await context.close()
        assert reader.wrong == [], reader.wrong

    async def turns(self, width: str) -> None:
        """Looks at the same page in a window of another width."""
        wide, high = WIDTHS[width]
        await self.page.set_viewport_size({"width": wide, "height": high})

    async def opens(self, path: str) -> None:
        await self.page.goto(self.origin + path)
        await self._arrives()

    async def presses(self, button: str) -> None:
        await self.page.get_by_role("button", name=button, exact=True).click()

    @asynccontextmanager
    async def another(self) -> AsyncIterator[None]:
        """What is done within brings another page, or the same anew; at the end of the block it is there.

        Who looks at a page that is being left asks a window without an answer: Chromium's may never come.
        """
        await self.page.locator("main > *").first.evaluate("element => element.setAttribute('data-before', '')")
        yield
        await expect(self.page.locator("[data-before]")).to_have_count(0)
        await self._arrives()

    async def _arrives(self) -> None:
        """All of the page is there, and the focus where it puts it: whoever presses a key before keeps their own."""
        await self.page.wait_for_load_state()
        await self.page.wait_for_function(FOCUSED)

    async def enters(self) -> None:
        """Presses Enter where the focus is, and waits for what comes."""
        async with self.another():
            await self.page.keyboard.press("Enter")

    async def clicks(self, what: Locator) -> None:
        """Clicks it, and waits for what comes in place of what stands there."""
        async with self.another():
            await what.click()

    async def sends(self, button: str) -> None:
        await self.clicks(self.page.get_by_role("button", name=button, exact=True).first)

    async def follows(self, link: str | re.Pattern[str]) -> None:
        await self.clicks(self.page.get_by_role("link", name=link).first)

    async def fills(self, **typed: str) -> None:
        """By what stands above a field, `_` for a space."""
        for label, text in typed.items():
            await self.page.get_by_label(label.replace("_", " "), exact=True).fill(text)

    async def looks(self, heading: str, *, width: str | None = None) -> None:
        """The page that comes has this heading, keeps every rule, and pictures of it are kept; in EVERY width, if that
        is said.
        """
        await expect(self.page.locator("h1")).to_have_text(heading, use_inner_text=True)
        await self.examines(heading, width=width)

    async def examines(self, called: str, *, width: str | None = None) -> None:
        """The page keeps every rule in each width, and a picture of each is kept."""
        widths = tuple(WIDTHS) if width == EVERY else self.widths
        self.seen += 1
        if await self.page.evaluate(READABLE):
            self.wrong.append(f"{called}: something is kept in the browser")
        for each in widths:
            await self.turns(each)
            picture = KEPT / f"{self.name}-{each}-{self.seen}.png"
            picture.parent.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=picture, full_page=True)
            await self._keeps_the_rules(f"{called}, {each}", AXE if each == widths[0] else ON_ANOTHER_WIDTH)
        if len(widths) > 1:
            await self.turns(self.widths[0])

    async def _keeps_the_rules(self, called: str, rules: Mapping[str, Any]) -> None:
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        found = await self.page.evaluate("rules => axe.run(rules).then(found => found.violations)", rules)
        self.wrong += [f"{called}: {each['id']} {[node['html'] for node in each['nodes']]}" for each in found]
        if await self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.wrong.append(f"{called}: wider than the window")
        self.wrong += [f"{called}: {each!r} is cut off" for each in await self.page.evaluate(CUT_OFF)]
        self.wrong += [f"{called}: {each!r} breaks a word" for each in await self.page.evaluate(BROKEN)]

    async def tabs_to(self, name: str) -> None:
        """With the keyboard alone; where one is must be seen on the whole way."""
        for _ in range(80):
            await self.page.keyboard.press("Tab")
            if await self.is_at() == name:
                return
        raise AssertionError(f"{name} is not reached with the keyboard")

    async def is_at(self) -> str:
        """What the keyboard is at, by its name; that it is there can be seen."""
        here = self.page.locator(":focus")
        said = await here.evaluate(
            "e => (e.labels && e.labels.length ? e.labels[0].innerText : e.innerText || '').trim()"
        )
        style, seen = await here.evaluate(SHOWN_AT)
        name = re.sub(r"\s+", " ", said)
        assert style != "none", f"{name} has the focus and does not show it"
        assert seen, f"{name} has the focus and is outside the window"
        return name

    async def types_into(self, **typed: str) -> None:
        """With the keyboard alone: fields in the order one comes to them, what stands in them replaced."""
        for label, text in typed.items():
            await self.tabs_to(label.replace("_", " "))
            await self.page.keyboard.press("Control+A")
            await self.page.keyboard.type(text)

    def _complained(self, message: ConsoleMessage) -> None:
        # That a form was refused is said by the page itself, and a status is no mistake.
        if "the server responded with a status of 4" not in message.text:
            self.wrong.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:")):
            self.wrong.append(f"asked {request.url}")


def forget_pictures(name: str) -> None:
    """Those of an earlier run."""
    for picture in Path(KEPT).glob(f"{name}-*.png"):
        picture.unlink()
