"""`api`: the service over HTTP. Needs the store and no Kafka, so commands are accepted while Kafka is down."""

import asyncio
from typing import TypeVar

from careflow_events.mongo import MongoFeed, OwnerChanges
from careflow_service.http.access import AccessTableMismatch
from careflow_service.http.app import RoutesWrong, create_app
from careflow_service.http.health import Heartbeat, health_of
from careflow_service.processes.opening import Opened, StartUpFailure
from careflow_service.processes.running import Run, run_tasks, until_stopped
from careflow_service.processes.serving import bind, serving
from careflow_service.settings import ServiceSettings, SettingsError

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


async def run_api(process: Opened[S, P, App], stop: asyncio.Event) -> bool:
    """Serve until stopped; answers whether it ended because it was told to."""
    service, settings = process.service, process.resources.settings
    heartbeat = Heartbeat()
    health = health_of(service, process.app, process.resources, heartbeat)
    try:
        app = create_app(service, process.app, process.resources, health=health)
    except (AccessTableMismatch, RoutesWrong, SettingsError) as error:
        raise StartUpFailure(str(error)) from None
    listening = bind(settings.http_host, settings.http_port)
    tasks: dict[str, Run] = {
        "http": serving(app, listening),
        "heartbeat": until_stopped(heartbeat.run),
        "fence": until_stopped(process.resources.fence.run),
        "keys": until_stopped(process.resources.keys.run),
        "staff": until_stopped(process.resources.staff.run),
        "waiting": _letting_go(app.state.feed, app.state.live.changes),
    }
    return await run_tasks(tasks, stop)


def _letting_go(feed: MongoFeed, changes: OwnerChanges) -> Run:
    """Answers those who wait for what is new when it is time to stop: what is in flight is finished, not waited out."""

    async def run(stop: asyncio.Event) -> None:
        await stop.wait()
        feed.close()
        changes.close()

    return run
