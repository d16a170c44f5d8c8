"""Fees for lost visits: how much, for whom, and when nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.domain.accounts import SignedPolicy
from billing.domain.fee_cases import FeeCase, FeeCause, FeeState, FeeWaived, WaiverReason, fee_amount
from billing.domain.ids import AppointmentId
from billing.domain.money import Money
from billing.domain.visits import VisitKind
from careflow_domain.errors import DomainError
from services.billing.tests.builders import ANA, NOW, POLICY, SCHEDULE, an_account, usd

FIRST, SECOND = AppointmentId("first"), AppointmentId("second")


def a_case(name: AppointmentId = FIRST) -> FeeCase:
    return FeeCase(
        id=name,
        patient_id=ANA,
        cause=FeeCause.NO_SHOW,
        kind=VisitKind.DOSING,
        lost_at=NOW,
        amount=usd(620),
        appointment_version=3,
        post_at=NOW + timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("cause", "kind", "notice", "amount"),
    [
        (FeeCause.LATE_CANCELLATION, VisitKind.DOSING, 48 * 60, usd(0)),
        (FeeCause.LATE_CANCELLATION, VisitKind.DOSING, 48 * 60 - 1, usd(310)),
        (FeeCause.LATE_CANCELLATION, VisitKind.INTEGRATION, 24 * 60, usd(0)),
        (FeeCause.LATE_CANCELLATION, VisitKind.INTEGRATION, 20 * 60, usd(112.50)),
        (FeeCause.NO_SHOW, VisitKind.DOSING, 0, usd(620)),
        (FeeCause.NO_SHOW, VisitKind.INFO_CALL, 0, usd(0)),
        (FeeCause.LATE_CANCELLATION, VisitKind.INFO_CALL, 0, usd(0)),
    ],
)
def test_what_a_lost_visit_costs(cause: FeeCause, kind: VisitKind, notice: int, amount: Money) -> None:
    assert fee_amount(cause, kind, notice, POLICY, SCHEDULE) == amount


def test_without_a_policy_signed_before_nothing_is_charged() -> None:
    late = an_account(complete=False).with_signature(SignedPolicy("fin-2026", NOW + timedelta(hours=1), "c1"))
    assert a_case().due_for(late, POLICY) is WaiverReason.NO_SIGNED_POLICY


def test_the_first_time_is_a_courtesy_the_second_is_not() -> None:
    account = an_account()
    assert a_case().due_for(account, POLICY) is WaiverReason.FIRST_TIME_COURTESY
    assert a_case(SECOND).due_for(account.with_courtesy(FIRST), POLICY) is None


def test_a_clinic_may_do_without_the_courtesy() -> None:
    strict = replace(POLICY, first_time_courtesy=replace(POLICY.first_time_courtesy, value=False))
    assert a_case().due_for(an_account(), strict) is None


def test_a_waiver_is_said_and_final() -> None:
    waived = a_case().waive(WaiverReason.EMERGENCY, now=NOW)
    assert [type(fact) for fact in waived.facts] == [FeeWaived]
    with pytest.raises(DomainError, match="fee_settled"):
        waived.post("fin-2026")


def test_a_patient_who_came_after_all_owes_nothing_and_nothing_is_said() -> None:
    dropped = a_case().drop()
    assert (dropped.state, dropped.post_at, dropped.facts) == (FeeState.DROPPED, None, ())
