"""No query of billing reads a whole collection but those that are meant to, and every page lies in an index: the
ten-thousandth statement of a month is issued as fast as the first.
"""

from collections.abc import AsyncIterator

import pytest
from pymongo.read_concern import ReadConcern

from billing.domain.tasks import TaskKind
from careflow_service.testing.commands import CommandLog, collection_scans
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import books, has_patient, ok, pays, the_charge
from services.billing.tests.heard import PLAN, THERAPY_HOUR, plan_signed, services_corrected, session_completed
from services.billing.tests.world import World, running

WHOLE_LISTS = {"journal {}"}
"""A page of all entries, in the order of their ids: nothing to look for."""


@pytest.fixture
def log() -> CommandLog:
    return CommandLog()


@pytest.fixture
async def world(store_url: str, database: str, log: CommandLog) -> AsyncIterator[World]:
    async with running(store_url, database, listeners=[log]) as world:
        yield world


async def test_every_query_has_its_index(world: World, log: CommandLog) -> None:
    await has_patient(world)
    with log.recording():
        await world.hear(plan_signed())
        await books(world, local(14, 9, month=12), plan_id=PLAN)
        await world.hear(plan_signed(version=2, doses=8))
        completed = session_completed()
        await world.hear(completed)
        paid = await pays(world, 700)
        charge = await the_charge(world)
        body = {"patient_id": ANA, "charge_ids": [charge["id"]], "disclose_diagnoses": True}
        ok(await world.biller.post("/v1/superbills", body), 201)
        await world.hear(services_corrected(completed.session_id, 2, THERAPY_HOUR))
        for path in ("charges", "payments", "estimates", "fees", "superbills", "ledger/entries"):
            ok(await world.biller.get(f"/v1/{path}", patient_id=ANA))
        ok(await world.biller.post("/v1/receipts", {"payment_id": paid["payment_id"]}), 201)
        for standing in ("in_force", "ended"):
            ok(await world.biller.get("/v1/private-contracts", standing=standing))
        for kind in TaskKind:
            ok(await world.biller.get("/v1/tasks", kind=kind.value))
        ok(await world.biller.get("/v1/ledger/entries", limit=5))
        await world.catch_up()
    assert set(await collection_scans(log, world.store.database)) <= WHOLE_LISTS


async def asks_without_an_index(store_url: str, database: str) -> None:
    async with running(store_url, database) as world:
        majority = world.store.database.get_collection("charges", read_concern=ReadConcern("majority"))
        await majority.find({"amount": 1}).to_list()


async def test_what_has_no_index_fails_whatever_test_asks_it(store_url: str, database: str) -> None:
    with pytest.raises(AssertionError, match="has its index"):
        await asks_without_an_index(store_url, database)
