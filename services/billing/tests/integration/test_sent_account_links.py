"""What is new in an account is told once for all that is issued in one go: its patient is given a link, which booking
sends. Staff have it sent as well; nobody reads the link but booking and the patient.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from careflow_events.catalogue import read
from careflow_events.contracts import AccountLinkIssued
from careflow_service.identity import Role
from careflow_service.testing.visiting import Visitor
from careflow_service.testing.world import SEALING
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import bill, books, estimates, has_patient, issue, ok, pays, refusal, the_charge
from services.billing.tests.heard import THERAPY_HOUR, registered, session_completed
from services.billing.tests.integration.test_money_pages import ACCOUNT, logs_in
from services.billing.tests.integration.test_my_account import RIGHT
from services.billing.tests.world import World, running

CLINIC = "https://clinic.example/billing"
SEND = f"/v1/accounts/{ANA}/links/send"
GATHERED = timedelta(minutes=15)


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    async with running(store_url, database, settings={"public_url": CLINIC}) as world:
        yield world


async def given(world: World) -> list[AccountLinkIssued]:
    """What the patient was given, opened as booking would."""
    opened = [read(each, SEALING.ring("booking")) for each in await world.said(ANA) if "AccountLink" in each.type]
    return [each for each in opened if isinstance(each, AccountLinkIssued)]


async def is_charged(world: World) -> str:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    return str((await the_charge(world))["id"])


async def test_a_bill_an_estimate_and_a_receipt_are_one_link_that_leads_in(world: World) -> None:
    charge = await is_charged(world)
    ok(await world.biller.post("/v1/superbills", bill(charge)), 201)
    await books(world, local(14, 9, month=12))
    await issue(world, (await estimates(world))[0])
    ok(await world.biller.post("/v1/receipts", {"payment_id": (await pays(world, 25))["payment_id"]}), 201)
    await world.catch_up()
    assert await given(world) == []

    await world.travel(GATHERED)
    (link,) = await given(world)
    assert link.works_until == world.clock() + timedelta(days=30)
    whole = link.for_booking.opened().link
    assert whole.startswith(f"{CLINIC}/pages/papers/")
    someone = Visitor(world.client)
    page = await someone.presses(await someone.opens(whole.removeprefix(CLINIC)), "Continue", **RIGHT)
    assert (page.status, page.h1) == (200, "Your account")
    assert await world.readable(whole) == set()
    await world.travel(GATHERED)
    assert len(await given(world)) == 1


async def test_what_is_issued_later_is_another_link_and_what_was_issued_before_is_none(world: World) -> None:
    charge = await is_charged(world)
    ok(await world.biller.post("/v1/superbills", bill(charge)), 201)
    await world.travel(GATHERED)
    asked = {"payment_id": (await pays(world, 25))["payment_id"]}
    ok(await world.biller.post("/v1/receipts", asked), 201)
    await world.travel(GATHERED)
    assert len(await given(world)) == 2
    ok(await world.biller.post("/v1/receipts", asked), 201)
    await world.travel(GATHERED)
    assert len(await given(world)) == 2


async def test_who_asks_for_a_receipt_themselves_is_not_told_of_it(world: World) -> None:
    await is_charged(world)
    payment = await pays(world, 25)
    ok(await world.patient(ANA).post("/v1/receipts", {"payment_id": payment["payment_id"]}), 201)
    await world.travel(GATHERED)
    assert await given(world) == []


async def test_a_months_end_tells_each_of_their_statement(world: World) -> None:
    await is_charged(world)
    world.clock.now = local(1, 9, month=12)
    ok(await world.biller.post("/v1/statement-runs", {"month": "2026-11"}), 201)
    await world.catch_up()
    await world.travel(GATHERED)
    assert len(await given(world)) == 1


async def test_staff_have_it_sent_now_also_in_place_of_one_that_was_to_come(world: World) -> None:
    charge = await is_charged(world)
    ok(await world.biller.post("/v1/superbills", bill(charge)), 201)
    sent = ok(await world.calling(Role.COORDINATOR).post(SEND), 201)
    (link,) = await given(world)
    assert sent == {"link_id": link.link_id}
    await world.travel(GATHERED)
    assert len(await given(world)) == 1
    ok(await world.biller.post(SEND), 201)
    assert len(await given(world)) == 2


async def test_the_same_request_sends_once(world: World) -> None:
    await has_patient(world)
    first = await world.biller.post(SEND, key="once")
    again = await world.biller.post(SEND, key="once")
    assert first.json() == again.json()
    assert len(await given(world)) == 1


async def test_who_is_not_known_yet_is_sent_none(world: World) -> None:
    await books(world, local(14, 9, month=12))
    assert refusal(await world.biller.post(SEND)) == (409, "birth_date_unknown")
    assert refusal(await world.patient(ANA).post(SEND)) == (403, "forbidden")
    await world.hear(registered())
    ok(await world.biller.post(SEND), 201)


async def test_a_clinic_that_has_not_said_where_its_patients_go_sends_none(store_url: str, database: str) -> None:
    async with running(store_url, database) as world:
        charge = await is_charged(world)
        ok(await world.biller.post("/v1/superbills", bill(charge)), 201)
        await world.travel(GATHERED)
        assert await given(world) == []
        assert refusal(await world.biller.post(SEND)) == (409, "public_address_unknown")


async def test_the_page_sends_it_and_shows_no_address_of_it(world: World) -> None:
    await has_patient(world)
    someone = await logs_in(world)
    page = await someone.follows(await someone.opens(ACCOUNT), "Send the link to the account")
    page = await someone.presses(page, "Send the link to the account")
    assert "The link is on its way to the patient." in page.text
    assert "Sent to the patient" in page.text
    (link,) = await given(world)
    assert link.for_booking.opened().link not in page.html
