"""Booking served to a client in the test's own process, over a real store, with a clock the test moves."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

import httpx
from fastapi import FastAPI
from joserfc.jwk import KeySet
from pymongo.monitoring import CommandListener

from booking.application.ports import Ports
from booking.application.use_cases import Booking
from booking.bootstrap import SERVICE
from booking.settings import BookingSettings
from careflow_events.contracts import EventData
from careflow_events.envelope import Envelope, decode
from careflow_events.handling import Handling, Settled
from careflow_events.mongo import mongo_stores
from careflow_events.publication import Publication, compose, patient_subject
from careflow_events.sealing import KeyRing
from careflow_events.testing.builders import Keys as SealingKeys
from careflow_events.testing.builders import a_record
from careflow_service.clock import wall_clock
from careflow_service.http.app import create_app
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.mongo.store import Keys, Store
from careflow_service.service import Resources
from careflow_service.settings import DEVELOPMENT_ISSUER
from careflow_service.testing.rehearsal import Rehearsing
from careflow_service.testing.store import SetClock, new_keys, scratch_store
from careflow_service.tokens import DevelopmentIssuer, RotatingKeys, TokenVerifier
from services.booking.tests.builders import NOW

ISSUER = DevelopmentIssuer()
SEALING = SealingKeys("booking", "screening", "sessions", "billing")


class _OwnKeys:
    async def read(self) -> KeySet:
        return KeySet.import_key_set(json.loads(ISSUER.public_keys()))


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls booking's HTTP, each command with a key of its own unless one is named."""

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

    async def delete(self, path: str, *, version: int) -> httpx.Response:
        return await self.client.delete(path, headers={**self.headers, **_if_match(version)})


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


@dataclass(slots=True)
class World:
    """One clinic's booking: call it over HTTP, let it hear events, look at what it said."""

    client: httpx.AsyncClient
    app: FastAPI
    store: Store
    booking: Booking
    clock: SetClock
    _handling: Handling[Ports]
    _heard: "dict[str, count[int]]" = field(default_factory=dict)

    def calling(self, *roles: Role, patient_id: str | None = None) -> Caller:
        token = ISSUER.token(*roles, subject=f"user-{patient_id or roles[0]}", patient_id=patient_id)
        return Caller(self.client, {"Authorization": f"Bearer {token}"})

    @property
    def coordinator(self) -> Caller:
        return self.calling(Role.COORDINATOR)

    @property
    def public(self) -> Caller:
        return Caller(self.client)

    def patient(self, patient_id: str) -> Caller:
        return self.calling(Role.PATIENT, patient_id=patient_id)

    async def hear(self, data: EventData, *, skipping: int = 0) -> Settled:
        """The next event of its stream arrives, as screening would have committed it; `skipping` some before it."""
        subject = patient_subject(str(data.patient_id))  # type: ignore[attr-defined]  # every event here has one
        publication = Publication(subject=subject, data=data)
        numbers = self._heard.setdefault(publication.stream, count(1))
        for _ in range(skipping):
            next(numbers)
        event = compose(
            publication,
            id=new_id(),
            sequence=next(numbers),
            now=self.clock(),
            causation=None,
            correlation=None,
            traceparent=None,
            sealer=SEALING.sealer(),
        )
        return await self.take_in(event)

    async def take_in(self, event: Envelope) -> Settled:
        """The event arrives as a record of its topic."""
        return await self._handling.settle(a_record(event))

    async def said(self, patient_id: str | None = None) -> list[Envelope]:
        """What booking has committed to say, in order; of one patient, if named."""
        stream = {"stream": f"careflow.booking.v1/patient:{patient_id}"} if patient_id else {}
        rows = self.store.database["_outbox"].find(stream).sort([("stream", 1), ("sequence", 1)])
        return [decode(row["record"], []) async for row in rows]

    async def said_types(self, patient_id: str) -> list[str]:
        """The names of what was said of a patient, in order."""
        return [event.type.split(".")[2] for event in await self.said(patient_id)]


@asynccontextmanager
async def running(
    url: str,
    database: str,
    *,
    now: datetime = NOW,
    keys: Keys | None = None,
    rehearsing: bool = False,
    keyring: KeyRing | None = None,
    listeners: Sequence[CommandListener] = (),
) -> AsyncIterator[World]:
    """A process of booking on this database, with all indexes; `rehearsing` lets it try everything twice."""
    clock, keys = SetClock(now), keys or new_keys()
    async with scratch_store(
        url,
        database,
        clock=clock,
        keys=keys,
        published=SERVICE.published,
        sealer=SEALING.sealer(),
        indexes=SERVICE.indexes,
        listeners=listeners,
    ) as store:
        settings = BookingSettings(
            mongo_url=url, master_key=keys.master, blind_index_key=keys.blind_index, audit_key=keys.audit
        )
        resources = Resources.on(store, settings=settings, clock=clock)
        if rehearsing:
            resources = replace(resources, work=Rehearsing(store.work))
        booking = SERVICE.bootstrap(resources)
        verifier = TokenVerifier(RotatingKeys(_OwnKeys()), issuer=DEVELOPMENT_ISSUER, audience="careflow")
        app = create_app(SERVICE, booking, resources, verifier=verifier)
        handling = Handling(
            consumer=SERVICE.name,
            subscriptions=SERVICE.subscriptions,
            ports=SERVICE.ports(booking),
            transactions=ReactionTransactions(resources.work),
            stores=mongo_stores(store.database, SERVICE.name),
            keyring=keyring or SEALING.ring("booking"),
            wall_clock=wall_clock,
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://booking") as client:
            yield World(client, app, store, booking, clock, handling)
