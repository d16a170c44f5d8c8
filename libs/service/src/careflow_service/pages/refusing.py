"""What a page does with a refusal: it tells it where it was met, so that nobody loses what they typed.

Invariant: whether a use case or the platform refuses makes no difference to who reads the page.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final

from careflow_domain.errors import DomainError, ErrorKind
from careflow_service.errors import ServiceError
from careflow_service.http.errors import problem_for

ELSEWHERE: Final = frozenset({ErrorKind.NOT_FOUND, ErrorKind.FORBIDDEN, ErrorKind.GONE, ErrorKind.UNAVAILABLE})
"""Where there is no page to come back to: the one about problems says so."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something was not done: the code to find a sentence by, and the answer's status."""

    code: str
    status: int


async def refusal_of(doing: Awaitable[object]) -> Refused | None:
    """What was met in doing it; None when it is done. Raises on what is of a kind in `ELSEWHERE`."""
    try:
        await doing
    except (DomainError, ServiceError) as refusal:
        if refusal.kind in ELSEWHERE:
            raise
        return Refused(refusal.code, problem_for(refusal).kind.status)
    return None
