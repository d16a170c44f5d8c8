"""Charge lines that do not open: the patient's stream waits, nothing is half written, and nothing is lost."""

import pytest

from careflow_events.handling import Settled
from careflow_events.testing.builders import Keys
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.store import new_keys
from careflow_service.testing.world import FORGED, PARKING, SEALING
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import charges, has_patient, ok, the_charge, usd
from services.billing.tests.heard import INFUSION, services_corrected, session_completed
from services.billing.tests.world import World, running

BEN = "0199e0a0-0000-7000-8000-0000000000b2"


async def test_lines_that_do_not_open_wait_in_their_stream_and_charge_nothing(world: World) -> None:
    session = session_completed(session_id=new_id())
    corrected = services_corrected(session.session_id, 2, INFUSION)
    async with world.nothing_changes(but=PARKING):
        assert await world.deliver(world.next_event(session, keys=FORGED)) is Settled.PARKED
        assert await world.deliver(world.next_event(corrected)) is Settled.PARKED, "it waits behind the first"
    assert await charges(world) == []
    items = ok(await world.calling(Role.OPERATOR).get("/ops/parked"))["items"]
    assert [(each["event_type"].split(".")[2], each["cause"]) for each in items] == [
        ("SessionCompleted", "section_broken"),
        ("SessionServicesCorrected", "blocked"),
    ]


async def test_another_patients_lines_are_charged_meanwhile(world: World) -> None:
    await world.deliver(world.next_event(session_completed(), keys=FORGED))
    of_ben = session_completed().model_copy(update={"patient_id": BEN})
    assert await world.deliver(world.next_event(of_ben)) is Settled.HANDLED
    assert await charges(world) == []
    assert len(ok(await world.biller.get("/v1/charges", patient_id=BEN))["items"]) == 1


@pytest.mark.parametrize("keyring", [SEALING, Keys("billing")], ids=["the same keys", "other wrong keys"])
async def test_a_replay_without_the_key_changes_nothing(store_url: str, database: str, keyring: Keys) -> None:
    keys = new_keys()
    async with running(store_url, database, keys=keys) as world:
        await world.deliver(world.next_event(session_completed(), keys=FORGED))
    async with running(store_url, database, keys=keys, keyring=keyring.ring("billing")) as world:
        assert await world.replay() == 0
        assert await charges(world) == []
        assert (await world.contents())["_outbox"] == []


async def test_once_the_key_is_there_a_replay_charges_in_order_and_once(store_url: str, database: str) -> None:
    keys, session_id = new_keys(), new_id()
    async with running(store_url, database, keys=keys) as world:
        await has_patient(world)
        first = world.next_event(session_completed(session_id=session_id), keys=FORGED)
        second = world.next_event(services_corrected(session_id, 2, INFUSION), keys=FORGED)
        for event in (first, second):
            await world.deliver(event)
    async with running(store_url, database, keys=keys, keyring=FORGED.ring("billing")) as world:
        assert await world.replay() == 2
        assert await world.replay() == 0
        assert await world.deliver(first) is Settled.DUPLICATE
        charge = await the_charge(world)
        assert (charge["revision"], charge["amount"]) == (2, usd(350))
        assert (await world.said_types(ANA)).count("ChargePosted") == 2


async def test_what_is_sealed_with_a_key_that_is_not_there_yet_waits_for_it(store_url: str, database: str) -> None:
    """A key ring without any key of its own may still be on its way: only what needs it waits."""
    keyring = Keys("screening").ring("billing")
    async with running(store_url, database, keyring=keyring) as world, world.nothing_changes(but=PARKING):
        assert await world.deliver(world.next_event(session_completed())) is Settled.PARKED
