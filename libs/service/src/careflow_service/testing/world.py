"""A whole service in the test's own process: called over HTTP, on a real store, hearing what the test lets it hear,
with a clock that the test moves.

A service's tests derive a world of their own from `ServiceWorld`, with what only that service has, and open it by
`running`.
"""

import io
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import httpx
from fastapi import FastAPI
from pymongo.monitoring import CommandListener

from careflow_events.contracts import EventData
from careflow_events.delivery import Delivery
from careflow_events.delivery import Outcome as Delivered
from careflow_events.envelope import Envelope, decode
from careflow_events.faults import diagnosis
from careflow_events.handling import Handling, Settled
from careflow_events.mongo import mongo_stores
from careflow_events.mongo.owners import OWNERS
from careflow_events.publication import Publication, compose, subject_of
from careflow_events.replay import Replay
from careflow_events.sealing import KeyRing
from careflow_events.testing.builders import Keys as SealingKeys
from careflow_events.testing.builders import a_record
from careflow_events.topics import SERVICES
from careflow_service.clock import wall_clock
from careflow_service.deadlines import Effect
from careflow_service.http.app import create_app
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.audit import AUDIT, Outcome
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.mongo.store import Keys, Store
from careflow_service.processes.effects import effects_of
from careflow_service.service import Resources, Service
from careflow_service.settings import Environment, ServiceSettings
from careflow_service.testing.calling import ISSUER, Caller, verifier
from careflow_service.testing.indexed import IndexWatch
from careflow_service.testing.logs import logged
from careflow_service.testing.reading import readable_in
from careflow_service.testing.rehearsal import Rehearsing
from careflow_service.testing.store import SetClock, new_keys, scratch_store
from careflow_service.timers.kinds import DeadlineKind, EffectKind, Kind
from careflow_service.work import Work

P = TypeVar("P")
App = TypeVar("App")

SEALING: Final = SealingKeys(*SERVICES)
"""The keys sections are sealed with and opened by in tests."""
STALLED_SECONDS: Final = 60.0
"""How long a unit of work may take: a machine that runs several suites can stall one for more than the ten seconds of a
service, and the test of something else fails with `unavailable`. Tests of the limit itself name their own.
"""
FORGED: Final = SealingKeys(*SERVICES)
"""Keys of the same names that are not the clinic's: what is sealed with them does not open."""
PARKING: Final = frozenset({"_parked", "_positions", "_consumers", OWNERS, AUDIT})
"""What delivery keeps of an event it could not hand on; a blocked stream moves the mark of whom it is about."""
_FAULTS: Final = diagnosis(lambda _: False)
NO_SETTINGS: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(slots=True, kw_only=True, repr=False)
class ServiceWorld(Generic[P, App]):
    """Call it, let it hear events, let time pass, look at what it said."""

    service: Service[Any, P, App]
    settings: ServiceSettings
    client: httpx.AsyncClient
    app: FastAPI
    store: Store
    application: App
    clock: SetClock
    work: Work
    logs: io.StringIO
    handling: Handling[P]
    _heard: "dict[str, count[int]]" = field(default_factory=dict)
    _last: Envelope | None = None

    @property
    def ports(self) -> P:
        """What its reactions and deadlines stand on."""
        return self.service.ports(self.application)

    @property
    def effects(self) -> "Sequence[Effect[P]]":
        """The service's own, and the library's."""
        return effects_of(self.service, self.application, self.store.database, self.store.vault)

    def calling(self, *roles: Role, patient_id: str | None = None, subject: str | None = None) -> Caller:
        """Somebody in these roles; without `subject` the login is named after the role or the patient."""
        token = ISSUER.token(*roles, subject=subject or f"user-{patient_id or roles[0]}", patient_id=patient_id)
        return Caller(self.client, {"Authorization": f"Bearer {token}"})

    def patient(self, patient_id: str) -> Caller:
        return self.calling(Role.PATIENT, patient_id=patient_id)

    def next_event(
        self,
        data: EventData,
        *,
        time: datetime | None = None,
        skipping: int = 0,
        sequence: int | None = None,
        keys: SealingKeys = SEALING,
        cause: str | None = None,
    ) -> Envelope:
        """The next event of its stream as its service would have committed it, `skipping` some before it, or the one
        of this `sequence`; `time` is now if left out. `cause` is the command or event it came about by.
        """
        publication = Publication(subject=subject_of(data), data=data, time=time)
        numbers = self._heard.setdefault(publication.stream, count(1))
        for _ in range(skipping):
            next(numbers)
        return compose(
            publication,
            id=new_id(),
            sequence=sequence or next(numbers),
            now=self.clock(),
            causation=cause,
            correlation=None,
            traceparent=None,
            sealer=keys.sealer(),
        )

    async def hear(
        self, data: EventData, *, time: datetime | None = None, skipping: int = 0, sequence: int | None = None
    ) -> Settled:
        """The next event of its stream arrives and is handled; what goes wrong is raised."""
        return await self.take_in(self.next_event(data, time=time, skipping=skipping, sequence=sequence))

    async def hear_again(self) -> Settled:
        """The last event arrives once more."""
        assert self._last is not None
        return await self.take_in(self._last)

    async def take_in(self, event: Envelope) -> Settled:
        """This very event arrives as a record of its topic; what goes wrong is raised."""
        self._last = event
        return await self.handling.settle(a_record(event))

    async def deliver(self, event: Envelope) -> Delivered:
        """This very event is delivered as a worker does: what goes wrong is retried, then parked."""
        self._last = event
        return await Delivery(self.handling, fault_of=_FAULTS).deliver(a_record(event))

    async def replay(self) -> int:
        """An operator asks for everything parked again, and the worker does it; answers how many were handled."""
        operator = self.calling(Role.OPERATOR)
        for parked in (await operator.get("/ops/parked")).json()["items"]:
            await operator.post("/ops/parked/replay", {"id": parked["id"], "dry_run": False})
        return await Replay(self.handling, fault_of=_FAULTS).run_requested()

    async def catch_up(self) -> None:
        """Everything that is due happens, as `timers` does: deadlines fire, effects are performed."""
        kinds: list[Kind] = [
            *(
                DeadlineKind(each, ports=self.ports, work=self.work, clock=self.clock)
                for each in self.service.deadlines
            ),
            *(EffectKind(each, ports=self.ports, work=self.work) for each in self.effects),
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
        until = self.clock() + by
        await self.catch_up()
        while True:
            upcoming = [due[0] for each in self.service.deadlines if (due := await each.next(self.ports))]
            self.clock.now = min([until, *upcoming])
            await self.catch_up()
            if self.clock() == until:
                return

    async def contents(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that is stored, by collection, but the guards that reading moves, and who read or was refused
        what.
        """
        database = self.store.database
        names = sorted(await database.list_collection_names())
        kept = {name: await database[name].find({}, {"guard": 0}).sort("_id", 1).to_list() for name in names}
        return {**kept, AUDIT: [entry for entry in kept.get(AUDIT, ()) if entry["outcome"] == Outcome.DONE]}

    async def audited(self, outcome: Outcome = Outcome.READ) -> list[dict[str, Any]]:
        """The entries of the audit trail that ended so, in order."""
        return await self.store.database[AUDIT].find({"outcome": outcome}).sort("_id").to_list()

    async def readable(self, text: str, *, word: bool = False) -> set[str]:
        """Where this text can be read: collections of the store, the log, the metrics. See `stands_in` for `word`."""
        return await readable_in(self.store.database, self.logs.getvalue(), text, word=word)

    @asynccontextmanager
    async def nothing_changes(self, *, but: frozenset[str] = frozenset()) -> AsyncIterator[None]:
        """What happens within the block changes nothing: no state, nothing to be said, no audit of a deed."""
        before = await self.contents()
        yield
        after = await self.contents()
        assert {name for name in after if after[name] != before.get(name, [])} <= but

    async def said(self, patient_id: str | None = None, topic: str | None = None) -> list[Envelope]:
        """What it has committed to say, in order; of one patient, on its own topic unless another is named."""
        streams = {"stream": f"{topic or f'careflow.{self.service.name}.v1'}/patient:{patient_id}"}
        rows = self.store.database["_outbox"].find(streams if patient_id else {})
        return [decode(row["record"], []) async for row in rows.sort([("stream", 1), ("sequence", 1)])]

    async def said_types(self, patient_id: str, topic: str | None = None) -> list[str]:
        """The names of what was said of a patient, in order."""
        return [event.type.split(".")[2] for event in await self.said(patient_id, topic)]


W = TypeVar("W", bound="ServiceWorld[Any, Any]")


@asynccontextmanager
async def running(
    world: type[W],
    service: Service[Any, Any, Any],
    url: str,
    database: str,
    *,
    now: datetime,
    keys: Keys | None = None,
    rehearsing: bool = False,
    keyring: KeyRing | None = None,
    listeners: Sequence[CommandListener] = (),
    settings: Mapping[str, object] = NO_SETTINGS,
    passed_over: Collection[str] = (),
) -> AsyncIterator[W]:
    """A process of the service on this database, with all indexes. `rehearsing` lets it try everything twice; `keyring`
    opens something else than what the tests' own events seal. What it asks of its store without an index fails the
    test, but for fields that are `passed_over` (see `IndexWatch`).
    """
    clock, keys = SetClock(now), keys or new_keys()
    queries = IndexWatch(service.indexes, passed_over)
    given = service.settings(
        environment=Environment.DEVELOPMENT,
        mongo_url=url,
        master_key=keys.master,
        blind_index_key=keys.blind_index,
        audit_key=keys.audit,
        **settings,
    )
    with logged(service.name) as logs:
        async with scratch_store(
            url,
            database,
            clock=clock,
            keys=keys,
            published=service.published,
            sealer=SEALING.sealer(),
            indexes=service.indexes,
            time_limit=STALLED_SECONDS,
            listeners=[*listeners, queries],
        ) as store:
            work: Work = Rehearsing(store.work) if rehearsing else store.work
            resources = replace(Resources.on(store, settings=given, clock=clock), work=work)
            application = service.bootstrap(resources)
            app = create_app(service, application, resources, verifier=verifier())
            handling = Handling(
                consumer=service.name,
                subscriptions=service.subscriptions,
                ports=service.ports(application),
                transactions=ReactionTransactions(work),
                stores=mongo_stores(store.database, service.name),
                keyring=keyring or SEALING.ring(service.name),
                clock=clock,
                wall_clock=wall_clock,
            )
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{service.name}") as client:
                yield world(
                    service=service,
                    settings=given,
                    client=client,
                    app=app,
                    store=store,
                    application=application,
                    clock=clock,
                    work=work,
                    logs=logs,
                    handling=handling,
                )
    assert list(queries.astray) == [], "what a service asks of its store has its index"
