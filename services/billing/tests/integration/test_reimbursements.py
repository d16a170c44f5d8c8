"""Help with reimbursement from the superbill to the insurer's answer: opened once, told of in time also after a pause,
seen by its patient and no other, and with the superbill that counts.
"""

from datetime import timedelta

import pytest

from billing.domain.ids import PatientId
from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import ok, pays, refusal, usd
from services.billing.tests.heard import merged
from services.billing.tests.reimbursed import CASES, billed, opens, reads, said, steps, today
from services.billing.tests.world import World, is_found


async def test_from_the_superbill_to_what_the_patient_got(world: World) -> None:
    is_found(world)
    superbill = await billed(world)
    case = await opens(world, superbill)
    assert (case["stage"], case["file_by_from"], case["charged"]) == ("to_file", "usual", usd(225))
    assert case["due_on"] == case["file_by"] == today(world, in_days=90)
    case = await steps(world, case, "filed")
    case = await steps(world, case, "answered", outcome="partly_paid", received_minor=9_000, reason="out_of_network")
    assert (case["stage"], case["due_on"], case["received"]) == ("decided", today(world, in_days=180), usd(90))
    case = await steps(world, case, "appealed")
    case = await steps(world, case, "answered", outcome="paid", received_minor=6_000)
    assert (case["stage"], case["outcome"], case["received"]) == ("resolved", "paid", usd(150))
    assert await said(world) == ["ReimbursementHelpOpened", "ReimbursementResolved"]
    (event,) = [each for each in await world.said(ANA) if "ReimbursementResolved" in each.type]
    assert (event.data["received_minor"], event.data["outcome"]) == (15_000, "paid")
    (listed,) = ok(await world.patient(ANA).get(f"/v1/accounts/{ANA}/reimbursements"))["items"]
    assert listed["id"] == case["id"]


async def test_days_that_came_while_nothing_ran_are_told_of_once(world: World) -> None:
    is_found(world)
    case = await opens(world, await billed(world), file_by=today(world, in_days=40))
    world.clock.advance(timedelta(days=2))
    await world.catch_up()
    sent = len([each for each in await world.said_types(ANA) if each == "AccountLinkIssued"])
    world.clock.advance(timedelta(days=33))  # both days of the policy have passed
    await world.catch_up()
    assert (await said(world)).count("ReimbursementFilingDue") == 1
    assert (await reads(world, case["id"]))["remind_on"] is None
    world.clock.advance(timedelta(days=1))
    await world.catch_up()
    assert len([each for each in await world.said_types(ANA) if each == "AccountLinkIssued"]) == sent + 1
    await world.catch_up()
    assert (await said(world)).count("ReimbursementFilingDue") == 1


async def test_an_insurer_that_is_silent_is_asked_about_twice_and_a_denial_ends_by_itself(world: World) -> None:
    is_found(world)
    case = await steps(world, await opens(world, await billed(world)), "filed")
    await world.travel(timedelta(days=61))
    assert (await reads(world, case["id"]))["remind_on"] is None
    assert (await world.said_types(ANA)).count("AccountLinkIssued") == 3, (
        "the bill with its case, after 30, after 60 days"
    )
    case = await steps(world, await reads(world, case["id"]), "answered", outcome="denied", reason="experimental")
    await world.travel(timedelta(days=182))
    after = await reads(world, case["id"])
    assert (after["stage"], after["outcome"], after["received"]) == ("resolved", "denied", usd(0))
    assert (await said(world)).count("ReimbursementResolved") == 1


async def test_there_is_one_for_a_superbill_also_for_the_next_one_in_its_place(world: World) -> None:
    superbill = await billed(world)
    case = await opens(world, superbill)
    async with world.nothing_changes():
        assert refusal(await world.biller.post(CASES, {"superbill_id": superbill})) == (409, "reimbursement_known")
    await pays(world, 225)
    (_, newer) = ok(await world.biller.get("/v1/superbills", patient_id=ANA))["items"]
    after = await reads(world, case["id"])
    assert (after["superbill_id"], after["superbill_number"]) == (newer["id"], newer["number"])
    async with world.nothing_changes():
        assert refusal(await world.biller.post(CASES, {"superbill_id": superbill})) == (409, "superbill_not_in_force")
        assert refusal(await world.biller.post(CASES, {"superbill_id": newer["id"]})) == (409, "reimbursement_known")


async def test_its_patient_opens_it_and_says_what_came_and_is_not_written_to_for_it(world: World) -> None:
    is_found(world)
    superbill = await billed(world)
    await world.travel(timedelta(days=1))
    ana, stranger = world.patient(ANA), world.patient(new_id())
    made = ok(await ana.post(CASES, {"superbill_id": superbill}), 201)
    assert await world.ports.account_links.waiting_of(PatientId(ANA)) == []
    path = f"{CASES}/{made['id']}"
    ok(await ana.post(f"{path}/filed", {"on": today(world)}, version=made["version"]))
    async with world.nothing_changes():
        late = {"on": today(world)}
        assert refusal(await ana.post(f"{path}/appealed", late, version=2)) == (409, "step_not_possible")
        assert refusal(await ana.post(f"{path}/more-asked", late, version=1)) == (412, "stale_version")
        assert refusal(await ana.get(CASES)) == (403, "forbidden")
        for caller, status in ((stranger, 404), (world.calling(Role.THERAPIST), 403)):
            assert (await caller.get(path)).status_code == status
            assert (await caller.post(f"{path}/close", version=2)).status_code == status
    assert refusal(await stranger.post(CASES, {"superbill_id": superbill})) == (404, "superbill_not_found")


async def test_what_waits_is_listed_by_its_day_and_what_is_over_apart(world: World) -> None:
    superbill = await billed(world)
    case = await opens(world, superbill, file_by=today(world, in_days=10))
    assert [each["id"] for each in ok(await world.biller.get(CASES))["items"]] == [case["id"]]
    assert ok(await world.biller.get(CASES, standing="resolved"))["items"] == []
    case = await steps(world, case, "close")
    assert case["outcome"] == "not_filed"
    assert ok(await world.biller.get(CASES))["items"] == []
    assert [each["id"] for each in ok(await world.biller.get(CASES, standing="resolved", limit=1))["items"]] == [
        case["id"]
    ]


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("answered", {"outcome": "denied", "reason": "experimental", "last_day": "2026-11-01"}),
        ("answered", {"outcome": "paid", "received_minor": 22_501}),
        ("answered", {"outcome": "given_up"}),
        ("answered", {"outcome": "denied"}),
        ("more-asked", {"answer_by": "2026-11-01"}),
        ("filed", {"on": "2027-01-01"}),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(world: World, step: str, body: dict[str, object]) -> None:
    case = await opens(world, await billed(world))
    if step != "filed":
        case = await steps(world, case, "filed")
    async with world.nothing_changes():
        answer = await world.biller.post(
            f"{CASES}/{case['id']}/{step}", {"on": today(world), **body}, version=case["version"]
        )
        assert answer.status_code == 422, answer.text


async def test_none_is_opened_on_a_record_that_was_given_up(world: World) -> None:
    superbill = await billed(world)
    await world.hear(merged(new_id()))
    async with world.nothing_changes():
        assert refusal(await world.biller.post(CASES, {"superbill_id": superbill})) == (409, "patient_merged")
