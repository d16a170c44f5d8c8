"""What is said is defined, what is heard exists, and what nobody hears is marked as meant for integrators.

Read from the services' tables alone: `published.py` and `subscriptions.py`.
"""

import ast
import importlib
from pathlib import Path

import pytest

from careflow_events import contracts
from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts.model import EventData

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
SAID_BY_THE_RELAY = {contracts.FeedCheckpoint}


def said(service: str) -> set[type[EventData]]:
    """The contracts a service's publication table names."""
    source = ROOT / "services" / service / "src" / service / "published.py"
    names = {node.attr for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Name)}
    return {contract for contract in CATALOGUE.values() if contract.name() in names}


def heard(service: str) -> set[type[EventData]]:
    """The contracts a service subscribes to."""
    table = importlib.import_module(f"{service}.subscriptions").SUBSCRIPTIONS
    return {subscription.contract for subscription in table}


def test_every_event_is_said_by_the_service_that_owns_its_topic() -> None:
    unsaid = {
        contract.name()
        for contract in set(CATALOGUE.values()) - SAID_BY_THE_RELAY
        if contract not in said(contract.topic.service)
    }

    assert unsaid == set()


def test_what_nobody_hears_is_marked_for_integrators_and_nothing_else_is() -> None:
    everything_heard = set().union(*(heard(service) for service in SERVICES))
    unheard = {contract for contract in set(CATALOGUE.values()) - SAID_BY_THE_RELAY if contract not in everything_heard}

    assert {contract.name() for contract in unheard} == {
        contract.name() for contract in CATALOGUE.values() if contract.for_integrators
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hears_only_events_that_exist_and_none_of_its_own(service: str) -> None:
    for contract in heard(service):
        assert CATALOGUE[contract.type()] is contract
        assert contract.topic.service != service, f"{service} would hear itself say {contract.name()}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_restricting_event_is_declared_so(service: str) -> None:
    """What only ever restricts care is applied even while its stream is blocked."""
    restricting = {
        "SafetyAlertRaised",
        "ClearanceSuspended",
        "ClearanceExpired",
        "ClearanceRevoked",
        "PlanPutOnHold",
        "ConsentWithdrawn",
        "ConsentExpired",
        "AdverseEventReported",
        "IntegrationOverdue",
        "PlanCompleted",
        "PlanDiscontinued",
        "SafetyAlertUpgraded",
    }
    table = importlib.import_module(f"{service}.subscriptions").SUBSCRIPTIONS

    assert {row.contract.name() for row in table if row.restricts} == {
        row.contract.name() for row in table if row.contract.name() in restricting
    }
