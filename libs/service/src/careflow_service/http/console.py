"""What the routes that every service has stand on: the service they are asked at, and what its process opened. They are
declared once for all services, and for every application that a process makes.
"""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated, Any

from fastapi import Depends, Request

from careflow_events.handling import Stores
from careflow_events.mongo import MongoFeed, MongoFences, MongoRefeeds, MongoTraces, MongoUnpublished, mongo_stores
from careflow_events.topics import Topic
from careflow_events.tracing import Hears
from careflow_service.emergency.commands import Emergencies
from careflow_service.http.hearing import hears_of
from careflow_service.service import Resources, Service
from careflow_service.webhooks.commands import Webhooks
from careflow_service.webhooks.opening import WebhookStore


@dataclass(frozen=True, kw_only=True)
class Console:
    """One service as operators and machines ask it; each part of it is opened when it is first asked."""

    service: Service[Any, Any, Any]
    ports: Any
    resources: Resources[Any]

    @cached_property
    def stores(self) -> Stores:
        return mongo_stores(self.resources.database, self.service.name)

    @cached_property
    def unpublished(self) -> MongoUnpublished:
        return MongoUnpublished(self.resources.database)

    @cached_property
    def refeeds(self) -> MongoRefeeds:
        return MongoRefeeds(self.resources.database)

    @cached_property
    def fences(self) -> MongoFences:
        return MongoFences(self.resources.database)

    @cached_property
    def traces(self) -> MongoTraces:
        return MongoTraces(self.resources.database, self.service.name, self.hears)

    @cached_property
    def webhooks_kept(self) -> WebhookStore:
        return WebhookStore.of(self.resources)

    @cached_property
    def feed(self) -> MongoFeed:
        return MongoFeed(self.resources.database)

    @cached_property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.webhooks_kept, self.feed, self.resources)

    @cached_property
    def emergencies(self) -> Emergencies:
        assert self.service.knows is not None
        assert self.service.named is not None
        return Emergencies(
            partial(self.service.knows, self.ports), partial(self.service.named, self.ports), self.resources
        )

    @cached_property
    def hears(self) -> Hears:
        return hears_of(self.service)

    @cached_property
    def own(self) -> tuple[Topic, ...]:
        return self.service.topics


async def _console_of(request: Request) -> Console:
    console: Console = request.app.state.console
    return console


AtConsole = Annotated[Console, Depends(_console_of)]
