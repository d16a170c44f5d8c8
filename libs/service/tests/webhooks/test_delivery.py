"""What a webhook is told: everything it may read, in the order of each stream, until it takes it, and nothing else."""

import orjson
import pytest

from careflow_events.contracts import CarePathStageChanged, ClearanceGranted
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.outbound import Reply
from careflow_service.testing.outbound import Outside, Posted
from careflow_service.webhooks import rounds, turning
from careflow_service.webhooks.opening import WebhookStore
from libs.service.tests.http.test_feed import ALARMED, CLEARED, MOVED
from libs.service.tests.webhooks.telling import Told, hanging

ANA, BEN, CLEO = (new_id() for _ in range(3))


def refusing(*patients: str, status: int = 500) -> Outside:
    """It takes everything but what is about these."""
    return Outside(lambda posted: Reply(status if _whose(posted) in patients else 204))


def _whose(posted: Posted) -> str:
    subject: str = orjson.loads(posted.body)["subject"]
    return subject.removeprefix("patient:")


async def test_it_is_told_what_is_said_from_then_on_and_the_official_library_believes_it(it: Told) -> None:
    await it.say(ANA)
    webhook = await it.webhook()
    await it.say(BEN)

    await it.catch_up()

    (posted,) = it.outside.posted
    event = it.verified(posted, it.secrets[webhook])
    assert posted.address == "https://integrator.example/in"
    assert posted.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert posted.headers["webhook-id"] == event["id"]
    assert (event["specversion"], event["subject"]) == ("1.0", f"patient:{BEN}")
    (feed,) = [each for each in await it.ok("GET", "/v1/events") if each["id"] == event["id"]]
    assert feed == event


async def test_an_event_that_was_taken_is_not_told_again(it: Told) -> None:
    await it.webhook()
    await it.say(ANA, ANA)
    await it.catch_up()
    it = it.restarted()

    await it.say(ANA)
    await it.later(days=2)

    assert it.events() == [(ANA, 1), (ANA, 2), (ANA, 3)]


async def test_it_is_told_the_types_it_wants(it: Told) -> None:
    await it.webhook(types=[ClearanceGranted.type()])
    await it.say(MOVED, CLEARED)
    await it.catch_up()
    assert it.events() == [(CLEARED, 1)]


async def test_it_is_told_the_classes_its_account_may_read_and_no_other(it: Told) -> None:
    await it.webhook(roles=(Role.EVENTS_OPERATIONAL,))
    await it.webhook("https://safety.example/", roles=(Role.EVENTS_OPERATIONAL, Role.EVENTS_SAFETY), classes=["safety"])
    await it.say(MOVED, ALARMED)

    await it.catch_up()

    told = {(posted.address, _whose(posted)) for posted in it.outside.posted}
    assert told == {("https://integrator.example/in", MOVED), ("https://safety.example/", ALARMED)}


async def test_of_sealed_sections_it_is_sent_its_own_recipients_only(it: Told) -> None:
    await it.webhook(consumer="sessions")
    await it.webhook("https://other.example/", consumer="registry")
    await it.say(CLEARED)

    await it.catch_up()

    sent = {each.address: each.body for each in it.outside.posted}
    assert b"sessions-1" in sent["https://integrator.example/in"]
    assert b"sessions-1" not in sent["https://other.example/"]


async def test_what_it_does_not_take_holds_that_stream_and_no_other(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = refusing(ANA).answers
    await it.say(ANA, BEN, ANA, CLEO, BEN)

    await it.catch_up()

    assert sorted(it.events()) == sorted([(ANA, 1), (BEN, 1), (CLEO, 1), (BEN, 2)])
    (held,) = (await it.ok("GET", f"/v1/webhooks/{webhook}/held-streams"))["items"]
    assert (held["stream"].endswith(ANA), held["attempts"]) == (True, 1)


async def test_a_held_stream_goes_on_in_its_order_once_its_event_is_taken(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = refusing(ANA).answers
    await it.say(ANA, ANA)
    await it.catch_up()
    await it.say(ANA)
    await it.catch_up()
    it = it.restarted()
    it.outside.answers = 204

    await it.later(seconds=7)
    await it.say(ANA)
    await it.catch_up()

    assert it.events() == [(ANA, 1), (ANA, 1), (ANA, 2), (ANA, 3), (ANA, 4)]
    assert (await it.ok("GET", f"/v1/webhooks/{webhook}/held-streams"))["items"] == []


async def test_an_attempt_is_made_again_by_the_schedule_under_the_same_id(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = 500
    await it.say(ANA)
    await it.catch_up()

    for tried, seconds in enumerate((4, 7, 230, 400, 1_400, 2_200)):
        await it.later(seconds=seconds)
        assert len(it.outside.posted) == 1 + (tried + 1) // 2, seconds

    assert len({each.headers["webhook-id"] for each in it.outside.posted}) == 1
    assert len({each.headers["webhook-timestamp"] for each in it.outside.posted}) == 4
    assert [each["number"] for each in await it.deliveries(webhook)] == [1, 2, 3, 4]


async def test_it_may_ask_for_more_time(it: Told) -> None:
    await it.webhook()
    it.outside.answers = lambda _: Reply(503, retry_after=600)
    await it.say(ANA)
    await it.catch_up()

    await it.later(seconds=500)
    assert len(it.outside.posted) == 1
    await it.later(seconds=200)
    assert len(it.outside.posted) == 2


async def test_a_redirect_is_no_success(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = 302
    await it.say(ANA)
    await it.catch_up()
    assert [each["status"] for each in await it.deliveries(webhook)] == [302]
    assert (await it.read(webhook))["failing_since"] is not None


async def test_one_that_takes_nothing_is_left_alone_and_then_tried_with_one_event(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = hanging
    streams = [new_id() for _ in range(20)]
    await it.say(*streams)

    await it.catch_up()
    first = len(it.outside.posted)
    assert 3 <= first <= 3 + 3  # three in a row, and who was on the way beside the third
    await it.later(seconds=4)
    assert len(it.outside.posted) == first
    await it.later(seconds=4)
    assert len(it.outside.posted) == first + 1

    it.outside.answers = 204
    await it.later(minutes=10)
    assert {whose for whose, _ in it.events()} == {*streams}
    assert (await it.read(webhook))["resting_until"] is None


async def test_what_is_said_in_a_held_stream_while_it_rests_is_told_too(it: Told) -> None:
    await it.webhook()
    it.outside.answers = hanging
    await it.say(ANA, BEN, CLEO)
    await it.catch_up()
    for _ in range(4):
        await it.later(minutes=7)
    await it.say(ANA)
    for _ in range(8):
        await it.later(minutes=7)
    it.outside.answers = 204

    for _ in range(3):
        await it.later(hours=3)

    taken = it.events()[-4:]
    assert sorted(taken) == sorted([(ANA, 1), (ANA, 2), (BEN, 1), (CLEO, 1)])
    assert taken.index((ANA, 1)) < taken.index((ANA, 2))


async def test_where_two_processes_tell_the_same_nothing_is_lost(it: Told) -> None:
    """One slept through its lease: it sends what another has settled long since, and then goes on from the store."""
    await it.webhook()
    await it.say(ANA)
    slept = it.restarted(Outside())
    await slept.catch_up()
    await it.say(BEN)
    await it.catch_up()
    it.outside.answers = 500
    await it.say(CLEO)
    await it.catch_up()
    it.outside.answers = 204

    await slept.catch_up()
    await it.later(seconds=7)

    everything = {*it.events(), *[(whose, 1) for whose in (ANA,)]}
    assert {whose for whose, _ in everything} == {ANA, BEN, CLEO}


async def test_one_event_it_cannot_take_does_not_make_it_rest(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = refusing(ANA).answers
    await it.say(ANA)
    for _ in range(5):
        await it.later(hours=12)
    await it.say(BEN)
    await it.catch_up()
    assert it.events()[-1] == (BEN, 1)
    assert (await it.read(webhook))["resting_until"] is None


async def test_one_that_says_too_many_is_left_alone(it: Told) -> None:
    await it.webhook()
    it.outside.answers = lambda _: Reply(429, retry_after=60)
    await it.say(ANA)
    await it.catch_up()
    await it.say(BEN)
    await it.catch_up()
    assert it.events() == [(ANA, 1)]
    it.outside.answers = 204
    await it.later(seconds=400)
    assert sorted(it.events()) == sorted([(ANA, 1), (ANA, 1), (BEN, 1)])


async def test_one_that_is_gone_is_disabled_at_once(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = 410
    await it.say(ANA)
    await it.catch_up()
    await it.say(BEN)
    await it.later(days=1)
    found = await it.read(webhook)
    assert (found["state"], found["why"], len(it.outside.posted)) == ("disabled", "gone", 1)


async def test_one_that_takes_nothing_for_days_is_disabled_and_goes_on_where_it_was(it: Told) -> None:
    webhook = await it.webhook()
    it.outside.answers = hanging
    await it.say(ANA, ANA)
    await it.catch_up()
    for _ in range(13):  # the longest time between two attempts, with its jitter, is over a day
        await it.later(hours=12)
    found = await it.read(webhook)
    assert (found["state"], found["why"]) == ("disabled", "failing")
    attempts = len(it.outside.posted)
    await it.later(hours=10)
    assert len(it.outside.posted) == attempts

    it.outside.answers = 204
    await it.ok("POST", f"/v1/webhooks/{webhook}/resume")
    await it.catch_up()

    assert it.events()[attempts:] == [(ANA, 1), (ANA, 2)]
    assert (await it.read(webhook))["failing_since"] is None


async def test_what_a_process_did_not_write_down_is_told_again_by_the_next_one(it: Told) -> None:
    """It ends after the other side has taken events and before that is committed."""
    await it.webhook()
    await it.say(ANA, BEN, ANA)

    class Ended(BaseException):
        pass

    def ends(_: Posted) -> Reply:
        if len(it.outside.posted) == 3:
            raise Ended
        return Reply(204)

    it.outside.answers = ends
    with pytest.raises(BaseExceptionGroup):
        await it.restarted().catch_up()
    sent = len(it.outside.posted)
    it.outside.answers = 204

    await it.restarted().catch_up()

    assert sorted(set(it.events()[sent:])) == sorted([(ANA, 1), (BEN, 1), (ANA, 2)])


async def test_an_event_that_was_emptied_is_passed_over(it: Told) -> None:
    await it.webhook()
    await it.say(ANA, ANA)
    await it.toy.process.resources.database["_outbox"].update_one({"sequence": 1}, {"$set": {"record": b""}})
    await it.catch_up()
    assert it.events() == [(ANA, 2)]


async def test_what_is_told_about_whom_is_in_the_audit_trail_before_it_leaves(it: Told) -> None:
    await it.webhook()
    await it.say(ANA)
    audit = it.toy.process.resources.database["_audit"]
    await it.catch_up()
    (entry,) = await audit.find({"action": "deliver_webhook"}).to_list()
    (posted,) = it.outside.posted
    assert (entry["actor"], entry["outcome"]) == ("registry", "read")
    assert entry["touched"] == [f"outbox/{posted.headers['webhook-id']}"]
    assert entry["whose"] == [it.toy.process.resources.audit.hidden(ANA)[0]]


async def test_a_type_nobody_wants_moves_its_place_after_a_while(it: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a process that begins anew does not look at all there ever was."""
    for module in (rounds, turning):
        monkeypatch.setattr(module, "LAG", 3)
    webhook = await it.webhook(types=[CarePathStageChanged.type()])
    await it.say(*(CLEARED for _ in range(5)))
    await it.catch_up()
    kept = await WebhookStore.of(it.toy.process.resources).endpoints.find(webhook, of=webhook)
    assert kept is not None
    assert (kept.place.position, it.outside.posted) == (5, [])
