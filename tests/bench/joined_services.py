"""Both services in this process, over a real store, joined by topics in memory, with every word to the store heard.

It owns how counts are taken. Invariant: nothing happens by itself: an event travels when `post` is called and not
before, so that what is counted depends on no machine and no timing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from joserfc.jwk import KeySet
from structlog.testing import capture_logs

import booking.bootstrap
import screening.bootstrap
from careflow_clinic.clinic import Clinic
from careflow_clinic.http import Caller, Http
from careflow_clinic.subscriber import SeenEvent
from careflow_clinic.view import Asked
from careflow_clinic.walk import Walk
from careflow_events.checkpoint import Checkpoints
from careflow_events.consumed import ConsumedRecord
from careflow_events.envelope import decode, encode
from careflow_events.faults import diagnosis
from careflow_events.handling import Handling, Settled
from careflow_events.lease import HeldLease
from careflow_events.mongo import CommitWatch, MongoLeases, MongoUnpublished, mongo_stores, store_is_away
from careflow_events.relay import Relay
from careflow_events.testing.builders import Keys as SealingKeys
from careflow_service.clock import wall_clock
from careflow_service.http.app import create_app
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.mongo.store import Store
from careflow_service.service import Resources, Service
from careflow_service.settings import DEVELOPMENT_ISSUER
from careflow_service.testing.commands import CommandLog
from careflow_service.testing.store import SetClock, new_keys, scratch_store
from careflow_service.tokens import DevelopmentIssuer, RotatingKeys, TokenVerifier
from tests.bench.topics_in_memory import PostedEvents, TopicsInMemory

SERVICES: tuple[Service[Any, Any, Any], ...] = (booking.bootstrap.SERVICE, screening.bootstrap.SERVICE)
CONSUMERS = ("booking", "screening", "sessions", "billing")


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedService:
    """One of the services: its routes, its consumer and its relay, all on the store client that `log` listens to."""

    name: str
    store: Store
    log: CommandLog
    http: FastAPI
    handling: Handling[Any]
    relay: Relay
    hears: frozenset[str]


@dataclass(slots=True)
class Tally:
    """The first time each thing was done: the round trips it took, and the bytes each event had."""

    commands: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """(service, "POST /v1/appointments/{}/complete") -> the round trips."""
    reactions: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """(service, event name) -> the round trips."""
    relay_batches: dict[str, list[str]] = field(default_factory=dict)
    event_bytes: dict[str, int] = field(default_factory=dict)
    """Event name -> bytes of the largest value seen."""


@dataclass(frozen=True, slots=True)
class TravellingClock:
    """The services' clock, as the walk moves it. What falls due on the way is not part of what is counted."""

    clock: SetClock

    def now(self) -> datetime:
        return self.clock.now

    def set(self, instant: datetime) -> int:
        self.clock.now = instant
        return 0


@dataclass(slots=True)
class JoinedServices:
    """The services and somebody who takes patients through them."""

    services: Mapping[str, JoinedService]
    topics: TopicsInMemory
    walk: Walk
    tally: Tally = field(default_factory=Tally)
    _heard: dict[str, int] = field(default_factory=dict)

    def start_over(self) -> None:
        """Forget what was counted so far."""
        self.tally = Tally()
        for service in self.services.values():
            with service.log.recording():
                self._heard[service.name] = 0

    def asked(self, request: Asked) -> None:
        """One request was answered: what the store heard since the last note was about it."""
        trips = self._since_last_note(self.services[request.service])
        self.tally.commands.setdefault((request.service, f"{request.method} {_pattern(request.path)}"), trips)

    async def post(self) -> None:
        """Every committed event is relayed and handled, and what that causes, too."""
        while await self._relay():
            for record in self.topics.collect():
                await self._deliver(record)

    async def _relay(self) -> bool:
        relayed = False
        for service in self.services.values():
            published = await service.relay.turn()
            trips = self._since_last_note(service)
            if published:
                relayed = True
                self.tally.relay_batches.setdefault(service.name, trips)
        return relayed

    async def _deliver(self, record: ConsumedRecord) -> None:
        event = decode(record.value, record.headers)
        assert event.subject is not None
        assert event.sequence is not None
        seen = SeenEvent(record.topic, event.type, event.subject, event.sequence, event.time, dict(event.data))
        self.walk.clinic.events.seen.append(seen)
        # Whether a trace goes along depends on the process, not on the event.
        size = len(encode(replace(event, traceparent=None)))
        self.tally.event_bytes[seen.name] = max(size, self.tally.event_bytes.get(seen.name, 0))
        for service in self.services.values():
            if record.topic in service.hears:
                settled = await service.handling.settle(record)
                trips = self._since_last_note(service)
                if settled is Settled.HANDLED:
                    self.tally.reactions.setdefault((service.name, seen.name), trips)

    def _since_last_note(self, service: JoinedService) -> list[str]:
        trips = service.log.round_trips
        noted, self._heard[service.name] = self._heard.get(service.name, 0), len(trips)
        return trips[noted:]


@asynccontextmanager
async def joined_services(store_url: str, databases: Mapping[str, str], pages: Path) -> AsyncIterator[JoinedServices]:
    """Both services, with all indexes and an open clinic. `databases`: service -> a database nobody else uses, which is
    dropped in the end.
    """
    clock, issuer, sealing = SetClock(), DevelopmentIssuer(), SealingKeys(*CONSUMERS)
    topics, services = TopicsInMemory(), dict[str, JoinedService]()
    async with AsyncExitStack() as opened:
        opened.enter_context(capture_logs())  # only numbers are wanted here
        for service in SERVICES:
            opening = _joined(service, store_url, databases[service.name], pages, clock, issuer, sealing, topics)
            services[service.name] = await opened.enter_async_context(opening)

        def token(caller: Caller) -> str:
            roles = [Role(role) for role in caller.roles]
            return issuer.token(*roles, subject=caller.subject, patient_id=caller.patient_id)

        mounts = {f"all://{name}": httpx.ASGITransport(app=each.http) for name, each in services.items()}
        client = httpx.AsyncClient(mounts=mounts)
        http = await opened.enter_async_context(
            Http({name: f"http://{name}" for name in services}, token, client=client)
        )
        events = PostedEvents(bootstrap_servers="", topics=())
        joined = JoinedServices(services, topics, Walk(Clinic(http, events), TravellingClock(clock)))
        events.post, http.on_asked = joined.post, joined.asked
        await joined.walk.open_the_clinic()
        yield joined


@asynccontextmanager
async def _joined(
    service: Service[Any, Any, Any],
    store_url: str,
    database: str,
    pages: Path,
    clock: SetClock,
    issuer: DevelopmentIssuer,
    sealing: SealingKeys,
    topics: TopicsInMemory,
) -> AsyncIterator[JoinedService]:
    keys, log = new_keys(), CommandLog()
    async with scratch_store(
        store_url,
        database,
        clock=clock,
        keys=keys,
        published=service.published,
        sealer=sealing.sealer(),
        indexes=service.indexes,
        listeners=[log],
    ) as store:
        settings = service.settings.model_validate(
            {
                "environment": "development",
                "mongo_url": store_url,
                "master_key": keys.master,
                "blind_index_key": keys.blind_index,
                "audit_key": keys.audit,
                **({"pages_dir": pages} if "pages_dir" in service.settings.model_fields else {}),
            }
        )
        resources = Resources.on(store, settings=settings, clock=clock)
        app = service.bootstrap(resources)
        if service.seeds is not None:
            await service.seeds(app)
        verifier = TokenVerifier(RotatingKeys(_KeysOf(issuer)), issuer=DEVELOPMENT_ISSUER, audience="careflow")
        try:
            yield JoinedService(
                name=service.name,
                store=store,
                log=log,
                http=create_app(service, app, resources, verifier=verifier),
                handling=Handling(
                    consumer=service.name,
                    subscriptions=service.subscriptions,
                    ports=service.ports(app),
                    transactions=ReactionTransactions(store.work),
                    stores=mongo_stores(store.database, service.name),
                    keyring=sealing.ring(service.name),
                    clock=wall_clock,
                    wall_clock=wall_clock,
                ),
                relay=_relay(store, topics, clock),
                hears=frozenset(each.contract.topic.name for each in service.subscriptions),
            )
        finally:
            await store.client.drop_database(database)


def _relay(store: Store, topics: TopicsInMemory, clock: SetClock) -> Relay:
    """A relay whose lease never needs renewing, which would cost a round trip now and then."""
    return Relay(
        unpublished=MongoUnpublished(store.database),
        lease=HeldLease(MongoLeases(store.database), "relay", "bench", ttl=timedelta(hours=1), monotonic=lambda: 0.0),
        producer=topics,
        checkpoints=Checkpoints((), topics, new_id),
        hint=CommitWatch(store.database).hint("_outbox"),
        clock=clock,
        fault_of=diagnosis(store_is_away),
    )


@dataclass(frozen=True, slots=True)
class _KeysOf:
    issuer: DevelopmentIssuer

    async def read(self) -> KeySet:
        return KeySet.import_key_set(json.loads(self.issuer.public_keys()))


def _pattern(path: str) -> str:
    """The path without what differs from patient to patient."""
    return "/".join("{}" if len(part) == 36 and part.count("-") == 4 else part for part in path.split("/"))
