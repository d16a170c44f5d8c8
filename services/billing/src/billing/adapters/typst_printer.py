"""Papers as PDF: a typeset template filled with JSON. Invariant: the same paper always has the same bytes."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from billing.domain.estimates import Estimate, Issue
from billing.domain.money import Money
from billing.domain.superbill_content import BilledLine, Content
from billing.domain.superbills import Superbill, SuperbillState

_TEMPLATES: Final = resources.files("billing") / "data" / "templates"
_STATEMENT: Final = (
    "The services above were rendered on the dates shown and paid for by the patient as shown. This practice files no "
    "claim and accepts no assignment. Please reimburse the patient directly."
)
_UNDETERMINED: Final = "not yet determined"


class TypstPrinter:
    """See `billing.application.ports.Printer`. `zone` is the clinic's, for dates."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    async def superbill(self, superbill: Superbill, *, copy: bool) -> bytes:
        mark = "VOID" if superbill.state is SuperbillState.VOID else "COPY" if copy else None
        data = {
            **_content(superbill.content),
            "number": superbill.number,
            "version": superbill.edition,
            "issued": _date(superbill.issued_on),
            "replaces": superbill.replaces_number,
            "mark": mark,
            "statement": _STATEMENT,
        }
        return await _print("superbill.typ", data, superbill.issued_at)

    async def estimate(self, estimate: Estimate, number: int) -> bytes:
        issue = estimate.issues[number - 1]
        issued_on = issue.issued_at.astimezone(self._zone).date()
        return await _print("estimate.typ", _estimate(estimate, issue, issued_on), issue.issued_at)


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
        "ndc": line.ndc,
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


async def _print(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """Typesetting takes tens of milliseconds of one core, so it does not hold up the loop."""
    with resources.as_file(_TEMPLATES) as folder:
        return await asyncio.to_thread(_compile, folder, template, json.dumps(data), made_at)


def _compile(folder: Path, template: str, data: str, made_at: datetime) -> bytes:
    import typst  # 6 MB that a process which prints nothing need not hold

    # Only the fonts that come with the typesetter: a paper looks the same on every machine.
    made = typst.compile(
        folder / template,
        root=folder,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": data},
        timestamp=int(made_at.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


def _date(day: date) -> dict[str, Any]:
    return {"year": day.year, "month": day.month, "day": day.day, "text": _us(day)}


def _us(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def _amount(amount: Money) -> str:
    symbol = "$" if amount.currency == "USD" else f"{amount.currency} "
    whole, cents = divmod(amount.minor, 100)
    return f"{symbol}{whole:,}.{cents:02d}"
