"""Who did, read or was refused what: every transaction leaves an entry of its own, and a changed one shows."""

from types import NoneType

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_service.clock import wall_clock
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.mongo.audit import AUDIT, AuditTrail
from careflow_service.mongo.client import Document
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.key_lines import KeyKind, KeyLine
from careflow_service.mongo.store import Store
from careflow_service.work import Cause, Transaction, caused_by
from libs.service.tests.clinic import CarePath, a_care_path

pytestmark = pytest.mark.store

NURSE = Actor("nurse-7", frozenset({Role.NURSE, Role.WELLNESS}))


async def the_entry(store: Store) -> Document:
    (entry,) = await store.database[AUDIT].find({}).to_list()
    return entry


async def test_a_transaction_says_who_did_what_and_where_it_was_said(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()

    async def work(tx: Transaction) -> None:
        await paths.add(path.reach(CareStage.SCREENING), tx)

    with caused_by(Cause("request-1")):
        await store.work.run(work, by=NURSE, action="open_care_path", returns=NoneType)

    entry = await the_entry(store)
    assert (entry["outcome"], entry["actor"], entry["roles"]) == ("done", "nurse-7", ["nurse", "wellness"])
    assert (entry["action"], entry["cause"]) == ("open_care_path", "request-1")
    assert entry["touched"] == [f"care_paths/{path.id}@2"]
    assert entry["positions"] == [f"careflow.booking.v1/patient:{path.patient_id}@1"]
    assert abs((wall_clock() - entry["at"]).total_seconds()) < 60, "the audit trail keeps the wall clock"
    assert store.audit.is_genuine(entry)


async def test_reads_and_denials_are_entries_too(store: Store) -> None:
    await store.audit.read(NURSE, "read_case", "cases/c1")
    await store.audit.denied(NURSE, "decide", "cases/c1")

    entries = await store.database[AUDIT].find({}).to_list()
    assert [(entry["outcome"], entry["touched"]) for entry in entries] == [
        ("read", ["cases/c1"]),
        ("denied", ["cases/c1"]),
    ]
    assert all(store.audit.is_genuine(entry) for entry in entries)


async def test_a_denial_inside_a_transaction_outlives_its_abort(store: Store) -> None:
    async def work(_: Transaction) -> None:
        await store.audit.denied(NURSE, "decide", "cases/c1")
        raise PermissionError

    with pytest.raises(PermissionError):
        await store.work.run(work, by=NURSE, action="decide", returns=NoneType)

    assert (await the_entry(store))["outcome"] == "denied"


@pytest.mark.parametrize(
    "change", [{"actor": "somebody"}, {"touched": []}, {"outcome": "done"}, {"mac": "0" * 64}, {"mac": None}]
)
async def test_a_changed_entry_is_not_genuine(store: Store, change: Document) -> None:
    await store.audit.read(NURSE, "read_case", "cases/c1")
    entry = await the_entry(store)

    assert not store.audit.is_genuine({**entry, **change})


async def test_an_entry_of_another_key_is_not_genuine(store: Store) -> None:
    other = AuditTrail(
        store.database,
        KeyLine(KeyKind.AUDIT, b"another key of thirty-two bytes."),
        wall_clock=wall_clock,
        new_id=new_id,
    )

    await other.read(NURSE, "read_case", "cases/c1")

    assert not store.audit.is_genuine(await the_entry(store))
