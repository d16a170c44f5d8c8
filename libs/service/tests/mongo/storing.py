"""Puts aggregates into the store for a test."""

from types import NoneType

from careflow_service.identity import Actor
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.work import Transaction
from libs.service.tests.clinic import CarePath

COORDINATOR = Actor.system("tests")


async def stored(store: Store, paths: Documents[CarePath], *several: CarePath) -> None:
    async def work(tx: Transaction) -> None:
        for path in several:
            await paths.add(path, tx)

    await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)
