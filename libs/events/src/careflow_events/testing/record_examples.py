"""Examples of how a patient's record is given."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from careflow_events.testing.example import PATIENT, Example

Asked = TypeVar("Asked", bound=contracts.RecordRequestEvent)
_ASKED: Final = "0192f4c1-77a2-7b6e-8c11-5d0e3f9a4c01"
_ASKED_AT: Final = datetime(2026, 12, 1, 17, 5, tzinfo=UTC)
_GIVEN_AT: Final = datetime(2026, 12, 2, 18, 40, tzinfo=UTC)


def record_examples() -> Sequence[Example]:
    """Of every service."""
    return (
        Example("copies", _asked(contracts.RecordRequested, codes.RecordPart.ORDINARY), _ASKED_AT),
        Example("nothing-is-waited-for", _asked(contracts.RecordRequestChanged), _GIVEN_AT),
        Example(
            "for-a-request",
            contracts.SessionsRecordDisclosed(
                patient_id=PATIENT,
                record_request_id=_ASKED,
                disclosure_id="0192f4c1-77a2-7b6e-8c11-5d0e3f9a4c03",
                disclosed_by="dr-vu",
                for_booking=_part(codes.RecordPart.PSYCHOTHERAPY_NOTES),
            ),
            _GIVEN_AT,
        ),
        Example(
            "for-a-request",
            contracts.BillingRecordDisclosed(
                patient_id=PATIENT,
                record_request_id=_ASKED,
                disclosure_id="0192f4c1-77a2-7b6e-8c11-5d0e3f9a4c04",
                disclosed_by="ms-ortiz",
                for_booking=_part(codes.RecordPart.BILLING),
            ),
            _GIVEN_AT,
        ),
    )


def _asked(said: type[Asked], *parts: codes.RecordPart) -> Asked:
    due = date(2026, 12, 16)
    wanted = Sealed.plain(contracts.RecordPartsWanted(due_on=due, parts=parts))
    return said(
        patient_id=PATIENT,
        record_request_id=_ASKED,
        for_screening=wanted,
        for_sessions=wanted,
        for_billing=Sealed.plain(contracts.RecordPartsWanted(due_on=due)),
    )


def _part(part: codes.RecordPart) -> Sealed[contracts.RecordPartForBooking]:
    return Sealed.plain(contracts.RecordPartForBooking(part=part))
