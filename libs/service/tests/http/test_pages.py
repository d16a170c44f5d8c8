"""What pages of any service have in common: words in every language, and forms read as people type."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from jinja2 import Environment
from starlette.responses import Response

from careflow_domain.errors import conflict, not_found
from careflow_service.clock import wall_clock
from careflow_service.errors import ErasureUnderWay, OwnerErased, ServiceError, StaleVersion, StoreBusy
from careflow_service.pages import words
from careflow_service.pages.forms import Form
from careflow_service.pages.places import Places
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import LIBRARY, Site, filled_in
from careflow_service.pages.words import WordsDiffer, preferred, words_of
from careflow_service.problems import FORBIDDEN, Problem
from careflow_service.testing.visiting import Page


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "fr, de;q=0.8", "en"),
        (None, "es-MX,es;q=0.9,en;q=0.8", "es"),
        (None, "en;q=0.4, es;q=0.5", "es"),
        (None, "es;q=none, en;q=0.1", "en"),
        (None, ";;;,=,q=", "en"),
        (None, "fr, es;q=0", "en"),
        (None, "es;q=nan, fr;q=0.1", "en"),
        ("es", "en-US", "es"),
        ("xx", "es", "en"),
    ],
)
def test_a_reader_gets_what_they_asked_for_then_what_their_browser_prefers(
    asked: str | None, accepted: str, language: str
) -> None:
    assert preferred(asked, accepted) == language


@pytest.mark.parametrize("refusal", [StaleVersion(), ErasureUnderWay(), conflict("wrong_state", "It is over.")])
async def test_a_page_is_told_of_a_refusal_whoever_refuses(refusal: Exception) -> None:
    assert await refusal_of(_refusing(refusal)) is not None


@pytest.mark.parametrize("refusal", [OwnerErased(), StoreBusy(), not_found("visit"), ValueError()])
async def test_what_no_page_can_help_with_is_not_told_on_it(refusal: Exception) -> None:
    with pytest.raises(type(refusal)):
        await refusal_of(_refusing(refusal))


async def test_what_is_done_is_not_refused() -> None:
    assert await refusal_of(_refusing(None)) is None


async def _refusing(refusal: Exception | None) -> None:
    if refusal is not None:
        raise refusal


@pytest.mark.parametrize("refusal", ServiceError.__subclasses__(), ids=lambda each: each.__name__)
def test_the_page_about_problems_has_a_sentence_for_all_the_platform_refuses(refusal: type[ServiceError]) -> None:
    for said in words_of(LIBRARY).values():
        assert refusal.code in said.groups["problems"]


def test_a_word_that_one_language_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "en.toml").write_text('[call]\ntitle = "A call"\nabout = "It is free."\n')
    (tmp_path / "words" / "es.toml").write_text('[call]\ntitle = "Una llamada"\n')
    monkeypatch.setattr(words, "files", lambda package: tmp_path)

    with pytest.raises(WordsDiffer, match=r"^es: call\.about$"):
        words_of("any")


def test_a_word_that_a_template_would_take_for_something_else_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "words").mkdir()
    for language in ("en", "es"):
        (tmp_path / "words" / f"{language}.toml").write_text('[day]\nclear = "Clear"\n')
    monkeypatch.setattr(words, "files", lambda package: tmp_path)

    with pytest.raises(WordsDiffer, match=r"^day\.clear has a name of Python's own$"):
        words_of("any")


def test_what_is_wrong_is_said_for_the_field_if_it_can_be_and_else_in_general() -> None:
    english = words_of("careflow_service.pages")["en"]

    assert english.fault("email", "required") == "Please fill this in."
    assert english.fault("email", "never_heard_of") == "Please look at this again."


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ({"born_year": "1984", "born_month": "5", "born_day": "7"}, "1984-05-07"),
        ({"born_year": "1984", "born_month": "05", "born_day": "17"}, "1984-05-17"),
        ({"born_year": "1984"}, "1984-00-00"),
        ({}, ""),
        ({"born": "1984-05-17"}, "1984-05-17"),
    ],
)
def test_a_date_is_typed_in_three_parts(typed: dict[str, str], day: str) -> None:
    assert Form(typed).with_day("born")["born"] == day


def test_a_date_is_shown_again_as_it_was_typed() -> None:
    again = Form({"born": "1984-05-17"}).parted("born")
    wrong = Form({"born_year": "84", "born_month": "x"}).parted("born")

    assert (again["born_year"], again["born_month"], again["born_day"]) == ("1984", "05", "17")
    assert (wrong["born_year"], wrong["born_month"], wrong["born_day"]) == ("84", "x", "")


def a_site() -> Site:
    return Site(LIBRARY, service="booking", places=Places("A", "0001"), zone=ZoneInfo("UTC"), clock=wall_clock)


SITE = a_site()


def asked_for(path: str, *, query: bytes = b"", cookies: str = "") -> dict[str, Any]:
    headers = [(b"cookie", cookies.encode())]
    return {"type": "http", "method": "GET", "scheme": "http", "path": path, "query_string": query, "headers": headers}


def read(answer: Response) -> Page:
    request = httpx.Request("GET", "https://care/pages/day")
    return Page(httpx.Response(answer.status_code, content=bytes(answer.body), request=request))


@pytest.mark.parametrize(("cookies", "buttons"), [("careflow-login=x", ["Log out"]), ("", [])])
def test_whoever_has_the_wrong_login_can_change_it(cookies: str, buttons: list[str]) -> None:
    page = read(SITE.problem(asked_for("/pages/day/1/arrived", cookies=cookies), Problem(FORBIDDEN)))
    assert [(form.action, form.buttons) for form in page.forms] == [("../../logout", [each]) for each in buttons]


def test_a_template_is_compiled_once_by_a_process_however_many_sites_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(a_site().show(asked_for("/pages/day"), "no_login.html"))
    monkeypatch.delattr(Environment, "compile")
    assert read(a_site().show(asked_for("/pages/day"), "no_login.html")).text == first.text


def test_whoever_asks_for_another_language_is_there() -> None:
    page = read(SITE.show(asked_for("/pages/day", query=b"live=1&unattended=1"), "no_login.html"))
    assert page.links["Español"] == "?live=1&lang=es"


@pytest.mark.parametrize(
    ("sentence", "said", "read"),
    [
        ("Hasta {time}.", "10:00\u202fa.m.", "Hasta 10:00\u202fa.m."),
        ("Hasta {time}. Llame.", "10:00\u202fa.m.", "Hasta 10:00\u202fa.m. Llame."),
        ("Hasta {time}, o llame.", "10:00\u202fa.m.", "Hasta 10:00\u202fa.m., o llame."),
        ("Until {time}.", "10:00\u202fAM", "Until 10:00\u202fAM."),
        ("Until {time}.", "<b>.", "Until &lt;b&gt;."),
        ("In {time} days.", 30, "In 30 days."),
    ],
)
def test_a_sentence_that_ends_with_an_abbreviation_has_one_full_stop(sentence: str, said: object, read: str) -> None:
    page = Environment(autoescape=True)
    page.filters["replace"] = filled_in
    shown = page.from_string('{{ sentence | replace("{time}", said) }}').render(sentence=sentence, said=said)
    assert shown == read
