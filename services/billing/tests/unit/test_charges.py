"""Charges: from what was rendered, once per cause, held back where the patient may not be charged."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from billing.domain.accounts import Coverage, CoverageKind, PrivateContract, Relationship
from billing.domain.charges import Charge, ChargePosted, ChargeReversed, ChargeState, CoverageBlocked
from billing.domain.ids import EntryId, StaffId
from billing.domain.ledger import LedgerAccount
from billing.domain.obstacles import Obstacle
from billing.domain.rendered import ChargeCause
from careflow_domain.errors import DomainError
from services.billing.tests.builders import (
    NOW,
    PRACTICE,
    SCHEDULES,
    TODAY,
    a_charge,
    a_contract,
    a_coverage,
    a_rendered,
    a_service,
    an_account,
    infusion,
    the_terms,
    therapy_hour,
    usd,
)

UNPRICED = a_service("97802")
MEDICARE = an_account(coverage=a_coverage(CoverageKind.MEDICARE))


def test_each_service_is_charged_at_the_price_of_its_date() -> None:
    charge = a_charge(a_rendered(infusion(), a_service("96366", units=2), therapy_hour()))
    assert charge.amount == usd(350 + 2 * 90 + 225)
    assert [type(fact) for fact in charge.facts] == [ChargePosted]
    assert [(line.account, line.credit) for line in charge.entry_lines() if line.credit] == [
        (LedgerAccount.THERAPY_REVENUE, usd(225)),
        (LedgerAccount.TREATMENT_REVENUE, usd(530)),
    ]


def test_the_schedule_of_the_date_of_service_decides() -> None:
    before, after = SCHEDULES.on(date(2026, 12, 31)), SCHEDULES.on(date(2027, 1, 1))
    assert (before.version, after.version) == ("2026-01-01", "2027-01-01")
    assert SCHEDULES.on(date(2020, 1, 1)).version == "2026-01-01"


def test_a_cause_has_one_charge_whatever_its_revision() -> None:
    assert a_rendered().charge_id == a_rendered(revision=2).charge_id
    assert a_rendered().charge_id != a_rendered(cause=ChargeCause.EVALUATION).charge_id


def test_nothing_billable_is_an_empty_charge_and_says_nothing() -> None:
    charge = a_charge(replace(a_rendered(), services=()))
    assert (charge.state, charge.amount, charge.facts) == (ChargeState.EMPTY, usd(0), ())


def test_a_code_without_a_price_waits_for_one() -> None:
    charge = a_charge(a_rendered(therapy_hour(), UNPRICED))
    assert (charge.state, charge.obstacles, charge.amount) == (
        ChargeState.WAITING,
        (Obstacle.CODE_NOT_PRICED,),
        usd(0),
    )
    with pytest.raises(DomainError, match="charge_still_waiting"):
        charge.retried(the_terms(), EntryId("e"), now=NOW)


def test_under_medicare_nothing_is_charged_without_a_private_contract_of_before() -> None:
    charge = a_charge(a_rendered(infusion()), MEDICARE)
    assert charge.obstacles == (Obstacle.COVERAGE_BLOCKED,)
    assert [type(fact) for fact in charge.facts] == [CoverageBlocked]
    signed = MEDICARE.with_contract(a_contract(), today=TODAY)
    assert charge.retried(the_terms(signed), EntryId("e"), now=NOW).state is ChargeState.POSTED


@pytest.mark.parametrize(
    "contract",
    [
        a_contract(TODAY.replace(day=24)),
        a_contract(date(2024, 11, 22)),
        a_contract(date(2025, 11, 23), recorded_at=NOW + timedelta(minutes=1)),
        replace(a_contract(), practitioner_id=StaffId("dr-maya-director")),
    ],
    ids=["signed after", "run out", "entered after", "with another one"],
)
def test_a_contract_that_was_not_there_before_the_service_changes_nothing(contract: PrivateContract) -> None:
    charge = a_charge(a_rendered(infusion()), MEDICARE)
    settled_later = MEDICARE.with_contract(contract, today=TODAY.replace(year=2027))
    with pytest.raises(DomainError, match="charge_still_waiting"):
        charge.retried(the_terms(settled_later), EntryId("e"), now=NOW)


def test_a_contract_with_somebody_who_has_not_opted_out_is_none() -> None:
    nobody_opted_out = replace(
        PRACTICE, clinicians=tuple(replace(each, medicare_opt_outs=()) for each in PRACTICE.clinicians)
    )
    signed = the_terms(MEDICARE.with_contract(a_contract(), today=TODAY), practice=nobody_opted_out)
    assert Charge.of(a_rendered(infusion()), signed, EntryId("e"), now=NOW).obstacles == (Obstacle.COVERAGE_BLOCKED,)


def test_while_nobody_has_asked_who_covers_the_patient_a_charge_waits() -> None:
    charge = a_charge(account=an_account(complete=False))
    assert (charge.obstacles, charge.facts) == ((Obstacle.COVERAGE_UNKNOWN,), ())
    nobody = an_account(complete=False).with_coverage(Coverage(kind=CoverageKind.NONE))
    assert charge.retried(the_terms(nobody), EntryId("e"), now=NOW).state is ChargeState.POSTED


def test_a_correction_says_what_no_longer_counts_and_what_does() -> None:
    shorter = a_rendered(therapy_hour(code="90834", minutes=45), revision=2)
    corrected = a_charge().corrected(shorter, the_terms(), EntryId("e2"), now=NOW)
    reversal, posted = corrected.facts[-2:]
    assert isinstance(reversal, ChargeReversed)
    assert isinstance(posted, ChargePosted)
    assert (reversal.charge.revision, posted.charge.revision) == (1, 2)


def test_no_more_is_paid_than_is_owed() -> None:
    with pytest.raises(DomainError, match="overpaid"):
        a_charge().paying(usd(225.01))


def test_a_fee_is_an_amount_above_nothing() -> None:
    rendered = replace(a_rendered(cause=ChargeCause.NO_SHOW), services=())
    with pytest.raises(DomainError, match="amount_not_positive"):
        Charge.fee(rendered, "Missed visit", usd(0), "fin-2026", EntryId("e"), now=NOW)


def test_a_private_contract_lasts_two_years_at_most() -> None:
    with pytest.raises(DomainError, match="contract_invalid"):
        replace(a_contract(date(2026, 1, 5)), ends_on=date(2028, 1, 6))


def test_a_private_contract_is_recorded_once_it_is_signed() -> None:
    tomorrow = a_contract(TODAY.replace(day=24))

    with pytest.raises(DomainError, match="contract_invalid"):
        MEDICARE.with_contract(tomorrow, today=TODAY)


CHILDS = replace(a_coverage(), relationship=Relationship.CHILD, subscriber_name="Bea")
CARD = "4242 4242 4242 4242"


@pytest.mark.parametrize(
    "coverage",
    [
        replace(CHILDS, payer=CARD),
        replace(CHILDS, member_id=CARD),
        replace(CHILDS, group_number=CARD),
        replace(CHILDS, subscriber_name=CARD),
    ],
)
def test_no_card_number_is_kept_as_part_of_an_insurance(coverage: Coverage) -> None:
    with pytest.raises(DomainError, match="card_number_refused"):
        MEDICARE.with_coverage(coverage)
