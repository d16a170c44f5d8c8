"""Distinct types for identifiers, so that a patient's id cannot be passed where an appointment's is meant."""

from typing import NewType

PatientId = NewType("PatientId", str)
PractitionerId = NewType("PractitionerId", str)
RoomId = NewType("RoomId", str)
LocationId = NewType("LocationId", str)
AppointmentId = NewType("AppointmentId", str)
WaitlistEntryId = NewType("WaitlistEntryId", str)
FreedTimeId = NewType("FreedTimeId", str)
CaseId = NewType("CaseId", str)
ClearanceId = NewType("ClearanceId", str)
AlertId = NewType("AlertId", str)
RequestId = NewType("RequestId", str)
PlanId = NewType("PlanId", str)
SessionId = NewType("SessionId", str)
ConsentId = NewType("ConsentId", str)
AdverseEventId = NewType("AdverseEventId", str)
ErasureId = NewType("ErasureId", str)
RecordRequestId = NewType("RecordRequestId", str)
InquiryId = NewType("InquiryId", str)
MessageId = NewType("MessageId", str)
AlarmId = NewType("AlarmId", str)
