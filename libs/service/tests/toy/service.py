"""The toy's bootstrap: the one description of it."""

from careflow_service.service import Http, Service
from careflow_service.settings import ServiceSettings
from libs.service.tests.toy import visits
from libs.service.tests.toy.application import (
    DEADLINES,
    EFFECTS,
    INDEXES,
    PUBLISHED,
    SUBSCRIPTIONS,
    Ports,
    Toy,
    knows,
    named,
)
from libs.service.tests.toy.routes import ACCESS, router


async def _channel_is_there(_app: Toy) -> bool:
    return True


async def _seed(app: Toy) -> None:
    await app.ports.visits.earliest("due_at")


def http() -> Http[Toy]:
    return Http(title="Toy", routers=(router,), access=ACCESS)


SERVICE: Service[ServiceSettings, Ports, Toy] = Service(
    name="toy",
    settings=ServiceSettings,
    bootstrap=Toy,
    ports=lambda app: app.ports,
    domain=visits,
    published=PUBLISHED,
    subscriptions=SUBSCRIPTIONS,
    deadlines=DEADLINES,
    effects=EFFECTS,
    indexes=INDEXES,
    http=http,
    ready={"channel": _channel_is_there},
    knows=knows,
    named=named,
    seeds=_seed,
)
