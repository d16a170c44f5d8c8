"""The table, and the same as JSON. Owns presentation; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rich.table import Table

from tests.bench import counts, latency, listening, throughput
from tests.bench.baseline import TARGETS, Baseline
from tests.bench.counts import Counts
from tests.bench.latency import Latency
from tests.bench.throughput import Throughput

_FLOORS: Final[Mapping[str, str]] = {
    counts.REGISTER: latency.BARE_REGISTER,
    counts.BOOK: latency.BARE_BOOK,
    counts.COMPLETE: latency.BARE_COMPLETE,
    latency.COMPLETE_TO_CASE: "the sum of the three below",
    throughput.RELAY_BATCHED: throughput.RELAY_ALONE,
    throughput.DELIVERY: throughput.BARE_CONSUMER,
    listening.SUBSCRIBER: listening.BARE_LOOP,
    listening.VERIFY: listening.BARE_LOOP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything one run measured. `memory`: process -> resident bytes."""

    store: str
    processors: int
    counts: Counts
    latency: Latency
    throughput: Throughput
    memory: Mapping[str, int]

    @property
    def ratios(self) -> dict[str, float]:
        """All ratios, by the names of TARGETS."""
        return {**self.latency.ratios, **self.throughput.ratios}

    def as_baseline(self) -> Baseline:
        """What later runs are compared with."""
        return Baseline(
            store=self.store,
            round_trips=self.counts.round_trips,
            event_bytes=self.counts.event_bytes,
            ratios=self.ratios,
        )

    def as_json(self) -> dict[str, Any]:
        """For programs: times in milliseconds, rates per second, sizes in bytes."""
        return {
            "store": self.store,
            "processors": self.processors,
            "milliseconds": {
                name: {"p50": round(times.p50 * 1000, 3), "p99": round(times.p99 * 1000, 3), "n": len(times.seconds)}
                for name, times in self.latency.times.items()
            },
            "per_second": {name: round(rate, 1) for name, rate in self.throughput.per_second.items()},
            "ratios": {
                name: {"ratio": round(ratio, 3), "target": str(TARGETS[name]), "met": TARGETS[name].met_by(ratio)}
                for name, ratio in self.ratios.items()
            },
            "round_trips": self.counts.round_trips,
            "event_bytes": self.counts.event_bytes,
            "scans": self.counts.scans,
            "memory_bytes": self.memory,
        }


def table(results: Results, baseline: Baseline | None) -> Table:
    """One table of everything, beside what the baseline says."""
    shown = Table(title=f"CareFlow on {results.store}, {results.processors} processors", title_justify="left")
    shown.add_column("what")
    for column in ("p50 or value", "p99", "ratio", "baseline", "target"):
        shown.add_column(column, justify="right")
    shown.add_column("")
    for section in (_times, _rates, _round_trips, _event_bytes, _scans, _memory):
        for row in section(results, baseline):
            shown.add_row(*row)
        shown.add_section()
    return shown


_Row = tuple[str, ...]
"""Cells from the left; those on the right may be missing."""


def _times(results: Results, baseline: Baseline | None) -> Iterator[_Row]:
    for name, times in results.latency.times.items():
        figures = (name, f"{times.p50 * 1000:.1f} ms", f"{times.p99 * 1000:.1f} ms")
        yield (*figures, *_ratio(name, results, baseline))


def _rates(results: Results, baseline: Baseline | None) -> Iterator[_Row]:
    for name, rate in results.throughput.per_second.items():
        yield (name, f"{rate:,.0f} /s", "", *_ratio(name, results, baseline))


def _round_trips(results: Results, baseline: Baseline | None) -> Iterator[_Row]:
    for name, trips in results.counts.round_trips.items():
        known = baseline.round_trips.get(name) if baseline else None
        yield name, f"{len(trips)} round trips", "", "", "" if known is None else str(len(known))


def _event_bytes(results: Results, baseline: Baseline | None) -> Iterator[_Row]:
    for name, size in results.counts.event_bytes.items():
        known = baseline.event_bytes.get(name) if baseline else None
        yield name, f"{size:,} bytes", "", "", "" if known is None else f"{known:,}"


def _scans(results: Results, _: Baseline | None) -> Iterator[_Row]:
    yield "queries without an index", str(len(results.counts.scans)), "", "", "0", "0"


def _memory(results: Results, _: Baseline | None) -> Iterator[_Row]:
    for name, size in sorted(results.memory.items()):
        yield f"memory of {name}", f"{size / 2**20:.0f} MiB"


def _ratio(name: str, results: Results, baseline: Baseline | None) -> _Row:
    """Ratio, baseline, target and verdict of a row that has a floor."""
    ratio, target = results.ratios.get(name), TARGETS.get(name)
    if ratio is None or target is None:
        return ()
    known = baseline.ratios.get(name) if baseline else None
    verdict = "met" if target.met_by(ratio) else "missed"
    return (
        f"{ratio:.2f}x",
        "" if known is None else f"{known:.2f}x",
        str(target),
        f"{verdict}; beside {_FLOORS[name]}",
    )
