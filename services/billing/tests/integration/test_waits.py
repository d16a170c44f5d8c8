"""How often a use case of billing waits for the store one time after the other, and what it reads: readings that do not
need one another go out side by side, and everything that is written goes out at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.testing.commands import CommandLog
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    bill,
    books,
    estimates,
    has_patient,
    missed,
    ok,
    pays,
    the_charge,
    usd,
)
from services.billing.tests.heard import PLAN, THERAPY_HOUR, details_changed, later, plan_signed, session_completed
from services.billing.tests.world import World, running

FAR, SOON, NEXT_WEEK = local(14, 9, month=12), local(25, 9), local(30, 12)
MOST_SIDE_BY_SIDE: Final = 8
Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Cost:
    """How often the store is waited for, the writes and the commit included, and what is read before them."""

    waits: int
    reads: tuple[str, ...]


async def details_are_heard(world: World) -> Act:
    return lambda: world.hear(details_changed())


async def a_visit_is_heard(world: World) -> Act:
    await world.hear(plan_signed())
    return lambda: books(world, FAR, plan_id=PLAN)


async def a_plan_is_heard(world: World) -> Act:
    await books(world, FAR, plan_id=PLAN)
    return lambda: world.hear(plan_signed())


async def a_move_is_heard(world: World) -> Act:
    booked = await books(world, FAR)
    by = codes.RescheduledBy.PATIENT
    moved = contracts.TreatmentRescheduled(
        **later(booked), previous_starts_at=FAR, rescheduled_by=by, notice_minutes=20_000
    )
    return lambda: world.hear(moved)


async def an_absence_is_heard(world: World) -> Act:
    booked = await books(world, SOON)
    return lambda: missed(world, booked)


async def a_session_is_heard(world: World) -> Act:
    return lambda: world.hear(session_completed())


async def a_payment_comes_in(world: World) -> Act:
    await world.hear(session_completed())
    return lambda: pays(world, 620)


async def a_payment_is_refunded(world: World) -> Act:
    await world.hear(session_completed(THERAPY_HOUR))
    paid = await pays(world, 225)
    path, body = f"/v1/payments/{paid['payment_id']}/refunds", {"amount": usd(25), "reason": "goodwill"}

    async def refund() -> None:
        ok(await world.biller.post(path, body, version=paid["version"]), 201)

    return refund


async def a_superbill_is_issued(world: World) -> Act:
    await world.hear(session_completed())
    body = bill((await the_charge(world))["id"])

    async def issue_it() -> None:
        ok(await world.biller.post("/v1/superbills", body), 201)

    return issue_it


async def an_estimate_is_issued(world: World) -> Act:
    await books(world, FAR)
    (estimate,) = await estimates(world)
    path = f"/v1/estimates/{estimate['id']}/issue"

    async def issue_it() -> None:
        ok(await world.biller.post(path, {}, version=estimate["version"]))

    return issue_it


BOOKS: Final = ("charges", "payments", "packages", "estimates", "superbills")
"""What is open of a patient."""
COSTS: Final[Mapping[Callable[[World], Awaitable[Act]], Cost]] = {
    details_are_heard: Cost(3, ("accounts", "_owners")),
    a_move_is_heard: Cost(4, ("accounts", "visits", "visits", "_owners", "estimates")),
    a_visit_is_heard: Cost(4, ("accounts", "_owners", "estimates", "courses", "visits", "visits")),
    a_plan_is_heard: Cost(4, ("accounts", "courses", "_owners", "estimates", "visits", "courses")),
    an_absence_is_heard: Cost(
        4, ("accounts", "visits", "visits", "fee_cases", "_owners", "fee_cases", "payment_links", *BOOKS)
    ),
    a_session_is_heard: Cost(4, ("accounts", "_owners", "charges", "clinician_days", "clinician_days", *BOOKS)),
    an_estimate_is_issued: Cost(4, ("estimates", "accounts", "_owners")),
    a_payment_comes_in: Cost(3, ("accounts", "_owners", "visits", "charges", *BOOKS)),
    a_superbill_is_issued: Cost(5, ("accounts", "charges", "payments", "_owners", "superbills", "paper_numbers")),
    a_payment_is_refunded: Cost(4, ("payments", "charges", "_owners", *BOOKS)),
}


@pytest.fixture
def log() -> CommandLog:
    return CommandLog()


@pytest.fixture
async def world(store_url: str, database: str, log: CommandLog) -> AsyncIterator[World]:
    """With open connections, so that nothing waits for one."""
    async with running(store_url, database, listeners=[log]) as world:
        await has_patient(world)
        await asyncio.gather(*(world.ports.accounts.find(ANA) for _ in range(MOST_SIDE_BY_SIDE)))
        yield world


@pytest.mark.parametrize("use_case", COSTS, ids=lambda use_case: use_case.__name__)
async def test_what_it_costs(world: World, log: CommandLog, use_case: Callable[[World], Awaitable[Act]]) -> None:
    act = await use_case(world)
    with log.recording():
        await act()
    *reads, bulk, commit = log.round_trips
    cost = COSTS[use_case]
    assert sorted(reads) == sorted(f"find {each}" for each in cost.reads)
    assert (bulk.split(":")[0], commit) == ("bulkWrite", "commitTransaction")
    assert log.waits == cost.waits
