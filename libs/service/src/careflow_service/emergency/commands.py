"""What is done with emergency accesses: opened, closed, looked at and reviewed. Each is in the audit trail."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from careflow_domain.errors import not_found
from careflow_service.emergency.accesses import REVIEWERS, EmergencyAccess, EmergencyKind, Finding
from careflow_service.emergency.storing import ACCESSES
from careflow_service.http.routes import UUID
from careflow_service.identity import Actor, RequestKey
from careflow_service.listed import Listed
from careflow_service.mongo.audit_review import Entry
from careflow_service.service import Resources
from careflow_service.work import Committed, Transaction

_ID: Final = re.compile(UUID)


@dataclass(frozen=True, slots=True)
class Opened:
    """It is open, until then."""

    id: str
    version: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What a command did to one."""

    id: str
    version: int


class Emergencies:
    """The use cases. `knows` says whether the service has a patient of that id, `named` what they are called, None
    where it was not told or they were erased.
    """

    def __init__(
        self,
        knows: Callable[[str], Awaitable[bool]],
        named: Callable[[str], Awaitable[str | None]],
        resources: Resources[Any],
    ) -> None:
        self._knows = knows
        self._named = named
        self._accesses = resources.emergency_accesses
        self._lasts = timedelta(minutes=resources.settings.emergency_access_minutes)
        self._work = resources.work
        self._audit = resources.audit
        self._review = resources.audit_review

    async def open(
        self,
        patient_id: str,
        kind: EmergencyKind,
        reason: str,
        recipient: str | None,
        actor: Actor,
        request: RequestKey,
    ) -> Committed[Opened]:
        """Opens one, or finds the one this person has open for this patient: its reason and its end stay. Refused:
        `patient_not_found`, `reason_missing`.
        """
        if not await self._knows(patient_id):
            # Whoever tries ids is seen by it. One that was made up is not repeated.
            tried = (f"patients/{patient_id}",) if _ID.fullmatch(patient_id) else ()
            await self._audit.denied(actor, "open_emergency_access", *tried)
            raise not_found("patient")

        async def open_(tx: Transaction) -> Opened:
            access = await self._accesses.open_of(patient_id, actor.id, tx.now)
            if access is None:
                access = EmergencyAccess.opened(
                    tx.new_id(),
                    patient_id,
                    kind,
                    reason=reason,
                    recipient=recipient,
                    by=actor.id,
                    roles=actor.roles,
                    lasts=self._lasts,
                    now=tx.now,
                )
                await self._accesses.add(access, tx)
            return Opened(access.id, access.version, access.ends_at)

        return await self._work.run(open_, by=actor, action="open_emergency_access", returns=Opened, request=request)

    async def close(self, access_id: str, actor: Actor) -> Committed[Kept]:
        """It ends now. Refused: `emergency_access_not_found`, `not_your_emergency_access`."""

        def close(before: EmergencyAccess, now: datetime) -> EmergencyAccess:
            return before.closed(by=actor.id, reviewer=actor.has(*REVIEWERS), now=now)

        return await self._changed(access_id, actor, "close_emergency_access", close)

    async def review(
        self, access_id: str, finding: Finding, note: str, actor: Actor, request: RequestKey
    ) -> Committed[Kept]:
        """Somebody looked at it. Refused as `EmergencyAccess.reviewed`, and `emergency_access_not_found`."""

        def review(before: EmergencyAccess, now: datetime) -> EmergencyAccess:
            return before.reviewed(finding, note, by=actor.id, now=now)

        return await self._changed(access_id, actor, "review_emergency_access", review, request)

    async def listed(self, actor: Actor, *, waiting: bool, limit: int, after: str | None) -> Listed[EmergencyAccess]:
        """Those that wait for a review, or all. Raises CursorBroken."""
        found = await self._accesses.listed(waiting=waiting, limit=limit, after=after)
        await self._audit.read(actor, "list_emergency_accesses", *(f"{ACCESSES}/{each.id}" for each in found.items))
        return found

    async def get(self, access_id: str, actor: Actor) -> EmergencyAccess:
        """Refused: `emergency_access_not_found`."""
        found = await self._accesses.get(access_id)
        await self._audit.read(actor, "read_emergency_access", f"{ACCESSES}/{found.id}")
        return found

    async def whom(self, access: EmergencyAccess, actor: Actor) -> str | None:
        """What the patient is called whose record one that was got had open: a reviewer reads it, and that is kept."""
        await self._audit.read(actor, "name_patients", f"patients/{access.patient_id}")
        return await self._named(access.patient_id)

    async def read_under(self, access: EmergencyAccess, *, limit: int, after: str | None) -> Listed[Entry]:
        """What was read under one that was got, the newest first. Raises CursorBroken."""
        return await self._review.search(whose=access.id, actor=access.opened_by, limit=limit, after=after)

    async def _changed(
        self,
        access_id: str,
        actor: Actor,
        action: str,
        change: Callable[[EmergencyAccess, datetime], EmergencyAccess],
        request: RequestKey | None = None,
    ) -> Committed[Kept]:
        async def changed(tx: Transaction) -> Kept:
            before = await self._accesses.get(access_id)
            after = change(before, tx.now)
            if after is not before:
                await self._accesses.save(after, expecting=before.version, tx=tx)
            return Kept(after.id, after.version)

        return await self._work.run(changed, by=actor, action=action, returns=Kept, request=request)
