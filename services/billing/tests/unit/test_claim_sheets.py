"""Claim sheets: a superbill in the boxes of a CMS-1500, six services a sheet, each sheet with its own totals, for the
patient to file.
"""

from dataclasses import replace
from typing import Any

import pytest

from billing.adapters import typst_printer
from billing.adapters.claim_sheet_words import claim_sheets
from billing.adapters.typst_printer import TypstPrinter
from billing.domain.accounts import Coverage, CoverageKind, Relationship
from billing.domain.claim_sheets import LINES_A_SHEET, expect_filed_by_patient, sheets_of
from billing.domain.ids import StaffId, SuperbillId
from billing.domain.money import total
from billing.domain.superbill_content import Content
from billing.domain.superbill_elements import content_of
from billing.domain.superbills import Superbill, VoidReason
from careflow_domain.errors import DomainError
from services.billing.tests.builders import (
    ANA,
    NOW,
    TODAY,
    ZONE,
    a_charge,
    a_draft,
    a_profile,
    a_rendered,
    a_service,
    an_account,
    therapy_hour,
    usd,
)

DRUG = a_service("J3490", drug="Ketamine", strength="50 mg/mL", ndc="00409205310", ndc_quantity="0.7", ndc_unit="ML")
PRINTER = TypstPrinter(ZONE)


def a_content(days: int = 1, *services: Any, paid: int = 0, **profile: Any) -> Content:
    charges = [
        a_charge(a_rendered(*(services or (DRUG, therapy_hour())), cause_id=f"s{n}", day=TODAY.replace(day=3 + n)))
        for n in range(days)
    ]
    if paid:
        charges[0] = charges[0].paying(usd(paid))
    return content_of(a_draft(*charges, account=an_account().with_profile(a_profile(**profile))))


def a_superbill(content: Content) -> Superbill:
    return Superbill.issued(SuperbillId("b1"), ANA, "SB-2026-0001", content, replaces=None, now=NOW, today=TODAY)


def covered(content: Content, **changed: Any) -> Content:
    return replace(content, patient=replace(content.patient, coverage=replace(content.patient.coverage, **changed)))


@pytest.mark.parametrize(("days", "sheets"), [(1, [2]), (3, [6]), (4, [6, 2]), (21, [6] * 7)])
def test_a_sheet_has_six_services_and_the_next_one_has_another(days: int, sheets: list[int]) -> None:
    assert [len(each.lines) for each in sheets_of(a_content(days))] == sheets


def test_each_sheet_adds_up_its_own_lines_and_all_of_them_are_the_bill() -> None:
    content = a_content(4, paid=200)
    sheets = sheets_of(content)
    assert [(each.charged, each.paid) for each in sheets] == [(usd(810), usd(200)), (usd(270), usd(0))]
    assert total(each.charged for each in sheets) == content.charged
    assert [line for each in sheets for line in each.lines] == list(content.lines)
    assert len(sheets[0].lines) == LINES_A_SHEET


def test_a_sheet_names_one_supervisor_and_no_line_of_another_clinician() -> None:
    """Box 17 has room for one, and would say that everybody on the sheet was supervised."""
    content = a_content(2, therapy_hour(provider=StaffId("ari-associate")), DRUG)
    first, second = claim_sheets(content)["sheets"]
    assert (first["supervisor"], first["supervisor_npi"]) == (None, None)
    assert (second["supervisor"], [each["code"] for each in second["lines"]]) == ("Theo Therapist", ["90837"] * 2)
    assert {each["npi"] for each in second["lines"]}.isdisjoint({second["supervisor_npi"]})


def test_boxes_are_written_the_way_the_form_has_them() -> None:
    said = claim_sheets(a_content(paid=100))
    patient, (sheet,) = said["patient"], said["sheets"]
    drug, therapy = sheet["lines"]
    assert (patient["name"], patient["birth_date"], patient["sex"]) == ("Rivera, Ana", "04 02 1988", "F")
    assert [each["code"] for each in said["diagnoses"]] == ["F332", "F411"]
    assert drug["supplement"] == "N400409205310 ML0.7  Ketamine 50 mg/mL"
    assert (drug["date"], drug["place_of_service"], drug["pointers"]) == ("11 03 26", "11", "AB")
    assert (therapy["supplement"], therapy["charged"], therapy["units"]) == (None, "225.00", "1")
    assert (sheet["charged"], sheet["paid"]) == ("270.00", "100.00")


def test_what_the_form_asks_of_somebody_elses_insurance_is_left_to_the_patient() -> None:
    said = claim_sheets(covered(a_content(), relationship=Relationship.SPOUSE, subscriber_name="Rosa Rivera"))
    assert (said["patient"]["is_subscriber"], said["patient"]["subscriber"]) == (False, "Rosa Rivera")


def test_a_bill_of_before_names_were_told_apart_names_the_patient_whole() -> None:
    content = a_content()
    before = replace(content, patient=replace(content.patient, family_name=None, given_name=None))
    assert claim_sheets(before)["patient"]["name"] == "Ana Rivera"


def test_of_a_visit_by_video_nothing_was_rendered_at_the_practice() -> None:
    remote = therapy_hour(place_of_service="10", modifiers=("95",))
    assert [each.at_the_practice for each in sheets_of(a_content(1, remote))] == [False]
    assert [each.at_the_practice for each in sheets_of(a_content(1, remote, DRUG))] == [True]


def test_who_signed_a_medicare_private_contract_is_given_no_claim_to_file() -> None:
    insured = Coverage(kind=CoverageKind.COMMERCIAL, payer="Example Health Plan", member_id="X1")
    expect_filed_by_patient(insured)
    with pytest.raises(DomainError, match="no_claim_to_medicare"):
        expect_filed_by_patient(replace(insured, kind=CoverageKind.MEDICARE))


async def test_a_void_one_says_so_on_every_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []

    async def keep(_template: str, data: dict[str, Any], *_: object) -> bytes:
        given.append(data)
        return b""

    monkeypatch.setattr(typst_printer, "_print", keep)
    await PRINTER.claim_sheets(a_superbill(a_content()).void(VoidReason.CHARGE_CORRECTED, now=NOW))
    assert given[0]["void"] == {"on": "11/23/2026", "why": "a service on it was corrected", "replaced_by": None}


@pytest.mark.parametrize("name", ["李小龙", "Wolfeschlegelsteinhausenbergerdorff-Nguyễn Thị Ánh"])
async def test_they_are_an_archive_that_is_read_aloud_whoever_the_patient_is(name: str) -> None:
    bill = a_superbill(a_content(4, given_name=name)).void(VoidReason.PAID, now=NOW)
    pdf = await PRINTER.claim_sheets(bill)
    for mark in (b"<pdfaid:part>3</pdfaid:part>", b"<pdfuaid:part>1</pdfuaid:part>", b"data.json"):
        assert mark in pdf


async def test_a_name_no_font_has_is_refused() -> None:
    with pytest.raises(DomainError, match="not_printable"):
        await PRINTER.claim_sheets(a_superbill(a_content(given_name="สมชาย")))
