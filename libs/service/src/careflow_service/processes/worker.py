"""`worker`: the consumers of a service and the relay of its outbox; with `--with-timers` also what `timers` does.

The only module of this library that reaches a Kafka client.
"""

import asyncio
from typing import TypeVar

import orjson
from starlette.applications import Starlette

from careflow_events.contracts.sealed import sealed_fields
from careflow_events.kafka.account import KafkaAccount
from careflow_events.kafka.runner import EventsRunner
from careflow_events.kafka.worker import EventsWorker
from careflow_events.sealing import KeyRing
from careflow_events.topics import SERVICES, refeed_of
from careflow_service.http.health import Check, Heartbeat, health_of, health_routes
from careflow_service.kms import KmsFailure, content_of
from careflow_service.mongo.faults import store_is_away
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.processes.opening import Opened, StartUpFailure
from careflow_service.processes.running import Run, run_tasks, until_stopped
from careflow_service.processes.sealing_keys import followed_private
from careflow_service.processes.serving import bind, serving
from careflow_service.processes.timers import measuring, timers_of
from careflow_service.service import Service
from careflow_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


async def run_worker(process: Opened[S, P, App], stop: asyncio.Event, *, with_timers: bool = False) -> bool:
    """Work until stopped; answers whether it ended because it was told to. Raises StartUpFailure."""
    settings = process.resources.settings
    heartbeat = Heartbeat()
    events = _events_runner(process)
    health = health_of(
        process.service,
        process.app,
        process.resources,
        heartbeat,
        more=_event_checks(events),
        measure=measuring(process) if with_timers else None,
    )
    listening = bind(settings.http_host, settings.health_port)
    tasks: dict[str, Run] = {
        "health": serving(Starlette(routes=health_routes(health)), listening),
        "heartbeat": until_stopped(heartbeat.run),
        "fence": until_stopped(process.resources.fence.run),
        "keys": until_stopped(process.resources.keys.run),
        "events": events.run,
    }
    if with_timers:
        tasks["timers"] = timers_of(process).run
    return await run_tasks(tasks, stop)


def _events_runner(process: Opened[S, P, App]) -> EventsRunner:
    service, resources = process.service, process.resources
    assert resources.settings.kafka_url is not None
    keyring = _keyring(service, resources.settings)
    if keyring is not None and resources.settings.sealing_private_file is not None:
        resources.keys.also(followed_private(resources.settings.sealing_private_file, keyring))
    worker = EventsWorker(
        service=service.name,
        bootstrap_servers=resources.settings.kafka_url,
        account=_account(resources.settings),
        database=resources.database,
        subscriptions=service.subscriptions,
        ports=process.ports,
        transactions=ReactionTransactions(resources.work),
        keyring=keyring,
        clock=resources.clock,
        wall_clock=resources.wall_clock,
        new_id=resources.new_id,
        passes=store_is_away,
        holder=process.holder,
        watch=resources.commits,
        refeed=refeed_of(service.name) if service.name in SERVICES else None,
    )
    try:
        return worker.runner()
    except OSError as error:
        raise StartUpFailure(f"CAREFLOW_KAFKA_CA_FILE cannot be read ({error.strerror})") from None


def _account(settings: ServiceSettings) -> KafkaAccount | None:
    """As whom it speaks to Kafka, where Kafka asks."""
    if settings.kafka_account is None or settings.kafka_password is None or settings.kafka_ca_file is None:
        return None
    password = settings.kafka_password.get_secret_value()
    return KafkaAccount(settings.kafka_account, password, settings.kafka_ca_file, settings.kafka_mechanism)


def _event_checks(events: EventsRunner) -> dict[str, Check]:
    def check(name: str) -> Check:
        async def holds() -> bool:
            return events.checks()[name]

        return holds

    return {name: check(name) for name in events.checks()}


def _keyring(service: Service[S, P, App], settings: ServiceSettings) -> KeyRing | None:
    """The private keys of this consumer; needed once something it hears is sealed to it."""
    if settings.sealing_private_file is None:
        contracts = (subscription.contract for subscription in service.subscriptions)
        if any(service.name in field.consumers for contract in contracts for field in sealed_fields(contract)):
            raise StartUpFailure("CAREFLOW_SEALING_PRIVATE_FILE is missing")
        return None
    try:
        return KeyRing(service.name, orjson.loads(content_of(settings.sealing_private_file)))
    except OSError as error:
        raise StartUpFailure(f"CAREFLOW_SEALING_PRIVATE_FILE cannot be read ({error.strerror})") from None
    except KmsFailure as failure:
        raise StartUpFailure(f"CAREFLOW_SEALING_PRIVATE_FILE: {failure}") from None
    except (ValueError, KeyError, TypeError):
        raise StartUpFailure(f"CAREFLOW_SEALING_PRIVATE_FILE is not a set of private keys of {service.name}") from None
