"""Worlds one after the other: run a seed, shrink what fails, say how to repeat it."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from careflow_events.testing.simulation.course import live
from careflow_events.testing.simulation.plan import Step, draw, only
from careflow_events.testing.simulation.virtual import run
from careflow_events.testing.simulation.world import World

COMMAND = "python -m careflow_events.testing.simulation"


@dataclass(frozen=True)
class Failure:
    """A seed that breaks something, and the steps it was run with."""

    seed: int
    steps: tuple[Step, ...]
    what: str

    @property
    def command(self) -> str:
        """Repeats it."""
        return f"{COMMAND} --seed {self.seed} --only {','.join(str(step.number) for step in self.steps) or 'none'}"

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}: {self.what}", *map(str, self.steps), f"to repeat it: {self.command}"])


def fails(seed: int, numbers: Collection[int] | None = None) -> Failure | None:
    """Runs a seed's plan, or that part of it."""
    plan = draw(seed)
    steps = plan if numbers is None else only(plan, numbers)
    with _in_silence():
        try:
            run(live(World(seed), steps))
        except Exception as error:
            return Failure(seed, tuple(steps), f"{type(error).__name__}: {error}")
    return None


def shrink(failure: Failure, told: Callable[[Failure], None] = lambda _: None) -> Failure:
    """The same seed with as few steps as still break something: pieces are left out, smaller and smaller ones."""
    size = max(1, len(failure.steps) // 2)
    while True:
        smaller = _without_a_piece(failure, size)
        if smaller is not None:
            failure = smaller
            told(failure)
        elif size > 1:
            size //= 2
        else:
            return failure
        size = max(1, min(size, len(failure.steps) // 2))


def _without_a_piece(failure: Failure, size: int) -> Failure | None:
    numbers = [step.number for step in failure.steps]
    for kept in _pieces(numbers, size):
        smaller = fails(failure.seed, kept)
        if smaller is not None:
            return smaller
    return None


def _pieces(numbers: Sequence[int], size: int) -> Iterator[list[int]]:
    for at in range(0, len(numbers), size):
        yield [*numbers[:at], *numbers[at + size :]]


@contextmanager
def _in_silence() -> Iterator[None]:
    """What the services would log is of no interest: there are thousands of them."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
