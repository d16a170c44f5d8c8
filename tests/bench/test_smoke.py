"""With every `make test`: nothing costs more than at the baseline, and every measurement of `make bench` works."""

import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tests.bench import counts
from tests.bench.baseline import TARGETS, Baseline, better_counts, worse_counts
from tests.bench.command import TINY, measure
from tests.bench.counts import Counts
from tests.bench.report import table

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack


async def test_round_trips_bytes_and_scans_are_those_of_the_baseline(store_url: str, database: str) -> None:
    baseline = Baseline.read()

    found = await counts.count(store_url, {"booking": database, "screening": f"{database}_screening"})

    assert worse_counts(found, baseline) == []
    assert better_counts(found, baseline) == [], "well done; now renew it: make bench ARGS=--write-baseline"


@pytest.mark.thorough
async def test_everything_can_be_measured_and_shown(stack: "Stack") -> None:
    baseline = Baseline.read()
    counted = Counts(baseline.round_trips, baseline.event_bytes, scans=())

    results = await measure(stack, TINY, counted)

    assert results.ratios.keys() == TARGETS.keys()
    assert all(ratio > 0 for ratio in results.ratios.values())
    assert results.memory.keys() >= {"kafka", "booking-api", "booking-worker", "screening-api", "screening-worker"}
    assert json.loads(json.dumps(results.as_json()))["store"] == results.store
    console = Console(width=170)
    with console.capture() as shown:
        console.print(table(results, baseline))
    assert all(name in shown.get() for name in (*TARGETS, *baseline.round_trips, *baseline.event_bytes))
