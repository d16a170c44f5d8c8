"""What the tests of every service do with disclosures, by the routes that all of them have."""

import json
from typing import Any

from careflow_service.testing.calling import Caller


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
