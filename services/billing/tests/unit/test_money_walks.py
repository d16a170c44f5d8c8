"""Whatever patients, clinicians, the front desk and a biller do, in any order: the money is right after every step."""

import os
from collections.abc import Awaitable
from typing import Final

import pytest

from careflow_service.testing import walking
from services.billing.tests.money_walks import Walk

STEPS: Final = 30
SHORT: Final = range(300)
LONG: Final = int(os.environ.get("CAREFLOW_MONEY_WALKS", "100000"))


def walked(seed: int) -> Awaitable[Walk]:
    return walking.walked(Walk, seed, STEPS)


@pytest.mark.parametrize("block", range(0, len(SHORT), 100))
async def test_the_money_is_right_after_every_step(block: int) -> None:
    for seed in SHORT[block : block + 100]:
        await walked(seed)


@pytest.mark.thorough
async def test_the_walks_get_everywhere() -> None:
    """Every step is done, and refused, so that what holds after it means something."""
    done: set[str] = set()
    for seed in SHORT:
        done.update((await walked(seed)).done)
    assert {each.split(":")[0] for each in done} >= Walk(0).steps.keys()
    assert Walk(0).steps.keys() <= {each for each in done if ":" not in each}


@pytest.mark.walks
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(10))
async def test_the_money_is_right_in_a_hundred_thousand_walks(part: int) -> None:
    for seed in range(1_000_000 + part, 1_000_000 + LONG, 10):
        await walked(seed)
