"""`timers`: deadlines fire, effects are performed, the audit trail is sealed. Needs the store and no Kafka, so
escalations go out while it is down.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.applications import Starlette

from careflow_service.backup.taken import BackupsTaken
from careflow_service.http.health import Heartbeat, health_of, health_routes
from careflow_service.measures import age_of_backup, disabled_webhooks, emergencies_unreviewed, overdue, read_all
from careflow_service.processes.effects import effects_of
from careflow_service.processes.opening import Opened
from careflow_service.processes.running import Run, run_tasks, until_stopped
from careflow_service.processes.serving import bind, serving
from careflow_service.settings import ServiceSettings
from careflow_service.timers import Sealing, Timers
from careflow_service.timers.loop import TIMERS_LEASE
from careflow_service.webhooks.opening import webhook_turn
from careflow_service.webhooks.storing import Endpoints

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


async def run_timers(process: Opened[S, P, App], stop: asyncio.Event) -> bool:
    """Work until stopped; answers whether it ended because it was told to."""
    settings = process.resources.settings
    heartbeat = Heartbeat()
    health = health_of(process.service, process.app, process.resources, heartbeat, measure=measuring(process))
    listening = bind(settings.http_host, settings.health_port)
    tasks: dict[str, Run] = {
        "health": serving(Starlette(routes=health_routes(health)), listening),
        "heartbeat": until_stopped(heartbeat.run),
        "fence": until_stopped(process.resources.fence.run),
        "keys": until_stopped(process.resources.keys.run),
        "timers": timers_of(process).run,
        "commits": until_stopped(process.resources.commits.run),
    }
    return await run_tasks(tasks, stop)


def measuring(process: Opened[S, P, App]) -> Callable[[], Awaitable[None]]:
    """Sets the gauges of what the service watches, its deadlines and its backups among it."""
    service, resources = process.service, process.resources
    backups = BackupsTaken(resources.database)
    measures = (
        *(overdue(each, resources.clock) for each in service.deadlines),
        age_of_backup(backups.last, resources.wall_clock),
        disabled_webhooks(Endpoints(resources.database, resources.vault).disabled),
        emergencies_unreviewed(resources.emergency_accesses.waiting_since, resources.clock),
        *service.measures,
    )
    return lambda: read_all(measures, process.ports)


def timers_of(process: Opened[S, P, App]) -> Timers[P]:
    """The service's timers in this process."""
    service, resources = process.service, process.resources
    return Timers(
        ports=process.ports,
        deadlines=service.deadlines,
        effects=effects_of(service, process.app, resources.database, resources.vault),
        work=resources.work,
        clock=resources.clock,
        lease=process.lease(TIMERS_LEASE),
        sealing=Sealing(resources.audit_seals, wall_clock=resources.wall_clock, commits=resources.commits),
        commits=resources.commits,
        webhooks=webhook_turn(service.name, service.topics, resources) if service.topics else None,
    )
