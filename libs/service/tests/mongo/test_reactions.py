"""Reactions run in the service's unit of work, and what they say was caused by the event they heard."""

from dataclasses import replace

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_events.envelope import Envelope
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.mongo.store import Store
from careflow_service.testing.store import MONDAY_NOON
from careflow_service.work import Transaction, current_cause
from libs.service.tests.clinic import CarePath, a_care_path

pytestmark = pytest.mark.store

HEARD = Envelope(
    id="event-1",
    source="/careflow/screening",
    type="careflow.screening.ScreeningStarted.v1",
    subject=None,
    stream=None,
    sequence=None,
    time=MONDAY_NOON,
    recordedtime=None,
    dataschema="careflow:schemas/screening/ScreeningStarted/v1",
    correlationid="care-path-1",
    causationid=None,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    dataclassification="operational",
    data={},
)


async def test_what_a_reaction_says_was_caused_by_what_it_heard(store: Store, paths: Documents[CarePath]) -> None:
    async def on_screening_started(tx: Transaction) -> str:
        await paths.add(a_care_path().reach(CareStage.SCREENING), tx)
        return "noted"

    answer = await ReactionTransactions(store.work).run(
        on_screening_started, action="on_screening_started", event=HEARD
    )

    assert answer == "noted"
    assert current_cause() is None
    row = await store.database["_outbox"].find_one({})
    assert row is not None
    for said in (b'"causationid":"event-1"', b'"correlationid":"care-path-1"', b"0af7651916cd43dd8448eb211c80319c"):
        assert said in row["record"]
    entry = await store.database["_audit"].find_one({})
    assert entry is not None
    assert (entry["actor"], entry["action"], entry["cause"]) == ("system:delivery", "on_screening_started", "event-1")


async def test_an_event_outside_any_run_starts_one(store: Store, paths: Documents[CarePath]) -> None:
    async def react(tx: Transaction) -> None:
        await paths.add(a_care_path().reach(CareStage.SCREENING), tx)

    await ReactionTransactions(store.work).run(react, action="react", event=replace(HEARD, correlationid=None))

    row = await store.database["_outbox"].find_one({})
    assert row is not None
    assert b'"correlationid":"event-1"' in row["record"]
