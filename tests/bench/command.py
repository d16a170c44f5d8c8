"""The command behind `make bench`: arguments in, one table out, exit code 1 when something got worse.

Invariant: it works on a stack of its own on this machine's loopback, is bounded in rounds and time, and leaves nothing
running, however it ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console

from careflow_cli.errors import CareflowError
from careflow_cli.progress import step
from careflow_cli.stack.stack import Stack
from tests.bench import baseline, counts, latency, throughput
from tests.bench.baseline import Baseline
from tests.bench.counts import Counts
from tests.bench.lean import look_once_for_what_is_missing
from tests.bench.questions.asking import ask, names
from tests.bench.questions.catalogue import QUESTIONS
from tests.bench.report import Results, table
from tests.bench.store_name import store_name

MOST_SECONDS: Final = 600.0
"""After which a run gives up; it takes one to three minutes, starting not counted."""
MOST_ROUNDS: Final = 500
INTERRUPTED: Final = 130
WIDTH_OFF_TERMINAL: Final = 170


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of each is done: rounds of what is timed one by one, turns of what is counted per second."""

    rounds: int
    turns: int
    relayed: int
    relayed_alone: int
    consumed: int
    read: int


USUAL: Final = Extent(rounds=100, turns=5, relayed=400, relayed_alone=20, consumed=120, read=30_000)
TINY: Final = Extent(rounds=1, turns=1, relayed=120, relayed_alone=2, consumed=25, read=200)
"""Enough to see that every measurement works; its times mean nothing."""


def main(arguments: Sequence[str]) -> int:
    """Measure, show, compare; the exit code."""
    look_once_for_what_is_missing()
    options = _options(arguments)
    if options.beside or options.only or options.quick:
        return _ask(options)
    extent = replace(USUAL, rounds=options.rounds)
    try:
        with ExitStack() as running:
            with step("starting a stack to measure") as starting:
                stack = running.enter_context(Stack.ephemeral(say=starting.say))
            results = asyncio.run(_count_and_measure(stack, extent))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (CareflowError, TimeoutError) as error:
        print(f"bench: {error or f'not done within {MOST_SECONDS:.0f} s'}", file=sys.stderr)
        return 1
    known = Baseline.read() if baseline.FILE.exists() else None
    console = Console(width=None if sys.stdout.isatty() else WIDTH_OFF_TERMINAL)
    console.print(table(results, known))
    if options.json:
        options.json.write_text(json.dumps(results.as_json(), indent=2) + "\n", "utf-8")
    if options.write_baseline:
        results.as_baseline().write()
        console.print(f"the baseline is now {baseline.FILE}")
        return 0
    return _judge(results, known, console)


def _ask(options: argparse.Namespace) -> int:
    extent = "quick" if options.quick else "usual"
    try:
        return ask(options.only or list(QUESTIONS), beside=options.beside, extent=extent, file=options.json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except CareflowError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1


async def _count_and_measure(stack: Stack, extent: Extent) -> Results:
    async with asyncio.timeout(MOST_SECONDS):
        with step("counting round trips, bytes and scans"):
            databases = {"booking": "bench_booking", "screening": "bench_screening"}
            counted = await counts.count(stack.mongo_url("booking"), databases)
        return await measure(stack, extent, counted)


async def measure(stack: Stack, extent: Extent, counted: Counts) -> Results:
    """Everything that takes time, one after the other; the floors make the writes that were counted."""
    store_url = stack.mongo_url("booking")
    with step(f"timing {extent.rounds} rounds"):
        waits = await latency.measure(stack, counted.round_trips, extent.rounds)
    memory = stack.memory()
    with step("relaying and consuming"):
        passes = await throughput.measure(
            store_url,
            stack.kafka_url,
            turns=extent.turns,
            rows=extent.relayed,
            alone=extent.relayed_alone,
            events=extent.consumed,
            read=extent.read,
        )
    return Results(
        store=await store_name(store_url),
        processors=os.cpu_count() or 1,
        counts=counted,
        latency=waits,
        throughput=passes,
        memory=memory,
    )


def _judge(results: Results, known: Baseline | None, console: Console) -> int:
    if known is None:
        console.print("there is no baseline yet: --write-baseline makes one")
        return 1
    worse = [*baseline.worse_counts(results.counts, known), *baseline.worse_ratios(results.ratios, known)]
    for complaint in worse:
        console.print(f"worse: {complaint}", style="red", markup=False)
    for gain in baseline.better_counts(results.counts, known):
        console.print(f"better, renew the baseline: {gain}", style="green", markup=False)
    return 1 if worse else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description="Measures CareFlow beside bare floors.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    parser.add_argument("--write-baseline", action="store_true", help="make these results the committed baseline")
    parser.add_argument("--rounds", type=_rounds, default=USUAL.rounds, help="rounds of what is timed one by one")
    parser.add_argument(
        "--beside", type=Path, metavar="CHECKOUT", help="ask another build the questions, too, in turns"
    )
    parser.add_argument("--only", type=_names, metavar="NAME[,NAME]", help=f"questions to ask: {', '.join(QUESTIONS)}")
    parser.add_argument("--quick", action="store_true", help="ask the questions with small numbers")
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    try:
        return names(text)
    except ValueError as unknown:
        raise argparse.ArgumentTypeError(str(unknown)) from unknown


def _rounds(text: str) -> int:
    rounds = int(text)
    if not 1 <= rounds <= MOST_ROUNDS:
        raise argparse.ArgumentTypeError(f"between 1 and {MOST_ROUNDS}")
    return rounds
