"""A medication reported after the clearance: the rules run again by themselves."""

import pytest

from careflow_clinic.clinic import Person
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long


async def test_phenelzine_suspends_until_a_prescriber_signs_a_reason(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person)

    await walk.clinic.record(cleared.case_id, "medications", {"name": "phenelzine"}, by=cleared.patient.caller)

    suspended = await walk.clinic.events.wait_for("ClearanceSuspended", subject=cleared.patient.subject)
    assert suspended.data["reason"] == "clinical"
    assert "phenelzine" not in str(suspended.data).lower()
    path = await walk.clinic.care_path(cleared.patient, after=suspended)
    assert path["clearance"]["status"] == "suspended"

    (suspension,) = (await walk.clinic.clearance(cleared.clearance_id))["suspensions"]
    reinstatement = {
        "suspended_for": suspension["reason"],
        "ref": suspension["ref"],
        "reason": "Washed out for two weeks, confirmed with the pharmacy.",
    }
    await walk.clinic.act_on("clearances", cleared.clearance_id, "reinstate", reinstatement)

    reinstated = await walk.clinic.events.wait_for("ClearanceReinstated", subject=cleared.patient.subject)
    path = await walk.clinic.care_path(cleared.patient, after=reinstated)
    assert path["clearance"]["status"] == "valid"


async def test_a_harmless_medication_leaves_the_clearance_alone(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person)

    await walk.clinic.record(cleared.case_id, "medications", {"name": "sertraline"}, by=cleared.patient.caller)

    assert (await walk.clinic.clearance(cleared.clearance_id))["valid"]
    assert walk.clinic.events.of("ClearanceSuspended", subject=cleared.patient.subject) == []
