"""Random walks through a service: one seed is one walk, always the same."""

from collections.abc import Callable
from typing import Protocol, TypeVar


class Walk(Protocol):
    """`done` names the steps it took."""

    @property
    def done(self) -> list[str]: ...

    async def go(self, steps: int) -> None: ...


W = TypeVar("W", bound=Walk)


async def walked(begun: Callable[[int], W], seed: int, steps: int) -> W:
    """The walk of this seed after so many steps. What it raises says which walk it was, and which way it went."""
    walk = begun(seed)
    try:
        await walk.go(steps)
    except Exception as error:
        error.add_note(f"seed {seed}: {' · '.join(walk.done)}")
        raise
    return walk
