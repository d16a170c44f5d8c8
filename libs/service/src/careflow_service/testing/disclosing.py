"""What the tests of every service do with disclosures, by the routes that all of them have."""

import json
from datetime import date
from typing import Any, TypeVar

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes
from careflow_service.testing.calling import Caller

S = TypeVar("S", bound=contracts.RecordRequestEvent)


def disclosure(**changes: Any) -> dict[str, Any]:
    """The patient asked for a copy."""
    return {
        "part": "general",
        "basis": "patient_access",
        "recipient": "the patient",
        "reason": "asked for a copy",
        **changes,
    }


async def discloses(by: Caller, patient_id: str, **changes: Any) -> str:
    """Records a disclosure; answers its id."""
    made = await by.post(f"/v1/patients/{patient_id}/disclosures", disclosure(**changes))
    assert made.status_code == 201, made.text
    return str(made.json()["disclosure_id"])


async def copied(by: Caller, patient_id: str, **changes: Any) -> Any:
    """The copy that goes with a new disclosure."""
    answered = await by.get(f"/v1/disclosures/{await discloses(by, patient_id, **changes)}/record")
    assert answered.status_code == 200, answered.text
    return json.loads(answered.text)


def kinds(copy: Any) -> list[str]:
    """What is in a copy, each kind once, in the order it comes."""
    return list(dict.fromkeys(each["kind"] for each in copy["documents"]))


def asked_of_all(
    said: type[S], patient_id: str, request_id: str, *parts: codes.RecordPart, due_on: date = date(2026, 12, 8)
) -> S:
    """What booking says of a request: these parts are waited for, whoever hears it."""
    wanted = Sealed.plain(contracts.RecordPartsWanted(due_on=due_on, parts=parts))
    return said(
        patient_id=patient_id,
        record_request_id=request_id,
        for_screening=wanted,
        for_sessions=wanted,
        for_billing=wanted,
    )


async def waited_for(by: Caller) -> list[tuple[str, str, list[str]]]:
    """The request, its last day and the parts, of everything that waits for whoever asks."""
    answered = await by.get("/v1/record-shares")
    assert answered.status_code == 200, answered.text
    return [(each["record_request_id"], each["due_on"], each["parts"]) for each in answered.json()["items"]]
