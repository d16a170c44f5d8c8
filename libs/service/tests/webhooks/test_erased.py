"""Of an erased patient nothing leaves by a webhook but that an event was erased: neither what it was not told yet, nor
what is held and tried again, nor what is told again.
"""

from types import NoneType
from typing import Any

import orjson

from careflow_events.contracts import ClearanceGranted
from careflow_events.contracts.feed import EventErased
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.mongo.erasing import MongoErasing, destroying
from careflow_service.testing.outbound import Posted
from careflow_service.timers.kinds import EffectKind
from careflow_service.timers.turns import Turn
from careflow_service.work import Transaction
from libs.service.tests.http.test_feed import publish
from libs.service.tests.http.test_trace import say
from libs.service.tests.webhooks.telling import Told

ANA, BEN = new_id(), new_id()
EVERYTHING = {"since": "2026-01-01T00:00:00Z"}


async def erase(it: Told, patient: str) -> None:
    """Closed by a commit, and destroyed by what that makes due."""
    resources = it.toy.process.resources

    async def work(_: Transaction) -> None:
        MongoErasing().erase(patient)

    await resources.work.run(work, by=Actor.system("tests"), action="erase", returns=NoneType)
    destroys = destroying(resources.database, resources.vault, service="screening", forgets=None)
    turn = Turn(EffectKind(destroys, ports=None, work=resources.work))
    while await turn() == 0:
        pass


def said(posted: Posted) -> tuple[str, str, int]:
    """Whose event it is, what it says, and its number in its stream."""
    event: dict[str, Any] = orjson.loads(posted.body)
    whose = event["subject"].removeprefix("patient:")
    if event["type"] == EventErased.type():
        assert event["data"] == {"patient_id": whose}
    return whose, event["type"], int(event["sequence"])


def erased(*numbers: int) -> list[tuple[str, str, int]]:
    return [(ANA, EventErased.type(), number) for number in numbers]


async def test_what_was_not_told_yet(it: Told) -> None:
    webhook = await it.webhook()
    await it.say(ANA, BEN)
    await say(it.toy, ANA)
    await erase(it, ANA)
    await publish(it.toy)

    await it.catch_up()

    assert sorted(map(said, it.outside.posted)) == sorted([*erased(1, 2), (BEN, ClearanceGranted.type(), 1)])
    for each in it.outside.posted:
        it.verified(each, it.secrets[webhook])


async def test_what_is_held_is_tried_again_without_what_it_said(it: Told) -> None:
    await it.webhook()
    it.outside.answers = 500
    await it.say(ANA, ANA)
    await it.catch_up()
    (before,) = it.outside.posted
    assert said(before) == (ANA, ClearanceGranted.type(), 1)
    await erase(it, ANA)
    it.outside.answers = 204

    await it.later(seconds=7)

    first, second = it.outside.posted[1:]
    assert [said(first), said(second)] == erased(1, 2)
    assert first.headers["webhook-id"] == before.headers["webhook-id"], "it is still the same event"


async def test_what_is_told_again(it: Told) -> None:
    webhook = await it.webhook()
    await it.say(ANA, ANA)
    await it.catch_up()
    await erase(it, ANA)

    await it.ok("POST", f"/v1/webhooks/{webhook}/replays", EVERYTHING)
    await it.catch_up()

    assert [said(each) for each in it.outside.posted[2:]] == erased(1, 2)


async def test_one_that_wants_certain_types_is_told_nothing(it: Told) -> None:
    await it.webhook(types=[ClearanceGranted.type()])
    await it.say(ANA)
    await erase(it, ANA)

    await it.catch_up()

    assert it.outside.posted == []
