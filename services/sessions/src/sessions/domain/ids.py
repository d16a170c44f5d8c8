"""Distinct identifier types, so that a session's id never passes for an appointment's. All are opaque strings."""

from typing import NewType

PatientId = NewType("PatientId", str)
AppointmentId = NewType("AppointmentId", str)
SessionId = NewType("SessionId", str)
PlanId = NewType("PlanId", str)
ConsentId = NewType("ConsentId", str)
ClearanceId = NewType("ClearanceId", str)
AlertId = NewType("AlertId", str)
RequestId = NewType("RequestId", str)
LocationId = NewType("LocationId", str)
ContainerId = NewType("ContainerId", str)
DrawId = NewType("DrawId", str)
CaseId = NewType("CaseId", str)
EntryId = NewType("EntryId", str)
StaffId = NewType("StaffId", str)
ContactId = NewType("ContactId", str)
NoteId = NewType("NoteId", str)
TaskId = NewType("TaskId", str)
OutreachId = NewType("OutreachId", str)
CareDischargeId = NewType("CareDischargeId", str)
AdverseEventId = NewType("AdverseEventId", str)
