"""A month's end: whoever has something to be told gets one statement, whatever interrupts it and however often it is
begun.
"""

import asyncio
from typing import Any

import pytest

from billing.adapters import typst_printer
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import has_patient, is_insured, ok, refusal, usd
from services.billing.tests.heard import evaluated, registered
from services.billing.tests.world import World

PATIENTS = [f"0199e0a0-0000-7000-8000-0000000001{place:02d}" for place in range(8)]
NOVEMBER = {"month": "2026-11"}


async def patients_who_paid(world: World, *patients: str) -> None:
    for patient in patients:
        await world.hear(registered().model_copy(update={"patient_id": patient}))
        body = {"patient_id": patient, "amount": usd(50), "method": "cash"}
        ok(await world.biller.post("/v1/payments", body), 201)


async def begins(world: World) -> None:
    ok(await world.biller.post("/v1/statement-runs", NOVEMBER), 201)


async def the_run(world: World) -> Any:
    return ok(await world.biller.get("/v1/statement-runs/2026-11"))


async def numbers(world: World) -> list[str]:
    """Of all statements there are."""
    return sorted([each["number"] async for each in world.store.database["papers"].find({"kind": "statement"})])


def counted(count: int) -> list[str]:
    return [f"ST-2026-{place:04d}" for place in range(1, count + 1)]


async def test_whoever_has_something_to_be_told_gets_one_and_it_says_how_far_it_is(world: World) -> None:
    await patients_who_paid(world, *PATIENTS)
    await has_patient(world)  # who has paid nothing and owes nothing
    assert refusal(await world.biller.post("/v1/statement-runs", NOVEMBER)) == (409, "month_not_over")
    world.clock.now = local(1, 9, month=12)
    await begins(world)
    begun = await the_run(world)
    assert (begun["accounts"], begun["done"], begun["finished_at"]) == (9, 0, None)
    await world.catch_up()
    finished = await the_run(world)
    assert (finished["done"], finished["issued"], finished["skipped"], finished["failed"]) == (9, 8, 1, [])
    assert finished["finished_at"] is not None
    assert await numbers(world) == counted(8)


async def test_begun_again_it_changes_nothing(world: World) -> None:
    await patients_who_paid(world, *PATIENTS)
    world.clock.now = local(1, 9, month=12)
    await begins(world)
    await begins(world)
    await world.catch_up()
    before = await the_run(world)
    await begins(world)
    await world.catch_up()
    assert await the_run(world) == before
    assert await numbers(world) == counted(8)


async def test_a_month_that_a_later_statement_has_told_of_is_told_no_more(world: World) -> None:
    await patients_who_paid(world, *PATIENTS)
    world.clock.now = local(1, 9, month=1, year=2027)
    ok(await world.biller.post("/v1/statement-runs", {"month": "2026-12"}), 201)
    await world.catch_up()
    await begins(world)
    await world.catch_up()
    run = await the_run(world)
    assert (run["issued"], run["skipped"], run["failed"]) == (0, 8, [])


async def test_interrupted_it_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await patients_who_paid(world, *PATIENTS)
    world.clock.now = local(1, 9, month=12)
    await begins(world)
    printing, printed = typst_printer._print, 0

    async def power_cut(*given: Any) -> bytes:
        nonlocal printed
        printed += 1
        if printed > 3:
            raise OSError("the power is gone")
        return await printing(*given)

    monkeypatch.setattr(typst_printer, "_print", power_cut)
    with pytest.raises(OSError, match="power"):
        await world.catch_up()
    assert ((await the_run(world))["done"], await numbers(world)) == (3, counted(3))
    monkeypatch.setattr(typst_printer, "_print", printing)
    await world.catch_up()
    assert ((await the_run(world))["issued"], await numbers(world)) == (8, counted(8))


async def test_two_who_carry_it_out_at_once_issue_each_statement_once(world: World) -> None:
    await patients_who_paid(world, *PATIENTS)
    world.clock.now = local(1, 9, month=12)
    await begins(world)
    await asyncio.gather(world.catch_up(), world.catch_up())
    assert ((await the_run(world))["issued"], await numbers(world)) == (8, counted(8))


async def test_one_that_cannot_be_issued_is_told_and_holds_up_no_other(world: World) -> None:
    await patients_who_paid(world, *PATIENTS)
    await world.hear(evaluated())  # somebody owes, and no registration was heard of
    await is_insured(world)
    world.clock.now = local(1, 9, month=12)
    await begins(world)
    await world.catch_up()
    finished = await the_run(world)
    assert (finished["issued"], finished["failed"]) == (8, [{"patient_id": ANA, "code": "patient_unnamed"}])
    alone = await world.biller.post("/v1/statements", {"patient_id": ANA, **NOVEMBER})
    assert refusal(alone) == (409, "patient_unnamed")
    await world.hear(registered())
    await begins(world)
    await world.catch_up()
    again = await the_run(world)
    assert (again["issued"], again["failed"], await numbers(world)) == (9, [], counted(9))
