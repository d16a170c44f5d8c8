"""What billing makes of everything it can hear: as it is sent now and by a newer producer, twice, and out of order."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from billing.subscriptions import SUBSCRIPTIONS
from careflow_events.handling import Settled
from careflow_events.testing.samples import Sample, sample_key_ring, samples, with_unknown_codes, with_unknown_fields
from careflow_service.ids import new_id
from careflow_service.testing.world import PARKING
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import charges, has_patient, pays, trial_balance
from services.billing.tests.heard import INFUSION, THERAPY_HOUR, services_corrected, session_completed
from services.billing.tests.world import World, running

HEARD = {each.contract for each in SUBSCRIPTIONS}
SAMPLES = [sample for sample in samples() if sample.contract in HEARD]


@pytest.mark.parametrize("as_sent", [lambda sample: sample, with_unknown_fields, with_unknown_codes])
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
async def test_every_published_sample_is_taken_in_once(
    store_url: str, database: str, sample: Sample, as_sent: Callable[[Sample], Sample]
) -> None:
    async with running(store_url, database, keyring=sample_key_ring("billing")) as world:
        world.clock.now = max(world.clock(), sample.envelope.time)
        assert await world.take_in(replace(as_sent(sample).envelope, sequence=1)) is Settled.HANDLED
        assert await world.hear_again() is Settled.DUPLICATE


async def test_what_waits_behind_a_gap_is_charged_in_order_once_the_gap_is_filled(world: World) -> None:
    await has_patient(world)
    session_id = new_id()
    await world.hear(session_completed(THERAPY_HOUR, at=local(20, 8)))
    missing = world.next_event(session_completed(INFUSION, session_id=session_id))
    async with world.nothing_changes(but=PARKING):
        assert await world.hear(services_corrected(session_id, 2, THERAPY_HOUR)) is Settled.PARKED
    await world.take_in(missing)
    await world.replay()
    assert sorted(each["revision"] for each in await charges(world)) == [1, 2]
    assert await trial_balance(world) == {"receivable": 45_000, "revenue_therapy": -45_000}


async def test_an_older_revision_heard_late_changes_nothing(world: World) -> None:
    await has_patient(world)
    session_id = new_id()
    await world.hear(session_completed(session_id=session_id))
    await world.hear(services_corrected(session_id, 3, THERAPY_HOUR))
    async with world.nothing_changes(but=PARKING):
        await world.hear(services_corrected(session_id, 2, INFUSION))


async def test_the_books_balance_after_every_kind_of_news_in_any_order(world: World) -> None:
    """A charge before the registration, money before the diagnosis."""
    await world.hear(session_completed())
    await pays(world, 620)
    await has_patient(world)
    assert await trial_balance(world) == {
        "cash": 62_000,
        "revenue_therapy": -22_500,
        "revenue_treatment": -35_000,
        "revenue_drug": -4_500,
    }
    assert (await world.said_types(ANA)).count("AccountOpened") == 1
