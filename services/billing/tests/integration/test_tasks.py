"""What a biller has to see to: there when it is to be done, gone when it is done."""

from typing import Any

from billing.domain.money import Money
from billing.domain.processing import RefundState
from careflow_service.identity import Actor, Role
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import books, estimates, has_patient, issue, ok, pays, the_charge, usd
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.world import World, takes_cards


async def tasks(world: World, kind: str, **query: Any) -> list[Any]:
    return list(ok(await world.biller.get("/v1/tasks", kind=kind, **query))["items"])


async def test_an_estimate_is_due_until_it_is_issued(world: World) -> None:
    await has_patient(world)
    assert await tasks(world, "estimate_due") == []
    await books(world, local(14, 9, month=12))
    (task,) = await tasks(world, "estimate_due")
    (estimate,) = await estimates(world)
    assert (task["about"], task["patient_id"], task["due_by"]) == (estimate["id"], ANA, estimate["due_by"])
    await issue(world, estimate)
    assert await tasks(world, "estimate_due") == []


async def test_a_charge_waits_until_somebody_says_who_covers_the_patient(world: World) -> None:
    await has_patient(world, insured=False)
    await world.hear(session_completed(THERAPY_HOUR))
    (task,) = await tasks(world, "charge_waiting")
    assert task["about"] == (await the_charge(world))["id"]


async def test_money_is_for_nothing_until_something_is_owed(world: World) -> None:
    await has_patient(world)
    await pays(world, 225)
    (task,) = await tasks(world, "money_unapplied")
    assert task["amount"] == usd(225)
    await world.hear(session_completed(THERAPY_HOUR))
    assert await tasks(world, "money_unapplied") == []


async def test_a_chargeback_and_a_refund_that_came_back_are_seen_to(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    desk = takes_cards(world)
    made = ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.catch_up()
    paid = desk.is_paid(made["id"], Money(22_500))
    assert paid is not None
    refund = desk.gives_back(paid, Money(2_500))
    dispute = desk.is_disputed(paid, Money(20_000))
    await tells_all(world, desk.news)
    (task,) = await tasks(world, "card_disputed")
    assert task["amount"] == usd(200)
    desk.decides(paid, dispute, won=True)
    desk.refund_becomes(paid, refund, RefundState.FAILED)
    await tells_all(world, desk.news)
    assert await tasks(world, "card_disputed") == []
    (task,) = await tasks(world, "refund_failed")
    assert task["amount"] == usd(25)


async def tells_all(world: World, news: Any) -> None:
    for each in news:
        await world.application.hear_processor(each, Actor.public())
    news.clear()


async def test_a_long_list_is_read_page_by_page_the_oldest_first(world: World) -> None:
    await has_patient(world)
    for _ in range(3):
        await pays(world, 10)
        world.clock.now = world.clock.now.replace(minute=world.clock.now.minute + 1)
    first = ok(await world.biller.get("/v1/tasks", kind="money_unapplied", limit=2))
    rest = ok(await world.biller.get("/v1/tasks", kind="money_unapplied", limit=2, after=first["next"]))
    times = [each["since"] for each in (*first["items"], *rest["items"])]
    assert (len(times), times, rest["next"]) == (3, sorted(times), None)


async def test_only_billers_see_it(world: World) -> None:
    for caller in (world.patient(ANA), world.calling(Role.COORDINATOR), world.calling(Role.NURSE)):
        assert (await caller.get("/v1/tasks", kind="estimate_due")).status_code == 403
    assert (await world.biller.get("/v1/tasks")).status_code == 422
