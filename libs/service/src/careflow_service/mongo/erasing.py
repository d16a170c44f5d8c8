"""Erases patients: closed with the commit of a unit of work, destroyed by an effect after it.

Invariant: the mark of the owner says how far it has come, so an erasure that was cut short anywhere is gone on with;
doing any of it again changes nothing. The keys go last: what is found by what is encrypted can still be found.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from careflow_events.closing import Closing
from careflow_events.mongo import MongoErasure
from careflow_events.mongo.unit import unit_of_work
from careflow_events.topics import topics_of
from careflow_service.deadlines import Effect, set_aside
from careflow_service.mongo.client import Database
from careflow_service.mongo.vault import Vault
from careflow_service.work import Transaction


class MongoErasing:
    """See `careflow_service.erasing.Erasing`."""

    def close(self, patient_id: str) -> None:
        """See there."""
        unit_of_work().close_owner(patient_id, Closing.ASKED)

    def open(self, patient_id: str) -> None:
        """See there."""
        unit_of_work().close_owner(patient_id, None)

    def erase(self, patient_id: str) -> None:
        """See there."""
        unit_of_work().close_owner(patient_id, Closing.ERASED)


def destroying(
    database: Database, vault: Vault, *, service: str, forgets: Callable[[str], Awaitable[None]] | None
) -> Effect[Any]:
    """The effect that destroys what a service holds of erased patients; `forgets` what it holds beside the documents
    encrypted with their keys.
    """
    events = MongoErasure(database, topics_of(service))

    async def next_erased(_: Any) -> str | None:
        return await events.next(set_aside())

    async def destroy(patient_id: str, _: Any) -> None:
        if forgets is not None:
            await forgets(patient_id)
        await vault.forget(patient_id)
        await events.strip(patient_id)
        await vault.erase(patient_id)

    async def settle(patient_id: str, _: Any, tx: Transaction, __: Any) -> None:
        unit_of_work().close_owner(patient_id, Closing.DESTROYED)
        tx.touched(f"erased/{patient_id}")

    return Effect("destroy_erased", next=next_erased, perform=destroy, settle=settle)
