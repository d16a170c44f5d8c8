"""Money that comes in: a receipt, and whether it was told before."""

from billing.application.ports import Ports
from billing.domain.ids import PatientId, PaymentId
from billing.domain.money import Money
from billing.domain.payment_methods import TERMINAL, TOLD_BY_HAND, PaymentMethod
from billing.domain.payments import Payment, payment_id_of
from billing.domain.told_twice import expect_another
from careflow_domain.errors import invalid
from careflow_service.work import Transaction


def money_in(
    patient_id: PatientId, amount: Money, method: PaymentMethod, reference: str | None, tx: Transaction, ports: Ports
) -> Payment:
    """What came in now, as somebody here tells. Raises `currency_mismatch`, `amount_not_positive`, `reference_needed`,
    `card_number_refused` and `told_by_processor`.
    """
    if method is PaymentMethod.CARD_ONLINE:
        raise invalid("told_by_processor", "The card processor tells by itself what was paid online.")
    if amount.currency != ports.policy.currency:
        raise invalid("currency_mismatch", "The clinic keeps its books in another currency.")
    by_terminal = method in TERMINAL and reference
    return Payment.received(
        payment_id_of(patient_id, method, reference) if by_terminal and reference else PaymentId(tx.new_id()),
        patient_id,
        amount,
        method,
        reference,
        now=tx.now,
        today=ports.day_of(tx.now),
    )


async def known_before(payment: Payment, ports: Ports, *, is_another: bool) -> Payment | None:
    """The payment the terminal called so before. Raises `payment_known` where somebody typed what may be the same, and
    nobody said that it `is_another`.
    """
    if payment.method in TERMINAL:
        return await ports.payments.find(payment.id, of=payment.patient_id)
    if payment.method in TOLD_BY_HAND and not is_another:
        expect_another(payment, await ports.payments.all_of(payment.patient_id))
    return None
