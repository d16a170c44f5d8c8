"""Every code a biller's page shows by a word of its own has one, in every language."""

from collections.abc import Iterable

import pytest

from billing.application.queries.read_account import Of
from billing.domain.accounts import CoverageKind, Relationship
from billing.domain.appeals import AppealStage, DenialReason, Language
from billing.domain.charges import ChargeState
from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.estimate_issues import DeliveryWay
from billing.domain.estimates import EstimateCause
from billing.domain.fee_cases import FeeState, WaiverReason
from billing.domain.ledger import EntryCause
from billing.domain.letterhead import PaperKind
from billing.domain.obstacles import Obstacle
from billing.domain.payment_links import LinkState
from billing.domain.payment_methods import PaymentMethod
from billing.domain.processing import RefundState
from billing.domain.refunds import RefundReason
from billing.domain.reimbursements import Outcome, Stage
from billing.domain.rendered import ChargeCause
from billing.domain.statement_lines import LineKind
from billing.domain.superbill_elements import ELEMENTS
from billing.domain.superbills import SuperbillState, VoidReason
from billing.domain.tasks import TaskKind
from billing.domain.visits import VisitKind
from billing.domain.write_offs import WriteOffReason
from billing.entrypoints.http.access import ACCESS, MONEY_FORMS
from billing.entrypoints.pages.money import LINKS, OWING
from billing.entrypoints.pages.money_forms import FORMS, NEXT
from billing.entrypoints.pages.reimbursing import CASE_FORMS
from careflow_service.pages.words import LOCALES, words_of

WORDS = words_of("careflow_service.pages", "billing.entrypoints.pages")
NAMES = [each.name.replace("-", "_") for each in FORMS]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("lists", [*TaskKind, OWING, LINKS]),
        ("none_of", [*TaskKind, OWING, LINKS]),
        ("next_words", TaskKind),
        ("forms_named", NAMES),
        ("form_means", NAMES),
        ("money_done", NAMES),
        ("charge_causes", ChargeCause),
        ("charge_states", ChargeState),
        ("obstacles", Obstacle),
        ("missing_elements", [each.missing.code for each in ELEMENTS]),
        ("line_kinds", LineKind),
        ("moves", [*EntryCause, "allocation_ended", "hold_ended"]),
        ("methods", PaymentMethod),
        ("refund_reasons", RefundReason),
        ("refund_states", RefundState),
        ("write_off_reasons", WriteOffReason),
        ("waiver_reasons", WaiverReason),
        ("fee_states", FeeState),
        ("superbill_states", SuperbillState),
        ("void_reasons", VoidReason),
        ("estimate_causes", EstimateCause),
        ("delivery_ways", DeliveryWay),
        ("dispute_outcomes", DisputeOutcome),
        ("link_states", LinkState),
        ("coverage_kinds", CoverageKind),
        ("relationships", Relationship),
        ("visit_kinds", VisitKind),
        ("paper_kinds", PaperKind),
        ("appeal_stages", AppealStage),
        ("denial_reasons", DenialReason),
        ("languages", Language),
        ("case_stages", Stage),
        ("my_case_stages", Stage),
        ("reimbursement_outcomes", Outcome),
        ("my_case_outcomes", Outcome),
        ("my_case_forms", ["open", *(each.name.replace("-", "_") for each in CASE_FORMS)]),
        ("my_case_means", ["open", *(each.name.replace("-", "_") for each in CASE_FORMS)]),
    ],
)
def test_every_code_has_its_word(language: str, group: str, codes: Iterable[str]) -> None:
    assert set(WORDS[language].groups[group]) == {str(each) for each in codes}


def test_every_form_is_a_route_of_the_api_and_has_its_rows() -> None:
    assert {each.name for each in FORMS} == set(MONEY_FORMS)
    assert set(NEXT) == set(TaskKind)
    assert {each for each in NEXT.values() if each} <= set(MONEY_FORMS)
    assert {each.of for each in FORMS} == set(Of)
    for name in MONEY_FORMS:
        for method in ("GET", "POST"):
            assert ACCESS[f"{method} /pages/money/{{patient_id}}/{name}"].roles
