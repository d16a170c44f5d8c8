"""What billing says: every word of the domain is a code of the contract."""

from enum import StrEnum

import pytest

from billing.domain.charges import ChargeCause
from billing.domain.fee_cases import FeeCause, WaiverReason
from billing.domain.ledger import EntryCause, LedgerAccount
from billing.domain.payments import PaymentMethod, RefundReason
from billing.domain.superbills import VoidReason
from billing.domain.visits import VisitKind
from careflow_events.contracts import billing_codes, codes
from careflow_events.contracts.code import Code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (ChargeCause, billing_codes.ChargeCause),
        (FeeCause, billing_codes.ChargeCause),
        (WaiverReason, billing_codes.WaiverReason),
        (PaymentMethod, billing_codes.PaymentMethod),
        (RefundReason, billing_codes.RefundReason),
        (LedgerAccount, billing_codes.LedgerAccount),
        (EntryCause, billing_codes.EntryCause),
        (VoidReason, billing_codes.VoidReason),
    ],
)
def test_every_word_of_the_domain_is_a_code_of_the_contract(said: type[StrEnum], code: type[Code]) -> None:
    assert {word.value for word in said} <= code.known().keys()


def test_every_kind_of_visit_that_can_be_heard_of_is_known() -> None:
    assert {kind.value for kind in codes.AppointmentKind} == {kind.value for kind in VisitKind}
