"""A month's end of a busy clinic: 10,000 charges, statements for 500 patients, within a minute of a processor.

How long the store lets it wait depends on who else uses the machine; how often it waits does not, and is counted.
"""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from types import NoneType
from typing import Final

import pytest

from billing.application.bookkeeping import keep_books, open_books
from billing.domain.books import Books
from billing.domain.ids import EntryId, PatientId, PaymentId
from careflow_service.identity import Actor
from careflow_service.testing.commands import CommandLog
from careflow_service.work import Transaction
from services.billing.tests.builders import TODAY, a_charge, a_payment, a_rendered, local, usd
from services.billing.tests.clinic import ok
from services.billing.tests.heard import registered
from services.billing.tests.world import World, running

PATIENTS: Final = 500
CHARGES_EACH: Final = 20
SECONDS: Final = 60
TRIPS: Final = 22
"""To the store for one statement, on average."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture
def log() -> CommandLog:
    return CommandLog()


@pytest.fixture
async def world(store_url: str, database: str, log: CommandLog) -> AsyncIterator[World]:
    async with running(store_url, database, listeners=[log]) as world:
        yield world


async def has_a_month_behind(world: World, patient_id: PatientId) -> None:
    """Is registered, was charged twenty times and has paid for most of it."""
    await world.hear(registered().model_copy(update={"patient_id": patient_id}))

    async def charged(tx: Transaction) -> None:
        opened = await open_books(patient_id, world.ports)

        def decide(books: Books) -> None:
            for place in range(CHARGES_EACH):
                rendered = a_rendered(cause_id=tx.new_id(), day=TODAY - timedelta(days=place))
                charge = a_charge(replace(rendered, patient_id=patient_id))
                books.charge(replace(charge, entry_id=EntryId(tx.new_id()), facts=()))
            paid = a_payment(usd(4_000), tx.new_id())
            books.receive(replace(paid, id=PaymentId(tx.new_id()), patient_id=patient_id, facts=()))

        await keep_books(opened, decide, tx, world.ports)

    await world.work.run(charged, by=Actor.system("test"), action="charge", returns=NoneType)


async def test_five_hundred_statements_are_issued_within_a_minute(world: World, log: CommandLog) -> None:
    for place in range(PATIENTS):
        await has_a_month_behind(world, PatientId(f"0199e0a0-0000-7000-8000-{place:012d}"))
    world.clock.now = local(1, 9, month=12)
    ok(await world.biller.post("/v1/statement-runs", {"month": "2026-11"}), 201)
    began = time.process_time()
    with log.recording():
        await world.catch_up()
    took, trips = time.process_time() - began, len(log.trips) / PATIENTS
    run = ok(await world.biller.get("/v1/statement-runs/2026-11"))
    assert (run["issued"], run["failed"]) == (PATIENTS, [])
    print(f"{PATIENTS} statements of {PATIENTS * CHARGES_EACH} charges: {took:.1f} s, {trips:.1f} round trips each")
    assert took <= SECONDS
    assert trips <= TRIPS
