"""The refusals that the library itself raises, told apart by the same kinds as those of a domain.

Invariant: an error carries a stable code and a sentence for the reader, never a value that a client or a patient gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from careflow_domain.errors import ErrorKind


class ServiceError(Exception):
    """A refusal by the platform; `kind`, `code`, `detail` and `extra` become the problem the client reads."""

    kind: ClassVar[ErrorKind]
    code: ClassVar[str]
    detail: ClassVar[str]

    def __init__(self, **extra: object) -> None:
        super().__init__(self.detail)
        self.extra: Mapping[str, object] = MappingProxyType(extra)


class DocumentMissing(ServiceError):
    """Nothing is stored under this id."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"
    detail = "There is nothing with this id."


class StaleVersion(ServiceError):
    """The document is not, or no longer, at the version the change was decided on."""

    kind, code = ErrorKind.STALE, "stale_version"
    detail = "This was changed in the meantime. Read it again and decide anew."


class NaturalKeyTaken(ServiceError):
    """Something else already has a value that must be unique; `index` names which, never the value."""

    kind, code = ErrorKind.CONFLICT, "already_exists"
    detail = "Something with the same unique value already exists."

    def __init__(self, collection: str, index: str) -> None:
        super().__init__()
        self.collection = collection
        self.index = index


class IdempotencyKeyReused(ServiceError):
    """The Idempotency-Key came before with another body."""

    kind, code = ErrorKind.INVALID, "idempotency_key_reused"
    detail = "This Idempotency-Key was already used for a request with another body."


class InProgress(ServiceError):
    """A twin of this request is being worked on and did not finish in time."""

    kind, code = ErrorKind.CONFLICT, "in_progress"
    detail = "The same request is being worked on. Send it again in a moment."


class StoreBusy(ServiceError):
    """The store did not take the command in time; nothing was changed."""

    kind, code = ErrorKind.UNAVAILABLE, "unavailable"
    detail = "The service could not do this in time. Nothing was changed; send it again."


class OutcomeUnknown(ServiceError):
    """The connection was lost while committing, so nobody can tell yet whether the command took effect."""

    kind, code = ErrorKind.UNAVAILABLE, "unavailable"
    detail = "The outcome is not known. Send the same request with the same Idempotency-Key again."


class ServiceFenced(ServiceError):
    """The store was put back from a copy and the restore is not finished."""

    kind, code = ErrorKind.UNAVAILABLE, "fenced"
    detail = "This service was restored from a copy and changes nothing until an operator has finished the restore."


class KeyNotHeld(ServiceError):
    """A key that is needed is not among those this process was given: a rotation that has not arrived here."""

    kind, code = ErrorKind.UNAVAILABLE, "unavailable"
    detail = "The service lacks a key for this. Nothing was changed; send it again later."


class LimitReached(ServiceError):
    """Somebody has had this done as often as they may; `retry_after` is when they may again, in seconds."""

    kind, code = ErrorKind.TOO_MANY, "rate_limited"
    detail = "This was done as often as it may be for now. Try again later, or call the clinic."

    def __init__(self, *, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class DocumentTooLarge(ServiceError):
    """An aggregate outgrew what one document may hold."""

    kind, code = ErrorKind.TOO_LARGE, "too_large"
    detail = "This record is larger than one record may be."


class CursorBroken(ServiceError):
    """The page cursor was not issued by this query."""

    kind, code = ErrorKind.INVALID, "invalid_cursor"
    detail = "The cursor does not belong to this list. Start from the first page."


class OwnerErased(ServiceError):
    """The key of this person was destroyed at their request: nothing about them can be read or written any more."""

    kind, code = ErrorKind.GONE, "erased"
    detail = "This person's records were erased."


class ErasureUnderWay(ServiceError):
    """It was asked to erase this person, and not everybody has answered."""

    kind, code = ErrorKind.CONFLICT, "erasure_under_way"
    detail = "This person's erasure was asked for: nothing new is written about them until that is settled."


class BodyBroken(Exception):
    """A stored body cannot be read: not what this version of the code wrote. A fault of ours, never the client's."""
