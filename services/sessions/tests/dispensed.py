"""What the tests do with packages a pharmacy dispensed for one patient: troches of 50 mg, by a plan by mouth."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx

from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import Course, all_checks, does, dosing_visit, has_course, ok, therapy_hour
from services.sessions.tests.world import World

BY_MOUTH: dict[str, Any] = {"route": "oral", "start": {"mg": "100"}, "ceiling": {"mg": "200"}}


def troches(patient_id: str, **changes: Any) -> dict[str, Any]:
    """Ten troches of 50 mg for this patient."""
    return {
        "location_id": MILL_VALLEY,
        "drug": "ketamine",
        "form": "compounded troche",
        "lot": "RX-0815",
        "expires_on": "2027-06-30",
        "quantity": "10",
        "unit": "troche",
        "mg_per_unit": "50",
        "package": {
            "patient_id": patient_id,
            "pharmacy": "Example Compounding Pharmacy",
            "dea_number": "FE1234563",
            "prescription": "RX-0815",
        },
        **changes,
    }


async def receives_package(world: World, patient_id: str, **changes: Any) -> str:
    """Answers the container's id."""
    return str(ok(await world.nurse.post("/v1/drug-log/containers", troches(patient_id, **changes)), 201)["id"])


async def ready_by_mouth(world: World, course: Course) -> str:
    """Prepared, arrived, checked and ordered 100 mg by mouth; answers the session's id."""
    await therapy_hour(world, course, "preparation")
    session_id = await dosing_visit(world, course)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", all_checks(world.clock())))
    ok(await does(world, session_id, "order", {"mg": "100", "most_mg": "100"}, by=world.prescriber))
    return session_id


async def by_mouth(world: World) -> tuple[Course, str, str]:
    """A course by mouth, a session of it ready for its dose, and the patient's package."""
    course = await has_course(world, **BY_MOUTH)
    session_id = await ready_by_mouth(world, course)
    return course, session_id, await receives_package(world, course.patient_id)


async def takes_out(world: World, package: str, session_id: str) -> httpx.Response:
    body = {"session_id": session_id, "quantity": "2", "unit": "troche"}
    return await world.nurse.post(f"/v1/drug-log/containers/{package}/draws", body)


async def hands_out(world: World, package: str, **changes: Any) -> httpx.Response:
    body = {"quantity": "2", "unit": "troche", "recipient": "patient", "identified_by": ["name", "birth_date"]}
    return await world.prescriber.post(f"/v1/drug-log/containers/{package}/hand-outs", {**body, **changes})


@contextmanager
def packages_go_home(world: World) -> Iterator[None]:
    """The clinic's policy lets patients take their package home."""
    handler = world.application.hand_out_package
    policy = handler.ports.policy
    log = replace(policy.drug_log, packages_handed_out=replace(policy.drug_log.packages_handed_out, value=True))
    ports = replace(handler.ports, policy=replace(policy, drug_log=log))
    object.__setattr__(handler, "ports", ports)
    try:
        yield
    finally:
        object.__setattr__(handler, "ports", replace(ports, policy=policy))
