"""The table of what a service says: one row per fact, and whatever is missing or wrong in it is named."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from careflow_events import contracts
from careflow_events.catalogue import written_by
from careflow_events.contracts import EventData, billing_codes
from careflow_events.publication import (
    Publication,
    Says,
    WrongContract,
    faults,
    location_subject,
    patient_subject,
    published,
    says,
    subject_of,
)
from careflow_events.testing.example import PATIENT

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLACE = "0199e0a0-0000-7000-8000-000000000001"


@dataclass(frozen=True)
class AccountOpened:
    at: datetime = AT


@dataclass(frozen=True)
class PaymentReceived:
    at: datetime = AT


def opened(_: object) -> contracts.AccountOpened:
    return contracts.AccountOpened(patient_id=PATIENT, opened_at=AT)


def received(_: object) -> contracts.PaymentReceived:
    return contracts.PaymentReceived(
        patient_id=PATIENT, payment_id=PLACE, amount_minor=100, currency="USD", method=billing_codes.PaymentMethod.CASH
    )


OPENED = says(AccountOpened, contracts.AccountOpened, opened)


def test_a_row_says_the_fact_in_the_stream_of_whom_it_is_about_at_its_own_time() -> None:
    assert OPENED(AccountOpened()) == Publication(
        subject=patient_subject(PATIENT), data=opened(AccountOpened()), time=AT
    )


def test_an_event_without_a_patient_is_about_its_place() -> None:
    closed = contracts.DrugDayClosed(location_id=PLACE, day="2026-03-02", closed_at=AT, open_discrepancies=0)

    assert subject_of(closed) == location_subject(PLACE)


def test_an_event_about_nobody_and_no_place_has_no_subject() -> None:
    with pytest.raises(ValueError, match="FeedCheckpoint has no subject"):
        subject_of(contracts.FeedCheckpoint(as_of=AT))


def test_a_row_whose_function_makes_another_event_than_it_names_says_nothing() -> None:
    row: Says[AccountOpened, EventData] = says(AccountOpened, contracts.PaymentReceived, opened)

    with pytest.raises(WrongContract, match="AccountOpened becomes PaymentReceived by its row, and AccountOpened by"):
        row(AccountOpened())


def test_a_row_may_name_several_contracts_of_which_a_fact_becomes_one() -> None:
    either: Says[AccountOpened, EventData] = says(
        AccountOpened, (contracts.PaymentReceived, contracts.AccountOpened), opened
    )

    assert either(AccountOpened()).data == opened(AccountOpened())


def test_a_fact_has_one_row() -> None:
    with pytest.raises(ValueError, match="more than one row says AccountOpened"):
        published(OPENED, OPENED)


def test_whatever_the_table_lacks_or_says_too_much_is_named() -> None:
    table = published(OPENED, says(PaymentReceived, contracts.PaymentReceived, received))

    class EstimateIssued:
        pass

    found = list(faults(table, service="billing", facts=frozenset({AccountOpened, EstimateIssued})))

    assert found[:2] == [
        "no row says the fact EstimateIssued",
        "a row says PaymentReceived, which is no fact of the domain",
    ]
    said = {contracts.AccountOpened, contracts.PaymentReceived}
    assert set(found[2:]) == {f"no row says the contract {each.name()}" for each in written_by("billing") - said}


def test_a_table_that_says_everything_has_no_faults() -> None:
    assert list(faults(published(OPENED), service="a service without topics", facts=frozenset({AccountOpened}))) == []
