"""The books outside of billing: exported by those who may, and rebuilt from what was said."""

import csv
import io

import pytest

from billing.application.queries import reading
from careflow_events import contracts
from careflow_service.identity import Role
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import buys_package, has_patient, ok, pays, refusal, trial_balance, usd
from services.billing.tests.heard import INFUSION, THERAPY_HOUR, services_corrected, session_completed
from services.billing.tests.world import World


async def everything_is_booked(world: World) -> None:
    """Charged, paid, corrected, given back, discounted."""
    await has_patient(world)
    await buys_package(world)
    session = session_completed(THERAPY_HOUR, INFUSION)
    await world.hear(session)
    await world.hear(services_corrected(session.session_id, 2, INFUSION))
    paid = await pays(world, 100)
    back = {"amount": usd(40), "reason": "overpaid"}
    ok(await world.biller.post(f"/v1/payments/{paid['payment_id']}/refunds", back, version=paid["version"]), 201)


async def export(world: World, role: Role, **asked: str) -> str:
    answered = await world.calling(role).get("/v1/ledger/export", **asked)
    assert answered.status_code == 200, answered.text
    return answered.text


async def test_billers_and_auditors_export_the_ledger_and_each_read_is_kept(world: World) -> None:
    await everything_is_booked(world)
    reads = world.store.database["_audit"]
    before = await reads.count_documents({"action": "read_journal"})
    rows = list(csv.DictReader(io.StringIO(await export(world, Role.AUDITOR, format="csv"))))
    assert await reads.count_documents({"action": "read_journal"}) == before + 1
    sums: dict[str, int] = {}
    for row in rows:
        cents = round(float(row["debit"]) * 100) - round(float(row["credit"]) * 100)
        sums[row["account"]] = sums.get(row["account"], 0) + cents
    assert {account: cents for account, cents in sums.items() if cents} == await trial_balance(world)
    assert "Liabilities:Unearned-Packages" in await export(world, Role.BILLER, format="beancount")


async def test_a_ledger_is_exported_from_one_day_to_another(world: World) -> None:
    await everything_is_booked(world)
    assert len((await export(world, Role.BILLER, format="csv", posted_to="2026-11-22")).splitlines()) == 1
    today = {"posted_from": "2026-11-23", "posted_to": "2026-11-23"}
    assert len((await export(world, Role.BILLER, format="csv", **today)).splitlines()) > 10


async def test_a_ledger_from_a_day_to_one_before_it_is_refused(world: World) -> None:
    asked = {"format": "csv", "posted_from": "2026-11-23", "posted_to": "2026-11-22"}
    assert refusal(await world.biller.get("/v1/ledger/export", **asked)) == (422, "end_before_start")


async def test_a_ledger_of_many_pages_is_exported_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await everything_is_booked(world)
    at_once = await export(world, Role.BILLER, format="beancount")
    monkeypatch.setattr(reading, "EXPORTED_AT_ONCE", 3)
    assert await export(world, Role.BILLER, format="beancount") == at_once


async def test_nobody_else_exports_the_ledger(world: World) -> None:
    for role in (Role.COORDINATOR, Role.THERAPIST):
        assert (await world.calling(role).get("/v1/ledger/export", format="csv")).status_code == 403
    assert (await world.patient(ANA).get("/v1/ledger/export", format="csv")).status_code == 403


async def test_the_ledger_rebuilt_from_what_was_said_is_the_ledger(world: World) -> None:
    await everything_is_booked(world)
    said = [each.data for each in await world.said() if each.type.split(".")[2] == "JournalEntryPosted"]
    kept = list((await world.ports.journal.page(500, None)).items)
    assert len(kept) > 8
    told = {str(data["entry_id"]): contracts.JournalEntryPosted.model_validate(data) for data in said}
    assert len(told) == len(said) == len(kept)
    for entry in kept:
        event = told[entry.id]
        assert (event.posted_on, event.cause.value, event.cause_id, event.reverses) == (
            entry.posted_on.isoformat(),
            entry.cause.value,
            entry.cause_id,
            entry.reverses,
        )
        assert [(each.account.value, each.debit_minor, each.credit_minor) for each in event.lines] == [
            (line.account.value, line.debit.minor, line.credit.minor) for line in entry.lines
        ]
