"""How long it takes from a break until the first event that was said after it has been handled where it matters.

Measured from outside: clients' receipts say which events came after the break, and stores say when their positions are
reached. Of a broken consumer the event must be handled by its own service; of a broken api, relay or store the event
must be the service's own, handled by another or, where no other hears it, published; of the broker's any event by any.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from careflow_cli.stack.stack import Stack
from tests.chaos.injuries.injury import Break
from tests.chaos.world.clients import Receipt
from tests.chaos.world.running import NAMES

LOOK_EVERY: Final = 0.1  # seconds
PER_LOOK: Final = 40
"""How many of the events said since are looked for at once."""
HEARD_BY_NOBODY: Final = "billing"
CONSUMING: Final = ("records_", "reaction_", "offsets_")
"""Places at which a consumer breaks."""


@dataclass(slots=True)
class Recovery:
    """`seconds` is None while nothing said after the break was handled."""

    broken: Break
    seconds: float | None = None


class Pulse:
    """Looks for recoveries beside the load."""

    def __init__(self, stack: Stack, receipts: Sequence[Receipt]) -> None:
        self._urls = {name: stack.mongo_url(name) for name in NAMES}
        self._receipts = receipts
        self._over = threading.Event()
        self.recoveries: list[Recovery] = []

    def broken(self, found: Break) -> None:
        """Measures the recovery from this from now on."""
        self.recoveries.append(Recovery(found))

    @contextmanager
    def felt(self) -> Iterator["Pulse"]:
        """Looks for the length of the block."""
        thread = threading.Thread(target=self._work, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _work(self) -> None:
        with ExitStack() as stack:
            clients: dict[str, MongoClient[dict[str, Any]]] = {
                name: stack.enter_context(MongoClient(url, serverSelectionTimeoutMS=500, socketTimeoutMS=2000))
                for name, url in self._urls.items()
            }
            while not self._over.wait(LOOK_EVERY):
                for recovery in [each for each in self.recoveries if each.seconds is None]:
                    if self._reached(clients, recovery.broken):
                        recovery.seconds = time.time() - recovery.broken.at

    def _reached(self, clients: dict[str, "MongoClient[dict[str, Any]]"], broken: Break) -> bool:
        consumer = broken.service if broken.place.startswith(CONSUMING) else None
        streams: dict[str, int] = {}
        for receipt in list(self._receipts):
            if receipt.asked_at <= broken.at or (broken.service not in (None, consumer, receipt.service)):
                continue
            for position in receipt.positions:
                stream, _, number = position.rpartition("@")
                streams.setdefault(stream, int(number))
        wanted = list(streams.items())[:PER_LOOK]
        if not wanted:
            return False
        for name in [consumer] if consumer else [each for each in NAMES if each != broken.service]:
            handled = [{"_id": f"{name}|{stream}", "last": {"$gte": number}} for stream, number in wanted]
            try:
                if clients[name][name]["_positions"].find_one({"$or": handled}, {"_id": 1}) is not None:
                    return True
            except PyMongoError:  # the store may be what is broken
                continue
        return broken.service == HEARD_BY_NOBODY and self._published(clients[HEARD_BY_NOBODY], wanted)

    def _published(self, client: "MongoClient[dict[str, Any]]", wanted: Sequence[tuple[str, int]]) -> bool:
        said = [{"stream": stream, "sequence": number, "published_at": {"$ne": None}} for stream, number in wanted]
        try:
            return client[HEARD_BY_NOBODY]["_outbox"].find_one({"$or": said}, {"_id": 1}) is not None
        except PyMongoError:
            return False


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)] if ordered else None
