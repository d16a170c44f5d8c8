"""Which errors of a unit of work mean that the store is away or busy: they pass, and doing the same again is right."""

from __future__ import annotations

from careflow_events.mongo import store_is_away as driver_says_away
from careflow_service.errors import KeyNotHeld, OutcomeUnknown, ServiceFenced, StoreBusy


def store_is_away(error: BaseException) -> bool:
    """True for what the driver says will pass, and for what the runner made of it."""
    return isinstance(error, StoreBusy | OutcomeUnknown | ServiceFenced | KeyNotHeld) or driver_says_away(error)
