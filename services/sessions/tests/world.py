"""Sessions served to a client in the test's own process, over a real store, with a clock the test moves."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import structlog
from fastapi import FastAPI
from joserfc.jwk import KeySet
from pymongo.monitoring import CommandListener

from careflow_events.contracts import EventData
from careflow_events.delivery import Delivery, Outcome
from careflow_events.envelope import Envelope, decode
from careflow_events.faults import diagnosis
from careflow_events.handling import Handling
from careflow_events.mongo import mongo_stores
from careflow_events.publication import Publication, compose, patient_subject
from careflow_events.sealing import KeyRing
from careflow_events.testing.builders import Keys as SealingKeys
from careflow_events.testing.builders import a_record
from careflow_events.topics import topics_of
from careflow_service.clock import wall_clock
from careflow_service.http.app import create_app
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.mongo.store import Store
from careflow_service.service import Resources
from careflow_service.settings import DEVELOPMENT_ISSUER, Environment
from careflow_service.telemetry.logs import configure_logging
from careflow_service.testing.store import SetClock, new_keys, scratch_store
from careflow_service.timers.kinds import DeadlineKind
from careflow_service.tokens import DevelopmentIssuer, RotatingKeys, TokenVerifier
from services.sessions.tests.builders import NOW
from sessions.application.ports import Ports
from sessions.application.use_cases import Sessions
from sessions.bootstrap import SERVICE
from sessions.settings import SessionsSettings

ISSUER = DevelopmentIssuer()
SEALING = SealingKeys("booking", "screening", "sessions", "billing")
FORGED = SealingKeys("booking", "screening", "sessions", "billing")
"""Keys of the same names that are not the clinic's: what is sealed with them does not open."""


class _OwnKeys:
    async def read(self) -> KeySet:
        return KeySet.import_key_set(json.loads(ISSUER.public_keys()))


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls sessions's HTTP, each command with a key of its own unless one is named."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **query: object) -> httpx.Response:
        return await self.client.get(path, params={k: str(v) for k, v in query.items()}, headers=self.headers)

    async def post(
        self, path: str, body: dict[str, Any] | None = None, *, version: int | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**self.headers, "Idempotency-Key": key or new_id(), **_if_match(version)}
        return await self.client.post(path, json=body, headers=headers)

    async def put(self, path: str, body: dict[str, Any], *, version: int | None = None) -> httpx.Response:
        return await self.client.put(path, json=body, headers={**self.headers, **_if_match(version)})


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


@dataclass(slots=True)
class World:
    """One clinic's sessions: call it over HTTP, let it hear events, let time pass, look at what it said."""

    client: httpx.AsyncClient
    store: Store
    sessions: Sessions
    clock: SetClock
    logs: io.StringIO
    app: FastAPI
    _handling: Handling[Ports]
    _heard: "dict[str, count[int]]" = field(default_factory=dict)

    def calling(self, *roles: Role, patient_id: str | None = None) -> Caller:
        token = ISSUER.token(*roles, subject=f"user-{patient_id or roles[0]}", patient_id=patient_id)
        return Caller(self.client, {"Authorization": f"Bearer {token}"})

    @property
    def prescriber(self) -> Caller:
        return self.calling(Role.PRESCRIBER)

    @property
    def nurse(self) -> Caller:
        return self.calling(Role.NURSE)

    def patient(self, patient_id: str) -> Caller:
        return self.calling(Role.PATIENT, patient_id=patient_id)

    @property
    def therapist(self) -> Caller:
        return self.calling(Role.THERAPIST)

    def nurse_called(self, name: str) -> Caller:
        """Another nurse, with a login of her own."""
        token = ISSUER.token(Role.NURSE, subject=name)
        return Caller(self.client, {"Authorization": f"Bearer {token}"})

    async def has_heard_all(self) -> None:
        """Both feeds of screening have said that nothing is missing so far."""
        consumers = mongo_stores(self.store.database, SERVICE.name).consumers
        for topic in topics_of("screening"):
            await consumers.note_started(topic.name, f"{topic.name}-1", 0)
            await consumers.note_checkpoint(topic.name, 0, self.clock())

    async def hear(self, data: EventData, *, keys: SealingKeys = SEALING) -> Outcome:
        """The next event of its stream is delivered, as its service would have committed it, sealed with these
        `keys`; what cannot be handled is parked.
        """
        subject = patient_subject(str(data.patient_id))  # type: ignore[attr-defined]  # every event here has one
        publication = Publication(subject=subject, data=data)
        event = compose(
            publication,
            id=new_id(),
            sequence=next(self._heard.setdefault(publication.stream, count(1))),
            now=self.clock(),
            causation=None,
            correlation=None,
            traceparent=None,
            sealer=keys.sealer(),
        )
        return await self.take_in(event)

    async def take_in(self, event: Envelope) -> Outcome:
        """This very event is delivered."""
        return await Delivery(self._handling, fault_of=diagnosis(lambda _: False)).deliver(a_record(event))

    async def catch_up(self) -> None:
        """Everything that is due happens: deadlines fire, as `timers` does."""
        ports, work = SERVICE.ports(self.sessions), self.store.work
        kinds = [DeadlineKind(each, ports=ports, work=work, clock=self.clock) for each in SERVICE.deadlines]
        done = True
        while done:
            done = False
            for kind in kinds:
                upcoming = await kind.next()
                if upcoming is not None and kind.wait(upcoming) <= 0:
                    await kind.do(upcoming)
                    done = True

    async def travel(self, by: timedelta) -> None:
        """Time passes, from one due deadline to the next."""
        ports = SERVICE.ports(self.sessions)
        until = self.clock() + by
        await self.catch_up()
        while True:
            upcoming = [due[0] for each in SERVICE.deadlines if (due := await each.next(ports))]
            self.clock.now = min([until, *upcoming])
            await self.catch_up()
            if self.clock() == until:
                return

    async def said(self, patient_id: str, topic: str = "careflow.sessions.v1") -> list[Envelope]:
        """What sessions has committed to say of a patient, in order."""
        rows = self.store.database["_outbox"].find({"stream": f"{topic}/patient:{patient_id}"})
        return [decode(row["record"], []) async for row in rows.sort("sequence", 1)]

    async def said_types(self, patient_id: str, topic: str = "careflow.sessions.v1") -> list[str]:
        """The names of what was said of a patient, in order."""
        return [event.type.split(".")[2] for event in await self.said(patient_id, topic)]

    async def said_at(self, location_id: str) -> list[str]:
        """The names of the safety events of a location, in order."""
        rows = self.store.database["_outbox"].find({"stream": f"careflow.sessions.safety.v1/location:{location_id}"})
        return [decode(row["record"], []).type.split(".")[2] async for row in rows.sort("sequence", 1)]

    async def alarmed(self, patient_id: str) -> list[str]:
        """The names of the safety events of a patient, in order."""
        return await self.said_types(patient_id, "careflow.sessions.safety.v1")


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What the service logs, as its processes would."""
    logs, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level)
    configure_logging(service=SERVICE.name, process="tests", stream=logs)
    try:
        yield logs
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level = before


@asynccontextmanager
async def running(
    url: str,
    database: str,
    *,
    now: datetime = NOW,
    listeners: Sequence[CommandListener] = (),
    keyring: KeyRing | None = None,
) -> AsyncIterator[World]:
    """Sessions on a store of its own, with all indexes. Without `keyring` it opens what the tests' own events seal."""
    clock = SetClock(now)
    with logged() as logs:
        async with scratch_store(
            url,
            database,
            clock=clock,
            published=SERVICE.published,
            sealer=SEALING.sealer(),
            indexes=SERVICE.indexes,
            listeners=listeners,
        ) as store:
            keys = new_keys()
            settings = SessionsSettings(
                environment=Environment.DEVELOPMENT,
                mongo_url=url,
                master_key=keys.master,
                blind_index_key=keys.blind_index,
                audit_key=keys.audit,
            )
            resources = Resources.on(store, settings=settings, clock=clock)
            sessions = SERVICE.bootstrap(resources)
            verifier = TokenVerifier(RotatingKeys(_OwnKeys()), issuer=DEVELOPMENT_ISSUER, audience="careflow")
            app = create_app(SERVICE, sessions, resources, verifier=verifier)
            handling = Handling(
                consumer=SERVICE.name,
                subscriptions=SERVICE.subscriptions,
                ports=SERVICE.ports(sessions),
                transactions=ReactionTransactions(store.work),
                stores=mongo_stores(store.database, SERVICE.name),
                keyring=keyring or SEALING.ring("sessions"),
                wall_clock=wall_clock,
            )
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sessions") as client:
                yield World(client, store, sessions, clock, logs, app, handling)
