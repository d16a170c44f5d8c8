"""That sessions' share of a record was handed out for a request."""

from dataclasses import dataclass

from careflow_domain.aggregate import Fact
from careflow_domain.disclosures import RecordPart
from sessions.domain.ids import DisclosureId, PatientId, RecordRequestId, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDisclosed(Fact):
    """It is for a request for the patient's record, which booking keeps."""

    patient_id: PatientId
    record_request_id: RecordRequestId
    disclosure_id: DisclosureId
    part: RecordPart
    by: StaffId
