"""What a patient's scores show over time, as a picture and as a table: one axis for all scales and the doses.

Invariant: nothing is drawn where nobody was asked: between scores too far apart to follow from each other the line is
broken, and so it is after a newest one that is no longer recent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from screening.domain.outcomes import Reading, Scale

WIDTH: Final = 720
LEFT: Final = 44
RIGHT: Final = 14
TOP: Final = 56
HEIGHT: Final = 90
GAP: Final = 34
TICKS: Final = 3
SHORTEST: Final = timedelta(days=14)
"""What the axis shows at least."""

Place = Callable[[datetime], float]
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Panel:
    """One scale. `lines` are unbroken stretches, as points of a polyline; `gaps` are where nothing is known."""

    questionnaire: str
    top: int
    bottom: int
    highest: int
    lines: tuple[str, ...] = field(repr=False)
    points: tuple[tuple[float, float], ...] = field(repr=False)
    gaps: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curves:
    width: int
    height: int
    left: int
    right: int
    panels: tuple[Panel, ...]
    doses: tuple[float, ...]
    ticks: tuple[tuple[float, datetime], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table beside the picture: a score, a dose, or from when to when nobody has answered."""

    at: datetime
    questionnaire: str | None = None
    total: int | None = field(default=None, repr=False)
    silent_until: datetime | None = None


def curves(scales: Sequence[Scale], highest: Callable[[str], int], *, now: datetime) -> Curves | None:
    """The picture; None where nobody has answered. `highest` is the most a scale can come to."""
    drawn = [each for each in scales if each.readings]
    if not drawn:
        return None
    doses = drawn[0].doses
    times = [*(reading.at for each in drawn for reading in each.readings), *doses]
    start, end = min(times), max(*times, now, min(times) + SHORTEST)

    def x(at: datetime) -> float:
        return round(LEFT + (at - start) / (end - start) * (WIDTH - LEFT - RIGHT), 1)

    ticks = (start + (end - start) * number / TICKS for number in range(TICKS + 1))
    return Curves(
        width=WIDTH,
        height=TOP + len(drawn) * (HEIGHT + GAP),
        left=LEFT,
        right=WIDTH - RIGHT,
        panels=tuple(_panel(number, each, highest(each.of.questionnaire), x, now) for number, each in enumerate(drawn)),
        doses=tuple(x(each) for each in doses),
        ticks=tuple((x(each), each) for each in ticks),
    )


def rows(scales: Sequence[Scale], *, now: datetime) -> tuple[Row, ...]:
    """Everything the picture shows, the newest first."""
    doses = [Row(each) for each in (scales[0].doses if scales else ())]
    scores = [Row(each.at, scale.of.questionnaire, each.total) for scale in scales for each in scale.readings]
    silences = [
        Row(start, scale.of.questionnaire, silent_until=end) for scale in scales for start, end in _gaps(scale, now)
    ]
    return tuple(sorted((*doses, *scores, *silences), key=lambda each: each.silent_until or each.at, reverse=True))


def _panel(number: int, scale: Scale, highest: int, x: Place, now: datetime) -> Panel:
    top = TOP + number * (HEIGHT + GAP)
    bottom = top + HEIGHT

    def place(reading: Reading) -> tuple[float, float]:
        return x(reading.at), round(bottom - reading.total / highest * HEIGHT, 1)

    stretches = (" ".join("{},{}".format(*place(each)) for each in stretch) for stretch in _stretches(scale))
    return Panel(
        questionnaire=scale.of.questionnaire,
        top=top,
        bottom=bottom,
        highest=highest,
        lines=tuple(stretches),
        points=tuple(place(each) for each in scale.readings),
        gaps=tuple((x(start), x(end)) for start, end in _gaps(scale, now)),
    )


def _gaps(scale: Scale, now: datetime) -> list[Stretch]:
    """From a score that was followed too late, or not yet, to what followed it."""
    known = [*(each.at for each in scale.readings), now]
    return [(one, next_one) for one, next_one in pairwise(known) if _too_far(scale, one, next_one)]


def _stretches(scale: Scale) -> Iterator[list[Reading]]:
    stretch: list[Reading] = []
    for each in scale.readings:
        if stretch and _too_far(scale, stretch[-1].at, each.at):
            yield stretch
            stretch = []
        stretch.append(each)
    if stretch:
        yield stretch


def _too_far(scale: Scale, one: datetime, next_one: datetime) -> bool:
    return next_one - one > scale.policy.recent_within.length
