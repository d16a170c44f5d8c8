"""Nobody is forgotten while money is owed, on its way or still decided about."""

from datetime import timedelta

from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.processing import RefundState
from billing.domain.refunds import RefundReason
from billing.domain.retention import ErasureRefused
from careflow_domain.retention import RetentionReason
from careflow_events import contracts
from services.billing.tests.builders import ANA, usd
from services.billing.tests.paying import PayingClinic
from services.billing.tests.unit.test_estimate_disputes import (
    FAR_OVER,
    begins_dispute,
    closes_dispute,
    estimated_at_225,
)
from services.billing.tests.unit.test_processed_money import (
    catches_up,
    gets_link,
    hears_all,
    owes,
    pays_online,
    the_payment,
)


async def is_owed(clinic: PayingClinic) -> bool:
    """Whether an erasure is refused for that, before anybody looks how old the books are."""
    erasure_id = clinic.new_id()
    await clinic.hear(contracts.PatientErasureRequested(patient_id=ANA, erasure_id=erasure_id, requested_at=clinic.now))
    answer = clinic.said[-1]
    await clinic.hear(contracts.ErasureDeclined(patient_id=ANA, erasure_id=erasure_id, declined_at=clinic.now))
    assert isinstance(answer, ErasureRefused)
    return answer.refusal.reason is RetentionReason.MONEY_OWED


async def test_a_link_may_bring_money_until_it_is_over(clinic: PayingClinic) -> None:
    await owes(clinic)
    await gets_link(clinic)
    await clinic.pays(225)
    assert await is_owed(clinic)
    clinic.now += timedelta(days=1)
    assert not await is_owed(clinic)


async def test_a_payment_is_settled_once_its_bank_has_decided(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    assert not await is_owed(clinic)
    dispute = clinic.desk.is_disputed(paid, usd(225))
    await hears_all(clinic)
    assert await is_owed(clinic)
    clinic.desk.decides(paid, dispute, won=True)
    await hears_all(clinic)
    assert not await is_owed(clinic)


async def test_a_refund_is_settled_once_it_has_arrived(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.refunds_are = RefundState.PENDING
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    assert await is_owed(clinic)
    (refund,) = the_payment(clinic).refunds
    clinic.desk.refund_becomes(paid, str(refund.processor_id), RefundState.DONE)
    await hears_all(clinic)
    assert not await is_owed(clinic)


async def test_a_bill_that_is_disputed_is_not_settled_by_paying_it(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await begins_dispute(clinic)
    await clinic.pays(820)
    assert await is_owed(clinic)
    await closes_dispute(clinic, DisputeOutcome.BILLED)
    assert not await is_owed(clinic)
