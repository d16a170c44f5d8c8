"""Whether money that somebody types is what somebody else has typed before: a check is seen at the front desk and again
at the bank, a transfer by whoever looks first.

Invariant: nothing is refused for good; it is a question, and whoever typed it last answers.
"""

from collections.abc import Iterable

from billing.domain.payment_methods import TOLD_BY_HAND, PaymentMethod
from billing.domain.payments import Payment
from careflow_domain.errors import conflict


def expect_another(told: Payment, known: Iterable[Payment]) -> None:
    """Raises `payment_known` where one of these may be what is told."""
    same = next((each for each in known if looks_like(told, each)), None)
    if same is not None:
        raise conflict(
            "payment_known",
            "So much is recorded already under this number. Say so if it is another payment.",
            payment_id=same.id,
            received_on=same.received_on.isoformat(),
        )


def looks_like(told: Payment, known: Payment) -> bool:
    """Whether what is told may be the known one: so much by the same check, whose number an account has once, or by the
    same transfer of the same day, as the same comes every month of some.
    """
    by_hand = known.method is told.method and known.method in TOLD_BY_HAND
    same_day = known.method is PaymentMethod.CHECK or known.received_on == told.received_on
    return by_hand and same_day and known.came == told.amount and _number(known) == _number(told)


def _number(payment: Payment) -> str:
    """A reference as it is compared: "Check No. 0458" is 458."""
    letters = "".join(each for each in (payment.reference or "").casefold() if each.isalnum())
    return "".join(each for each in letters if each.isdecimal()).lstrip("0") or letters
