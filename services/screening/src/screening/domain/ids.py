"""Distinct identifier types, so that a case id never passes for a patient id. All are opaque UUID strings."""

from typing import NewType

PatientId = NewType("PatientId", str)
CaseId = NewType("CaseId", str)
RequestId = NewType("RequestId", str)
LinkId = NewType("LinkId", str)
AlertId = NewType("AlertId", str)
ClearanceId = NewType("ClearanceId", str)
EvaluationId = NewType("EvaluationId", str)
AppointmentId = NewType("AppointmentId", str)
EvidenceId = NewType("EvidenceId", str)
ClinicalFactId = NewType("ClinicalFactId", str)
MedicationId = NewType("MedicationId", str)
TrialId = NewType("TrialId", str)
StaffId = NewType("StaffId", str)
TaskId = NewType("TaskId", str)
DisclosureId = NewType("DisclosureId", str)
RecordRequestId = NewType("RecordRequestId", str)
ConsentId = NewType("ConsentId", str)
PageId = NewType("PageId", str)
ErasureId = NewType("ErasureId", str)
