"""Fees for lost visits: how much, for whom, and when nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.domain.accounts import SignedPolicy
from billing.domain.fee_cases import FeeCase, FeeCause, FeeState, FeeWaived, WaiverReason, fee_amount, heir_of
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


def given_up(name: str, amount: float, *, decision: str | None = "one command") -> FeeCase:
    case = a_case(AppointmentId(name))
    return replace(case, cause=FeeCause.LATE_CANCELLATION, amount=usd(amount), decision=decision)


def test_visits_given_up_by_one_decision_cost_the_fee_of_the_dearest() -> None:
    account = an_account().with_courtesy(AppointmentId("earlier"))
    dose, integration = given_up("dose", 310), given_up("integration", 112.50)
    for known in ((dose, integration), (integration, dose)):
        assert dose.due_for(account, POLICY, known) is None
        assert integration.due_for(account, POLICY, known) is WaiverReason.SAME_DECISION


def test_of_two_alike_one_is_charged() -> None:
    account = an_account().with_courtesy(AppointmentId("earlier"))
    pair = (given_up("one", 310), given_up("other", 310))
    assert {each.due_for(account, POLICY, pair) for each in pair} == {None, WaiverReason.SAME_DECISION}


@pytest.mark.parametrize(
    "other",
    [
        given_up("dose", 310, decision="another command"),
        given_up("dose", 310, decision=None),
        given_up("dose", 310).drop(),
        replace(given_up("dose", 310), cause=FeeCause.NO_SHOW),
    ],
)
def test_what_was_not_given_up_with_it_does_not_spare_it(other: FeeCase) -> None:
    account = an_account().with_courtesy(AppointmentId("earlier"))
    assert given_up("integration", 112.50).due_for(account, POLICY, (other,)) is None


def test_visits_nobody_knows_the_decision_of_are_each_its_own() -> None:
    account = an_account().with_courtesy(AppointmentId("earlier"))
    pair = (given_up("dose", 310, decision=None), given_up("integration", 112.50, decision=None))
    assert [each.due_for(account, POLICY, pair) for each in pair] == [None, None]


def test_one_courtesy_is_for_both_also_if_the_smaller_had_it_first() -> None:
    dose, integration = given_up("dose", 310), given_up("integration", 112.50)
    had = integration.waive(WaiverReason.FIRST_TIME_COURTESY, now=NOW)
    account = an_account().with_courtesy(integration.id)
    assert dose.due_for(account, POLICY, (dose, had)) is WaiverReason.FIRST_TIME_COURTESY


@pytest.mark.parametrize(
    ("reason", "due"), [(WaiverReason.EMERGENCY, WaiverReason.SAME_DECISION), (WaiverReason.CLINIC_DECISION, None)]
)
def test_an_emergency_was_the_reason_for_both_a_kindness_is_about_one(
    reason: WaiverReason, due: WaiverReason | None
) -> None:
    account = an_account().with_courtesy(AppointmentId("earlier"))
    waived = given_up("integration", 112.50).waive(reason, now=NOW)
    assert given_up("dose", 310).due_for(account, POLICY, (waived,)) is due


@pytest.mark.parametrize("reason", [None, *WaiverReason])
def test_a_visit_spared_for_another_is_settled_by_itself_once_that_one_was_not_lost(
    reason: WaiverReason | None,
) -> None:
    """Unless the clinic did without the fee, or there could be none."""
    dose = given_up("dose", 310)
    dose = dose.waive(reason, now=NOW) if reason else dose.post("fin-2026")
    spared = given_up("integration", 112.50).waive(WaiverReason.SAME_DECISION, now=NOW)
    again = heir_of(dose, (dose, spared))
    assert again == (spared if reason in (None, WaiverReason.FIRST_TIME_COURTESY) else None)
    assert heir_of(spared, (dose, spared)) is None


def test_a_waiver_is_said_and_final() -> None:
    waived = a_case().waive(WaiverReason.EMERGENCY, now=NOW)
    assert [type(fact) for fact in waived.facts] == [FeeWaived]
    with pytest.raises(DomainError, match="fee_settled"):
        waived.post("fin-2026")


def test_a_patient_who_came_after_all_owes_nothing_and_nothing_is_said() -> None:
    dropped = a_case().drop()
    assert (dropped.state, dropped.post_at, dropped.facts) == (FeeState.DROPPED, None, ())
