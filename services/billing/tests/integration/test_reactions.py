"""What billing makes of everything it can hear: as it is sent now and by a newer producer, twice, and what does not
open.
"""

from collections.abc import Callable

import pytest

from billing.subscriptions import SUBSCRIPTIONS
from careflow_events.handling import Settled
from careflow_events.sealing import SectionBroken
from careflow_events.testing.builders import Keys
from careflow_events.testing.samples import Sample, sample_key_ring, samples, with_unknown_codes, with_unknown_fields
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import charges, has_patient, pays, session_completed, trial_balance
from services.billing.tests.world import World, running

HEARD = {each.contract for each in SUBSCRIPTIONS}
SAMPLES = [sample for sample in samples() if sample.contract in HEARD]


@pytest.mark.parametrize("as_sent", [lambda sample: sample, with_unknown_fields, with_unknown_codes])
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
async def test_every_published_sample_is_taken_in_once(
    store_url: str, database: str, sample: Sample, as_sent: Callable[[Sample], Sample]
) -> None:
    async with running(store_url, database, keyring=sample_key_ring("billing")) as world:
        assert await world.take_in(as_sent(sample).envelope) is Settled.HANDLED
        assert await world.hear_again() is Settled.DUPLICATE


async def test_lines_that_do_not_open_are_poison_and_charge_nothing(store_url: str, database: str) -> None:
    """The section is for billing, but not under the key billing has of that name: delivery parks the record."""
    async with running(store_url, database, keyring=Keys("billing").ring("billing")) as world:
        with pytest.raises(SectionBroken):
            await world.hear(session_completed())
        assert await charges(world) == []


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
