"""Distinct types for identifiers, so that a patient's id cannot be passed where a charge's is meant."""

from typing import NewType

PatientId = NewType("PatientId", str)
StaffId = NewType("StaffId", str)
AppointmentId = NewType("AppointmentId", str)
PlanId = NewType("PlanId", str)
ChargeId = NewType("ChargeId", str)
PaymentId = NewType("PaymentId", str)
EntryId = NewType("EntryId", str)
EstimateId = NewType("EstimateId", str)
LinkId = NewType("LinkId", str)
"""Of a payment link."""

AccountLinkId = NewType("AccountLinkId", str)
"""Of a link to a patient's own account."""

ProcessorId = NewType("ProcessorId", str)
"""What the card processor calls something."""

PackageId = NewType("PackageId", str)
"""The id of the payment it was bought with."""

ContractId = NewType("ContractId", str)
SuperbillId = NewType("SuperbillId", str)
ReimbursementId = NewType("ReimbursementId", str)
PaperId = NewType("PaperId", str)
ErasureId = NewType("ErasureId", str)
DisclosureId = NewType("DisclosureId", str)
RecordRequestId = NewType("RecordRequestId", str)
