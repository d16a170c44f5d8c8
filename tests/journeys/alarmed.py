"""Somebody whose answers alarm the clinic, and the pages that go out."""

import json
from typing import TYPE_CHECKING, Any

from careflow_clinic.clinic import Patient, Person
from careflow_clinic.walk import Walk

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack


async def in_screening(walk: Walk, person: Person) -> tuple[Patient, str]:
    """A patient whose intake lies open."""
    patient, completed = await walk.info_call(person)
    await walk.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
    case = await walk.clinic.case(patient, after=completed)
    return patient, case.body["id"]


def pages(stack: "Stack", alert_id: str) -> list[dict[str, Any]]:
    """The pages that went out for an alert, as files somebody can look at."""
    found = [json.loads(each.read_text()) for each in stack.pages.glob("*.json")]
    return [each for each in found if each["alert_id"] == alert_id]
