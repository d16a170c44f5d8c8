"""A form counts where one of our own pages sent it, and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from careflow_service.pages.sent_from import sent_from_here
from careflow_service.pages.site import LIBRARY
from libs.service.tests.toy.service import SERVICE, http
from libs.service.tests.toy.world import World, running_toy

ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "https://care.example.org"},
    {"origin": "https://login.care.example.org"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://["},
    {"origin": ""},
]
HERE = [
    {},
    {"sec-fetch-site": "same-origin", "origin": "null"},
    {"sec-fetch-site": "none"},
    {"origin": "https://care.example.org"},
    {"origin": "https://care.example.org:8443"},
]


@pytest.mark.parametrize("headers", [*ELSEWHERE, *HERE])
def test_a_browser_says_where_a_form_was_sent_from(headers: dict[str, str]) -> None:
    said = [(name.encode(), value.encode()) for name, value in {"host": "care.example.org", **headers}.items()]
    assert sent_from_here({"type": "http", "headers": said}) is (headers in HERE)


def test_where_no_host_is_named_no_origin_is_ours() -> None:
    assert not sent_from_here({"type": "http", "headers": [(b"origin", b"null")]})


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    with_pages = replace(SERVICE, http=lambda: replace(http(), pages=LIBRARY))
    async with running_toy(world, with_pages) as running:
        yield running.client


@pytest.mark.store
@pytest.mark.parametrize("path", ["/pages/operations/pause", "/pages/logout"])
async def test_a_page_of_another_site_sends_nothing_in_somebodys_name(client: httpx.AsyncClient, path: str) -> None:
    refused = await client.post(path, data={"key": "k"}, headers={"Sec-Fetch-Site": "same-site"})
    assert (refused.status_code, refused.headers.get("set-cookie")) == (403, None)
    taken = await client.post(path, data={"key": "k"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert taken.status_code != 403
