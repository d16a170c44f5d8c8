"""Papers as PDF: a typeset template filled with JSON. Invariants: the same paper always has the same bytes; no
character is ever printed as an empty box: what no font has is refused, before anything is issued.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from billing.domain.estimate_issues import Issue
from billing.domain.estimates import Estimate
from billing.domain.money import Money
from billing.domain.payments import PaymentMethod
from billing.domain.superbill_content import BilledLine, Content
from billing.domain.superbills import Superbill, SuperbillState, VoidReason
from careflow_domain.errors import DomainError, conflict

_TEMPLATES: Final = resources.files("billing") / "data" / "templates"
_STATEMENT: Final = (
    "The services above were rendered on the dates shown and paid for by the patient as shown. This practice files no "
    "claim and accepts no assignment. Please reimburse the patient directly."
)
_STANDARDS: Final[list[Literal["a-3a", "ua-1"]]] = ["a-3a", "ua-1"]
"""Kept for years and read aloud; both make a missing character an error."""
_NO_GLYPH: Final = "could not be displayed with font"
_CJK_FONTS: Final = "cvttf_NotoSansCJK_Regular"
"""The package with Noto Sans CJK: Chinese, Japanese and Korean."""
_METHODS: Final[Mapping[PaymentMethod, str]] = {
    PaymentMethod.CARD_TERMINAL: "Card",
    PaymentMethod.HSA_FSA: "HSA/FSA card",
    PaymentMethod.CASH: "Cash",
    PaymentMethod.CHECK: "Check",
    PaymentMethod.TRANSFER: "Bank transfer",
}
_VOID: Final[Mapping[VoidReason, str]] = {
    VoidReason.CHARGE_CORRECTED: "a service on it was corrected",
    VoidReason.PAID: "a payment was received after it was issued",
    VoidReason.REFUNDED: "a payment on it was refunded",
    VoidReason.DISCOUNTED: "its services cost less than it says",
    VoidReason.DETAILS_WRONG: "a name, number or address on it was wrong",
    VoidReason.ISSUED_IN_ERROR: "it was issued by mistake",
}
_UNDETERMINED: Final = "not yet determined"


class TypstPrinter:
    """See `billing.application.ports.Printer`. `zone` is the clinic's, for dates; `fonts` a folder with more fonts, for
    scripts that the shipped ones do not have.
    """

    def __init__(self, zone: ZoneInfo, fonts: Path | None = None) -> None:
        self._zone = zone
        self._fonts = [folder for folder in (_package_fonts(), fonts) if folder is not None]

    async def superbill(self, superbill: Superbill, *, copy: bool) -> bytes:
        mark = "VOID" if superbill.state is SuperbillState.VOID else "COPY" if copy else None
        data = {
            **_content(superbill.content),
            "number": superbill.number,
            "version": superbill.edition,
            "issued": _date(superbill.issued_on),
            "replaces": superbill.replaces_number,
            "void": self._void(superbill),
            "mark": mark,
            "statement": _STATEMENT,
        }
        return await _print("superbill.typ", data, superbill.issued_at, self._fonts)

    def _void(self, superbill: Superbill) -> dict[str, Any] | None:
        if superbill.voided_at is None or superbill.void_reason is None:
            return None
        return {
            "on": _us(superbill.voided_at.astimezone(self._zone).date()),
            "why": _VOID[superbill.void_reason],
            "replaced_by": superbill.replaced_by_number,
        }

    async def estimate(self, estimate: Estimate, number: int) -> bytes:
        issue = estimate.issues[number - 1]
        issued_on = issue.issued_at.astimezone(self._zone).date()
        return await _print("estimate.typ", _estimate(estimate, issue, issued_on), issue.issued_at, self._fonts)


def _content(content: Content) -> dict[str, Any]:
    patient, coverage = content.patient, content.patient.coverage
    return {
        "provider": asdict(content.provider),
        "patient": {
            "name": patient.name,
            "birth_date": _us(patient.birth_date),
            "sex": patient.sex.value.capitalize(),
            "address": asdict(patient.address),
            "coverage": {
                "payer": coverage.payer,
                "member_id": coverage.member_id,
                "group_number": coverage.group_number,
                "relationship": coverage.relationship.value.capitalize(),
                "subscriber_name": coverage.subscriber_name,
            },
        },
        "clinicians": [asdict(clinician) for clinician in content.clinicians],
        "diagnoses": [asdict(diagnosis) for diagnosis in content.diagnoses],
        "lines": [_line(line) for line in content.lines],
        "payments": [
            {"date": _us(each.received_on), "method": _METHODS[each.method], "amount": _amount(each.amount)}
            for each in content.payments
        ],
        "totals": {
            "charged": _amount(content.charged),
            "paid": _amount(content.paid),
            "balance": _amount(content.charged - content.paid),
        },
    }


def _line(line: BilledLine) -> dict[str, Any]:
    return {
        "service_date": _us(line.service_date),
        "place_of_service": line.place_of_service,
        "code": line.code,
        "modifiers": " ".join(line.modifiers),
        "description": line.description,
        "units": line.units,
        "minutes": line.minutes,
        "drug": f"{line.drug} {line.strength}" if line.drug and line.strength else None,
        "ndc": f"NDC N4{line.ndc} {line.ndc_unit}{line.ndc_quantity}" if line.ndc else None,
        "diagnosis_pointers": "".join(line.diagnosis_pointers),
        "clinician": line.clinician,
        "charged": _amount(line.charged),
        "paid": _amount(line.paid),
    }


def _estimate(estimate: Estimate, issue: Issue, issued_on: date) -> dict[str, Any]:
    parties = issue.parties
    return {
        "version": issue.number,
        "issued": _date(issued_on),
        "patient_name": parties.patient_name,
        "birth_date": _us(parties.birth_date),
        "provider": asdict(parties.provider),
        "clinicians": [asdict(clinician) for clinician in parties.clinicians],
        "primary_service": issue.lines[0].description if issue.lines else "",
        "service_date": _us(issue.service_date) if issue.service_date else "not yet scheduled",
        "covers_until": _us(estimate.covers_until),
        "diagnoses": ", ".join(issue.diagnoses) or _UNDETERMINED,
        "lines": [
            {
                "visit": line.kind.value.replace("_", " ").capitalize(),
                "code": line.code,
                "description": line.description,
                "units": line.units,
                "unit_price": _amount(line.unit_price),
                "amount": _amount(line.amount),
            }
            for line in issue.lines
        ],
        "total": _amount(issue.total),
        "dispute_line": _amount(issue.dispute_line),
    }


async def _print(template: str, data: Mapping[str, Any], made_at: datetime, fonts: Sequence[Path]) -> bytes:
    """Typesetting takes tens of milliseconds of one core, so it does not hold up the loop."""
    with resources.as_file(_TEMPLATES) as folder:
        return await asyncio.to_thread(_compile, folder, template, json.dumps(data), made_at, fonts)


def _compile(folder: Path, template: str, data: str, made_at: datetime, fonts: Sequence[Path]) -> bytes:
    """PDF/A-3 and PDF/UA-1, with the data attached. Raises `not_printable`."""
    import typst  # 6 MB that a process which prints nothing need not hold

    # Only the fonts that come with the typesetter and with this package: a paper looks the same on every machine.
    try:
        made = typst.compile(
            folder / template,
            root=folder,
            font_paths=list(fonts),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": data},
            pdf_standards=[*_STANDARDS],
            timestamp=int(made_at.timestamp()),
        )
    except typst.TypstError as error:
        if _NO_GLYPH in str(error):
            raise not_printable() from None
        raise
    assert isinstance(made, bytes)
    return made


def not_printable() -> DomainError:
    return conflict("not_printable", "A name or text has a character for which there is no font; add one that has it.")


def _package_fonts() -> Path | None:
    found = find_spec(_CJK_FONTS)
    return Path(found.origin).parent if found and found.origin else None


def _date(day: date) -> dict[str, Any]:
    return {"year": day.year, "month": day.month, "day": day.day, "text": _us(day)}


def _us(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def _amount(amount: Money) -> str:
    symbol = "$" if amount.currency == "USD" else f"{amount.currency} "
    whole, cents = divmod(amount.minor, 100)
    return f"{symbol}{whole:,}.{cents:02d}"
