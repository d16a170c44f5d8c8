"""`/v1/webhooks`: an account's own, and nobody else's."""

from typing import Any

import pytest

from careflow_events.contracts import CarePathStageChanged, ClearanceGranted, SafetyAlertRaised
from careflow_service.clock import wall_clock
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.webhooks.opening import WebhookStore
from libs.service.tests.webhooks.telling import Told, hanging

ANA, BEN = new_id(), new_id()


async def refused(it: Told, method: str, path: str, body: Any = None, **how: Any) -> tuple[int, str]:
    response = await it.call(method, path, body, **how)
    assert not response.is_success, response.text
    return response.status_code, response.json()["code"]


async def test_its_secret_is_told_once(it: Told) -> None:
    made = await it.ok("POST", "/v1/webhooks", {"url": "https://integrator.example/in"}, key="k")
    again = await it.ok("POST", "/v1/webhooks", {"url": "https://integrator.example/in"}, key="k")
    assert made == again
    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in str(await it.ok("GET", "/v1/webhooks"))
    assert made["secret"] not in str(await it.read(made["id"]))


async def test_neither_its_address_nor_its_secret_lies_open(it: Told) -> None:
    webhook = await it.webhook("https://integrator.example/in?token=abcdef")
    database = it.toy.process.resources.database
    for name in await database.list_collection_names():
        stored = str(await database[name].find({}).to_list()).encode()
        assert b"integrator.example" not in stored, name
        assert it.secrets[webhook].removeprefix("whsec_").encode() not in stored, name


@pytest.mark.parametrize(
    "url",
    [
        *("https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data", "https://2130706433/"),
        *("https://user:password@integrator.example/", "https://integrator.example/#there"),
    ],
)
async def test_an_address_inside_or_with_a_password_is_refused_at_once(it: Told, url: str) -> None:
    assert await refused(it, "POST", "/v1/webhooks", {"url": url}) == (422, "address_not_allowed")


async def test_outside_development_it_is_https(it: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await it.call("POST", "/v1/webhooks", {"url": "http://integrator.example/"})).status_code == 201
    settings = type(it.toy.process.resources.settings)
    monkeypatch.setattr(settings, "in_development", property(lambda _: False))
    refusal = (422, "address_not_allowed")
    assert await refused(it, "POST", "/v1/webhooks", {"url": "http://integrator.example/"}) == refusal


async def test_one_asks_for_what_one_may_read(it: Told) -> None:
    body = {"url": "https://integrator.example/"}
    not_granted = (403, "event_class_not_granted")
    assert await refused(it, "POST", "/v1/webhooks", {**body, "classes": ["safety"]}) == not_granted
    assert await refused(it, "POST", "/v1/webhooks", {**body, "types": [SafetyAlertRaised.type()]}) == not_granted
    unsaid = {**body, "types": ["careflow.billing.ChargePosted.v1"]}
    assert await refused(it, "POST", "/v1/webhooks", unsaid) == (422, "event_not_said_here")
    assert await refused(it, "POST", "/v1/webhooks", body, roles=(Role.NURSE,)) == (403, "forbidden")


async def test_nobody_reaches_anothers(it: Told) -> None:
    webhook, path = await it.webhook(), "/v1/webhooks/{}"
    for method, what, body in (
        ("GET", "", None),
        ("GET", "/deliveries", None),
        ("GET", "/held-streams", None),
        ("PUT", "", {"url": "https://elsewhere.example/"}),
        ("DELETE", "", None),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("POST", "/confirm", None),
        ("POST", "/secrets", None),
        ("POST", "/tests", None),
    ):
        another = await refused(it, method, path.format(webhook) + what, body, subject="other", version=1)
        assert another == (404, "webhook_not_found"), what
    assert (await it.ok("GET", "/v1/webhooks", subject="other"))["items"] == []
    assert [each["id"] for each in (await it.ok("GET", "/v1/webhooks"))["items"]] == [webhook]
    assert await refused(it, "GET", f"/v1/webhooks/{new_id()}") == (404, "webhook_not_found")


async def test_it_is_changed_from_the_version_that_was_seen(it: Told) -> None:
    webhook = await it.webhook()
    there = {"url": "https://elsewhere.example/", "types": [ClearanceGranted.type()]}
    assert await refused(it, "PUT", f"/v1/webhooks/{webhook}", there, version=7) == (412, "stale_version")
    await it.ok("PUT", f"/v1/webhooks/{webhook}", there, version=1)
    await it.say(ANA)
    await it.catch_up()
    assert [each.address for each in it.outside.posted] == ["https://elsewhere.example/"]


async def test_paused_it_is_told_nothing_and_later_all_of_it(it: Told) -> None:
    webhook = await it.webhook()
    for _ in range(2):
        await it.ok("POST", f"/v1/webhooks/{webhook}/pause")
    await it.say(ANA, BEN)
    await it.catch_up()
    assert ((await it.read(webhook))["state"], it.outside.posted) == ("paused", [])
    for _ in range(2):
        await it.ok("POST", f"/v1/webhooks/{webhook}/resume")
    await it.catch_up()
    assert sorted(it.events()) == sorted([(ANA, 1), (BEN, 1)])


async def test_resumed_what_failed_is_tried_at_once(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = 500
    await it.say(ANA)
    await it.catch_up()
    it.outside.answers = 204
    await it.ok("POST", f"/v1/webhooks/{webhook}/resume")
    await it.catch_up()
    assert it.events() == [(ANA, 1), (ANA, 1)]


async def test_deleted_it_is_told_nothing_and_its_secrets_are_forgotten(it: Told) -> None:
    webhook = await it.webhook()
    await it.ok("DELETE", f"/v1/webhooks/{webhook}")
    await it.say(ANA)
    await it.catch_up()
    assert it.outside.posted == []
    assert await refused(it, "GET", f"/v1/webhooks/{webhook}") == (404, "webhook_not_found")
    assert (await it.ok("GET", "/v1/webhooks"))["items"] == []
    kept = await WebhookStore.of(it.toy.process.resources).endpoints.find(webhook, of=webhook)
    assert kept is not None
    assert (kept.url, kept.secrets) == ("", ())


async def test_a_new_secret_counts_beside_the_old_one_for_a_day(it: Told) -> None:
    webhook = await it.webhook()
    old = it.secrets[webhook]
    new = (await it.ok("POST", f"/v1/webhooks/{webhook}/secrets"))["secret"]
    assert len((await it.read(webhook))["old_secrets_until"]) == 1
    await it.say(ANA)
    await it.catch_up()
    await it.say(ANA)
    await it.later(hours=25)
    during, after = it.outside.posted
    assert it.verified(during, old) == it.verified(during, new)
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    assert len(after.headers["webhook-signature"].split(" ")) == 1


async def test_a_test_delivery_is_sent_also_while_it_is_paused(it: Told) -> None:
    webhook = await it.webhook()
    await it.ok("POST", f"/v1/webhooks/{webhook}/pause")
    asked = (await it.ok("POST", f"/v1/webhooks/{webhook}/tests"))["id"]
    await it.catch_up()
    (posted,) = it.outside.posted
    event = it.verified(posted, it.secrets[webhook])
    assert (event["id"], event["type"], event["data"]) == (asked, "careflow.webhooks.Test.v1", {})
    (logged,) = await it.deliveries(webhook)
    assert (logged["kind"], logged["event_id"], logged["status"]) == ("test", asked, 204)


async def test_a_range_is_replayed_beside_what_is_new(it: Told) -> None:
    webhook = await it.webhook()
    await it.say(ANA, ANA)
    await it.catch_up()
    until = wall_clock()
    await it.say(BEN)
    await it.catch_up()
    body = {"since": "2026-01-01T00:00:00Z", "until": until.isoformat()}
    asked = (await it.ok("POST", f"/v1/webhooks/{webhook}/replays", body))["id"]
    assert await refused(it, "POST", f"/v1/webhooks/{webhook}/replays", body) == (409, "replay_in_progress")
    await it.catch_up()
    assert it.events()[3:] == [(ANA, 1), (ANA, 2)]
    assert {each.headers.get("careflow-replay") for each in it.outside.posted} == {None, asked}
    assert (await it.read(webhook))["replaying"] is None
    later = {"since": "2190-01-01T00:00:00Z"}
    assert await refused(it, "POST", f"/v1/webhooks/{webhook}/replays", later) == (409, "nothing_to_replay")
    turned = {"since": body["until"], "until": body["since"]}
    assert await refused(it, "POST", f"/v1/webhooks/{webhook}/replays", turned) == (422, "invalid_request")


async def test_one_event_is_replayed_by_its_id_and_nothing_beside_it(it: Told) -> None:
    webhook = await it.webhook()
    await it.say(ANA, ANA, BEN)
    await it.catch_up()
    wanted = it.verified(it.outside.posted[1], it.secrets[webhook])["id"]

    asked = await it.ok("POST", f"/v1/webhooks/{webhook}/replays", {"event_id": wanted})
    await it.catch_up()

    (again,) = it.outside.posted[3:]
    assert (again.headers["webhook-id"], again.headers["careflow-replay"]) == (wanted, asked["id"])
    assert again.body == it.outside.posted[1].body
    logged = (await it.deliveries(webhook))[-1]
    assert (logged["kind"], logged["event_id"], logged["status"]) == ("replay", wanted, 204)
    await it.say(BEN)
    await it.catch_up()
    assert it.events()[4:] == [(BEN, 2)], "what is new comes as before"


async def test_an_event_that_the_webhook_is_not_told_of_is_not_replayed(it: Told) -> None:
    webhook = await it.webhook()
    await it.say(ANA)
    await it.catch_up()
    granted = it.verified(it.outside.posted[0], it.secrets[webhook])["id"]
    route = f"/v1/webhooks/{await it.webhook(types=[CarePathStageChanged.type()])}/replays"

    for none_of_its in (granted, new_id()):
        assert await refused(it, "POST", route, {"event_id": none_of_its}) == (409, "nothing_to_replay")
    moment = "2026-01-01T00:00:00Z"
    for wrong in (
        {},
        {"event_id": "1"},
        {"event_id": granted, "since": moment},
        {"event_id": granted, "until": moment},
    ):
        assert await refused(it, "POST", route, wrong) == (422, "invalid_request")
    await it.catch_up()
    assert len(it.outside.posted) == 1


async def test_a_replay_that_is_not_taken_is_tried_again(it: Told) -> None:
    webhook = await it.webhook()
    await it.say(ANA, ANA)
    await it.catch_up()
    await it.ok("POST", f"/v1/webhooks/{webhook}/replays", {"since": "2026-01-01T00:00:00Z"})
    it.outside.answers = hanging
    await it.catch_up()
    it.outside.answers = 204
    await it.restarted().later(seconds=7)
    assert it.events()[2:] == [(ANA, 1), (ANA, 1), (ANA, 2)]


async def test_the_log_tells_each_attempt_and_no_body(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = hanging
    await it.say(ANA)
    await it.catch_up()
    it.outside.answers = 204
    await it.later(seconds=7)
    first, second = await it.deliveries(webhook)
    assert (first["number"], first["status"], first["unreached"]) == (1, None, "timeout")
    assert (second["number"], second["status"], second["unreached"]) == (2, 204, None)
    assert first.keys() == {
        *("id", "kind", "event_id", "event_type", "number", "at", "milliseconds", "status", "unreached")
    }
    page = await it.ok("GET", f"/v1/webhooks/{webhook}/deliveries", limit=1)
    rest = await it.ok("GET", f"/v1/webhooks/{webhook}/deliveries", limit=1, after=page["next"])
    assert [page["items"][0]["number"], rest["items"][0]["number"], rest["next"]] == [2, 1, None]


async def test_the_log_is_asked_for_what_failed_what_it_was_and_when(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = hanging
    await it.say(ANA)
    await it.catch_up()
    it.outside.answers = 503
    await it.later(seconds=7)
    it.outside.answers = 204
    await it.later(minutes=7)
    await it.ok("POST", f"/v1/webhooks/{webhook}/tests")
    await it.catch_up()
    unreached, refused_, taken, test = await it.deliveries(webhook)

    async def found(**filters: Any) -> list[dict[str, Any]]:
        listed = await it.ok("GET", f"/v1/webhooks/{webhook}/deliveries", **filters)
        return list(reversed(listed["items"]))

    assert await found(result="unreached") == [unreached]
    assert await found(result="refused") == await found(status=503) == [refused_]
    assert await found(result="taken") == [taken, test]
    assert await found(result="refused", status=204) == []
    assert await found(event_type="careflow.webhooks.Test.v1") == [test]
    assert await found(event_id=taken["event_id"]) == [unreached, refused_, taken]
    assert await found(since=refused_["at"]) == [refused_, taken, test]
    assert await found(since=refused_["at"], until=taken["at"]) == [refused_]
    first = await it.ok("GET", f"/v1/webhooks/{webhook}/deliveries", result="taken", limit=1)
    rest = await it.ok("GET", f"/v1/webhooks/{webhook}/deliveries", result="taken", limit=1, after=first["next"])
    assert ([*first["items"], *rest["items"]], rest["next"]) == ([test, taken], None)


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"result": "lost"}, "invalid_request"),
        ({"status": "20"}, "invalid_request"),
        ({"since": "1760000000"}, "invalid_request"),
        ({"event_type": "$where"}, "invalid_request"),
        ({"event_id": "1"}, "invalid_request"),
        ({"since": "2026-11-23T17:00:00Z", "until": "2026-11-23T17:00:00Z"}, "end_before_start"),
    ],
)
async def test_a_filter_of_the_log_that_makes_no_sense_is_refused(it: Told, filters: dict[str, str], code: str) -> None:
    webhook = await it.webhook()
    answer = await it.call("GET", f"/v1/webhooks/{webhook}/deliveries", **filters)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_account_has_so_many_and_no_more(it: Told) -> None:
    for _ in range(20):
        await it.webhook()
    assert await refused(it, "POST", "/v1/webhooks", {"url": "https://integrator.example/"}) == (
        409,
        "too_many_webhooks",
    )
    assert (await it.call("POST", "/v1/webhooks", {"url": "https://integrator.example/"}, subject="other")).is_success


async def test_an_operator_sees_all_and_disables_one_which_its_account_cannot_resume(it: Told) -> None:
    webhook = await it.webhook("https://integrator.example/secret")
    operator: dict[str, Any] = {"subject": "op", "roles": (Role.OPERATOR,)}
    await it.ok("POST", f"/ops/webhooks/{webhook}/disable", **operator)
    (seen,) = (await it.ok("GET", "/ops/webhooks", **operator))["items"]
    assert (seen["account"], seen["state"], seen["why"], "url" in seen) == ("registry", "disabled", "operator", False)
    resumed = await refused(it, "POST", f"/v1/webhooks/{webhook}/resume")
    assert resumed == (409, "webhook_disabled_by_operator")
    await it.say(ANA)
    await it.catch_up()
    assert it.outside.posted == []
    await it.ok("POST", f"/ops/webhooks/{webhook}/enable", **operator)
    await it.catch_up()
    assert it.events() == [(ANA, 1)]
