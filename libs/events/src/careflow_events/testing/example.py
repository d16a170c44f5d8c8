"""What an example is, and the ids and times of the one made-up patient whose path all examples follow."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from careflow_events.contracts.model import EventData

PATIENT: Final = "0199f1c2-7a10-7c3e-9d41-5b6a0e8f2c01"
CASE: Final = "0199f1d0-11b2-7f04-8a77-c0de5f3a9b02"
INFO_CALL: Final = "0199f1c2-7a33-7b19-b2f0-3e9a61d7cc03"
EVALUATION_VISIT: Final = "0199f24e-90aa-7d52-9c3b-77f1e04b8a04"
EVALUATION: Final = "0199f6b1-3c5d-7e60-a1d8-0b94c2e6f705"
CLEARANCE: Final = "0199f6e8-52f7-7a81-8e0f-d1c3b5a79406"
EARLIER_CLEARANCE: Final = "0198b0aa-0f21-7c55-93e2-6a7d8b9c0d07"
ALERT: Final = "0199f1e5-6b1c-7d93-af42-18e7c6d5b408"
LINK: Final = "0199f1d0-1f45-7c11-9a02-5e7d0b3c8f16"
REQUEST: Final = "0199f1d0-1f44-7b08-bb6e-92a1d3c4e509"
EVIDENCE: Final = "0199f2f0-7e88-7c1a-8d5c-4f3e2d1c0b0a"
LOCATION: Final = "0198a2b4-0000-7a00-8a00-00000000000b"
ROOM: Final = "0198a2b4-0000-7a00-8a00-00000000000c"
PRESCRIBER: Final = "0198a2b4-0000-7a00-8a00-00000000000d"
THERAPIST: Final = "0198a2b4-0000-7a00-8a00-00000000000e"
HELD_BY: Final = "0199f7a1-55d0-7b33-91c4-e8f7a6b5c40f"
NURSE: Final = "0198a2b4-0000-7a00-8a00-000000000010"
PLAN: Final = "0199fc0e-2b71-7d16-8f3a-6c5d4e3f2111"
CONSENT: Final = "0199fb9d-8a02-7e27-94b5-1d2c3b4a5912"
DOSING_VISIT: Final = "0199fd55-6e13-7f38-a5c6-2e3d4c5b6a13"
SESSION: Final = "0199fd55-6f24-7049-b6d7-3f4e5d6c7b14"
PRE_SESSION_REQUEST: Final = "019a0b12-7035-715a-87e8-405f6e7d8c15"
ADVERSE_EVENT: Final = "019a1c44-8146-726b-98f9-51607f8e9d16"
CONTACT: Final = "019a1c4b-77a0-7b1e-9c52-3d0a6e5f8b21"
PLAN_TASK: Final = "0199fc31-4d02-7c5e-8e20-5a7f1c3d9b44"
NOTE: Final = "019a1c52-0d3e-7a41-8c17-2f6e0b9d4a55"
MEDICINE_ORDER: Final = "019a1c3b-2e90-7d0f-8b16-4c5d7e9f0a33"
OUTSIDE_DOSE: Final = "019a1c3c-51b7-7e2a-9d08-6f1e2a3b4c55"
THERAPY: Final = "019a1c5b-7d20-7c41-8f3a-2b6d9e0c4a71"
DISCREPANCY: Final = "0199e321-a1c4-7d3b-9e55-0b2f4c8e6a17"
VIAL: Final = "0199e321-9257-737c-a90a-6271809fae17"

CALL_AT: Final = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
EVALUATION_AT: Final = datetime(2026, 12, 10, 17, 30, tzinfo=UTC)
DECIDED_AT: Final = datetime(2026, 12, 10, 20, 12, 41, 507_000, tzinfo=UTC)
VALID_UNTIL: Final = DECIDED_AT + timedelta(days=90)
DOSING_AT: Final = datetime(2026, 12, 17, 17, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Example:
    """One event as it could have happened: its data, when it became true, and the name of its sample."""

    name: str
    data: EventData
    time: datetime


def id_at(name: str, time: datetime) -> str:
    """A UUIDv7 of that time, always the same for the same name."""
    tail = uuid5(NAMESPACE_URL, f"careflow:{name}").int & ((1 << 62) - 1)
    milliseconds = int(time.timestamp() * 1000)
    return str(UUID(int=(milliseconds << 80) | (0x7 << 76) | ((tail >> 50) << 64) | (0b10 << 62) | tail))
