"""An operator's rotation of keys, for tests."""

from __future__ import annotations

import os
from collections.abc import Callable

from careflow_events.lease import HeldLease
from careflow_events.mongo import MongoLeases
from careflow_service.mongo.data_key_rotation import DataKeyRotation
from careflow_service.mongo.key_rotation import KeyRotation
from careflow_service.mongo.key_turning import KEYS_LEASE, Step, Turning
from careflow_service.mongo.store import Store


def rotation_of(
    store: Store, *, stopping: Callable[[], bool] = lambda: False, said: list[Step] | None = None
) -> KeyRotation:
    """Of the keys of the service that has this store; the lease is its own, as of a process of its own."""
    return KeyRotation(store.database, store.vault, _turning(store, stopping, said))


def data_key_rotation_of(
    store: Store, *, stopping: Callable[[], bool] = lambda: False, said: list[Step] | None = None
) -> DataKeyRotation:
    """Of its data keys, likewise."""
    return DataKeyRotation(store.database, store.vault, _turning(store, stopping, said))


def _turning(store: Store, stopping: Callable[[], bool], said: list[Step] | None) -> Turning:
    return Turning(
        watch=store.keys,
        audit=store.audit,
        fence=store.fence,
        lease=HeldLease(MongoLeases(store.database), KEYS_LEASE, f"operator-{os.urandom(4).hex()}"),
        stopping=stopping,
        say=(said if said is not None else []).append,
    )
