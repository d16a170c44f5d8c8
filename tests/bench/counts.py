"""What no machine changes: round trips to the store, bytes of events, queries that read a whole collection.

Invariant: everything is counted on a later patient of a fresh clinic, so that what happens once per process, clinic or
day is not in it, and everything that happens once per patient is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from careflow_clinic.clinic import COORDINATOR, Patient, Person
from careflow_service.testing.commands import collection_scans
from tests.bench.joined_services import JoinedServices, Tally, joined_services

REGISTER: Final = "register a patient"
BOOK: Final = "book a call"
BOOK_IN_PUBLIC: Final = "book a call without login"
COMPLETE: Final = "complete a consultation"
SAVE_ANSWERS: Final = "save answers"
GRANT: Final = "grant a clearance"
OPEN_CASE: Final = "screening hears ConsultationCompleted"
LET_BOOK: Final = "booking hears ClearanceGranted"
RELAY_BATCH: Final = "a relay batch"

_COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    REGISTER: ("booking", "POST /v1/patients"),
    BOOK: ("booking", "POST /v1/appointments"),
    BOOK_IN_PUBLIC: ("booking", "POST /v1/public/info-calls"),
    COMPLETE: ("booking", "POST /v1/appointments/{}/complete"),
    SAVE_ANSWERS: ("screening", "POST /v1/cases/{}/responses"),
    GRANT: ("screening", "POST /v1/cases/{}/decisions/grant"),
}
_REACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    OPEN_CASE: ("screening", "ConsultationCompleted"),
    LET_BOOK: ("booking", "ClearanceGranted"),
}

_BY_THE_DRIVER: Final = "field encryption's own query by id or unique name; SecantusDB uses no partial index and no $or"
ALLOWED_SCANS: Final[Mapping[str, str]] = {
    "booking: practitioners {}": "the page of everybody who works here, in the order of their ids",
    "booking: rooms {}": "the page of all rooms, in the order of their ids",
    "booking: _keys {$or}": _BY_THE_DRIVER,
    "booking: _keys {keyAltNames}": _BY_THE_DRIVER,
    "screening: _keys {$or}": _BY_THE_DRIVER,
    "screening: _keys {keyAltNames}": _BY_THE_DRIVER,
}
"""Queries that may read a collection from end to end, and why."""


@dataclass(frozen=True, slots=True)
class Counts:
    """`round_trips`: what was done -> what was said to the store. `scans`: queries that no index serves."""

    round_trips: Mapping[str, Sequence[str]]
    event_bytes: Mapping[str, int]
    scans: Sequence[str]


async def count(store_url: str, databases: Mapping[str, str]) -> Counts:
    """Take two patients to a clearance and count at the second. `databases`: service -> one nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="careflow-bench-") as pages:
        async with joined_services(store_url, databases, Path(pages)) as joined:
            await _care_for(joined, 1)
            await _somebody_calls(joined, 2)
            joined.start_over()
            await _care_for(joined, 3)
            sizes = dict(sorted(joined.tally.event_bytes.items()))
            return Counts(_round_trips(joined.tally), sizes, await _scans(joined))


def invented(number: int) -> Person:
    """Somebody the clinic has not met; as long in every part as the next one, so that events are, too."""
    return Person(
        given_name="Robin",
        family_name=f"Invented-{number:05}",
        email=f"robin.{number:05}@example.org",
        phone=f"+1415555{number % 10_000:04}",
    )


async def _care_for(joined: JoinedServices, number: int) -> None:
    """One patient registered and booked by the coordinator; another one by themselves to a clearance."""
    walk = joined.walk
    registered = await walk.clinic.http.post(COORDINATOR, "booking", "/v1/patients", invented(100 + number).body())
    starts = await walk.clinic.free_info_calls(walk.clock.now())
    await walk.clinic.book(Patient(registered.body["id"]), "info_call", starts[0], modality="phone")
    await walk.to_clearance(invented(number))


async def _somebody_calls(joined: JoinedServices, number: int) -> None:
    """Whoever books first on a day opens its calendar, which costs more once a day; this is them."""
    starts = await joined.walk.clinic.free_info_calls(joined.walk.clock.now())
    await joined.walk.clinic.book_info_call(invented(number), starts[0])


def _round_trips(tally: Tally) -> dict[str, Sequence[str]]:
    return {
        **{name: tally.commands[key] for name, key in _COMMANDS.items()},
        **{name: tally.reactions[key] for name, key in _REACTIONS.items()},
        RELAY_BATCH: max(tally.relay_batches.values(), key=len),
    }


async def _scans(joined: JoinedServices) -> list[str]:
    scans: set[str] = set()
    for name, service in joined.services.items():
        scans |= {f"{name}: {scan}" for scan in await collection_scans(service.log, service.store.database)}
    return sorted(scans - ALLOWED_SCANS.keys())
