"""The catalogue of events is served as it was generated: whole, to anybody, and sent again only where it changed."""

import re
from collections.abc import Mapping

import httpx
import pytest
from fastapi import FastAPI, Request

from careflow_service.http.access import CATALOGUE
from careflow_service.pages.catalogue_routes import FOLDER, read_catalogue_file, router
from careflow_service.problems import Problem

PAGE = "/pages/catalogue/ConsultationBooked.v1.html"


@pytest.fixture
def reader() -> httpx.AsyncClient:
    """Reads the catalogue of some service."""
    app = FastAPI()
    app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://booking")


async def test_each_file_is_served_as_it_lies_there_and_as_what_it_is(reader: httpx.AsyncClient) -> None:
    kinds = {"html": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json"}
    for each in FOLDER.iterdir():
        answer = await reader.get(f"/pages/catalogue/{each.name}")
        assert (answer.status_code, answer.content) == (200, each.read_bytes()), each.name
        assert answer.headers["content-type"].partition(";")[0] == kinds[each.name.rpartition(".")[2]], each.name


async def test_what_a_page_offers_to_download_is_the_schema_that_an_events_dataschema_names(
    reader: httpx.AsyncClient,
) -> None:
    answer = await reader.get("/pages/catalogue/ConsultationBooked.v1.json")

    assert answer.json()["$id"] == "careflow:schemas/booking/ConsultationBooked/v1"
    assert answer.json()["x-page"] == PAGE


async def test_its_first_page_is_where_one_looks_for_it(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/pages/catalogue", follow_redirects=True)

    assert (answer.status_code, answer.url.path) == (200, "/pages/catalogue/index.html")


@pytest.mark.parametrize("asked", ["{}", "W/{}", '"other", {}'])
async def test_a_page_that_a_reader_has_is_not_sent_again(reader: httpx.AsyncClient, asked: str) -> None:
    had = await reader.get(PAGE)
    assert had.headers["cache-control"] == "public, no-cache"

    answer = await reader.get(PAGE, headers={"If-None-Match": asked.format(had.headers["etag"])})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", had.headers["etag"])

    other = await reader.get(PAGE, headers={"If-None-Match": '"0123456789abcdef"'})
    assert other.status_code == 200


async def test_what_a_page_loads_is_kept_for_good_under_the_name_of_its_content(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/pages/catalogue/index.html")).text
    loaded = re.findall(r'(?:href|src)="([a-z]+\.(?:css|js)[^"]*)"', page)

    assert len(loaded) == 2
    for each in loaded:
        answer = await reader.get(f"/pages/catalogue/{each}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        bare = await reader.get(f"/pages/catalogue/{each.partition('?')[0]}?other")
        assert bare.headers["cache-control"] == "public, no-cache"


async def test_the_policy_lets_a_page_load_what_stands_beside_it_and_nothing_else(reader: httpx.AsyncClient) -> None:
    policy = policy_of((await reader.get(PAGE)).headers)

    assert policy == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'self'",
        "script-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("name", ["Nothing.v1.html", "../catalogue_routes.py", "..", ".", "", "index.html\0"])
async def test_nothing_else_can_be_asked_for(name: str) -> None:
    with pytest.raises(Problem, match="not_found"):
        await read_catalogue_file(Request({"type": "http", "headers": []}), name)


def test_anybody_may_read_it_within_a_rate() -> None:
    assert all(rule.public and rule.impersonal for rule in CATALOGUE.values())


def policy_of(headers: Mapping[str, str]) -> dict[str, str]:
    """What the answer's policy allows, by kind."""
    parts = (each.strip().partition(" ") for each in headers["content-security-policy"].split(";"))
    return {kind: allowed for kind, _, allowed in parts}
