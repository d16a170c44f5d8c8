"""The one way a domain refuses: a kind, a stable code and an English sentence.

Invariant: nothing in it is protected health information or identifies a person. It names what is missing or wrong by
process words, never by a name, an answer, a score, a sign, a drug, a dose or a diagnosis.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self


class ErrorKind(StrEnum):
    """What went wrong; the HTTP edge has one status for each. The last two are the platform's to say, no domain's."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    STALE = "stale"
    GONE = "gone"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"


class DomainError(Exception):
    """A refusal. `code` is part of the public interface; `extra` becomes members of the problem and never holds PHI."""

    def __init__(self, kind: ErrorKind, code: str, detail: str, extra: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.kind = kind
        self.code = code
        self.detail = detail
        self.extra: Mapping[str, object] = dict(extra or {})

    def with_extra(self, **extra: object) -> Self:
        """The same refusal, saying more."""
        return type(self)(self.kind, self.code, self.detail, {**self.extra, **extra})


def invalid(code: str, detail: str, **extra: object) -> DomainError:
    """What was asked can never be right."""
    return DomainError(ErrorKind.INVALID, code, detail, extra)


def conflict(code: str, detail: str, **extra: object) -> DomainError:
    """What was asked cannot be done as things stand now."""
    return DomainError(ErrorKind.CONFLICT, code, detail, extra)


def forbidden(code: str, detail: str, **extra: object) -> DomainError:
    """Somebody else may do it, not this actor."""
    return DomainError(ErrorKind.FORBIDDEN, code, detail, extra)


def not_found(what: str) -> DomainError:
    """There is no such thing, or it is none of this actor's business."""
    return DomainError(ErrorKind.NOT_FOUND, f"{what}_not_found", f"There is no such {what.replace('_', ' ')}.")


def stale() -> DomainError:
    """The decision was made on a version that is no longer the newest."""
    return DomainError(
        ErrorKind.STALE, "stale_version", "This was changed in the meantime. Read it again and decide anew."
    )
