"""What operators watch of screening: alerts that nobody answers, and pages that do not get out."""

from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from careflow_service.gateways import SignedGateway
from careflow_service.measures import read_all
from careflow_service.testing.outbound import Outside
from screening.adapters.counted_pages import CountedPages
from screening.adapters.page_gateway import PageGateway
from screening.domain.rota import ChannelKind
from screening.measures import MEASURES
from services.screening.tests.clinic import answers, has_case, has_rota, ok, open_alert
from services.screening.tests.unit.test_page_gateway import AT, KEY, page
from services.screening.tests.world import World

MINUTE = timedelta(minutes=1)


async def unanswered(world: World) -> float:
    await read_all(MEASURES, world.ports)
    value = REGISTRY.get_sample_value("careflow_safety_alert_unanswered_seconds")
    assert value is not None
    return value


async def test_an_alert_is_unanswered_from_when_somebody_must_have_responded_until_somebody_takes_it_on(
    world: World,
) -> None:
    assert await unanswered(world) == 0
    await has_rota(world)
    ok(await answers(world, await has_case(world), "phq-9", {"9": "3"}))
    alert = await open_alert(world)
    assert await unanswered(world) == 0
    await world.travel(datetime.fromisoformat(alert["respond_by"]) - world.clock() + MINUTE)
    assert await unanswered(world) == 60
    ok(await world.nurse.post(f"/v1/alerts/{alert['id']}/acknowledge"))
    assert await unanswered(world) == 0


@pytest.mark.parametrize(("status", "result"), [(202, "sent"), (503, "refused")])
async def test_each_attempt_to_page_is_counted_by_what_became_of_it(status: int, result: str) -> None:
    def counted() -> float:
        labels = {"channel": "sms", "result": result}
        return REGISTRY.get_sample_value("careflow_pages_total", labels) or 0.0

    gateway = PageGateway(
        {ChannelKind.SMS: "https://gateway.example/sms"}, SignedGateway(KEY, lambda: AT, Outside(status))
    )
    before = counted()
    await CountedPages(gateway).send(page())
    assert counted() == before + 1
