"""What a service hears, by its table."""

from typing import TypeVar

from careflow_events.tracing import Hears
from careflow_service.service import Service
from careflow_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


def hears_of(service: Service[S, P, App]) -> Hears:
    """The topics it hears, and the types it does something for."""
    contracts = [subscription.contract for subscription in service.subscriptions]
    return Hears(
        topics=frozenset(contract.topic.name for contract in contracts),
        types=frozenset(contract.type() for contract in contracts),
    )
