"""Opens what a process of a service works with, and closes it again.

Invariant: a process either has everything it needs, its store reached and its keys proved, or stops with one sentence
that says what is missing.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from pymongo.errors import OperationFailure, PyMongoError

from careflow_domain.facts import facts_of
from careflow_events.catalogue import recipients
from careflow_events.lease import HeldLease
from careflow_events.mongo import MongoLeases
from careflow_events.publication import faults
from careflow_events.sealing import RecipientUnknown, Sealer
from careflow_service.clock import ClockFileBroken, DomainClock
from careflow_service.content import Unusable, usable
from careflow_service.ids import new_id
from careflow_service.mongo.client import StoreTls, StoreUrlWrong
from careflow_service.mongo.further_keys import FurtherKeysBroken, reading
from careflow_service.mongo.key_proofs import KeyWrong
from careflow_service.mongo.store import Keys, Store, open_store
from careflow_service.processes.sealing_keys import followed_public
from careflow_service.service import Resources, Service
from careflow_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")

STORE_WAIT_SECONDS: Final = 30.0
"""How long a starting process waits for its store, which may start at the same time."""
ASK_AGAIN_SECONDS: Final = 0.5
LASTING: Final = frozenset({"worker", "timers"})
"""The processes that hold leases for as long as they run, and take none before they are bound to their health port."""
BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
"""Names this run of the machine, for all its containers; only on Linux."""
_REFUSED_CODES: Final = frozenset({13, 18})
"""Unauthorized and AuthenticationFailed: waiting does not help."""
_UNVOUCHED: Final = "certificate verify failed"
"""What OpenSSL says, and the driver quotes, of a certificate that is another's, has ended, or nobody vouches for."""


class StartUpFailure(Exception):
    """The process cannot start; the message is one line for an operator."""


class NotDone(Exception):
    """The process could not do what it was started for; the message is one line for an operator."""


@dataclass(frozen=True, slots=True)
class Opened(Generic[S, P, App]):
    """A service with everything it needs in this process."""

    service: Service[S, P, App]
    resources: Resources[S]
    app: App
    ports: P
    lease: Callable[[str], HeldLease]
    """This process's hold on the lease of that name."""
    holder: str
    """The name under which this process holds leases."""


@asynccontextmanager
async def opened(
    service: Service[S, P, App], settings: S, *, process: str, store_wait: float = STORE_WAIT_SECONDS
) -> AsyncIterator[Opened[S, P, App]]:
    """The service, opened for the process of that name. Raises StartUpFailure."""
    clock = _clock(settings)
    sealer = _sealer(service.name, settings)
    opening = open_store(
        url=settings.mongo_url.get_secret_value(),
        database=settings.mongo_database or service.name,
        process=f"careflow-{service.name}-{process}",
        keys=_keys(settings),
        published=service.published,
        sealer=sealer,
        clock=clock,
        tls=StoreTls(settings.mongo_ca_file, settings.mongo_certificate_file),
    )
    _check_published(service)
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(opening)
            await _reach(store, store_wait)
        except (StoreUrlWrong, KeyWrong, FurtherKeysBroken) as error:
            raise StartUpFailure(str(error)) from None
        if settings.sealing_public_file is not None:
            store.keys.also(followed_public(settings.sealing_public_file, sealer, recipients(service.name)))
        resources = Resources.on(store, settings=settings, clock=clock)
        app = _bootstrapped(service, resources)
        leases, holder = MongoLeases(store.database), _holder(process, settings.health_port)
        yield Opened(
            service,
            resources,
            app,
            service.ports(app),
            lease=lambda name: HeldLease(leases, name, holder),
            holder=holder,
        )


def _check_published(service: Service[S, P, App]) -> None:
    """Everything the domain can record is said, and every contract of the service: seen now, not at the first fact."""
    found = list(faults(service.published, service=service.name, facts=facts_of(service.domain)))
    if found:
        raise StartUpFailure(f"what {service.name} publishes is not complete: {'; '.join(found)}")


def _keys(settings: ServiceSettings) -> Keys:
    return Keys(
        master=settings.master_key.get_secret_value(),
        blind_index=settings.blind_index_key.get_secret_value(),
        audit=settings.audit_key.get_secret_value(),
        further=reading(settings.further_keys_file),
    )


async def _reach(store: Store, store_wait: float) -> None:
    """Wait for a primary that lets us in, and prove that it was written with our keys."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + store_wait
    while True:
        try:
            async with asyncio.timeout_at(give_up_at):
                hello = await store.client.admin.command("hello")
                if hello.get("isWritablePrimary"):
                    await store.check_keys()
                    return await store.fence.look()
        except OperationFailure as error:
            if error.code in _REFUSED_CODES:
                raise StartUpFailure("the store refuses the credentials in CAREFLOW_MONGO_URL") from None
        except (PyMongoError, TimeoutError) as error:
            if _UNVOUCHED in str(error):
                raise StartUpFailure("nobody in CAREFLOW_MONGO_CA_FILE vouches for the store") from None
        if loop.time() >= give_up_at:
            raise StartUpFailure(f"no primary answered at CAREFLOW_MONGO_URL within {store_wait:.0f} seconds")
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def _clock(settings: ServiceSettings) -> DomainClock:
    clock = DomainClock(settings.clock_file)
    try:
        clock()
    except ClockFileBroken as error:
        raise StartUpFailure(str(error)) from None
    return clock


def _sealer(service: str, settings: ServiceSettings) -> Sealer:
    """The sealer with a key for every consumer this service seals to."""
    needed = recipients(service)
    if settings.sealing_public_file is None:
        if needed:
            raise StartUpFailure("CAREFLOW_SEALING_PUBLIC_FILE is missing")
        return Sealer({"keys": []})
    try:
        sealer = Sealer.from_file(settings.sealing_public_file)
        sealer.confirm(needed)
    except OSError as error:
        raise StartUpFailure(f"CAREFLOW_SEALING_PUBLIC_FILE cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise StartUpFailure("CAREFLOW_SEALING_PUBLIC_FILE is not a set of sealing keys") from None
    except RecipientUnknown as error:
        raise StartUpFailure(f"CAREFLOW_SEALING_PUBLIC_FILE: {error}") from None
    return sealer


def _bootstrapped(service: Service[S, P, App], resources: Resources[S]) -> App:
    """The application, unless a setting or a document of the clinic's own that a setting names cannot be used."""
    try:
        with usable():
            return service.bootstrap(resources)
    except Unusable as error:
        raise StartUpFailure(str(error)) from None


def _holder(process: str, health_port: int) -> str:
    """A name no other process has. One that is bound to a port of its machine has it again when it is started anew:
    nobody else can be bound there, so what its last run held is its own at once. Where the same host name is another
    machine, or the same one started anew, the boot tells; a container keeps its host name until it is replaced.
    """
    host = socket.gethostname()
    if process in LASTING and health_port:
        with suppress(OSError):
            return f"{host}-{health_port}-{BOOT.read_text('ascii').strip()}"
    return f"{host}-{os.getpid()}-{new_id()[-6:]}"
