"""A webhook ends when whoever owns it may no longer read what it is told: as soon as the service can know."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from careflow_service.clock import wall_clock
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.webhooks.opening import WebhookStore
from libs.service.tests.http.test_feed import ALARMED, MOVED
from libs.service.tests.webhooks.telling import Told

ANA = new_id()
BOTH = (Role.EVENTS_OPERATIONAL, Role.EVENTS_SAFETY)
NOT_GRANTED = (403, "event_class_not_granted")
OPERATOR: dict[str, Any] = {"subject": "op", "roles": (Role.OPERATOR,)}


async def confirms(it: Told, webhook: str, *roles: Role) -> dict[str, Any]:
    found: dict[str, Any] = await it.ok("POST", f"/v1/webhooks/{webhook}/confirm", roles=roles or it.roles)
    it.clock.now = wall_clock()
    return found


async def stands(it: Told, webhook: str) -> tuple[str, str | None]:
    found = await it.read(webhook)
    return found["state"], found["why"]


async def test_one_that_nobody_confirms_for_a_week_ends_before_anything_leaves_and_goes_on_where_it_stood(
    it: Told,
) -> None:
    webhook = await it.webhook()
    await it.say(ANA)
    await it.later(days=6)
    assert (it.events(), await stands(it, webhook)) == ([(ANA, 1)], ("active", None))
    await it.say(ANA)
    it = it.restarted()
    await it.later(days=1, minutes=1)
    assert (it.events(), await stands(it, webhook)) == ([(ANA, 1)], ("disabled", "unconfirmed"))

    confirmed = await confirms(it, webhook)

    assert (confirmed["state"], confirmed["why"]) == ("active", None)
    await it.catch_up()
    assert it.events() == [(ANA, 1), (ANA, 2)]


async def test_what_is_held_waits_for_the_confirmation_too(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = 500
    await it.say(ANA)
    await it.catch_up()
    it.outside.answers = 204
    await it.later(days=7)
    assert (len(it.outside.posted), await stands(it, webhook)) == (1, ("disabled", "unconfirmed"))


async def test_each_delivery_says_until_when_it_is_to_be_confirmed(it: Told) -> None:
    webhook = await it.webhook()
    await it.say(ANA)
    await it.catch_up()
    by = datetime.fromisoformat(it.outside.posted[0].headers["careflow-confirm-by"])
    assert by == datetime.fromisoformat((await it.read(webhook))["confirm_by"])
    assert timedelta(days=6, hours=23) < by - wall_clock() <= timedelta(days=7)


@pytest.mark.parametrize("what", ["confirm", "resume", "secrets", "tests", "replays"])
async def test_whoever_comes_without_a_role_that_it_needs_ends_it(it: Told, what: str) -> None:
    webhook = await it.webhook(roles=BOTH)
    body = {"since": "2026-01-01T00:00:00Z"} if what == "replays" else None

    refused = await it.call("POST", f"/v1/webhooks/{webhook}/{what}", body, roles=(Role.EVENTS_OPERATIONAL,))

    assert (refused.status_code, refused.json()["code"]) == NOT_GRANTED
    assert await stands(it, webhook) == ("disabled", "not_granted")
    await it.say(MOVED, ALARMED)
    await it.catch_up()
    assert it.outside.posted == []
    await confirms(it, webhook, *BOTH)
    await it.catch_up()
    assert len(it.outside.posted) == 2, "the role was given back"


async def test_without_the_role_it_goes_on_with_what_is_left_once_it_is_changed(it: Told) -> None:
    webhook = await it.webhook(roles=BOTH)
    await it.call("POST", f"/v1/webhooks/{webhook}/confirm")
    version = (await it.read(webhook))["version"]
    body = {"url": "https://integrator.example/in"}
    await it.ok("PUT", f"/v1/webhooks/{webhook}", body, version=version)
    assert (await confirms(it, webhook))["state"] == "active"
    await it.say(MOVED, ALARMED)
    await it.catch_up()
    assert [whose for whose, _ in it.events()] == [MOVED]


async def test_a_confirmation_lifts_neither_a_pause_nor_what_an_operator_said(it: Told) -> None:
    paused, disabled = await it.webhook(), await it.webhook("https://other.example/")
    await it.ok("POST", f"/v1/webhooks/{paused}/pause")
    await it.ok("POST", f"/ops/webhooks/{disabled}/disable", **OPERATOR)
    assert (await confirms(it, paused))["state"] == "paused"
    assert (await confirms(it, disabled))["why"] == "operator"
    refused = await it.call("POST", f"/v1/webhooks/{disabled}/confirm", roles=(Role.EVENTS_SAFETY,))
    assert refused.json()["code"] == NOT_GRANTED[1]
    assert (await stands(it, disabled))[1] == "operator"


async def test_that_an_account_came_is_noted_twice_a_day_at_most(it: Told) -> None:
    webhook = await it.webhook()
    found = await WebhookStore.of(it.toy.process.resources).endpoints.get(webhook, of=webhook)
    at = found.made_at + timedelta(hours=13)
    again = found.confirmed(found.classes, at)
    assert found.confirmed(found.classes, found.made_at + timedelta(hours=1)) is found
    assert again.confirm_by(timedelta(days=7)) == at + timedelta(days=7)
    assert again.confirmed(found.classes, at + timedelta(hours=1)) is again


async def test_an_operator_lists_those_of_one_account(it: Told) -> None:
    mine, theirs = await it.webhook(), await it.webhook(subject="other")
    assert {each["id"] for each in (await it.ok("GET", "/ops/webhooks", **OPERATOR))["items"]} == {mine, theirs}
    (seen,) = (await it.ok("GET", "/ops/webhooks", account="other", **OPERATOR))["items"]
    assert (seen["id"], seen["account"], "confirm_by" in seen) == (theirs, "other", True)
    assert (await it.ok("GET", "/ops/webhooks", account="nobody", **OPERATOR))["items"] == []
