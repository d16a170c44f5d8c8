"""What a page says is going to be charged for a lost visit is what will be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.domain.fee_cases import FeeCase, WaiverReason
from billing.domain.fee_outlooks import outlooks_of
from billing.domain.ids import AppointmentId
from billing.domain.visits import VisitKind
from services.billing.tests.builders import NOW, POLICY, an_account
from services.billing.tests.unit.test_fee_cases import FIRST, SECOND, a_case

LATER = NOW + timedelta(days=3)


def spared(*fees: FeeCase, courtesy_for: AppointmentId | None = None) -> list[WaiverReason | None]:
    account = replace(an_account(), courtesy_for=courtesy_for)
    return [each.spared for each in outlooks_of(fees, account, POLICY)]


def test_of_two_that_wait_only_the_one_that_is_settled_first_is_the_first_time() -> None:
    late, early = replace(a_case(FIRST), post_at=LATER), a_case(SECOND)
    assert spared(late, early) == [None, WaiverReason.FIRST_TIME_COURTESY]
    assert spared(late, early, courtesy_for=AppointmentId("before")) == [None, None]


def test_of_two_given_up_together_the_dearer_one_speaks_for_both() -> None:
    dose = replace(a_case(FIRST), decision="both")
    integration = replace(dose, id=SECOND, kind=VisitKind.INTEGRATION, amount=dose.amount.share(3_000))
    assert spared(dose, integration) == [WaiverReason.FIRST_TIME_COURTESY, WaiverReason.SAME_DECISION]


def test_whoever_signed_no_policy_before_is_told_so() -> None:
    (only,) = outlooks_of([a_case()], an_account(complete=False), POLICY)
    assert only.spared is WaiverReason.NO_SIGNED_POLICY


@pytest.mark.parametrize("doseless", [True, False])
def test_an_integration_is_judged_by_its_dose(doseless: bool) -> None:
    integration = replace(a_case(), kind=VisitKind.INTEGRATION)
    account = an_account().with_courtesy(AppointmentId("before"))
    (only,) = outlooks_of([integration], account, POLICY, doseless={integration.id} if doseless else ())
    assert only.spared is (WaiverReason.DOSE_NOT_GIVEN if doseless else None)


def test_when_it_is_settled_is_said_of_what_waits_alone() -> None:
    posted, waived = a_case(FIRST).post("fin-2026"), a_case(SECOND).waive(WaiverReason.EMERGENCY, now=NOW)
    waiting = a_case(AppointmentId("third"))
    seen = outlooks_of([posted, waived, waiting], an_account(), POLICY, disputed=True)
    assert [each.settled_at for each in seen] == [None, None, waiting.post_at]
    assert [each.disputed for each in seen] == [False, False, True]
    assert [each.spared for each in seen[:2]] == [None, WaiverReason.EMERGENCY]
