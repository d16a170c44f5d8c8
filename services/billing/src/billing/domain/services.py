"""Services as a bill names them: codes of CPT and HCPCS, units, who rendered them.

Invariant: a code has the shape of its code set, a drug code may have an NDC, modifiers are two characters.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from billing.domain.ids import StaffId
from careflow_domain.errors import invalid

_CPT: Final = re.compile(r"[0-9]{4}[0-9T]")
_HCPCS: Final = re.compile(r"[A-V][0-9]{4}")
_MODIFIER: Final = re.compile(r"[0-9A-Z]{2}")
_NDC: Final = re.compile(r"[0-9]{11}")
_PLACE: Final = re.compile(r"[0-9]{2}")

OFFICE: Final = "11"
TELEHEALTH_AT_HOME: Final = "10"


def is_service_code(code: str) -> bool:
    """A CPT code (99205, 0820T) or a HCPCS level II code (J3490)."""
    return bool(_CPT.fullmatch(code) or _HCPCS.fullmatch(code))


def is_drug_code(code: str) -> bool:
    """HCPCS J codes, and the S codes that name a drug."""
    return code.startswith("J") or code == "S0013"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One line of what was rendered, or is expected to be; `provider` is who bills it, `performed_by` whom they
    supervised. From `started_at` to `ended_at` where that is documented. Raises `service_invalid`.
    """

    code: str
    units: int = 1
    minutes: int | None = None
    modifiers: tuple[str, ...] = ()
    place_of_service: str | None = None
    provider: StaffId | None = None
    performed_by: StaffId | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    drug: str | None = None
    strength: str | None = None
    ndc: str | None = None
    ndc_quantity: str | None = None
    ndc_unit: str | None = None

    def __post_init__(self) -> None:
        shapes = (
            is_service_code(self.code),
            self.units >= 1,
            len(self.modifiers) <= 4 and all(_MODIFIER.fullmatch(modifier) for modifier in self.modifiers),
            self.place_of_service is None or _PLACE.fullmatch(self.place_of_service),
            self.ndc is None or _NDC.fullmatch(self.ndc),
        )
        if not all(shapes):
            raise invalid("service_invalid", "A service needs a CPT or HCPCS code, units, and the shapes of its parts.")

    def supervised_by(self, clinician: StaffId | None) -> "Service":
        """The service as the supervising clinician bills it; itself when there is none."""
        return self if clinician is None else replace(self, provider=clinician, performed_by=self.provider)

    @property
    def documented_minutes(self) -> int | None:
        """Whole minutes from its start to its end; None where they are not documented."""
        if self.started_at is None or self.ended_at is None:
            return None
        return int((self.ended_at - self.started_at).total_seconds() // 60)

    @property
    def is_drug(self) -> bool:
        return is_drug_code(self.code)

    @property
    def drug_is_named(self) -> bool:
        """Whether a payer can tell which drug it was and how much."""
        return None not in (self.drug, self.strength, self.ndc, self.ndc_quantity, self.ndc_unit)
