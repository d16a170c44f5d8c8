"""An outside that answers as a test wants it to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from careflow_service.outbound import Reply


@dataclass(frozen=True, slots=True)
class Posted:
    """One request that went out."""

    address: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(slots=True)
class Outside:
    """Answers every request with `answers`: a status, or what is made of the request. Raises what that raises."""

    answers: int | Callable[[Posted], Reply] = 204
    posted: list[Posted] = field(default_factory=list)

    async def post(self, address: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:  # noqa: ARG002 - as `Outbound` has it
        """See `careflow_service.outbound.Outbound.post`."""
        posted = Posted(address, body, dict(headers))
        self.posted.append(posted)
        return Reply(self.answers) if isinstance(self.answers, int) else self.answers(posted)
