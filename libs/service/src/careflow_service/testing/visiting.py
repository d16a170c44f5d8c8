"""Somebody with a browser and no scripts: reads pages, follows links, fills in forms and presses buttons."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

import httpx

_VOID: Final = frozenset({"meta", "input", "link", "br", "hr", "img"})


@dataclass(slots=True)
class Form:
    """A form as it stands: where it goes, what is in it, what its buttons say."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    """What a list offers: "<field>=<value>" -> what is read there."""
    choices: set[str] = field(default_factory=set)
    """The fields of which one of several values is chosen, or none."""


class Page(HTMLParser):
    """What is on a page. Everything open is closed in order, or reading fails."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status = response.status_code
        self.headers = response.headers
        self.url = str(response.url)
        self.html = response.text
        self.links: dict[str, str] = {}
        self.current: list[str] = []
        """The links that are marked as where one is."""
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.refers: list[str] = []
        """The ids that labels, descriptions and links within the page speak of."""
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._text: list[str] = []
        self._alone: dict[str, list[str]] = {"h1": [], "title": []}
        self.feed(response.text)
        self.close()
        assert not self._open, f"left open: {[tag for tag, _, _ in self._open]}"

    @property
    def text(self) -> str:
        """What is read, on one line."""
        return " ".join("".join(self._text).split())

    @property
    def h1(self) -> str:
        """The one heading of the page."""
        return self._only("h1")

    @property
    def title(self) -> str:
        return self._only("title")

    def form(self, button: str) -> Form:
        """The form that has this button."""
        return next(each for each in self.forms if button in each.buttons)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        self.refers += [*given.get("aria-describedby", "").split(), *given.get("aria-labelledby", "").split()]
        if "for" in given:
            self.refers.append(given["for"])
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given["action"]))
        chosen = given.get("type") in {"radio", "checkbox"}
        if tag == "input" and chosen:
            self.forms[-1].choices.add(given["name"])
        if tag == "input" and (not chosen or "checked" in given):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        if tag == "option" and self._within("select"):
            self.forms[-1].fields.setdefault(self._around("select")["name"], given["value"])
        if tag == "option" and "selected" in given:
            self.forms[-1].fields[self._around("select")["name"]] = given["value"]
        if tag not in _VOID:
            self._open.append((tag, given, []))

    def handle_endtag(self, tag: str) -> None:
        opened, given, text = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        said = " ".join("".join(text).split())
        if tag == "a" and not self._is_hidden(given):
            self.links[said] = given["href"]
            self.current += [said] if "aria-current" in given else []
            if given["href"].startswith("#"):
                self.refers.append(given["href"][1:])
        if tag == "button" and not self._is_hidden(given):
            self.forms[-1].buttons.append(said)
        if tag == "textarea":
            self.forms[-1].fields[given["name"]] = "".join(text)
        if tag == "option" and self._within("select"):
            self.forms[-1].labels[f"{self._around('select')['name']}={given['value']}"] = said
        if tag in {"h1", "title"}:
            self._alone[tag].append(said)

    def handle_data(self, data: str) -> None:
        if not self._is_hidden({}) and not any(tag in {"style", "title", "script"} for tag, _, _ in self._open):
            self._text.append(data)
        for _, _, text in self._open:
            text.append(data)

    def _is_hidden(self, given: dict[str, str]) -> bool:
        """What only a script shows is there for nobody who reads without."""
        return any("hidden" in each for each in (given, *(around for _, around, _ in self._open)))

    def _within(self, tag: str) -> bool:
        return any(opened == tag for opened, _, _ in self._open)

    def _around(self, tag: str) -> dict[str, str]:
        return next(given for opened, given, _ in reversed(self._open) if opened == tag)

    def _only(self, tag: str) -> str:
        (only,) = self._alone[tag]
        return only


@dataclass(slots=True)
class Visitor:
    """Reads one page after the other."""

    client: httpx.AsyncClient
    languages: str = "en-US,en;q=0.9"

    async def opens(self, path: str) -> Page:
        """Types an address."""
        return await self._ask("GET", path)

    async def follows(self, page: Page, link: str) -> Page:
        return await self._ask("GET", urljoin(page.url, page.links[link]))

    async def presses(self, page: Page, button: str, **typed: str) -> Page:
        """Fills in what is `typed`, leaves the rest as it is, and presses the button."""
        form = page.form(button)
        unknown = typed.keys() - form.fields.keys() - form.choices
        assert not unknown, f"the form has no {unknown}"
        fields, action = {**form.fields, **typed}, urljoin(page.url, form.action)
        if form.method == "get":
            return await self._ask("GET", str(httpx.URL(action).copy_with(params=fields)))
        return await self._ask("POST", action, fields)

    async def _ask(self, method: str, url: str, form: dict[str, str] | None = None) -> Page:
        headers = {"Accept-Language": self.languages}
        return Page(await self.client.request(method, url, data=form, headers=headers, follow_redirects=True))
