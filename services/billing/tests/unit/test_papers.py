"""Papers: every name is printed as it is or refused, a drug is named with its amount, money by date and method, and a
void one says so.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from billing.adapters import typst_printer
from billing.adapters.typst_printer import TypstPrinter
from billing.domain.ids import SuperbillId
from billing.domain.payment_methods import PaymentMethod
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
    a_payment,
    a_profile,
    a_rendered,
    a_service,
    an_account,
    therapy_hour,
    usd,
)

DRUG = a_service("J3490", drug="Ketamine", strength="50 mg/mL", ndc="00409205310", ndc_quantity="0.7", ndc_unit="ML")
PRINTER = TypstPrinter(ZONE)


def a_bill(given_name: str = "Ana") -> Superbill:
    charge = a_charge(a_rendered(DRUG, therapy_hour()))
    account = an_account().with_profile(a_profile(given_name=given_name))
    payment = a_payment(usd(100), method=PaymentMethod.CHECK).allocating(charge.id, usd(100))
    content = content_of(a_draft(charge.paying(usd(100)), account=account, payments=(payment,)))
    return Superbill.issued(SuperbillId("b1"), ANA, "SB-2026-0001", content, replaces=None, now=NOW, today=TODAY)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the typesetter was given."""
    given: list[dict[str, Any]] = []

    async def keep(_template: str, data: dict[str, Any], *_: object) -> bytes:
        given.append(data)
        return b""

    monkeypatch.setattr(typst_printer, "_print", keep)
    return given


@pytest.mark.parametrize(
    "name",
    ["李小龙", "王力宏", "김민준", "田中さくら", "Nguyễn Thị Ánh", "Łukasz", "Ζωή", "Иван", "Ana María"],
)
async def test_a_name_is_printed_as_it_is(name: str) -> None:
    pdf = await PRINTER.superbill(a_bill(name), copy=False)
    assert pdf.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "name", ['#panic("carried out")', "*Ana* $x$ `y` <z> @z", "https://x.invalid", "= Ana", "(Ana) Tj\\"]
)
async def test_what_was_typed_is_printed_and_neither_carried_out_nor_a_link(name: str) -> None:
    pdf = await PRINTER.superbill(a_bill(name), copy=False)
    plain = await PRINTER.superbill(a_bill(), copy=False)

    assert pdf.count(b"/Annot") == plain.count(b"/Annot")


@pytest.mark.parametrize("name", ["สมชาย", "Ana 😀", "ꦱꦿꦶ"])
async def test_what_no_font_has_is_refused_and_never_an_empty_box(name: str) -> None:
    with pytest.raises(DomainError, match="not_printable") as refused:
        await PRINTER.superbill(a_bill(name), copy=False)
    assert name not in f"{refused.value.detail}{refused.value.extra}"


async def test_without_the_font_of_a_script_its_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typst_printer, "_CJK_FONTS", "no_such_package")
    with pytest.raises(DomainError, match="not_printable"):
        await TypstPrinter(ZONE).superbill(a_bill("김민준"), copy=False)


async def test_a_clinic_adds_a_font_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = typst_printer._package_fonts()
    monkeypatch.setattr(typst_printer, "_CJK_FONTS", "no_such_package")
    assert isinstance(fonts, Path)
    assert await TypstPrinter(ZONE, fonts).superbill(a_bill("김민준"), copy=False)


async def test_it_is_an_archive_that_carries_its_data() -> None:
    pdf = await PRINTER.superbill(a_bill(), copy=False)
    for mark in (b"<pdfaid:part>3</pdfaid:part>", b"<pdfuaid:part>1</pdfuaid:part>", b"data.json"):
        assert mark in pdf


async def test_a_drug_is_named_with_its_strength_and_the_amount_in_the_unit_it_is_billed_in(
    printed: list[dict[str, Any]],
) -> None:
    await PRINTER.superbill(a_bill(), copy=False)
    drug, therapy = printed[0]["lines"]
    assert (drug["drug"], drug["ndc"]) == ("Ketamine 50 mg/mL", "NDC N400409205310 ML0.7")
    assert (therapy["drug"], therapy["ndc"]) == (None, None)


async def test_payments_are_told_by_date_and_method(printed: list[dict[str, Any]]) -> None:
    await PRINTER.superbill(a_bill(), copy=False)
    assert printed[0]["payments"] == [{"date": "11/23/2026", "method": "Check", "amount": "$100.00"}]


async def test_a_void_one_says_when_why_and_by_what_it_is_replaced(printed: list[dict[str, Any]]) -> None:
    bill = a_bill()
    void = bill.void(VoidReason.REFUNDED, now=NOW)
    for each in (bill, void, void.replaced(replace(bill, number="SB-2026-0002"))):
        await PRINTER.superbill(each, copy=False)
    told = {"on": "11/23/2026", "why": "a payment on it was refunded"}
    assert [each["void"] for each in printed] == [
        None,
        {**told, "replaced_by": None},
        {**told, "replaced_by": "SB-2026-0002"},
    ]
    assert [each["mark"] for each in printed] == [None, "VOID", "VOID"]


def a_long_bill() -> Superbill:
    charges = [
        a_charge(a_rendered(DRUG, therapy_hour(), cause_id=f"s{n}", day=TODAY.replace(day=n))) for n in range(3, 24)
    ]
    content = content_of(a_draft(*charges))
    return Superbill.issued(SuperbillId("b1"), ANA, "SB-2026-0001", content, replaces=None, now=NOW, today=TODAY)


async def test_a_bill_of_several_pages_is_printed_with_its_mark() -> None:
    """A mark that lay across a table which goes on behind it once kept every long copy from being printed."""
    bill = a_long_bill()
    assert len(bill.content.lines) > 40
    assert await PRINTER.superbill(bill, copy=True)
    assert await PRINTER.superbill(bill.void(VoidReason.REFUNDED, now=NOW), copy=False)


@pytest.mark.parametrize("reason", VoidReason)
async def test_every_reason_for_voiding_is_printed(reason: VoidReason) -> None:
    assert await PRINTER.superbill(a_bill().void(reason, now=NOW), copy=False)
