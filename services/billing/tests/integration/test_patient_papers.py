"""Papers a patient keeps, over HTTP: issued once, read as the same bytes by whoever may, and by their own patient."""

from typing import Any

import pytest

from billing.adapters import typst_printer
from careflow_service.identity import Role
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import appeal, bill, has_patient, ok, pays, refusal, the_charge, usd
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.world import World


async def papers(world: World) -> list[Any]:
    return list(ok(await world.patient(ANA).get("/v1/papers", patient_id=ANA))["items"])


async def test_a_patient_asks_for_a_receipt_and_reads_it_as_it_was_issued(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    payment = (await pays(world, 300))["payment_id"]
    made = ok(await world.patient(ANA).post("/v1/receipts", {"payment_id": payment}), 201)
    again = ok(await world.biller.post("/v1/receipts", {"payment_id": payment}), 201)
    assert (made, made["number"]) == (again, "RC-2026-0001")
    path = f"/v1/papers/{made['paper_id']}/pdf"
    first, second = [(await caller.get(path)).content for caller in (world.patient(ANA), world.biller)]
    assert first == second
    assert first.startswith(b"%PDF-")


async def test_the_same_bytes_are_read_though_the_typesetter_has_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await has_patient(world)
    made = ok(await world.biller.post("/v1/receipts", {"payment_id": (await pays(world, 10))["payment_id"]}), 201)
    path = f"/v1/papers/{made['paper_id']}/pdf"
    before = (await world.biller.get(path)).content

    async def another(*_: object) -> bytes:
        return b"%PDF-another"

    monkeypatch.setattr(typst_printer, "_print", another)
    assert (await world.biller.get(path)).content == before


async def test_a_statement_shows_its_balances_and_is_issued_once(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await pays(world, 100)
    asked = {"patient_id": ANA, "month": "2026-11"}
    assert refusal(await world.biller.post("/v1/statements", asked)) == (409, "month_not_over")
    world.clock.now = local(1, 9, month=12)
    made = ok(await world.biller.post("/v1/statements", asked), 201)
    assert ok(await world.biller.post("/v1/statements", asked), 201) == made
    (paper,) = await papers(world)
    assert (paper["kind"], paper["about"], paper["number"]) == ("statement", "2026-11", "ST-2026-0001")
    told = paper["statement"]
    assert (told["closing"]["owed"], told["to_pay"], told["due_on"]) == (usd(125), usd(125), "2026-12-31")


async def test_a_year_is_summed_up_for_its_patient(world: World) -> None:
    await has_patient(world)
    asked = {"patient_id": ANA, "year": 2026}
    assert refusal(await world.patient(ANA).post("/v1/yearly-summaries", asked)) == (409, "nothing_paid")
    await pays(world, 10)
    ok(await world.patient(ANA).post("/v1/yearly-summaries", asked), 201)
    assert [each["about"] for each in await papers(world)] == ["2026"]


async def test_a_patient_writes_a_letter_of_appeal_and_writes_it_anew(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    superbill = ok(await world.biller.post("/v1/superbills", bill((await the_charge(world))["id"])), 201)
    asked = appeal(superbill["superbill_id"], words="I can work again.")
    async with world.nothing_changes():
        before_care = {**asked, "notice_received_on": "2026-11-22"}
        assert refusal(await world.patient(ANA).post("/v1/appeal-letters", before_care)) == (
            422,
            "notice_dates_invalid",
        )
        other = {**asked, "superbill_id": "0199e0a0-0000-7000-8000-00000000dead"}
        assert refusal(await world.patient(ANA).post("/v1/appeal-letters", other)) == (404, "superbill_not_found")
        many = {**asked, "enclosed": ["a letter"] * 11}
        assert refusal(await world.patient(ANA).post("/v1/appeal-letters", many)) == (422, "invalid_request")
    first = ok(await world.patient(ANA).post("/v1/appeal-letters", asked), 201)
    assert ok(await world.biller.post("/v1/appeal-letters", asked), 201) == first, "the same words are the same letter"
    ok(await world.biller.post("/v1/appeal-letters", {**asked, "words": "I work."}), 201)
    ok(await world.biller.post("/v1/appeal-letters", {**asked, "stage": "external"}), 201)
    told = [(each["number"], each["replaces_number"]) for each in await papers(world)]
    assert told == [("AL-2026-0001", None), ("AL-2026-0002", "AL-2026-0001"), ("AL-2026-0003", None)]
    path = f"/v1/papers/{first['paper_id']}/pdf"
    assert (await world.patient(ANA).get(path)).content.startswith(b"%PDF-")
    assert refusal(await world.calling(Role.COORDINATOR).get(path)) == (404, "paper_not_found")
