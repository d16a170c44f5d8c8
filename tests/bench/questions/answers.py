"""What a question is answered with: samples by name, and how two builds' answers stand side by side.

Invariant: figures are medians of samples that were measured; a ratio compares samples of one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Final

from tests.bench.stopwatch import Times

MILLISECONDS: Final = "ms"
PER_SECOND: Final = "/s"
MEBIBYTES: Final = "MiB"


@dataclass(frozen=True, slots=True)
class Row:
    """Samples of one thing that was measured in one turn. `beside` names the row that is its floor."""

    name: str
    unit: str
    samples: Sequence[float]
    beside: str | None = None

    @classmethod
    def of_times(cls, name: str, times: Times, *, beside: str | None = None) -> Row:
        """Times that were taken one by one."""
        return cls(name, MILLISECONDS, [1000 * seconds for seconds in times.seconds], beside)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of a question brought; `notes` say what the reader must know to read it."""

    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> Turn:
        return cls([Row(**row) for row in document["rows"]], list(document["notes"]))


@dataclass(slots=True)
class Answers:
    """All turns of one build."""

    rows: dict[str, Row] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, turn: Turn) -> None:
        """Samples of a name that is known are added to it; a note is kept once."""
        for row in turn.rows:
            known = self.rows.get(row.name)
            samples = [*known.samples, *row.samples] if known else list(row.samples)
            self.rows[row.name] = Row(row.name, row.unit, samples, row.beside)
        self.notes += [note for note in turn.notes if note not in self.notes]

    def figures(self) -> dict[str, Figure]:
        """Name -> figure, in the order they were measured; times have a row of their own for p99."""
        return {figure.name: figure for row in self.rows.values() for figure in self._figures(row)}

    def _figures(self, row: Row) -> Iterator[Figure]:
        floor = self.rows.get(row.beside) if row.beside else None
        of_samples = _PERCENTILES if row.unit == MILLISECONDS else {"": median}
        for suffix, summary in of_samples.items():
            yield Figure(row.name + suffix, row.unit, summary(row.samples), summary(floor.samples) if floor else None)


_PERCENTILES: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    ", p50": lambda samples: Times(list(samples)).p50,
    ", p99": lambda samples: Times(list(samples)).p99,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, and the number of its floor in the same run."""

    name: str
    unit: str
    value: float
    floor: float | None = None

    @property
    def beside_floor(self) -> float | None:
        """How many times its floor it is."""
        return self.value / self.floor if self.floor else None

    def __str__(self) -> str:
        digits = 0 if self.value >= 1000 or self.value == int(self.value) else 1 if self.value >= 10 else 2
        return f"{self.value:,.{digits}f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of this build and, where there is one, of the other."""

    this: Figure | None
    other: Figure | None

    @property
    def name(self) -> str:
        figure = self.this or self.other
        assert figure is not None
        return figure.name

    @property
    def ratio(self) -> float | None:
        """This build's figure as a multiple of the other's."""
        if self.this is None or self.other is None or not self.other.value:
            return None
        return self.this.value / self.other.value


def compared(this: Answers, other: Answers | None) -> list[Compared]:
    """Every figure of either build, in the order of this one."""
    mine, theirs = this.figures(), other.figures() if other else {}
    return [Compared(mine.get(name), theirs.get(name)) for name in _in_order(mine, theirs)]


def _in_order(*names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for each in names for name in each))
