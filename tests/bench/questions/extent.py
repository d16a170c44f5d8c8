"""How much of each question is done. `QUICK` answers one question in less than a minute, roughly."""

from __future__ import annotations

from dataclasses import dataclass


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


USUAL = Extent(
    turns=3, bookings=70, clients=16, crowd=240, registrations=20, patients_before=100, patients=10_000,
    consultations=20, events=5_000, streams=500, rows=50_000, relaying_seconds=150.0, relayed_alone=300,
    fill_rows=1_000_000, fill_seconds=170.0,
)  # fmt: skip
QUICK = Extent(
    turns=1, bookings=30, clients=16, crowd=96, registrations=10, patients_before=100, patients=2_000,
    consultations=8, events=500, streams=50, rows=2_000, relaying_seconds=40.0, relayed_alone=50,
    fill_rows=20_000, fill_seconds=15.0,
)  # fmt: skip
