"""A patient has a bill decided that is 400 dollars above its estimate: until then nobody collects it or gives it up."""

from datetime import date, timedelta

import pytest

from billing.application.commands.begin_estimate_dispute import BeginEstimateDispute, BeginEstimateDisputeHandler
from billing.application.commands.close_estimate_dispute import CloseEstimateDispute, CloseEstimateDisputeHandler
from billing.application.commands.issue_estimate import IssueEstimate, IssueEstimateHandler
from billing.application.commands.make_payment_link import MakePaymentLink, MakePaymentLinkHandler
from billing.application.processor_news import hear_news
from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.estimates import Estimate, EstimateDisputeClosed, EstimateDisputed
from billing.domain.fee_cases import FeeState
from billing.domain.ids import ProcessorId
from billing.domain.money import Money
from billing.domain.payment_links import LinkState
from billing.domain.processing import LinkPaid
from billing.domain.tasks import TaskKind, tasks_of
from billing.domain.write_offs import WriteOffReason
from careflow_domain.errors import DomainError
from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests import heard
from services.billing.tests.builders import ANA, TODAY, usd
from services.billing.tests.paying import DECEMBERS_FIRST, NOVEMBER, PayingClinic

PHYSICIAN = heard.line("99214")
FAR_OVER = (heard.THERAPY_HOUR, heard.INFUSION, heard.DRUG, PHYSICIAN)
"""What comes to 820."""
OVER = (heard.THERAPY_HOUR, heard.INFUSION, heard.DRUG)
"""What comes to 620."""


async def estimated_at_225(clinic: PayingClinic, *rendered: contracts.SessionServiceLine) -> Estimate:
    """For an hour of therapy; then these services were rendered."""
    visit = heard.visit(clinic.now + timedelta(days=15), kind=codes.AppointmentKind.INTEGRATION)
    await clinic.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
    (estimate,) = clinic.all("estimates")
    await clinic.asks(IssueEstimateHandler, IssueEstimate(estimate.id, None, estimate.version))
    if rendered:
        await clinic.hear(heard.session_completed(*rendered, appointment_id=visit["appointment_id"]))
    return the_estimate(clinic)


def the_estimate(clinic: PayingClinic) -> Estimate:
    (estimate,) = clinic.all("estimates")
    assert isinstance(estimate, Estimate)
    return estimate


async def begins_dispute(clinic: PayingClinic, billed_on: date = TODAY, initiated_on: date = TODAY) -> None:
    estimate = the_estimate(clinic)
    command = BeginEstimateDispute(estimate.id, billed_on, initiated_on, estimate.version)
    await clinic.asks(BeginEstimateDisputeHandler, command)


async def closes_dispute(clinic: PayingClinic, outcome: DisputeOutcome, adjusted: Money | None = None) -> None:
    estimate = the_estimate(clinic)
    command = CloseEstimateDispute(estimate.id, outcome, adjusted, estimate.version)
    await clinic.asks(CloseEstimateDisputeHandler, command)


async def test_no_dispute_is_offered_below_400_dollars_above_the_estimate(clinic: PayingClinic) -> None:
    assert not (await estimated_at_225(clinic, *OVER)).can_be_disputed, "620 where 225 was estimated"


async def test_a_dispute_is_offered_while_none_is_open(clinic: PayingClinic) -> None:
    assert (await estimated_at_225(clinic, *FAR_OVER)).can_be_disputed, "820 where 225 was estimated"
    await begins_dispute(clinic)
    assert not the_estimate(clinic).can_be_disputed


async def test_far_above_its_estimate_a_bill_is_disputed_and_decided(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await begins_dispute(clinic)
    dispute = the_estimate(clinic).dispute
    assert dispute is not None
    assert (dispute.billed, dispute.estimated, dispute.over) == (usd(820), usd(225), usd(595))
    await closes_dispute(clinic, DisputeOutcome.LOWERED, usd(300))
    dispute = the_estimate(clinic).dispute
    assert dispute is not None
    assert (dispute.is_open, dispute.outcome, dispute.adjusted) == (False, DisputeOutcome.LOWERED, usd(300))
    said = [type(each) for each in clinic.said]
    assert (said.count(EstimateDisputed), said.count(EstimateDisputeClosed)) == (1, 1)


async def test_below_the_line_or_too_late_or_twice_nothing_is_disputed(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *OVER)
    with pytest.raises(DomainError, match="below_dispute_line"):
        await begins_dispute(clinic)


@pytest.mark.parametrize(
    ("billed", "initiated", "code"),
    [
        (TODAY, TODAY - timedelta(days=1), "dispute_dates_invalid"),
        (TODAY, TODAY + timedelta(days=1), "dispute_dates_invalid"),
        (TODAY - timedelta(days=121), TODAY, "dispute_too_late"),
        (TODAY - timedelta(days=120), TODAY, None),
    ],
)
async def test_a_dispute_begins_within_120_days_of_the_first_bill(
    clinic: PayingClinic, billed: date, initiated: date, code: str | None
) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    if code is None:
        await begins_dispute(clinic, billed, initiated)
        with pytest.raises(DomainError, match="dispute_open"):
            await begins_dispute(clinic, billed, initiated)
        return
    with pytest.raises(DomainError, match=code):
        await begins_dispute(clinic, billed, initiated)


async def test_while_it_is_open_nothing_is_given_up_or_asked_for(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await begins_dispute(clinic)
    for reason in WriteOffReason:
        with pytest.raises(DomainError, match="estimate_disputed"):
            await clinic.writes_off(10, reason)
    with pytest.raises(DomainError, match="estimate_disputed"):
        await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA))
    await closes_dispute(clinic, DisputeOutcome.BILLED)
    await clinic.writes_off(10, WriteOffReason.COURTESY)


async def test_while_it_is_open_no_fee_is_posted(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await clinic.hear(heard.consent())
    for _ in range(2):  # the first one is free
        await clinic.misses_a_visit()
    assert [each.state for each in clinic.all("fees")] == [FeeState.WAIVED, FeeState.POSTED]
    await begins_dispute(clinic)
    await clinic.misses_a_visit()
    fee = clinic.all("fees")[-1]
    assert fee.state is FeeState.PENDING
    assert fee.post_at > clinic.now


async def test_the_statement_does_not_ask_for_what_is_in_dispute(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR, at=clinic.now - timedelta(days=7)))
    await begins_dispute(clinic)
    clinic.now = DECEMBERS_FIRST
    statement = await clinic.statement(NOVEMBER)
    assert (statement.closing.owed, statement.in_dispute, statement.to_pay) == (usd(1045), usd(820), usd(225))
    assert statement.settled_since == usd(0)
    await closes_dispute(clinic, DisputeOutcome.BILLED)
    decided = [each for each in clinic.all("charges") if each.balance == usd(820)]
    assert statement.still_to_pay(decided, disputed=()) == usd(0), "the next statement asks for it"


@pytest.mark.parametrize(
    ("outcome", "adjusted", "code"),
    [
        (DisputeOutcome.LOWERED, None, "adjusted_needed"),
        (DisputeOutcome.BILLED, usd(5), "adjusted_needed"),
        (DisputeOutcome.SETTLED, usd(821), "adjusted_not_possible"),
        (DisputeOutcome.SETTLED, usd(-1), "adjusted_not_possible"),
    ],
)
async def test_what_is_to_be_paid_is_said_where_it_was_decided(
    clinic: PayingClinic, outcome: DisputeOutcome, adjusted: Money | None, code: str
) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    with pytest.raises(DomainError, match="dispute_not_found"):
        await closes_dispute(clinic, DisputeOutcome.WITHDRAWN)
    await begins_dispute(clinic)
    with pytest.raises(DomainError, match=code):
        await closes_dispute(clinic, outcome, adjusted)
    await closes_dispute(clinic, DisputeOutcome.WITHDRAWN)
    with pytest.raises(DomainError, match="dispute_closed"):
        await closes_dispute(clinic, DisputeOutcome.WITHDRAWN)


async def test_what_a_decision_took_out_is_asked_for_no_more(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await begins_dispute(clinic)
    await closes_dispute(clinic, DisputeOutcome.LOWERED, usd(300))
    (charge,) = clinic.all("charges")
    assert (charge.balance, charge.written_off, charge.lowered) == (usd(300), usd(520), usd(520))
    assert [each.reason for each in charge.write_offs] == [WriteOffReason.DISPUTE]


async def test_what_was_paid_beyond_the_decision_is_the_patients_again(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    payment_id = await clinic.pays(400)
    await begins_dispute(clinic)
    await closes_dispute(clinic, DisputeOutcome.SETTLED, usd(300))
    (charge,), payment = clinic.all("charges"), await clinic.ports.payments.get(payment_id)
    assert (charge.balance, charge.paid, charge.written_off) == (usd(0), usd(300), usd(520))
    assert payment.idle == usd(100)
    assert [each.kind for each in tasks_of(payment)] == [TaskKind.MONEY_UNAPPLIED]


async def test_what_the_clinic_did_without_before_counts(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await clinic.writes_off(100, WriteOffReason.COURTESY)
    await begins_dispute(clinic)
    await closes_dispute(clinic, DisputeOutcome.LOWERED, usd(300))
    (charge,) = clinic.all("charges")
    assert (charge.balance, charge.written_off) == (usd(300), usd(520))


@pytest.mark.parametrize("outcome", [DisputeOutcome.BILLED, DisputeOutcome.WITHDRAWN, DisputeOutcome.NOT_ELIGIBLE])
async def test_a_bill_that_stands_is_asked_for_again(clinic: PayingClinic, outcome: DisputeOutcome) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await begins_dispute(clinic)
    await closes_dispute(clinic, outcome)
    (charge,) = clinic.all("charges")
    assert charge.balance == usd(820)


async def test_a_link_from_before_is_closed_and_one_that_is_paid_all_the_same_is_the_patients_wish(
    clinic: PayingClinic,
) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA))
    await begins_dispute(clinic)
    (link,) = clinic.all("links")
    assert link.state is LinkState.CLOSING
    paid = LinkPaid(link_id=link.id, processor_id=ProcessorId("pi_1"), amount=usd(820))
    await clinic.unit(lambda tx: hear_news(paid, tx, clinic.ports))
    (link,), (charge,) = clinic.all("links"), clinic.all("charges")
    assert (link.state, charge.balance) == (LinkState.PAID, usd(0))
    await closes_dispute(clinic, DisputeOutcome.LOWERED, usd(300))
    (payment,) = clinic.all("payments")
    assert payment.idle == usd(520)
