"""A service whose keys follow one another, as the tests of rotations have it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from bson.binary import Binary
from pymongo.monitoring import CommandListener

from careflow_service.mongo import key_rotation, key_turning, key_watch
from careflow_service.mongo.key_lines import Key, KeyKind
from careflow_service.mongo.key_rotation import KeyRotation
from careflow_service.mongo.key_turning import Step
from careflow_service.mongo.store import Keys, Store
from careflow_service.mongo.vault import KEYS
from careflow_service.one_shot import NotNow
from careflow_service.testing.rotating import rotation_of
from careflow_service.testing.store import SetClock, new_keys, scratch_store

PATIENTS = [f"p{number}" for number in range(12)]
MASTER = KeyKind.MASTER


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long, and there is little at once."""
    monkeypatch.setattr(key_watch, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(key_turning, "LOOK_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(key_turning, "AT_ONCE", 3)
    monkeypatch.setattr(key_rotation, "READ_WITHIN_SECONDS", 0.5)


@dataclass
class Files:
    """The key files of one service, which all of its processes read."""

    first: Keys = field(default_factory=new_keys)
    further: dict[KeyKind, list[bytes]] = field(default_factory=dict)

    def keys(self) -> Keys:
        return replace(self.first, further=lambda: self.further)

    def add(self, kind: KeyKind) -> str:
        """A new key beside the others; answers its id."""
        material = os.urandom(96 if kind is MASTER else 32)
        self.further.setdefault(kind, []).append(material)
        return Key.of(kind, material).id

    def drop_first(self, kind: KeyKind) -> None:
        """The oldest key is taken out of the files; the next one stands in its place."""
        (material, *others) = self.further[kind]
        self.first = replace(self.first, **{kind.value: material})  # type: ignore[arg-type]  # each is bytes
        self.further[kind] = others


@dataclass
class Service:
    """A service whose processes the test starts, and what is encrypted in its store."""

    url: str
    database: str
    files: Files
    clock: SetClock
    stack: AsyncExitStack
    written: dict[str, Binary] = field(default_factory=dict)

    async def process(
        self, *, keys: Keys | None = None, watching: bool = False, listeners: Sequence[CommandListener] = ()
    ) -> Store:
        """A process that has started; `watching`: it follows the keys by itself."""
        store = await self.stack.enter_async_context(
            scratch_store(
                self.url, self.database, clock=self.clock, keys=keys or self.files.keys(), listeners=listeners
            )
        )
        await store.check_keys()
        if watching:
            self.watched(store)
        return store

    def watched(self, store: Store) -> None:
        task = asyncio.ensure_future(store.keys.run())

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self.stack.push_async_callback(end)

    async def write(self, store: Store, *patients: str) -> None:
        for patient in patients or PATIENTS:
            self.written[patient] = await store.vault.encrypt(patient, patient.encode())

    async def reads_everything(self, store: Store) -> bool:
        return all([await store.vault.decrypt(value) == name.encode() for name, value in self.written.items()])

    def rotation(
        self, store: Store, *, stopping: Callable[[], bool] = lambda: False, said: list[Step] | None = None
    ) -> KeyRotation:
        """An operator's rotation, in a process of its own."""
        return rotation_of(store, stopping=stopping, said=said)

    async def providers(self, store: Store) -> set[str]:
        """By which master keys the data keys are wrapped."""
        return {each["masterKey"]["provider"].removeprefix("local:") async for each in store.database[KEYS].find()}


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110 - what the store holds gives no event
            await asyncio.sleep(0.02)


async def someone_lives(store: Store) -> bool:
    return bool(await store.keys.holders())


async def lives_with(store: Store, key: str) -> bool:
    return any(key in each.holds for each in await store.keys.holders())


@asynccontextmanager
async def refused(*words: str) -> AsyncIterator[None]:
    with pytest.raises(NotNow) as refusal:
        yield
    assert [word for word in words if word not in str(refusal.value)] == []
