"""What sessions hears: every golden sample of its topics, as its producer sends it now and as a newer one will."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from careflow_events.contracts import PatientErased
from careflow_events.handling import Settled
from careflow_events.testing.samples import (
    Sample,
    sample_key_ring,
    samples,
    with_unknown_codes,
    with_unknown_fields,
)
from services.sessions.tests.world import running
from sessions.subscriptions import SUBSCRIPTIONS

HEARD = frozenset(each.contract for each in SUBSCRIPTIONS)


def test_there_is_a_sample_of_everything_it_hears() -> None:
    assert {each.contract for each in samples()} >= HEARD


@pytest.mark.parametrize("as_sent", [lambda sample: sample, with_unknown_fields, with_unknown_codes])
async def test_every_sample_is_handled_and_its_repeat_changes_nothing(
    store_url: str, database: str, as_sent: Callable[[Sample], Sample]
) -> None:
    """Each stream of each topic, in the order of the samples; what erases the patient comes last."""
    heard = sorted(
        (each for each in samples() if each.contract in HEARD), key=lambda each: each.contract is PatientErased
    )
    numbers: Counter[str | None] = Counter()
    async with running(store_url, database, keyring=sample_key_ring("sessions")) as world:
        world.clock.now = max(each.envelope.time for each in samples())
        for sample in heard:
            stream = sample.envelope.stream
            numbers[stream] += 1
            event = replace(as_sent(sample).envelope, sequence=numbers[stream])
            assert await world.take_in(event) is Settled.HANDLED, sample
            assert await world.take_in(event) is Settled.DUPLICATE, sample
