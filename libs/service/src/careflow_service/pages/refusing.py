"""What a page does with a refusal: it tells it where it was met, so that nobody loses what they typed.

Invariant: whether a use case or the platform refuses makes no difference to who reads the page.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Final

from careflow_domain.errors import DomainError, ErrorKind
from careflow_service.errors import ServiceError
from careflow_service.http.errors import problem_for

ELSEWHERE: Final = frozenset({ErrorKind.NOT_FOUND, ErrorKind.FORBIDDEN, ErrorKind.GONE, ErrorKind.UNAVAILABLE})
"""Where there is no page to come back to: the one about problems says so."""


_NAMING: Final = ("failed", "items", "criteria", "missing", "containers", "discrepancies")
"""Members of a refusal that list what stands in the way."""
_NAMED_BY: Final = ("item", "code", "container_id")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something was not done: the code to find a sentence by, the answer's status, and what it names besides."""

    code: str
    status: int
    named: tuple[str, ...] = ()


async def refusal_of(doing: Awaitable[object], *, typed: bool = False) -> Refused | None:
    """What was met in doing it; None when it is done. Raises on what is of a kind in `ELSEWHERE`, unless something was
    `typed`, which a page about problems would lose.
    """
    try:
        await doing
    except (DomainError, ServiceError) as refusal:
        if refusal.kind in ELSEWHERE and not typed:
            raise
        return Refused(refusal.code, problem_for(refusal).kind.status, _named(refusal))
    return None


def _named(refusal: DomainError | ServiceError) -> tuple[str, ...]:
    named: Any = next((refusal.extra[each] for each in _NAMING if refusal.extra.get(each)), ())
    return tuple(dict.fromkeys(_name(each) for each in named))


def _name(named: Any) -> str:
    if not isinstance(named, dict):
        return str(named)
    return str(next(named[each] for each in _NAMED_BY if each in named))
