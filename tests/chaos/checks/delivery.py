"""What must hold of delivery after every round: nothing lost, nothing doubled, nothing out of order, no gap."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.chaos.checks.evidence import Evidence
from tests.chaos.world.clients import Receipt

NAMED: Final = 3
"""How many of one kind of fault are named; all are counted."""


@dataclass(slots=True)
class Verdict:
    """What was found after a round: counts for the report, and every fault in words. `repeats` are records that stand
    in a topic more than once, which a relay may send and every consumer knows by their number.
    """

    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    gaps: int = 0
    repeats: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.faults

    def blame(self, what: str, which: Iterable[object]) -> int:
        """Notes a fault with its first examples; answers how many there are."""
        found = sorted(map(str, which))
        if found:
            self.faults.append(f"{len(found)} {what}: {', '.join(found[:NAMED])}")
        return len(found)


def judge_delivery(evidence: Evidence, receipts: Sequence[Receipt], verdict: Verdict, *, refed: bool = False) -> None:
    """Compares what clients were promised, what stores say, what topics hold and what consumers have heard. `refed`: a
    topic was fed again, so what is older stands behind what is newer there.
    """
    streams = evidence.streams.streams.values()
    verdict.repeats = sum(each.doubled for each in streams)
    if not refed:
        verdict.reordered += verdict.blame("streams out of order", (each.name for each in streams if each.reordered))
    verdict.gaps += verdict.blame("streams with a gap", (each.name for each in streams if each.lost))
    verdict.doubled += verdict.blame("numbers given twice", (each.name for each in streams if each.diverged))
    verdict.blame("foreign records", range(evidence.streams.foreign))
    _judge_published(evidence, verdict)
    _judge_promised(evidence, receipts, verdict)
    verdict.lost += verdict.blame("events not handled", _unheard(evidence))


def _judge_published(evidence: Evidence, verdict: Verdict) -> None:
    in_topics = {each.id for each in evidence.events}
    said = {each.id: each for rows in evidence.said.values() for each in rows}
    verdict.lost += verdict.blame(
        "committed events that are in no topic",
        (f"{said[each].stream}@{said[each].sequence}" for each in said.keys() - in_topics),
    )
    verdict.blame("published events that nobody committed", in_topics - said.keys())
    verdict.blame("rows that are not marked as published", (each.id for each in said.values() if not each.published))


def _judge_promised(evidence: Evidence, receipts: Sequence[Receipt], verdict: Verdict) -> None:
    in_topics = {f"{each.stream}@{each.sequence}" for each in evidence.events}
    promised = Counter(position for receipt in receipts for position in receipt.positions)
    verdict.lost += verdict.blame("acknowledged commands whose events are gone", promised.keys() - in_topics)
    verdict.doubled += verdict.blame(
        "positions promised to two commands", (position for position, count in promised.items() if count > 1)
    )


def _unheard(evidence: Evidence) -> Iterator[str]:
    heads = evidence.heads
    for service, topics in evidence.topics.items():
        heard = evidence.heard[service]
        for stream, head in heads.items():
            if stream.partition("/")[0] in topics:
                yield from _behind(service, stream, head, heard)


def _behind(service: str, stream: str, head: int, heard: Mapping[str, object]) -> Iterator[str]:
    position = heard.get(stream)
    last, blocked = getattr(position, "last", None), getattr(position, "blocked", False)
    if last != head or blocked:
        yield f"{service} stands at {last} of {head} in {stream}{' and is blocked' if blocked else ''}"
