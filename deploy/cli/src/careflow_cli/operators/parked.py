"""Parked events: which of them are meant, in which order they are settled, and settling them.

Invariant: nothing is done before each act that can be tried was tried as a dry run; a refusal there leaves everything
as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from careflow_cli.errors import CareflowError
from careflow_cli.operators.client import Answer, Operator
from careflow_cli.operators.shown import counted

Settlement = Literal["replay", "discard", "accept-gap"]
ROUTES: Final = {"replay": "parked/replay", "discard": "parked/discard", "accept-gap": "parked/accept-gap"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which open parked events: one by its id, or those of a stream, of a cause, or of both."""

    id: str | None = None
    stream: str | None = None
    cause: str | None = None

    def __post_init__(self) -> None:
        if (self.id is None) == (self.stream is None and self.cause is None):
            raise CareflowError("say which: --id, or --stream, --cause or both")


async def found(operator: Operator, service: str, stream: str | None, cause: str | None) -> list[Answer]:
    """The open parked events of a stream or cause in the order they are settled in: within a stream what has no place
    comes first.
    """
    narrowed = {name: value for name, value in (("stream", stream), ("cause", cause)) if value is not None}
    events = [event async for event in operator.items(service, "parked", **narrowed)]
    return sorted(events, key=lambda event: (event["stream"] or "", event["place"] or 0, event["id"]))


async def one(operator: Operator, service: str, parked_id: str) -> Answer:
    """An open parked event by its id. Raises CareflowError when there is none."""
    async for event in operator.items(service, "parked"):
        if event["id"] == parked_id:
            return event
    raise CareflowError(f"{service} has no open parked event of that id")


async def rehearse(operator: Operator, service: str, settlement: Settlement, chosen: Chosen) -> list[Answer]:
    """What would become of each event, in order. A stream is replayed, and its gap accepted, by its first event; what
    is to be discarded behind another one cannot be tried before that is gone, and is listed as it stands. Raises
    CareflowError when nothing matches, or when one is refused.
    """
    if chosen.id is not None:
        return [await settle(operator, service, settlement, chosen.id, dry_run=True)]
    if settlement == "accept-gap" and chosen.cause is not None:
        raise CareflowError("a gap is accepted for one stream, or for one event by its id")
    events = await found(operator, service, chosen.stream, chosen.cause)
    if not events:
        raise CareflowError(f"{service} has no open parked event that matches")
    tried = [
        await settle(operator, service, settlement, each["id"], dry_run=True) for each in _first_of_each_stream(events)
    ]
    return [Answer(event=event) for event in events] if settlement == "discard" else tried


async def carry_out(
    operator: Operator, service: str, settlement: Settlement, ids: Sequence[str], say: Callable[[str], None]
) -> list[Answer]:
    """Settle these, in order. Raises CareflowError at the first that is refused, saying how many were settled."""
    done: list[Answer] = []
    for each in ids:
        try:
            done.append(await settle(operator, service, settlement, each, dry_run=False))
        except CareflowError as error:
            before = f"; {counted(len(done), 'event')} of {len(ids)} settled before it" if len(ids) > 1 else ""
            raise CareflowError(f"{error}{before}") from error
        say(f"{len(done)} of {len(ids)}")
    return done


async def settle(operator: Operator, service: str, settlement: Settlement, parked_id: str, *, dry_run: bool) -> Answer:
    """One act of an operator on one event."""
    return await operator.post(service, ROUTES[settlement], {"id": parked_id, "dry_run": dry_run})


def _first_of_each_stream(events: Sequence[Answer]) -> list[Answer]:
    """Of a stream the first event; of what has no stream each."""
    first: dict[str, Answer] = {}
    for event in events:
        first.setdefault(event["stream"] or f"beside:{event['id']}", event)
    return list(first.values())
