"""A new generation of data keys: every owner gets new ones, and all that is encrypted is encrypted anew.

A rotation begins the generation, in one write; when each process that is alive writes with it, every document is gone
through, and whose key is an older one is encrypted anew. Retiring the older one destroys its keys: from then on nothing
that was copied of them opens anything in this store.

Invariant: a data key is destroyed only when nothing in any collection opens with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Final

from bson.binary import Binary
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_service.clock import wall_clock
from careflow_service.errors import BodyBroken
from careflow_service.mongo import key_turning
from careflow_service.mongo.client import Database
from careflow_service.mongo.generation import KIND
from careflow_service.mongo.key_needs import KeyNeeds, Listed
from careflow_service.mongo.key_turning import PASSES, Rotation, Step, Turning
from careflow_service.mongo.key_vault import generation_of
from careflow_service.mongo.vault import KEYS, Vault, key_id_in
from careflow_service.one_shot import NotNow

SETTLED_AFTER: Final = timedelta(days=1)
"""How long after a turn the older keys are kept: what somebody encrypted with one just before may be written late. A
unit of work lasts seconds; that much more is for a machine that stood still in the middle of one.
"""
_ENCRYPTED: Final = {"body": {"$type": "binData"}}


class DataKeyRotation:
    """Rotates and retires the data keys of one service."""

    def __init__(self, database: Database, vault: Vault, turning: Turning) -> None:
        self._database = database
        self._keys = database.get_collection(
            KEYS, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._needs = KeyNeeds(database, vault.blind_index)
        self._vault = vault
        self._turning = turning
        self._generation = turning.watch.generation

    async def listed(self) -> list[Listed]:
        """The generations of which there are keys, or that are written with."""
        await self._turning.watch.look()
        current, since = self._generation.number, self._generation.since
        older = await self._older()
        needed_by = {number: [f"{count} data keys are of it"] for number, count in older.items()}
        return [
            *(Listed(KIND, str(number), "older", True, None, needed_by[number]) for number in sorted(older)),
            Listed(KIND, str(current), "current", True, since, []),
        ]

    async def plan(self) -> Rotation:
        """What a rotation would do. Raises NotNow or Stopped."""
        await self._turning.look()
        current = self._generation.number
        if lacking := await self._needs.not_held(self._turning.watch.lines.master):
            raise NotNow(f"data keys are wrapped with {lacking}, which is not held here: put that key back first")
        if await self._older():
            if left := await self._left():
                return Rotation(KIND, str(current), None, to_encrypt=left)
            raise NotNow(f"{_named(await self._older())} is not retired yet: one generation follows another, not two")
        await self._refuse_strangers()
        of = sum([await self._database[holder.name].count_documents(_ENCRYPTED) for holder in self._vault.holders])
        return Rotation(KIND, str(current), str(current + 1), to_encrypt=of)

    async def rotate(self) -> Rotation:
        """Begins a generation, or goes on where a rotation was cut short; what it did. Raises NotNow or Stopped."""
        async with self._turning.alone():
            plan = await self.plan()
            await self._turning.noted("rotate", KIND)
            if plan.to is not None and not await self._generation.begin_next():
                raise NotNow("another generation has begun meanwhile")
            await self._turning.until_all_follow(KIND, str(self._generation.number))
            for _ in range(PASSES):
                if await self._encrypt_through(plan.to_encrypt) == 0:
                    break
            return plan

    async def plan_retiring(self, generation: str) -> bool:
        """Whether there is anything to do: not where no key of it is left. Raises NotNow or Stopped."""
        await self._turning.look()
        if generation == str(self._generation.number):
            raise NotNow(f"{generation} is the current generation of data keys: rotate first")
        if generation not in map(str, range(1, self._generation.number)):
            raise NotNow(f"there is no generation {generation} of data keys")
        older = await self._older()
        if int(generation) not in older:
            return False
        await self._turning.refuse_writers(KIND, generation)
        until = (self._generation.since or wall_clock()) + SETTLED_AFTER
        if until > wall_clock():
            raise NotNow(f"what was encrypted before may be written late until {until:%Y-%m-%d %H:%M} UTC")
        if left := await self._left():
            raise NotNow(f"{generation} is still needed: {left} documents are encrypted with it")
        return True

    async def retire(self, generation: str) -> bool:
        """Destroys the keys of an older generation, for good. See `plan_retiring`. Raises NotNow or Stopped."""
        async with self._turning.alone():
            if not await self.plan_retiring(generation):
                return False
            await self._turning.noted("retire", KIND)
            await self._destroy(int(generation))
            return True

    async def _older(self) -> Counter[int]:
        """The older generations of which there are keys, and how many."""
        found = Counter([generation_of(key) async for key in self._ids()])
        del found[self._generation.number]
        return found

    async def _destroy(self, generation: int) -> None:
        keys = [key async for key in self._ids() if generation_of(key) == generation]
        for first in range(0, len(keys), key_turning.AT_ONCE):
            await self._keys.delete_many({"_id": {"$in": keys[first : first + key_turning.AT_ONCE]}})

    async def _ids(self) -> AsyncIterator[Binary]:
        """Of every data key there is."""
        async for key in self._keys.find({}, {"_id": 1}):
            yield Binary(key["_id"], 4)

    async def _refuse_strangers(self) -> None:
        """Raises NotNow while a process is alive that does not say of which generation its keys are: one of a version
        that knows no generations would go on writing with the first.
        """
        if strangers := [each for each in await self._turning.watch.holders() if KIND not in each.writes_with]:
            raise NotNow(f"these processes know no generations of data keys yet: {key_turning.names(strangers)}")

    async def _encrypt_through(self, of: int) -> int:
        """Goes through every document once; how many it encrypted. Raises Stopped or NotNow."""
        encrypted = 0
        for holder in self._vault.holders:
            behind: str | None = None
            while True:
                try:
                    count, behind = await holder.encrypt_anew(behind, key_turning.AT_ONCE)
                except BodyBroken:
                    raise NotNow(f"a document of {holder.name} cannot be opened") from None
                if behind is None:
                    break
                if count:
                    encrypted += count
                    self._turning.say(Step(encrypted=encrypted, of=max(of, encrypted)))
                await self._turning.go_on()
        return encrypted

    async def _left(self) -> int:
        """How many documents open with an older key, in whatever collection: nothing may be forgotten here. Raises
        Stopped.
        """
        left = 0
        async for bodies in self._bodies():
            older = [key_id_in(body) for body in bodies if self._vault.older(body)]
            there = self._keys.find({"_id": {"$in": older}}, {"_id": 1})
            opens = {Binary(key["_id"], 4) async for key in there}  # not what is of somebody erased
            left += sum(key in opens for key in older)
            self._turning.stopped()
        return left

    async def _bodies(self) -> AsyncIterator[list[Binary]]:
        """Every encrypted body in the store, some at once."""
        for name in sorted(await self._database.list_collection_names()):
            collection = self._database.get_collection(name, read_concern=ReadConcern("majority"))
            behind: dict[str, Any] = {}
            while found := await collection.find(
                {**_ENCRYPTED, **behind}, {"body": 1}, sort=[("_id", 1)], limit=key_turning.AT_ONCE
            ).to_list():
                yield [Binary(document["body"], 6) for document in found]
                behind = {"_id": {"$gt": found[-1]["_id"]}}


def _named(generations: Mapping[int, int]) -> str:
    return ", ".join(map(str, sorted(generations)))
