"""Operators have events of the past fed again; a dry run counts them, and what cannot be is refused clearly."""

from typing import Any

import httpx
import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from libs.service.tests.toy.world import RunningToy


async def refeed(toy: RunningToy, **body: Any) -> httpx.Response:
    headers = {**toy.token(Role.OPERATOR), "Idempotency-Key": new_id()}
    return await toy.client.post("/ops/outbox/refeed", json=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "topic_or_stream"),
        ({"topic": "a.v1", "stream": "a.v1/patient:1"}, "topic_or_stream"),
        ({"topic": "a.v1", "first": 3}, "numbers_without_stream"),
        ({"stream": "a.v1/patient:1", "first": 0}, "too_small"),
        ({"topic": "a.v1", "consumer": "accounting"}, "unknown_value"),
    ],
)
async def test_a_selection_that_makes_no_sense_is_refused(toy: RunningToy, body: dict[str, Any], code: str) -> None:
    response = await refeed(toy, **body)

    assert (response.status_code, [each["code"] for each in response.json()["errors"]]) == (422, [code])


async def test_a_service_feeds_only_what_it_has_said(toy: RunningToy) -> None:
    response = await refeed(toy, topic="careflow.booking.v1", consumer="billing")

    assert (response.status_code, response.json()["code"]) == (404, "not_said_here")


async def test_an_outbox_at_rest(toy: RunningToy) -> None:
    headers = toy.token(Role.OPERATOR)
    assert (await toy.client.get("/ops/outbox", headers=headers)).json() == {"unpublished": 0, "oldest": None}
    assert (await toy.client.get("/ops/outbox/refeeds", headers=headers)).json() == {"items": []}
