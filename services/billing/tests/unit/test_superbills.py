"""Superbills: complete or refused with everything that is missing; immutable, voided, replaced."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from billing.domain.accounts import Account, Coverage, CoverageKind
from billing.domain.charges import Charge
from billing.domain.ids import EntryId, StaffId, SuperbillId
from billing.domain.numbers import NumberSeries
from billing.domain.rendered import ChargeCause
from billing.domain.superbill_elements import Draft, content_of, missing_elements
from billing.domain.superbills import Superbill, VoidReason
from careflow_domain.errors import DomainError
from services.billing.tests.builders import (
    ANA,
    NOW,
    PRACTICE,
    TODAY,
    a_charge,
    a_draft,
    a_profile,
    a_rendered,
    an_account,
    diagnosed,
    infusion,
    therapy_hour,
    usd,
)

THIRTEEN = tuple(
    f"F10.{each}" for each in ("10", "11", "120", "121", "129", "130", "131", "132", "139", "14", "150", "151", "159")
)


def with_services(*services: object) -> Draft:
    return a_draft(a_charge(a_rendered(*services)))  # type: ignore[arg-type]  # services


def with_account(change: Callable[[Account], Account]) -> Draft:
    return a_draft(account=change(an_account()))


MISSING: dict[str, Callable[[], Draft]] = {
    "patient_name_and_birth_date": lambda: with_account(lambda account: replace(account, profile=None)),
    "patient_sex": lambda: with_account(lambda account: account.with_profile(a_profile(sex=None))),
    "patient_address": lambda: with_account(lambda account: account.with_profile(a_profile(address=None))),
    "insurance": lambda: with_account(lambda account: account.with_coverage(Coverage(kind=CoverageKind.NONE))),
    "rendering_clinician": lambda: replace(a_draft(), practice=replace(PRACTICE, clinicians=())),
    "clinician_licence": lambda: replace(
        a_draft(),
        practice=replace(PRACTICE, clinicians=tuple(replace(each, licence=None) for each in PRACTICE.clinicians)),
    ),
    "drug": lambda: with_services(infusion(code="J3490", minutes=None)),
    "diagnosis": lambda: with_account(lambda account: replace(account, diagnoses=())),
    "diagnosis_code": lambda: with_account(lambda account: account.with_diagnoses(diagnosed("F33.20"))),
    "diagnoses_too_many": lambda: with_account(lambda account: account.with_diagnoses(diagnosed(*THIRTEEN))),
    "diagnosis_disclosure": lambda: a_draft(disclose=False),
}


@pytest.mark.parametrize("element", MISSING)
def test_an_element_that_is_missing_is_named(element: str) -> None:
    assert element in [missing.code for missing in missing_elements(MISSING[element]())]


def test_everything_missing_is_said_at_once_and_nothing_is_issued() -> None:
    with pytest.raises(DomainError) as refused:
        content_of(a_draft(account=an_account(complete=False), disclose=False))
    assert refused.value.code == "superbill_incomplete"
    missing = refused.value.extra["missing"]
    assert isinstance(missing, list)
    assert {each["code"] for each in missing} == {
        "patient_name_and_birth_date",
        "patient_sex",
        "patient_address",
        "insurance",
        "diagnosis",
        "diagnosis_disclosure",
    }


def test_every_line_has_its_date_clinician_diagnoses_and_what_was_paid() -> None:
    second = a_charge(a_rendered(cause_id="s2", day=date(2026, 11, 20))).paying(usd(225))
    first = a_charge(a_rendered(infusion(), therapy_hour())).paying(usd(400))
    content = content_of(a_draft(first, second))
    lines = [(line.service_date.day, line.code, line.clinician, line.charged, line.paid) for line in content.lines]
    assert lines == [
        (20, "90837", "B", usd(225), usd(225)),
        (23, "96365", "A", usd(350), usd(350)),
        (23, "90837", "B", usd(225), usd(50)),
    ]
    assert [diagnosis.code for diagnosis in content.diagnoses] == ["F33.2", "F41.1"]
    assert {line.diagnosis_pointers for line in content.lines} == {("A", "B")}
    assert (content.charged, content.paid) == (usd(800), usd(625))


def test_an_associate_is_named_with_the_supervisor() -> None:
    content = content_of(with_services(therapy_hour(provider=StaffId("ari-associate"))))
    assert content.clinicians[0].supervisor_name == "Theo Therapist"


def test_a_fee_is_never_on_a_superbill() -> None:
    rendered = replace(a_rendered(cause=ChargeCause.NO_SHOW), services=())
    fee = Charge.fee(rendered, "Missed visit", usd(225), "fin-2026", EntryId("e"), now=NOW)
    with pytest.raises(DomainError, match="charge_not_billable"):
        missing_elements(a_draft(fee))


def a_superbill(name: str = "b1", replaces: Superbill | None = None) -> Superbill:
    return Superbill.issued(
        SuperbillId(name), ANA, f"SB-{name}", content_of(a_draft()), replaces=replaces, now=NOW, today=TODAY
    )


def test_only_a_void_one_is_replaced_and_the_new_one_names_it() -> None:
    first = a_superbill()
    with pytest.raises(DomainError, match="superbill_not_void"):
        a_superbill("b2", replaces=first)
    void = first.void(VoidReason.CHARGE_CORRECTED, now=NOW)
    second = a_superbill("b2", replaces=void)
    assert (second.edition, second.replaces_number) == (2, "SB-b1")
    with pytest.raises(DomainError, match="superbill_replaced"):
        a_superbill("b3", replaces=void.replaced(second))
    with pytest.raises(DomainError, match="superbill_void"):
        void.void(VoidReason.CHARGE_CORRECTED, now=NOW)


def test_numbers_of_a_year_follow_each_other() -> None:
    first = NumberSeries(id="SB-2026").next()
    assert [first.number, first.next().number] == ["SB-2026-0001", "SB-2026-0002"]
