"""One key following another, while the service works.

A rotation is two steps. First the new key takes over, in one write, and only when each process that is alive holds it:
from then on everything new is written with it, and the older one still opens what it wrote. Then, for the master key,
each data key is wrapped anew; what is encrypted with the data keys stays as it is. Invariant: at every moment, also
after a kill, each key that anything needs is in its line, so that everything can be read; what was cut short goes on
with the next run, because what is left to do is seen in the data and remembered nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.lease import HeldLease
from careflow_service.clock import wall_clock
from careflow_service.identity import Actor
from careflow_service.mongo.audit import AuditTrail
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.fence import FenceWatch
from careflow_service.mongo.key_lines import KeyKind, KeyLine
from careflow_service.mongo.key_needs import KeyNeeds, Listed
from careflow_service.mongo.key_vault import provider_of
from careflow_service.mongo.key_watch import LOOK_EVERY_SECONDS, Holder, KeyWatch
from careflow_service.mongo.vault import KEYS, Vault
from careflow_service.one_shot import NotNow, Stopped

KEYS_LEASE: Final = "keys"
AT_ONCE: Final = 200
"""How many data keys are wrapped anew between two looks whether to go on."""
LOOK_AGAIN_SECONDS: Final = 0.5
READ_WITHIN_SECONDS: Final = 3 * LOOK_EVERY_SECONDS
"""A process that does not hold a new key by then does not see the file it was written to."""
BY: Final = Actor.system("keys")
_AS_STORED: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a rotation has come: `wrapped` of `of` data keys, or the processes it waits for."""

    wrapped: int = 0
    of: int = 0
    waiting_for: int = 0


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation, planned or done: the key before, the one that takes over (None: it has taken over already, and what
    was left is done), and how many data keys are wrapped anew.
    """

    kind: KeyKind
    before: str
    to: str | None
    to_wrap: int


class KeyRotation:
    """Rotates and retires the keys of one service."""

    def __init__(
        self,
        *,
        database: Database,
        watch: KeyWatch,
        vault: Vault,
        audit: AuditTrail,
        fence: FenceWatch,
        lease: HeldLease,
        stopping: Callable[[], bool],
        say: Callable[[Step], None],
    ) -> None:
        """`lease` is this process's hold on `KEYS_LEASE`; `say` is told how far it has come."""
        self._keys = database.get_collection(
            KEYS, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._needs = KeyNeeds(database)
        self._watch = watch
        self._vault = vault
        self._audit = audit
        self._fence = fence
        self._lease = lease
        self._stopping = stopping
        self._say = say

    async def listed(self) -> list[Listed]:
        """Every key there is, in the order of each line; keys that never were current behind."""
        await self._watch.look()
        return [each for kind in KeyKind for each in await self._needs.listed(self._watch.lines.of(kind))]

    async def plan(self, kind: KeyKind) -> Rotation:
        """What rotating this kind would do. Raises NotNow or Stopped."""
        line = await self._looked(kind)
        before = line.current_id
        if kind is KeyKind.MASTER and (lacking_key := await self._needs.not_held(line)):
            raise NotNow(f"data keys are wrapped with {lacking_key}, which is not held here: put that key back first")
        match line.new:
            case [key]:
                if lacking := await self._lacking(key.id):
                    raise NotNow(
                        f"these processes do not hold {key.id} yet, start them anew; one that was killed is forgotten "
                        f"within a minute: {_names(lacking)}"
                    )
                to_wrap = await self._needs.left_for(key.id) if kind is KeyKind.MASTER else 0
                return Rotation(kind, before, key.id, to_wrap)
            case [] if kind is KeyKind.MASTER and (left := await self._needs.left_for(before)):
                return Rotation(kind, before, None, left)
            case []:
                raise NotNow(f"{before} is the current {kind.value} key, and no new one is held: make one first")
            case several:
                named = ", ".join(key.id for key in several)
                raise NotNow(f"there are {len(several)} new {kind.value} keys, {named}: keep one of them")

    async def rotate(self, kind: KeyKind) -> Rotation:
        """Lets the new key take over, or goes on where a rotation was cut short; what it did. Raises NotNow or
        Stopped.
        """
        async with self._alone():
            plan = await self.plan(kind)
            await self._audit.acted(BY, f"rotate_{kind.value}_key")
            if plan.to is not None and not await self._watch.proofs.take_over(
                kind, self._watch.lines.of(kind).get(plan.to)
            ):
                raise NotNow("another key has taken over meanwhile")
            await self._until_all_follow(kind)
            if kind is KeyKind.MASTER:
                await self._wrap_anew()
            return plan

    async def plan_retiring(self, kind: KeyKind, key: str) -> bool:
        """Whether there is anything to do: False for a key that is retired already. Raises NotNow."""
        line = await self._looked(kind)
        if key in line.retired:
            return False
        if line.rank(key) is None:
            known = key in line.held
            raise NotNow(
                f"{key} never was a current {kind.value} key" if known else f"there is no {kind.value} key {key}"
            )
        if key == line.current_id:
            raise NotNow(f"{key} is the current {kind.value} key: rotate first")
        users = [each for each in await self._watch.holders() if each.writes_with.get(kind.value) == key]
        if users:
            raise NotNow(f"these processes still write with {key}: {_names(users)}")
        if needed_by := await self._needs.of(line, key):
            raise NotNow(f"{key} is still needed: {'; '.join(needed_by)}")
        return True

    async def retire(self, kind: KeyKind, key: str) -> bool:
        """Takes a key nothing needs any more out of its line, for good. See `plan_retiring`. Raises NotNow."""
        async with self._alone():
            if not await self.plan_retiring(kind, key):
                return False
            await self._audit.acted(BY, f"retire_{kind.value}_key")
            await self._watch.proofs.retire(kind, key)
            return True

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """One at a time, however many operators there are. Raises NotNow."""
        if await self._lease.hold() is None:
            raise NotNow(
                "keys are being rotated or retired by somebody else; what was cut short can be gone on with 15 s later"
            )
        try:
            yield
        finally:
            await self._lease.release()

    async def _looked(self, kind: KeyKind) -> KeyLine:
        """The line of that kind as it is now. Raises NotNow."""
        if kind is KeyKind.BLIND_INDEX:
            raise NotNow(
                "the blind-index key cannot be rotated: every field that is looked up by would have to be hashed anew, "
                "and that is not built"
            )
        await self._fence.look()
        if self._fence.closed:
            raise NotNow("this service is being restored: finish that first")
        await self._watch.look()
        return self._watch.lines.of(kind)

    async def _lacking(self, key: str) -> list[Holder]:
        """The processes that do not hold a key although they had the time to read it. Raises Stopped."""
        give_up_at = asyncio.get_running_loop().time() + READ_WITHIN_SECONDS
        while lacking := [each for each in await self._watch.holders() if key not in each.holds]:
            if asyncio.get_running_loop().time() > give_up_at:
                break
            if self._stopping():
                raise Stopped
            self._say(Step(waiting_for=len(lacking)))
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return lacking

    async def _until_all_follow(self, kind: KeyKind) -> None:
        """Waits until each process that is alive writes with the current key. Raises Stopped."""
        current = self._watch.lines.of(kind).current_id
        while True:
            others = [each for each in await self._watch.holders() if each.writes_with.get(kind.value) != current]
            if not others:
                return
            self._say(Step(waiting_for=len(others)))
            await self._go_on()
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _wrap_anew(self) -> None:
        """Wraps every data key with the current master key, in the order of their ids. Raises Stopped or NotNow."""
        provider = provider_of(self._watch.lines.master.current_id)
        wrapped, of = 0, await self._needs.left_for(self._watch.lines.master.current_id)
        raw = self._keys.with_options(codec_options=_AS_STORED)
        behind: dict[str, Any] = {}
        while True:
            query = {"masterKey.provider": {"$ne": provider}, **behind}
            found = await raw.find(query, sort=[("_id", 1)], limit=AT_ONCE).to_list()
            if not found:
                return
            anew = {key["_id"]: key for key in await self._vault.wrapped_anew(found)}
            # Whoever destroyed a key meanwhile, or wrapped it before us, is right.
            await self._keys.bulk_write(
                [
                    UpdateOne(
                        {"_id": key["_id"], "masterKey.provider": key["masterKey"]["provider"]},
                        {"$set": {**_wrapping(anew[key["_id"]]), "updateDate": wall_clock()}},
                    )
                    for key in found
                ],
                ordered=False,
            )
            wrapped += len(found)
            behind = {"_id": {"$gt": found[-1]["_id"]}}
            self._say(Step(wrapped=wrapped, of=max(of, wrapped)))
            await self._go_on()

    async def _go_on(self) -> None:
        if self._stopping():
            raise Stopped
        if await self._lease.hold() is None:
            raise NotNow("somebody else goes on with it, because this process stood still for too long")


def _wrapping(key: Document) -> Document:
    return {name: key[name] for name in ("keyMaterial", "masterKey")}


def _names(holders: Sequence[Holder]) -> str:
    return ", ".join(each.name for each in holders)
