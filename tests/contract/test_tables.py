"""What is said is defined, what is heard exists, and what nobody hears is marked as meant for integrators.

Read from the services' tables alone: `published.py` and `subscriptions.py`.
"""

import importlib
from collections import Counter
from pathlib import Path

import pytest

from careflow_domain.facts import facts_of
from careflow_events import contracts
from careflow_events.catalogue import CATALOGUE, written_by
from careflow_events.contracts.model import EventData
from careflow_events.publication import PublicationTable, faults

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
SAID_BY_THE_LIBRARY = {contracts.FeedCheckpoint, contracts.EventErased}


def said(service: str) -> set[type[EventData]]:
    """The contracts a service's publication table names."""
    return {contract for row in table_of(service).values() for contract in row.contracts}


def table_of(service: str) -> PublicationTable:
    table: PublicationTable = importlib.import_module(f"{service}.published").PUBLISHED
    return table


def heard(service: str) -> set[type[EventData]]:
    """The contracts a service subscribes to."""
    table = importlib.import_module(f"{service}.subscriptions").SUBSCRIPTIONS
    return {subscription.contract for subscription in table}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_every_fact_of_its_domain_and_exactly_the_events_of_its_topics(service: str) -> None:
    facts = facts_of(importlib.import_module(f"{service}.domain"))

    found = list(faults(table_of(service), service=service, facts=facts))
    assert not found, f"services/{service}/src/{service}/published: {'; '.join(found)}"
    assert said(service) == written_by(service)


SAID_OF_TWO = {
    "ClinicalFactReported": "of what was checked before a dose, and of a medicine the patient is allergic to",
    "CoverageBlocked": "of a visit to come, and of a charge for what was rendered all the same",
    **dict.fromkeys(
        ("DoseReviewDue", "DoseReviewCompleted", "DoseReviewOverdue"),
        "of a dose outside the gate, and of a medicine outside its order",
    ),
}


def test_an_event_is_said_by_one_row() -> None:
    """Two facts that become the same event would be one fact, unless it is one of two things."""
    rows = [contract for service in SERVICES for row in table_of(service).values() for contract in row.contracts]

    assert {contract.name() for contract, count in Counter(rows).items() if count > 1} == SAID_OF_TWO.keys()


def test_what_nobody_hears_is_marked_for_integrators_and_nothing_else_is() -> None:
    everything_heard = set().union(*(heard(service) for service in SERVICES))
    unheard = {
        contract for contract in set(CATALOGUE.values()) - SAID_BY_THE_LIBRARY if contract not in everything_heard
    }

    marked = {contract for contract in CATALOGUE.values() if contract.for_integrators}
    assert not [each.name() for each in unheard - marked], "no subscriptions.py hears it, and it is not for_integrators"
    assert not [each.name() for each in marked - unheard], "a subscriptions.py hears it: for_integrators is False"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hears_only_events_that_exist_and_none_of_its_own(service: str) -> None:
    for contract in heard(service):
        assert CATALOGUE[contract.type()] is contract
        assert contract.topic.service != service, f"{service} would hear itself say {contract.name()}"


def test_what_only_takes_permissions_away_is_marked_so() -> None:
    """Nothing else is applied while its stream is blocked, and all of this is."""
    assert {contract.name() for contract in CATALOGUE.values() if contract.restricts} == {
        "SafetyAlertJoined",
        "SafetyAlertRaised",
        "SafetyAlertUpgraded",
        "ClearanceSuspended",
        "ClearanceRevoked",
        "ClearanceExpired",
        "ConsentWithdrawn",
        "ConsentExpired",
        "PlanLinkWithdrawn",
        "PlanPutOnHold",
        "PlanCompleted",
        "PlanDiscontinued",
        "IntegrationOverdue",
        "AdverseEventReported",
        "PatientErased",
    }
