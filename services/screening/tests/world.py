"""Screening served to a client in the test's own process, over a real store, with a clock the test moves."""

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import structlog
from joserfc.jwk import KeySet
from pymongo.monitoring import CommandListener

from careflow_events.contracts import EventData
from careflow_events.envelope import Envelope, decode
from careflow_events.handling import Handling, Settled
from careflow_events.mongo import mongo_stores
from careflow_events.publication import Publication, compose, patient_subject
from careflow_events.testing.builders import Keys as SealingKeys
from careflow_events.testing.builders import a_record
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
from careflow_service.timers.kinds import DeadlineKind, EffectKind, Kind
from careflow_service.tokens import DevelopmentIssuer, RotatingKeys, TokenVerifier
from careflow_service.work import Work
from screening.application.ports import Ports
from screening.application.use_cases import Screening
from screening.bootstrap import SERVICE
from screening.settings import ScreeningSettings
from services.screening.tests.builders import NOW

ISSUER = DevelopmentIssuer()
SEALING = SealingKeys("booking", "screening", "sessions", "billing")


class _OwnKeys:
    async def read(self) -> KeySet:
        return KeySet.import_key_set(json.loads(ISSUER.public_keys()))


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls screening's HTTP, each command with a key of its own unless one is named."""

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
    """One clinic's screening: call it over HTTP, let it hear events, let time pass, look at what it said and paged."""

    client: httpx.AsyncClient
    store: Store
    screening: Screening
    clock: SetClock
    pages: Path
    logs: io.StringIO
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

    async def hear(self, data: EventData, *, skipping: int = 0, sequence: int | None = None) -> Settled:
        """The next event of its stream arrives, as booking would have committed it; `skipping` some before it."""
        subject = patient_subject(str(data.patient_id))  # type: ignore[attr-defined]  # every event here has one
        publication = Publication(subject=subject, data=data)
        numbers = self._heard.setdefault(publication.stream, count(1))
        for _ in range(skipping):
            next(numbers)
        event = compose(
            publication,
            id=new_id(),
            sequence=sequence or next(numbers),
            now=self.clock(),
            causation=None,
            correlation=None,
            traceparent=None,
            sealer=SEALING.sealer(),
        )
        return await self._handling.settle(a_record(event))

    async def catch_up(self) -> None:
        """Everything that is due happens: deadlines fire and pages go out, as `timers` does."""
        ports, work = SERVICE.ports(self.screening), self.store.work
        kinds: list[Kind] = [
            *(DeadlineKind(each, ports=ports, work=work, clock=self.clock) for each in SERVICE.deadlines),
            *(EffectKind(each, ports=ports, work=work) for each in SERVICE.effects),
        ]
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
        ports = SERVICE.ports(self.screening)
        until = self.clock() + by
        await self.catch_up()
        while True:
            upcoming = [due[0] for each in SERVICE.deadlines if (due := await each.next(ports))]
            self.clock.now = min([until, *upcoming])
            await self.catch_up()
            if self.clock() == until:
                return

    def paged(self) -> list[tuple[str, str]]:
        """Who was paged over which channel, in order."""
        files = [json.loads(file.read_text()) for file in sorted(self.pages.glob("*.json"))]
        return [(page["staff_id"], page["channel"]) for page in files]

    async def said(self, patient_id: str, topic: str = "careflow.screening.v1") -> list[Envelope]:
        """What screening has committed to say of a patient, in order."""
        rows = self.store.database["_outbox"].find({"stream": f"{topic}/patient:{patient_id}"})
        return [decode(row["record"], []) async for row in rows.sort("sequence", 1)]

    async def said_types(self, patient_id: str, topic: str = "careflow.screening.v1") -> list[str]:
        """The names of what was said of a patient, in order."""
        return [event.type.split(".")[2] for event in await self.said(patient_id, topic)]

    async def alarmed(self, patient_id: str) -> list[str]:
        """The names of the safety events of a patient, in order."""
        return await self.said_types(patient_id, "careflow.screening.safety.v1")


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
    pages: Path,
    *,
    now: datetime = NOW,
    listeners: Sequence[CommandListener] = (),
    work: Callable[[Work], Work] = lambda work: work,
) -> AsyncIterator[World]:
    """Screening on a store of its own, with all indexes; `work` may wrap the runner of its units of work."""
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
            settings = ScreeningSettings(
                environment=Environment.DEVELOPMENT,
                mongo_url=url,
                master_key=keys.master,
                blind_index_key=keys.blind_index,
                audit_key=keys.audit,
                pages_dir=pages,
            )
            resources = replace(Resources.on(store, settings=settings, clock=clock), work=work(store.work))
            screening = SERVICE.bootstrap(resources)
            verifier = TokenVerifier(RotatingKeys(_OwnKeys()), issuer=DEVELOPMENT_ISSUER, audience="careflow")
            app = create_app(SERVICE, screening, resources, verifier=verifier)
            handling = Handling(
                consumer=SERVICE.name,
                subscriptions=SERVICE.subscriptions,
                ports=SERVICE.ports(screening),
                transactions=ReactionTransactions(store.work),
                stores=mongo_stores(store.database, SERVICE.name),
                keyring=SEALING.ring("screening"),
                wall_clock=wall_clock,
            )
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://screening") as client:
                yield World(client, store, screening, clock, pages, logs, handling)
