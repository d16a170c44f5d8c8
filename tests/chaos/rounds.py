"""The kill matrix: its rounds, each one injury under load. The order is the order they are run in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.chaos.failpoints.points import POINTS
from tests.chaos.injuries import data, processes, surroundings
from tests.chaos.injuries.injury import ALL, Injury


@dataclass(frozen=True, slots=True)
class Round:
    """`dosed`: a dose is given meanwhile. `passing`: so much time passes at its beginning, for what is due by then.
    `forgets`: what was acknowledged shortly before may be gone, because a store was put back from an older copy.
    `refed`: what a lost topic held stands there again, behind what was said before it was fed.
    """

    name: str
    injury: Injury
    dosed: bool = False
    passing: timedelta = timedelta()
    forgets: bool = False
    refed: bool = False


A_DAY: Final = timedelta(days=1)
TIMED: Final = ("deadline_", "effect_", "timers_")


def _at(point: str) -> Round:
    """What timers do is done when time passes."""
    passing = A_DAY if point.startswith(TIMED) else timedelta()
    return Round(f"at {point}", processes.killed_at(point), passing=passing)


ROUNDS: Final[Sequence[Round]] = (
    *(_at(point.name) for point in POINTS),
    Round("at random", processes.killed_at_random, dosed=True),
    Round("all at once", processes.all_at_once, dosed=True),
    Round("kafka stopped", surroundings.kafka_stopped, dosed=True),
    Round("kafka killed", surroundings.kafka_killed),
    Round("kafka frozen", surroundings.kafka_frozen),
    *(Round(f"{name} store killed", surroundings.store_killed(name), dosed=name == "sessions") for name in ALL),
    Round("all stores killed", surroundings.stores_killed),
    Round("relay frozen", processes.frozen_before_its_mark),
    Round("consumer frozen", processes.frozen_in_a_reaction),
    Round("slow handler", processes.slow_handler),
    Round("rebalanced", processes.rebalanced, dosed=True),
    Round("clocks apart", surroundings.clocks_apart, dosed=True),
    Round("at random again", processes.killed_at_random, dosed=True, passing=A_DAY),
    Round("topic lost", data.topic_recreated, refed=True),
    Round("store restored", data.store_restored, forgets=True, refed=True),
)


def round_named(name: str) -> Round:
    """Raises KeyError for a name there is not."""
    return {each.name: each for each in ROUNDS}[name]
