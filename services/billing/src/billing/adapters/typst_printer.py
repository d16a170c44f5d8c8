"""Papers as PDF: a typeset template filled with JSON. Invariants: the same paper always has the same bytes; no
character is ever printed as an empty box: what no font has is refused, before anything is issued.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from billing.adapters.bill_words import estimate_issue, superbill_content
from billing.adapters.claim_sheet_words import claim_sheets
from billing.adapters.paper_words import paper_words
from billing.adapters.printed import parts, us
from billing.domain.estimates import Estimate
from billing.domain.papers import Paper
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
_VOID: Final[Mapping[VoidReason, str]] = {
    VoidReason.CHARGE_CORRECTED: "a service on it was corrected",
    VoidReason.PAID: "a payment was received after it was issued",
    VoidReason.REFUNDED: "a payment on it was refunded",
    VoidReason.DISCOUNTED: "its services cost less than it says",
    VoidReason.DETAILS_WRONG: "a name, number or address on it was wrong",
    VoidReason.ISSUED_IN_ERROR: "it was issued by mistake",
}


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
            **superbill_content(superbill.content),
            "number": superbill.number,
            "version": superbill.edition,
            "issued": parts(superbill.issued_on),
            "replaces": superbill.replaces_number,
            "void": self._void(superbill),
            "mark": mark,
            "statement": _STATEMENT,
        }
        return await _print("superbill.typ", data, superbill.issued_at, self._fonts)

    async def claim_sheets(self, superbill: Superbill) -> bytes:
        data = {
            **claim_sheets(superbill.content),
            "number": superbill.number,
            "issued": parts(superbill.issued_on),
            "replaces": superbill.replaces_number,
            "void": self._void(superbill),
        }
        return await _print("claim_sheet.typ", data, superbill.issued_at, self._fonts)

    def _void(self, superbill: Superbill) -> dict[str, Any] | None:
        if superbill.voided_at is None or superbill.void_reason is None:
            return None
        return {
            "on": us(superbill.voided_at.astimezone(self._zone).date()),
            "why": _VOID[superbill.void_reason],
            "replaced_by": superbill.replaced_by_number,
        }

    async def estimate(self, estimate: Estimate, number: int) -> bytes:
        issue = estimate.issues[number - 1]
        issued_on = issue.issued_at.astimezone(self._zone).date()
        return await _print("estimate.typ", estimate_issue(estimate, issue, issued_on), issue.issued_at, self._fonts)

    async def paper(self, paper: Paper) -> bytes:
        return await _print(f"{paper.kind}.typ", paper_words(paper), paper.issued_at, self._fonts)


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
