"""The clinic's words for a visit: what it is for, how it takes place, who takes part, how the drug is given."""

from dataclasses import dataclass
from enum import StrEnum

from sessions.domain.ids import StaffId


class VisitKind(StrEnum):
    """The visits of a course. Consultations before it belong to booking and screening."""

    PREPARATION = "preparation"
    DOSING = "dosing"
    INTEGRATION = "integration"
    REVIEW = "review"
    ADJUNCT = "adjunct"


CONVERTIBLE_TO = frozenset({VisitKind.PREPARATION, VisitKind.INTEGRATION})
"""What a refused dosing visit may become: a therapy hour on the same appointment."""


class Phase(StrEnum):
    INDUCTION = "induction"
    MAINTENANCE = "maintenance"


class Modality(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class ProviderRole(StrEnum):
    PRESCRIBER = "prescriber"
    THERAPIST = "therapist"
    NURSE = "nurse"
    WELLNESS = "wellness"


class RoomPurpose(StrEnum):
    CONSULTATION = "consultation"
    DOSING = "dosing"


class Route(StrEnum):
    """How the drug is given. Intranasal means esketamine devices under the REMS; compounded sprays are not given."""

    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    ORAL = "oral"
    INTRANASAL = "intranasal"


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who takes part in a visit."""

    id: StaffId
    role: ProviderRole
