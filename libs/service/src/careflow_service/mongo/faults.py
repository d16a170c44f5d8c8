"""Which errors mean that the store is away or busy: they pass by themselves, and trying again is right."""

from __future__ import annotations

from pymongo.errors import ConnectionFailure, PyMongoError

from careflow_service.errors import InProgress, OutcomeUnknown, StoreBusy


def store_is_away(error: BaseException) -> bool:
    """True for lost connections, time limits, conflicts and what the runner makes of them; false for a refusal by the
    store of what it was asked, which will be refused again."""
    if isinstance(error, StoreBusy | OutcomeUnknown | InProgress):
        return True
    if not isinstance(error, PyMongoError):
        return False
    return (
        isinstance(error, ConnectionFailure)
        or error.timeout
        or error.has_error_label("TransientTransactionError")
        or error.has_error_label("RetryableWriteError")
    )
