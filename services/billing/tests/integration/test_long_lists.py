"""Long lists, page by page."""

from typing import Any

import orjson
import pytest

from careflow_service.ids import new_id
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import buys_package, has_patient, ok, pays, refusal, the_account, usd
from services.billing.tests.heard import evaluated
from services.billing.tests.world import World

MANY = 1_000


async def test_the_thousandth_entry_of_the_journal_is_reached_and_summed_up(world: World) -> None:
    await has_patient(world)
    await pays(world, 1)
    journal = world.store.database["journal"]
    (entry,) = await journal.find().to_list()
    copies = [await _copy(world, entry, number) for number in range(MANY - 1)]
    await journal.insert_many(copies)

    seen = 0
    after: dict[str, str] = {}
    while True:
        page = ok(await world.biller.get("/v1/ledger/entries", limit=200, **after))
        seen += len(page["items"])
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == MANY
    assert ok(await world.biller.get("/v1/ledger/trial-balance"))["debit"] == usd(MANY)


async def test_a_decision_rests_on_all_there_is(world: World) -> None:
    await has_patient(world)
    for _ in range(5):
        await buys_package(world)
        await pays(world, 50)
    account = await the_account(world)
    assert (account["credit"], account["prepaid"]) == (usd(250), usd(5 * 3_720))
    assert len(ok(await world.biller.get("/v1/packages", patient_id=ANA))["items"]) == 5
    await world.hear(evaluated())
    account = await the_account(world)
    assert (account["credit"], account["owed"]) == (usd(0), usd(200)), "every payment was put to it"


async def _copy(world: World, entry: dict[str, Any], number: int) -> dict[str, Any]:
    copied, vault = new_id(), world.store.vault
    body = {**orjson.loads(await vault.decrypt(entry["body"])), "id": copied}
    return {**entry, "_id": copied, "key": str(number), "body": await vault.encrypt(ANA, orjson.dumps(body))}


@pytest.mark.parametrize("path", ["/v1/charges", "/v1/payments", "/v1/ledger/entries"])
async def test_a_page_that_cannot_be_is_refused(world: World, path: str) -> None:
    queries: list[tuple[str, object]] = [
        *(("limit", each) for each in (0, 201, -1, "99999999999999999999", "1e2")),
        *(("after", each) for each in ("broken", "A" * 500, "A" * 600, "\u0000")),
    ]
    for name, value in queries:
        refused = await world.biller.get(path, patient_id=ANA, **{name: value})
        assert refusal(refused) in {(422, "invalid_request"), (422, "invalid_cursor")}, (name, value)
