"""The one description of a service, from which every process, check and document of it is made.

A service builds one `Service` value in its `bootstrap.py`; the processes, the indexes job, the OpenAPI document and
the tests read that value and nothing else. Invariant: describing a service opens no connection and imports no driver.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from careflow_service.clock import wall_clock
from careflow_service.ids import new_id

if TYPE_CHECKING:
    from types import ModuleType

    from fastapi import APIRouter
    from pymongo import IndexModel
    from pymongo.asynchronous.database import AsyncDatabase

    from careflow_events.mongo import CommitWatch
    from careflow_events.publication import PublicationTable
    from careflow_events.subscription import Subscription
    from careflow_events.topics import Topic
    from careflow_service.clock import Clock
    from careflow_service.deadlines import Deadline, Effect
    from careflow_service.emergency.storing import EmergencyAccesses
    from careflow_service.erasing import Erasing
    from careflow_service.http.access import AccessTable
    from careflow_service.http.authentication import Verifier
    from careflow_service.limits import Limits
    from careflow_service.measures import Measure
    from careflow_service.mongo.audit import AuditTrail
    from careflow_service.mongo.audit_review import AuditReview
    from careflow_service.mongo.audit_seals import AuditSeals
    from careflow_service.mongo.fence import FenceWatch
    from careflow_service.mongo.key_watch import KeyWatch
    from careflow_service.mongo.staff import Staff
    from careflow_service.mongo.store import Store
    from careflow_service.mongo.vault import BlindIndex, Vault
    from careflow_service.settings import ServiceSettings
    from careflow_service.work import Work

S = TypeVar("S", bound="ServiceSettings")
P = TypeVar("P")
App = TypeVar("App")

DoesWithout = Callable[[App], Sequence[str]]
"""What a service does without because it was not told of it, by name: said beside its readiness."""

ReadyCheck = Callable[[App], Awaitable[bool]]
"""Something a process needs beyond its store, such as a notification channel; true when it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources(Generic[S]):
    """What a process opened and `bootstrap` builds the application from."""

    settings: S
    database: AsyncDatabase[dict[str, Any]]
    work: Work
    clock: Clock
    wall_clock: Clock
    new_id: Callable[[], str]
    vault: Vault
    erasing: Erasing
    emergency_accesses: EmergencyAccesses
    blind_index: BlindIndex
    audit: AuditTrail
    audit_seals: AuditSeals
    audit_review: AuditReview
    fence: FenceWatch
    limits: Limits
    keys: KeyWatch
    commits: CommitWatch
    staff: Staff

    @classmethod
    def on(cls, store: Store, *, settings: S, clock: Clock) -> Resources[S]:
        """The resources of a process that opened `store`; `clock` is the domain clock."""
        return cls(
            settings=settings,
            database=store.database,
            work=store.work,
            clock=clock,
            wall_clock=wall_clock,
            new_id=new_id,
            vault=store.vault,
            erasing=store.erasing,
            emergency_accesses=store.emergency_accesses,
            blind_index=store.blind_index,
            audit=store.audit,
            audit_seals=store.audit_seals,
            audit_review=store.audit_review,
            fence=store.fence,
            limits=store.limits,
            keys=store.keys,
            commits=store.commits,
            staff=store.staff,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Http(Generic[App]):
    """What a service answers over HTTP: its routes, and who may call each. `pages` is the package whose templates and
    words its pages are made of; `visitors` tells who sits before those that are for somebody.
    """

    title: str
    routers: Sequence[APIRouter]
    access: AccessTable
    version: str = "1"
    description: str = ""
    pages: str | None = None
    visitors: Callable[[App], Verifier] | None = None


def _nothing(_: object) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[S, P, App]):
    """Everything the library must know of a service.

    `bootstrap` is the only wiring; `ports` picks from the application what reactions, deadlines and effects get.
    `domain` holds its facts; `published` and `subscriptions` are all it says and hears: a process with a fact that
    is not published does not start. `http` imports the routes: only what answers over HTTP calls it, the other
    processes come without the web framework. `ready` is what must hold beyond the store for any process to be
    ready, `without` what it is ready without by its settings, `wanted` what people have yet to write down,
    `measures` what operators watch of its store. `knows` says whether it has a patient of this id; a service with
    rows that are open in an emergency has it, and `named`, what people call that patient, None where that was not said.
    `forgets` removes what is held of an erased patient beside the
    documents encrypted with their key; it is called before those are removed, and again after a crash.
    `former_indexes`, by collection and name, were those of a version before. `seeds` is idempotent and run by
    `indexes`.
    """

    name: str
    settings: type[S]
    bootstrap: Callable[[Resources[S]], App]
    ports: Callable[[App], P]
    domain: ModuleType
    published: PublicationTable
    subscriptions: tuple[Subscription[P], ...]
    http: Callable[[], Http[App]]
    deadlines: tuple[Deadline[P], ...] = ()
    effects: tuple[Effect[P], ...] = ()
    measures: tuple[Measure[P], ...] = ()
    ready: Mapping[str, ReadyCheck[App]] = field(default_factory=dict)
    without: DoesWithout[App] = _nothing
    wanted: Mapping[str, ReadyCheck[App]] = field(default_factory=dict)
    knows: Callable[[P, str], Awaitable[bool]] | None = None
    named: Callable[[P, str], Awaitable[str | None]] | None = None
    forgets: Callable[[App, str], Awaitable[None]] | None = None
    indexes: tuple[tuple[str, IndexModel], ...] = ()
    former_indexes: tuple[tuple[str, str], ...] = ()
    seeds: Callable[[App], Awaitable[None]] | None = None

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics of what it says."""
        return tuple({contract.topic for row in self.published.values() for contract in row.contracts})
