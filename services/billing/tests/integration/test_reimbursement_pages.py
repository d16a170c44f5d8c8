"""Cases of reimbursement in a browser: a biller keeps them on the account, a patient on their own page, in English or
Spanish.
"""

from careflow_service.identity import Role
from services.billing.tests.integration.test_money_pages import ACCOUNT, logs_in
from services.billing.tests.integration.test_my_account import comes_in
from services.billing.tests.reimbursed import CASES, billed, opens, reads, steps, today
from services.billing.tests.world import World

ON = {"on": "2026-11-23"}
LIST = "/pages/money/reimbursements"


async def the_case(world: World) -> dict[str, object]:
    (case,) = (await world.biller.get(CASES, standing="open")).json()["items"]
    return dict(case)


async def test_a_patient_has_their_insurers_days_kept_and_says_what_came(world: World) -> None:
    await billed(world)
    someone, page = await comes_in(world)
    form = await someone.follows(page, "Help me get money back for SB-2026-0001")
    page = await someone.presses(form, "Save")
    assert "We keep the days of your insurer now, and tell you in time." in page.text
    assert "Send it by February 21, 2027. Ask your plan for its own last day" in page.text
    assert "Help me get money back for SB-2026-0001" not in page.links
    page = await someone.presses(await someone.follows(page, "I sent it: SB-2026-0001"), "Save", **ON)
    assert "Your insurer has it" in page.text
    answer = await someone.follows(page, "My insurer answered: SB-2026-0001")
    again = await someone.presses(answer, "Save", **ON, answered_as="partly_paid", received="90.00")
    assert again.status == 422
    assert "Please say how much you got if it paid something" in again.text
    no_such_day = {"answered_as": "denied", "denial": "other", "last_day": "2026-11-01", "received": "0.00"}
    again = await someone.presses(again, "Save", **ON, **no_such_day)
    assert "the last day to appeal is not before the day it answered" in again.text
    said = {"last_day": "", "answered_as": "partly_paid", "received": "90.00", "denial": "out_of_network"}
    page = await someone.presses(again, "Save", **ON, **said)
    assert "You may appeal until May 22, 2027." in page.text
    assert "You got $90.00 of $225.00." in page.text
    async with world.nothing_changes():  # a second click
        assert "You got $90.00 of $225.00." in (await someone.presses(again, "Save", **ON, **said)).text
    page = await someone.presses(await someone.follows(page, "I do not go on with this: SB-2026-0001"), "Save")
    assert "Done: it paid a part" in page.text
    assert "I sent it: SB-2026-0001" not in page.links


async def test_a_card_number_is_refused_and_not_shown_again(world: World) -> None:
    case = await opens(world, await billed(world))
    await steps(world, case, "filed")
    someone, page = await comes_in(world)
    answer = await someone.follows(page, "My insurer answered: SB-2026-0001")
    async with world.nothing_changes():
        again = await someone.presses(answer, "Save", **ON, answered_as="paid", claim_number="4242 4242 4242 4242")
        assert again.status == 422
        assert "4242" not in again.text


async def test_what_cannot_come_next_is_said_in_the_patients_language(world: World) -> None:
    case = await opens(world, await billed(world))
    someone, _ = await comes_in(world)
    page = await someone.opens(f"/pages/papers/reimbursements/{case['id']}/appealed?lang=es")
    assert (page.status, page.h1) == (200, "Apelé")
    assert "Eso no viene ahora." in page.text
    page = await someone.opens("/pages/papers?lang=es")
    assert "Le toca a usted enviarla" in page.text
    assert "Envíela hasta el 21 de febrero de 2027." in page.text


async def test_a_biller_keeps_the_case_on_the_account_and_sees_all_by_their_day(world: World) -> None:
    await billed(world)
    biller = await logs_in(world, Role.BILLER)
    assert "No case is open." in (await biller.opens(LIST)).text
    page = await biller.opens(ACCOUNT)
    form = await biller.follows(page, "Help with reimbursement")
    page = await biller.presses(form, "Help with reimbursement", file_by="2027-01-15")
    assert "The case is open; its patient is told of its days." in page.text
    assert "To be filed by January 15, 2027." in page.text
    page = await biller.presses(
        await biller.follows(page, "It was sent to the insurer"), "It was sent to the insurer", **ON
    )
    assert "Answer expected by December 23, 2026" in page.text
    answer = await biller.follows(page, "The insurer has answered")
    page = await biller.presses(answer, "The insurer has answered", **ON, answered_as="denied", denial="experimental")
    assert "It says the treatment is experimental or investigational." in page.text
    page = await biller.opens(LIST)
    assert "An appeal may be sent until May 22, 2027." in page.text
    case = await the_case(world)
    page = await biller.presses(await biller.follows(await biller.opens(ACCOUNT), "Close the case"), "Close the case")
    assert "Closed: Denied" in page.text
    assert (await reads(world, str(case["id"])))["outcome"] == "denied"
    assert "Closed: Denied" in (await biller.opens(f"{LIST}?standing=resolved")).text
    assert today(world) == "2026-11-23"
