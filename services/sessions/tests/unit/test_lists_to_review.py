"""What waits for a review is one list; each kind is read out of it without the other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from careflow_service.identity import Actor, Role
from careflow_service.listed import Listed
from sessions.application.ports import Ports
from sessions.application.queries.reading import Reading

NURSE = Actor("nurse", frozenset({Role.NURSE}))
DOSE, THERAPY = ("dose",), ("therapy",)


@dataclass
class Waiting:
    """The port: sessions by what waits in them, page by page."""

    kinds: Sequence[Sequence[str]]
    read: list[str] = field(default_factory=list)

    async def to_review(self, *, limit: int, after: str | None) -> Listed[Any]:
        start = int(after or 0)
        found = [
            SimpleNamespace(id=str(n), to_review="dose" in kinds, therapy_to_review="therapy" in kinds)
            for n, kinds in enumerate(self.kinds)
        ]
        end = start + limit
        return Listed(tuple(found[start:end]), str(end) if end < len(found) else None)

    async def kept(self, _: Actor, __: str, *objects: str) -> None:
        self.read += objects

    def reading(self) -> Reading:
        return Reading(cast("Ports", SimpleNamespace(sessions=self, audit=SimpleNamespace(read=self.kept))))


async def test_each_kind_is_listed_without_the_other_and_only_what_is_shown_was_read() -> None:
    waiting = Waiting([DOSE, THERAPY, (*DOSE, *THERAPY)])

    doses = await waiting.reading().doses_to_review(NURSE, 10, None)
    assert ([each.id for each in doses.items], waiting.read) == (["0", "2"], ["sessions/0", "sessions/2"])
    therapy = await waiting.reading().therapy_to_review(NURSE, 10, None)
    assert [each.id for each in therapy.items] == ["1", "2"]


async def test_no_page_is_empty_while_there_is_something_behind_it() -> None:
    waiting = Waiting([*[DOSE] * 5, THERAPY, *[DOSE] * 5])

    first = await waiting.reading().therapy_to_review(NURSE, 2, None)
    assert [each.id for each in first.items] == ["5"]
    assert first.next == "6"
    rest = await waiting.reading().therapy_to_review(NURSE, 2, first.next)
    assert (rest.items, rest.next) == ((), None)
