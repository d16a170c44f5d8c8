"""Numbers of papers. Invariant: each kind is numbered without gaps within a year, no number twice or for none."""

from dataclasses import dataclass, replace

from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSeries(Aggregate):
    """The last number given of a kind of paper in a year; its id begins each number (SB-2026)."""

    id: str
    last: int = 0

    def next(self) -> "NumberSeries":
        return replace(self.recording(), last=self.last + 1)

    @property
    def number(self) -> str:
        return f"{self.id}-{self.last:04d}"
