"""A service tells what it says: its AsyncAPI document and the schema each event names."""

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from careflow_events.catalogue import written_by
from careflow_events.contracts.model import EventData
from careflow_events.schemas import asyncapi, published
from careflow_service.http.contract import contract_routes
from libs.service.tests.toy.world import RunningToy

OF_BILLING = sorted(written_by("billing"), key=lambda contract: contract.name())


@pytest.fixture
def billing() -> httpx.AsyncClient:
    """Asks what billing tells of its events."""
    app = Starlette(routes=contract_routes("billing"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://billing")


@pytest.mark.parametrize("contract", OF_BILLING, ids=lambda contract: contract.name())
async def test_the_dataschema_of_an_event_leads_to_its_schema(
    billing: httpx.AsyncClient, contract: type[EventData]
) -> None:
    answer = await billing.get(contract.schema_id().replace("careflow:", "/"))

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/schema+json")
    assert answer.json() == orjson.loads(orjson.dumps(published(contract)))


async def test_it_tells_what_it_says_itself(billing: httpx.AsyncClient) -> None:
    assert (await billing.get("/asyncapi.json")).json() == asyncapi.document(("billing",))


@pytest.mark.parametrize(
    "path",
    ["/schemas/booking/ConsultationBooked/v1", "/schemas/toy/RoomPainted/v1", "/schemas/toy/RoomPainted/v1.json"],
)
async def test_a_running_service_tells_nothing_of_what_it_does_not_say(toy: RunningToy, path: str) -> None:
    answer = await toy.client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_nobody_needs_a_token(toy: RunningToy) -> None:
    answer = await toy.client.get("/asyncapi.json")

    assert (answer.status_code, answer.json()["asyncapi"]) == (200, "3.0.0")
