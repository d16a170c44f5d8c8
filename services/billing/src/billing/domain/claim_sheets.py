"""A superbill laid out as an insurer's clerk reads a claim: in the boxes of a CMS-1500 (02/12), six services a sheet.

Invariant: each sheet stands for itself, with the diagnoses its lines point to and totals that are its own lines'; the
sheets together are the superbill, no line twice and none left out. It is no claim by the clinic: the patient files it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from billing.domain.accounts import Coverage
from billing.domain.money import Money, total
from billing.domain.services import TELEHEALTH_AT_HOME
from billing.domain.superbill_content import BilledClinician, BilledLine, Content
from careflow_domain.errors import conflict

LINES_A_SHEET: Final = 6
"""Box 24 of the form has so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet. `supervisor` is named in box 17 for the associate who rendered all of its lines; None where nobody
    was supervised.
    """

    lines: tuple[BilledLine, ...]
    supervisor: BilledClinician | None

    @property
    def charged(self) -> Money:
        """Box 28."""
        return total(line.charged for line in self.lines)

    @property
    def paid(self) -> Money:
        """Box 29."""
        return total(line.paid for line in self.lines)

    @property
    def at_the_practice(self) -> bool:
        """Whether anything on it was rendered there, and not at the patient's home (box 32)."""
        return any(line.place_of_service != TELEHEALTH_AT_HOME for line in self.lines)


def sheets_of(content: Content) -> tuple[Sheet, ...]:
    """The lines in the superbill's order, by whom the form names as supervisor, for it has room for one."""
    by_letter = {each.letter: each for each in content.clinicians}
    supervised = sorted(
        ((_supervisor(by_letter.get(line.clinician)), place, line) for place, line in enumerate(content.lines)),
        key=lambda each: (each[0], each[1]),
    )
    return tuple(
        Sheet(lines=lines, supervisor=by_letter[lines[0].clinician] if npi else None)
        for npi, together in groupby(supervised, key=lambda each: each[0])
        for lines in _by_six(line for _, _, line in together)
    )


def _supervisor(clinician: BilledClinician | None) -> str:
    return (clinician.supervisor_npi if clinician else None) or ""


def _by_six(lines: Iterable[BilledLine]) -> list[tuple[BilledLine, ...]]:
    known = tuple(lines)
    return [known[first : first + LINES_A_SHEET] for first in range(0, len(known), LINES_A_SHEET)]


def expect_filed_by_patient(coverage: Coverage) -> None:
    """Raises `no_claim_to_medicare`."""
    if not coverage.is_filed_by_patient:
        raise conflict("no_claim_to_medicare", "Under a private contract no claim is filed with Medicare.")
