"""Which errors of the driver will pass."""

from typing import Final

from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WTimeoutError,
)

_PASSING: Final = (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WTimeoutError,
)
_LABELS: Final = ("TransientTransactionError", "UnknownTransactionCommitResult", "RetryableWriteError")
_CODES: Final = frozenset({6, 7, 24, 50, 89, 91, 112, 134, 189, 251, 262, 9001, 10107, 11600, 11602, 13435, 13436})
"""Host unreachable or not found, lock timeout, time limit, network timeout, shutdown, write conflict, concern not yet
available, stepped down, no such transaction, time limit again, socket, not primary, interrupted, recovering."""


def store_is_away(error: BaseException) -> bool:
    """Whether the store is away or busy, so that the same operation may succeed later."""
    if not isinstance(error, PyMongoError):
        return False
    if isinstance(error, _PASSING) or any(error.has_error_label(label) for label in _LABELS):
        return True
    return error.timeout or (isinstance(error, OperationFailure) and error.code in _CODES)
