"""The named points at which a process can be made to fail: where in the shipped code each is, and what has happened
there.

Shipped code knows nothing of this: `failing` starts a service's process with these functions wrapped, and is in no
image. Invariant: every row names a function that is there, which `test_failpoints` proves together with the place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, Final

from careflow_events.lease import RELAY_LEASE
from careflow_service.timers.loop import TIMERS_LEASE


class Process(StrEnum):
    """Whose process passes a point."""

    API = auto()
    WORKER = auto()


class Side(StrEnum):
    """On which side of the function the point is."""

    BEFORE = auto()
    AFTER = auto()


Concerns = Callable[[Sequence[Any], Any], bool]
"""Whether a call counts, by its arguments and, AFTER, by what it returned."""


@dataclass(frozen=True, slots=True)
class Point:
    """`function` is `module:name` or `module:Class.name`, and asynchronous."""

    name: str
    process: Process
    function: str
    side: Side
    concerns: Concerns = lambda _arguments, _result: True


def _writes(of: str) -> Concerns:
    """What a commit is about, by what it writes first and foremost: a reaction moves a position, a mark counts what
    was published, everything else is a command or what a timer does.
    """

    def concerns(arguments: Sequence[Any], _result: Any) -> bool:
        places = [write.where for write in arguments[-1]]
        if any(place.startswith("_positions/") for place in places):
            return of == "reaction"
        return of == ("mark" if any(place == f"_leases/{RELAY_LEASE}" for place in places) else "command")

    return concerns


def _in_transaction(of: str) -> Concerns:
    """As `_writes`; a single write is committed by itself, so there is nothing between it and its commit."""
    concerns = _writes(of)
    return lambda arguments, result: arguments[1] is not None and concerns(arguments, result)


def _took(lease: str) -> Concerns:
    return lambda _arguments, grant: grant is not None and grant.name == lease


_COMMIT: Final = "careflow_events.mongo.commit"
_RELAY: Final = "careflow_events.relay:Relay"
_KINDS: Final = "careflow_service.timers.kinds"
_DELIVER: Final = "careflow_events.delivery:Delivery.deliver_together"
_LEASES: Final = "careflow_events.mongo.lease:MongoLeases.take"

POINTS: Final[tuple[Point, ...]] = (
    # a command
    Point("command_decided", Process.API, f"{_COMMIT}:write_together", Side.BEFORE, _writes("command")),
    Point("command_written", Process.API, f"{_COMMIT}:_send", Side.AFTER, _in_transaction("command")),
    Point("command_committed", Process.API, f"{_COMMIT}:write_together", Side.AFTER, _writes("command")),
    # the relay
    Point("relay_claimed", Process.WORKER, _LEASES, Side.AFTER, _took(RELAY_LEASE)),
    Point("relay_fetched", Process.WORKER, f"{_RELAY}._publish", Side.BEFORE),
    Point("relay_produced", Process.WORKER, "careflow_events.kafka.producer:_answered", Side.BEFORE),
    Point("relay_acknowledged", Process.WORKER, f"{_RELAY}._mark", Side.BEFORE),
    Point("relay_marking", Process.WORKER, f"{_COMMIT}:_send", Side.AFTER, _in_transaction("mark")),
    Point("relay_marked", Process.WORKER, f"{_RELAY}._mark", Side.AFTER),
    # a consumer
    Point("records_received", Process.WORKER, _DELIVER, Side.BEFORE),
    Point("reaction_decided", Process.WORKER, f"{_COMMIT}:write_together", Side.BEFORE, _writes("reaction")),
    Point("reaction_written", Process.WORKER, f"{_COMMIT}:_send", Side.AFTER, _in_transaction("reaction")),
    Point("records_handled", Process.WORKER, _DELIVER, Side.AFTER),
    Point("offsets_noted", Process.WORKER, "careflow_events.mongo.consumers:MongoConsumers.note_settled", Side.AFTER),
    # timers
    Point("timers_claimed", Process.WORKER, _LEASES, Side.AFTER, _took(TIMERS_LEASE)),
    Point("deadline_begun", Process.WORKER, f"{_KINDS}:DeadlineKind.do", Side.BEFORE),
    Point("deadline_fired", Process.WORKER, f"{_KINDS}:DeadlineKind.do", Side.AFTER),
    Point("effect_begun", Process.WORKER, f"{_KINDS}:EffectKind.do", Side.BEFORE),
    Point("effect_performed", Process.WORKER, f"{_KINDS}:EffectKind._performed", Side.AFTER),
    Point("effect_settled", Process.WORKER, f"{_KINDS}:EffectKind.do", Side.AFTER),
)  # fmt: skip


def point_named(name: str) -> Point:
    """Raises KeyError for a name there is not."""
    return {each.name: each for each in POINTS}[name]
