"""That screening's share of a record was handed out for a request, and how soon a copy is made."""

from dataclasses import dataclass

from careflow_domain.disclosures import RecordPart
from screening.domain.facts import PatientFact
from screening.domain.ids import DisclosureId, RecordRequestId, StaffId
from screening.domain.policy_values import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePolicy:
    """How long after a disclosure was recorded its copy may be made."""

    copied_within: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDisclosed(PatientFact):
    """It is for a request for the patient's record, which booking keeps."""

    record_request_id: RecordRequestId
    disclosure_id: DisclosureId
    part: RecordPart
    by: StaffId
