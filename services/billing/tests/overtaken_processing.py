"""What overtakes paying by card at the processor, and what comes of it then."""

from datetime import timedelta
from typing import Any

import httpx

from billing.application.results import Heard
from billing.domain.money import Money
from billing.domain.payment_links import ASKED_AFTER
from billing.domain.processing import DisputeTold, News
from billing.domain.processor_feed import FEED
from careflow_events.contracts import codes
from careflow_service.identity import Actor
from careflow_service.testing.overtaking import Overtaking
from careflow_service.work import Transaction
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    books,
    estimates,
    has_patient,
    issue,
    ok,
    pays,
    refusal,
    the_charge,
    trial_balance,
    usd,
)
from services.billing.tests.heard import DRUG, INFUSION, THERAPY_HOUR, line, session_completed
from services.billing.tests.processor_desk import Desk
from services.billing.tests.world import World, takes_cards


async def owes(world: World) -> Desk:
    """Ana owes 225, and the clinic takes cards."""
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    return takes_cards(world)


async def the_link(world: World) -> Any:
    (link,) = ok(await world.biller.get("/v1/payment-links", patient_id=ANA))["items"]
    return link


async def pays_by_link(world: World, desk: Desk) -> None:
    """Ana has paid by her link, and nobody was told of it yet."""
    ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.catch_up()
    assert desk.is_paid((await the_link(world))["id"], Money(100 * 225))


async def is_told(world: World, news: News) -> None:
    await world.application.hear_processor(news, Actor.public())


async def the_payment(world: World) -> Any:
    (payment,) = ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"]
    return payment


async def paid_online(world: World) -> tuple[Desk, Any]:
    desk = await owes(world)
    await pays_by_link(world, desk)
    await is_told(world, desk.news[0])
    return desk, await the_payment(world)


async def refunds(world: World, payment: Any, dollars: int) -> None:
    path, body = f"/v1/payments/{payment['id']}/refunds", {"amount": usd(dollars), "reason": "goodwill"}
    ok(await world.biller.post(path, body, version=payment["version"]), 201)


async def a_link_is_made_while_what_is_owed_is_paid(world: World, overtaking: Overtaking) -> None:
    await owes(world)
    overtaking.by(lambda: pays(world, 225))
    late = await world.biller.post("/v1/payment-links", {"patient_id": ANA})
    assert refusal(late) == (409, "nothing_owed")


async def a_link_is_closed_while_it_is_paid(world: World, overtaking: Overtaking) -> None:
    desk = await owes(world)
    await pays_by_link(world, desk)
    link = await the_link(world)
    overtaking.by(lambda: is_told(world, desk.news[0]))
    late = await world.biller.post(f"/v1/payment-links/{link['id']}/close", version=link["version"])
    assert refusal(late) == (412, "stale_version")


async def a_link_is_opened_while_it_is_closed(world: World, overtaking: Overtaking) -> None:
    """The processor has made its page and somebody closes it: the page is closed as well."""
    desk = await owes(world)
    ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)

    async def is_closed() -> None:
        link = await the_link(world)
        ok(await world.biller.post(f"/v1/payment-links/{link['id']}/close", version=link["version"]))

    overtaking.by(is_closed)
    await world.catch_up()
    link = await the_link(world)
    assert (link["state"], link["id"] in desk.closed) == ("over", True)


async def the_processor_is_asked_about_a_link_while_it_tells(world: World, overtaking: Overtaking) -> None:
    """It answers that the link was paid, and has told so meanwhile: that is one payment."""
    desk = await owes(world)
    await pays_by_link(world, desk)
    world.clock.now += timedelta(days=1)
    overtaking.by(lambda: is_told(world, desk.news[0]))
    await world.catch_up()
    assert (desk.asked, (await the_payment(world))["amount"]) == (1, usd(225))


async def what_was_told_is_fetched_while_it_is_told(world: World, overtaking: Overtaking) -> None:
    """What was lost arrives in the instant in which it is heard because it was asked for: that is one payment."""
    desk = await owes(world)
    await pays_by_link(world, desk)
    world.clock.now += ASKED_AFTER
    overtaking.by(lambda: is_told(world, desk.news[0]))
    await world.catch_up()
    assert (desk.asked, (await the_payment(world))["amount"]) == (0, usd(225))


async def the_processor_tells_of_a_payment_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    desk = await owes(world)
    await pays_by_link(world, desk)
    overtaking.by(lambda: pays(world, 200))
    await is_told(world, desk.news[0])
    assert (await the_charge(world))["balance"] == usd(0)
    unapplied = [each["unapplied"] for each in ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"]]
    assert sum(each["minor"] for each in unapplied) == 20_000


async def all_is_heard(world: World) -> None:
    """It was asked for all that it has told."""

    async def hears(tx: Transaction) -> Heard:
        before = await world.ports.processor_feed.find(FEED, of=None)
        assert before is not None
        after = before.heard_all(tx.now + timedelta(seconds=1), now=tx.now)
        await world.ports.processor_feed.save(after, expecting=before.version, tx=tx)
        return Heard(changed=True)

    await world.work.run(hears, by=Actor.public(), action="ask_for_news", returns=Heard)


async def a_payout_is_booked_while_its_payment_is_disputed(world: World, overtaking: Overtaking) -> None:
    """Each is booked once: what was paid out has left clearing, what the bank took is to be made good there."""
    desk, payment = await paid_online(world)
    await is_told(world, desk.pays_out())
    await all_is_heard(world)
    desk.is_disputed(payment["reference"], Money(100 * 225))
    overtaking.by(lambda: is_told(world, desk.news[-1]))
    await world.catch_up()
    (payout,) = ok(await world.biller.get("/v1/payouts"))["items"]
    assert (payout["state"], payout["fees"]) == ("matched", usd(6.83))
    assert (await trial_balance(world))["processor_clearing"] == desk.balance.minor


async def a_refund_goes_out_while_its_payment_is_disputed(world: World, overtaking: Overtaking) -> None:
    """The processor has given it back: the dispute changes nothing of that."""
    desk, payment = await paid_online(world)
    await refunds(world, payment, 50)
    desk.is_disputed(payment["reference"], Money(100 * 100))
    (opened, *_) = (each for each in desk.news if isinstance(each, DisputeTold))
    desk.payments[payment["reference"]].disputes.clear()
    overtaking.by(lambda: is_told(world, opened))
    await world.catch_up()
    after = await the_payment(world)
    assert ([each["state"] for each in after["refunds"]], len(after["disputes"])) == (["done"], 1)


async def a_refund_is_paid_otherwise_while_another_one_is_made(world: World, overtaking: Overtaking) -> None:
    desk, payment = await paid_online(world)
    desk.is_disputed(payment["reference"], Money(100 * 225), inquiry=False)
    await refunds(world, payment, 50)  # refused, for the bank has the money
    await world.catch_up()
    payment = await the_payment(world)
    (refund,) = payment["refunds"]
    assert refund["state"] == "failed"
    overtaking.by(lambda: refunds(world, payment, 25))
    paid = f"/v1/payments/{payment['id']}/refunds/{refund['id']}/paid"
    assert refusal(await world.biller.post(paid, version=payment["version"])) == (412, "stale_version")


async def a_disputed(world: World) -> Any:
    """Ana was billed 820 where 225 was estimated."""
    await has_patient(world)
    visit = await books(world, local(14, 9, month=12), kind=codes.AppointmentKind.INTEGRATION)
    (estimate,) = await estimates(world)
    await issue(world, estimate)
    rendered = (THERAPY_HOUR, INFUSION, DRUG, line("99214"))
    await world.hear(session_completed(*rendered, appointment_id=visit["appointment_id"]))
    (estimate,) = await estimates(world)
    return estimate


async def begins_dispute(world: World, estimate: Any) -> httpx.Response:
    body = {"billed_on": "2026-11-23", "initiated_on": "2026-11-23"}
    return await world.biller.post(f"/v1/estimates/{estimate['id']}/dispute", body, version=estimate["version"])


async def a_dispute_is_begun_while_the_charge_is_reversed(world: World, overtaking: Overtaking) -> None:
    estimate = await a_disputed(world)
    charge = await the_charge(world)
    overtaking.by(lambda: world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"]))
    assert refusal(await begins_dispute(world, estimate)) == (412, "stale_version")


async def a_dispute_is_closed_while_the_charge_is_reversed(world: World, overtaking: Overtaking) -> None:
    ok(await begins_dispute(world, await a_disputed(world)))
    (estimate,) = await estimates(world)
    charge = await the_charge(world)
    overtaking.by(lambda: world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"]))
    path = f"/v1/estimates/{estimate['id']}/dispute/close"
    late = await world.biller.post(path, {"outcome": "withdrawn"}, version=estimate["version"])
    assert refusal(late) == (412, "stale_version")
