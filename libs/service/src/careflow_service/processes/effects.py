"""All effects of a service: its own, and what the library performs for each."""

from functools import partial
from typing import Any, TypeVar

from careflow_service.deadlines import Effect
from careflow_service.mongo.client import Database
from careflow_service.mongo.erasing import destroying
from careflow_service.mongo.vault import Vault
from careflow_service.service import Service

P = TypeVar("P")
App = TypeVar("App")


def effects_of(service: Service[Any, P, App], app: App, database: Database, vault: Vault) -> tuple[Effect[P], ...]:
    """The service's own in their order, then the destruction of what it holds of erased patients."""
    forgets = None if service.forgets is None else partial(service.forgets, app)
    return (*service.effects, destroying(database, vault, service=service.name, forgets=forgets))
