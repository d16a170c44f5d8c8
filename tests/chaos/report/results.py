"""What came of a run: one row for each round, as a table for people and as JSON for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from tests.chaos.checks.delivery import Verdict
from tests.chaos.report.recovery import Recovery, percentile


@dataclass(frozen=True, slots=True)
class Result:
    """One round. `rest` is how many seconds after the injury nothing was left to do."""

    name: str
    seed: int
    recoveries: tuple[Recovery, ...]
    commands: int
    repeated: int
    events: int
    rest: float | None
    seconds: float
    verdict: Verdict

    @property
    def recovered_in(self) -> list[float]:
        return [each.seconds for each in self.recoveries if each.seconds is not None]

    def as_json(self) -> dict[str, Any]:
        """For programs; times in seconds."""
        return {
            "round": self.name,
            "seed": self.seed,
            "breaks": [
                {"who": each.broken.process, "where": each.broken.place, "recovered_in": _rounded(each.seconds)}
                for each in self.recoveries
            ],
            "commands": self.commands,
            "repeated": self.repeated,
            "events": self.events,
            "rest": _rounded(self.rest),
            "seconds": round(self.seconds, 1),
            "lost": self.verdict.lost,
            "doubled": self.verdict.doubled,
            "reordered": self.verdict.reordered,
            "gaps": self.verdict.gaps,
            "repeats": self.verdict.repeats,
            "faults": self.verdict.faults,
        }


@dataclass(frozen=True, slots=True)
class Results:
    """All rounds of a run."""

    store: str
    seed: int
    rounds: Sequence[Result]

    @property
    def clean(self) -> bool:
        return all(each.verdict.clean for each in self.rounds)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        times = [seconds for each in self.rounds for seconds in each.recovered_in]
        return {
            "store": self.store,
            "seed": self.seed,
            "clean": self.clean,
            "breaks": sum(len(each.recoveries) for each in self.rounds),
            "recovery_p50": _rounded(percentile(times, 0.5)),
            "recovery_p99": _rounded(percentile(times, 0.99)),
            "rounds": [each.as_json() for each in self.rounds],
        }

    def table(self) -> Table:
        """For people."""
        told = self.as_json()
        shown = Table(
            title=f"{told['breaks']} breaks on {self.store}, seed {self.seed}: recovered in p50 "
            f"{told['recovery_p50']} s, p99 {told['recovery_p99']} s",
            title_justify="left",
        )
        shown.add_column("round")
        shown.add_column("what broke where")
        for column in ("recovered", "rest", "commands", "lost", "doubled", "reordered", "gaps"):
            shown.add_column(column, justify="right")
        shown.add_column("")
        for each in self.rounds:
            shown.add_row(*row(each))
        return shown


def row(result: Result) -> tuple[str, ...]:
    """The cells of one round."""
    slowest = max(result.recovered_in, default=None)
    verdict = result.verdict
    return (
        result.name,
        broken(result.recoveries),
        "-" if slowest is None else f"{slowest:.1f} s",
        "never" if result.rest is None else f"{result.rest:.0f} s",
        str(result.commands),
        *(str(count) for count in (verdict.lost, verdict.doubled, verdict.reordered, verdict.gaps)),
        "clean" if verdict.clean else "FAULTS",
    )


def broken(recoveries: Sequence[Recovery]) -> str:
    """Who broke, without repeating oneself."""
    names = [each.broken.process for each in recoveries]
    return ", ".join(f"{name} ×{names.count(name)}" if names.count(name) > 1 else name for name in dict.fromkeys(names))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
