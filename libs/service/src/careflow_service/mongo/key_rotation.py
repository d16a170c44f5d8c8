"""One key following another, while the service works.

A rotation is two steps. First the new key takes over, in one write, and only when each process that is alive holds it:
from then on everything new is written with it, and the older one still opens what it wrote. Then, for the master key,
each data key is wrapped anew; what is encrypted with the data keys stays as it is. Blind values are written under both
keys from then on, and everything that was not is hashed anew: whoever looks for something finds it, and two equal
values meet, whichever of the two keys somebody works with. When the older one is retired its hashes are removed.

Invariant: at every moment each key that anything needs is in its line.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_service.clock import wall_clock
from careflow_service.errors import BodyBroken
from careflow_service.mongo import key_turning
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.hashed import paired
from careflow_service.mongo.key_lines import KeyKind, KeyLine
from careflow_service.mongo.key_needs import KeyNeeds, Listed
from careflow_service.mongo.key_turning import PASSES, Rotation, Step, Turning, names
from careflow_service.mongo.key_vault import provider_of
from careflow_service.mongo.key_watch import LOOK_EVERY_SECONDS, Holder
from careflow_service.mongo.vault import KEYS, Vault
from careflow_service.one_shot import NotNow

READ_WITHIN_SECONDS: Final = 3 * LOOK_EVERY_SECONDS
"""A process that does not hold a new key by then does not see the file it was written to."""
_AS_STORED: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)


class KeyRotation:
    """Rotates and retires the keys of one service."""

    def __init__(self, database: Database, vault: Vault, turning: Turning) -> None:
        self._keys = database.get_collection(
            KEYS, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._database = database
        self._blind_index = vault.blind_index
        self._needs = KeyNeeds(database, vault.blind_index)
        self._vault = vault
        self._turning = turning
        self._watch = turning.watch

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
                        f"within a minute: {names(lacking)}"
                    )
                return await self._turn_to(line, key.id)
            case [] if kind is KeyKind.MASTER and (left := await self._needs.left_for(before)):
                return Rotation(kind.value, before, None, to_wrap=left)
            case [] if kind is KeyKind.BLIND_INDEX and (left := await self._not_hashed(line.mark)):
                return Rotation(kind.value, before, None, to_hash=left)
            case []:
                raise NotNow(f"{before} is the current {kind.value} key, and no new one is held: make one first")
            case several:
                named = ", ".join(key.id for key in several)
                raise NotNow(f"there are {len(several)} new {kind.value} keys, {named}: keep one of them")

    async def rotate(self, kind: KeyKind) -> Rotation:
        """Lets the new key take over, or goes on where a rotation was cut short; what it did. Raises NotNow or
        Stopped.
        """
        async with self._turning.alone():
            plan = await self.plan(kind)
            await self._turning.noted("rotate", kind.value)
            if plan.to is not None and not await self._watch.proofs.take_over(
                kind, self._watch.lines.of(kind).get(plan.to)
            ):
                raise NotNow("another key has taken over meanwhile")
            await self._until_all_follow(kind)
            if kind is KeyKind.MASTER:
                await self._wrap_anew()
            if kind is KeyKind.BLIND_INDEX:
                await self._hash_anew()
            return plan

    async def plan_retiring(self, kind: KeyKind, key: str) -> bool:
        """Whether there is anything to do: not for a key that is retired already, and of which nothing is left.
        Raises NotNow.
        """
        line = await self._looked(kind)
        if key in line.retired:
            return kind is KeyKind.BLIND_INDEX and bool(await self._not_hashed(line.mark))
        if line.rank(key) is None:
            known = key in line.held
            raise NotNow(
                f"{key} never was a current {kind.value} key" if known else f"there is no {kind.value} key {key}"
            )
        if key == line.current_id:
            raise NotNow(f"{key} is the current {kind.value} key: rotate first")
        await self._turning.refuse_writers(kind.value, key)
        if needed_by := await self._needs.of(line, key):
            raise NotNow(f"{key} is still needed: {'; '.join(needed_by)}")
        return True

    async def retire(self, kind: KeyKind, key: str) -> bool:
        """Takes a key nothing needs any more out of its line, for good, and what it hashed out of the store. See
        `plan_retiring`. Raises NotNow or Stopped.
        """
        async with self._turning.alone():
            if not await self.plan_retiring(kind, key):
                return False
            await self._turning.noted("retire", kind.value)
            await self._watch.proofs.retire(kind, key)
            if kind is KeyKind.BLIND_INDEX:
                await self._until_all_follow(kind)
                await self._hash_anew()
            return True

    async def _looked(self, kind: KeyKind) -> KeyLine:
        """The line of that kind as it is now. Raises NotNow."""
        await self._turning.look()
        return self._watch.lines.of(kind)

    async def _lacking(self, key: str) -> list[Holder]:
        """The processes that do not hold a key although they had the time to read it. Raises Stopped."""
        give_up_at = asyncio.get_running_loop().time() + READ_WITHIN_SECONDS
        while lacking := [each for each in await self._watch.holders() if key not in each.holds]:
            if asyncio.get_running_loop().time() > give_up_at:
                break
            self._turning.stopped()
            self._turning.say(Step(waiting_for=len(lacking)))
            await asyncio.sleep(key_turning.LOOK_AGAIN_SECONDS)
        return lacking

    async def _until_all_follow(self, kind: KeyKind) -> None:
        """Waits until each process that is alive writes with the current key. Raises Stopped or NotNow."""
        await self._turning.until_all_follow(kind.value, self._watch.lines.of(kind).written_with)

    async def _wrap_anew(self) -> None:
        """Wraps every data key with the current master key, in the order of their ids. Raises Stopped or NotNow."""
        provider = provider_of(self._watch.lines.master.current_id)
        wrapped, of = 0, await self._needs.left_for(self._watch.lines.master.current_id)
        raw = self._keys.with_options(codec_options=_AS_STORED)
        behind: dict[str, Any] = {}
        while True:
            query = {"masterKey.provider": {"$ne": provider}, **behind}
            found = await raw.find(query, sort=[("_id", 1)], limit=key_turning.AT_ONCE).to_list()
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
            self._turning.say(Step(wrapped=wrapped, of=max(of, wrapped)))
            await self._turning.go_on()

    async def _turn_to(self, line: KeyLine, key: str) -> Rotation:
        """What it is to let a new key take over that everybody holds. Raises NotNow."""
        match line.kind:
            case KeyKind.MASTER:
                return Rotation(line.kind.value, line.current_id, key, to_wrap=await self._needs.left_for(key))
            case KeyKind.BLIND_INDEX:
                if len(line.turns) > 1:
                    raise NotNow(f"{line.turns[0].key} is not retired yet: one key follows another, not two")
                if pair := await paired(self._database, self._blind_index.holders):
                    raise NotNow(f"{pair} names two blind fields, which cannot both have two hashes: remove it")
                to_hash = await self._not_hashed(f"{line.current_id} {key}")
                return Rotation(line.kind.value, line.current_id, key, to_hash=to_hash)
            case _:
                return Rotation(line.kind.value, line.current_id, key)

    async def _not_hashed(self, mark: str | None) -> int:
        return sum((await self._needs.not_hashed(mark)).values())

    async def _hash_anew(self) -> None:
        """Hashes every document with the keys of the line, one collection after another; then what was being written
        while they followed. Raises Stopped or NotNow.
        """
        for _ in range(PASSES):
            if of := await self._not_hashed(self._watch.lines.blind_index.mark):
                await self._hash_through(of)

    async def _hash_through(self, of: int) -> None:
        mark, hashed = self._watch.lines.blind_index.mark, 0
        for holder in self._blind_index.holders:
            behind: str | None = None
            while mark is not None:
                try:
                    count, behind = await holder.hash_anew(mark, behind, key_turning.AT_ONCE)
                except BodyBroken:
                    raise NotNow(f"a document of {holder.name} cannot be opened") from None
                if behind is None:
                    break
                hashed += count
                self._turning.say(Step(hashed=hashed, of=max(of, hashed)))
                await self._turning.go_on()


def _wrapping(key: Document) -> Document:
    return {name: key[name] for name in ("keyMaterial", "masterKey")}
