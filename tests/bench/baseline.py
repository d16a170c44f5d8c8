"""What was measured when somebody last said "so be it", and whether a run is worse.

Invariant: counts are compared exactly, since no machine changes them; ratios with SLACK, since machines are noisy;
times never.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.bench import counts, latency, listening, throughput
from tests.bench.counts import Counts

FILE: Final = Path(__file__).with_name("baseline.json")
SLACK: Final = 1.5
"""By which factor a ratio may be worse than its budget before a run fails."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the design promises of a ratio. `at_least`: more is better; otherwise less is."""

    ratio: float
    at_least: bool = False

    def met_by(self, ratio: float) -> bool:
        """Whether the promise is kept."""
        return ratio >= self.ratio if self.at_least else ratio <= self.ratio

    def budget(self, at_baseline: float) -> float:
        """The worse of target and baseline: a run is not to blame for what was known."""
        return min(self.ratio, at_baseline) if self.at_least else max(self.ratio, at_baseline)

    def exceeded_by(self, ratio: float, at_baseline: float) -> bool:
        """Whether the ratio is worse than the budget by more than SLACK."""
        budget = self.budget(at_baseline)
        return ratio < budget / SLACK if self.at_least else ratio > budget * SLACK

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.ratio:g}x"


TARGETS: Final[Mapping[str, Target]] = {
    counts.REGISTER: Target(2.0),
    counts.BOOK: Target(2.0),
    counts.COMPLETE: Target(2.0),
    latency.COMPLETE_TO_CASE: Target(2.5),
    throughput.RELAY_BATCHED: Target(10.0, at_least=True),
    throughput.DELIVERY: Target(0.7, at_least=True),
    listening.SUBSCRIBER: Target(0.7, at_least=True),
    listening.VERIFY: Target(0.4, at_least=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Counts and ratios; `store` is the one they were taken on."""

    store: str
    round_trips: Mapping[str, Sequence[str]]
    event_bytes: Mapping[str, int]
    ratios: Mapping[str, float]

    @classmethod
    def read(cls, file: Path = FILE) -> Baseline:
        """The committed one."""
        return cls(**json.loads(file.read_text("utf-8")))

    def write(self, file: Path = FILE) -> None:
        """Make this the one to be compared with."""
        ratios = {name: round(ratio, 2) for name, ratio in self.ratios.items()}
        content = {**asdict(self), "ratios": ratios}
        file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")


def worse_counts(found: Counts, baseline: Baseline) -> list[str]:
    """What takes more than at the baseline, or was not known then; each says what it does now."""
    known, trips = _lengths(baseline.round_trips), _lengths(found.round_trips)
    return [
        *(f"reads a whole collection: {scan}" for scan in found.scans),
        *(
            f"{_compared(name, trips, known, 'round trips')}: {', '.join(found.round_trips[name])}"
            for name in _larger(trips, known)
        ),
        *(
            _compared(name, found.event_bytes, baseline.event_bytes, "bytes")
            for name in _larger(found.event_bytes, baseline.event_bytes)
        ),
    ]


def better_counts(found: Counts, baseline: Baseline) -> list[str]:
    """What takes less than at the baseline or is not done any more: reason to renew it."""
    known, trips = _lengths(baseline.round_trips), _lengths(found.round_trips)
    return [
        *(_compared(name, trips, known, "round trips") for name in _larger(known, trips)),
        *(
            _compared(name, found.event_bytes, baseline.event_bytes, "bytes")
            for name in _larger(baseline.event_bytes, found.event_bytes)
        ),
    ]


def worse_ratios(found: Mapping[str, float], baseline: Baseline) -> list[str]:
    """Ratios beyond their budgets."""
    complaints = []
    for name, target in TARGETS.items():
        at_baseline = baseline.ratios.get(name, target.ratio)
        if target.exceeded_by(found[name], at_baseline):
            budget = target.budget(at_baseline)
            complaints.append(f"{name}: {found[name]:.2f}x, budget {budget:.2f}x with a slack of {SLACK:g}")
    return complaints


def _lengths(round_trips: Mapping[str, Sequence[str]]) -> dict[str, int]:
    return {name: len(trips) for name, trips in round_trips.items()}


def _larger(these: Mapping[str, int], than: Mapping[str, int]) -> Iterator[str]:
    """The names of what is more here than there, or not there at all."""
    return (name for name, number in these.items() if name not in than or number > than[name])


def _compared(name: str, found: Mapping[str, int], baseline: Mapping[str, int], unit: str) -> str:
    now = f"{found[name]} {unit}" if name in found else "not done any more"
    was = f"{baseline[name]} at the baseline" if name in baseline else "not in the baseline"
    return f"{name}: {now}, {was}"
