"""How much of each question is done: as usual, quickly, or hardly at all, which only shows that it can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Amounts per turn, and how many turns."""

    turns: int
    bookings: int
    """Booked by one client."""
    clients: int
    crowd: int
    """Booked by all clients together."""
    registrations: int
    patients_before: int
    patients: int
    """How many the store has before and after it was filled."""
    consultations: int
    events: int
    streams: int
    """A backlog and the number of streams it is spread over."""
    rows: int
    relayed_alone: int
    relaying_seconds: float
    """A backlog of the relay and how long at most it is watched, and how many rows a bare loop sends one by one."""
    fill_rows: int
    fill_seconds: float
    """How large the big collections are made, and how long at most that may take."""
    history_rows: int
    history_seconds: float
    """The same of what a service has ever said."""
    history_pages: int
    history_traces: int
    """How often its pages are read at each end, and where something is is asked."""
    events_when_large: int
    rows_when_large: int
    """Backlogs of events and of the relay in a small and in a large store."""


USUAL = Extent(
    turns=3, bookings=70, clients=16, crowd=240, registrations=20, patients_before=100, patients=10_000,
    consultations=20, events=5_000, streams=500, rows=50_000, relaying_seconds=150.0, relayed_alone=300,
    fill_rows=1_000_000, fill_seconds=170.0, history_rows=200_000, history_seconds=600.0,
    history_pages=50, history_traces=10, events_when_large=400, rows_when_large=4_000,
)  # fmt: skip
QUICK = Extent(
    turns=1, bookings=30, clients=16, crowd=96, registrations=10, patients_before=100, patients=2_000,
    consultations=8, events=500, streams=50, rows=2_000, relaying_seconds=40.0, relayed_alone=50,
    fill_rows=20_000, fill_seconds=15.0, history_rows=20_000, history_seconds=15.0,
    history_pages=20, history_traces=5, events_when_large=200, rows_when_large=2_000,
)  # fmt: skip
TINY = Extent(
    turns=1, bookings=2, clients=2, crowd=4, registrations=2, patients_before=8, patients=100,
    consultations=2, events=20, streams=4, rows=60, relaying_seconds=20.0, relayed_alone=2,
    fill_rows=100, fill_seconds=5.0, history_rows=1_000, history_seconds=5.0,
    history_pages=2, history_traces=1, events_when_large=20, rows_when_large=60,
)  # fmt: skip
EXTENTS: Final[Mapping[str, Extent]] = {"usual": USUAL, "quick": QUICK, "tiny": TINY}
