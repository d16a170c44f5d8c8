"""Watches every query a service makes in its tests: a page lies in one piece and in its order in an index, so that the
ten-thousandth row costs what the first does.

What fits is read off the indexes, not off a plan: it depends on no store and no number of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pymongo import IndexModel
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

_EQUAL: Final = frozenset({"$eq", "$in"})
_OF_ONE: Final = "patient_id"
"""What is passed over of a single patient is bounded by their history."""
_SWEPT: Final = "hashed_with"
"""By this field everything is read once, when a key is rotated."""
Keys = Sequence[tuple[str, Any]]


class IndexWatch(CommandListener):
    """Remembers what a service asked for that no index of its own leads to. What a test itself asks the store for is
    none of its business: a service reads what a majority has.
    """

    def __init__(self, indexes: Iterable[tuple[str, IndexModel]], passed_over: Collection[str] = ()) -> None:
        """`passed_over` are fields by which hardly anything is left out, so that no index needs them."""
        self._passed_over = passed_over
        self._indexes: dict[str, list[tuple[Keys, Mapping[str, Any]]]] = {}
        for name, index in indexes:
            keys, only = index.document["key"].items(), index.document.get("partialFilterExpression", {})
            self._indexes.setdefault(name, [([("_id", 1)], {})]).append((list(keys), only))
        self.astray: dict[str, None] = {}
        """Queries that examine more than they answer, as "find cases {stage} by due_at, _id"."""

    def started(self, event: CommandStartedEvent) -> None:
        command = event.command
        if event.command_name != "find" or command.get("readConcern", {}).get("level") != "majority":
            return
        indexes = self._indexes.get(command["find"])
        conditions = [each for each in _conditions(command.get("filter", {})) if each[0] not in self._passed_over]
        sort = list(command.get("sort", {}).items())
        names = {name for name, _ in conditions}
        if indexes is None or _SWEPT in names:
            return
        limited = bool(command.get("limit"))
        if not any(
            leads(keys, [each for each in conditions if each not in only.items()], sort, limited=limited)
            for keys, only in indexes
        ):
            by = ", ".join(f"{name} {direction}" for name, direction in sort)
            self.astray[f"find {command['find']} {{{', '.join(sorted(names))}}} by {by}"] = None

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to remember."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to remember."""


def leads(keys: Keys, conditions: Iterable[tuple[str, Any]], sort: Keys, *, limited: bool) -> bool:
    """Whether an index leads to what is asked. A page (`limited`) lies there in one piece and in its order, or is one
    patient's; what is read to its end has at least its first part there.
    """
    equal, between = set[str](), set[str]()
    for name, condition in conditions:
        (equal if not isinstance(condition, Mapping) or condition.keys() <= _EQUAL else between).add(name)
    between -= equal
    names = [name for name, _ in keys]
    leading = next((place for place, name in enumerate(names) if name not in equal), len(names))
    if not limited or {"_id", _OF_ONE} & set(names[:leading]):
        return bool(leading) or names[0] in between
    wanted = [(name, direction) for name, direction in sort if name not in equal]
    rest = list(keys[leading:])
    ways = {walked == asked for (_, walked), (_, asked) in zip(rest, wanted, strict=False)}
    in_order = [name for name, _ in wanted] == [name for name, _ in rest][: len(wanted)] and len(ways) < 2
    return in_order and equal <= set(names[:leading]) and between <= {name for name, _ in rest[:1]}


def _conditions(asked: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, condition in asked.items():
        if name == "$and":
            for each in condition:
                yield from _conditions(each)
        else:
            yield name, condition
