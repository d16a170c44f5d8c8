"""What billing says: every fact becomes its event, every word of the domain is a code of the contract."""

from enum import StrEnum
from typing import Any

import pytest

from billing.domain.accounts import Coverage, PrivateContract
from billing.domain.fee_cases import FeeCause, WaiverReason
from billing.domain.fee_schedule import PackageOffer
from billing.domain.ledger import EntryCause, JournalEntry, LedgerAccount, credit, debit
from billing.domain.money import Money
from billing.domain.payment_methods import PaymentMethod
from billing.domain.refunds import Refund, RefundReason
from billing.domain.rendered import ChargeCause, Rendered
from billing.domain.services import Service
from billing.domain.superbills import Superbill, VoidReason
from billing.domain.visits import VisitKind
from billing.domain.write_offs import WriteOffReason
from billing.published import PUBLISHED
from careflow_events.contracts import EventData, billing_codes, codes
from careflow_events.contracts.code import Code
from careflow_events.publication import Says
from careflow_service.testing.filling import AN_ID, AT, Filling
from services.billing.tests.builders import THREE_DOSES, a_contract, a_coverage, therapy_hour, usd

SOME = Filling(
    {
        Money: usd(1),
        Coverage: a_coverage(),
        Service: therapy_hour(),
        PackageOffer: THREE_DOSES,
        PrivateContract: a_contract(),
        (Rendered, "cause_id"): AN_ID,
        (Refund, "id"): AN_ID,
        (Superbill, "number"): "SB-2026-0001",
        (JournalEntry, "cause_id"): AN_ID,
        (JournalEntry, "lines"): (debit(LedgerAccount.CASH, usd(1)), credit(LedgerAccount.UNAPPLIED, usd(1))),
    }
)


@pytest.mark.parametrize("row", PUBLISHED.values(), ids=lambda row: row.fact.__name__)
def test_every_fact_becomes_the_event_its_row_names(row: Says[Any, EventData]) -> None:
    said = row(SOME(row.fact))

    assert (type(said.data),) == row.contracts
    assert said.time == AT


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (ChargeCause, billing_codes.ChargeCause),
        (FeeCause, billing_codes.ChargeCause),
        (WaiverReason, billing_codes.WaiverReason),
        (PaymentMethod, billing_codes.PaymentMethod),
        (WriteOffReason, billing_codes.WriteOffReason),
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
