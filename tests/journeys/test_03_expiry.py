"""A clearance runs out by itself, with warnings before, exactly once; fresh evidence brings it back."""

from datetime import timedelta

from careflow_cli.demo.clinic import Person, at
from careflow_cli.demo.walk import Cleared, Walk


async def to_just_before_expiry(walk: Walk, cleared: Cleared) -> None:
    await walk.travel_to(at(str(cleared.granted.data["valid_until"])) - timedelta(hours=1))


async def test_warnings_then_expiry_exactly_once(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person)
    events, subject = walk.clinic.events, cleared.patient.subject

    await to_just_before_expiry(walk, cleared)
    await events.wait_for("ClearanceExpiring", subject=subject, count=3)
    assert [event.data["days_left"] for event in events.of("ClearanceExpiring", subject=subject)] == [14, 7, 2]
    assert events.of("ClearanceExpired", subject=subject) == []

    await walk.travel_to(at(str(cleared.granted.data["valid_until"])) + timedelta(days=3))
    expired = await events.wait_for("ClearanceExpired", subject=subject)
    assert expired.time == at(str(cleared.granted.data["valid_until"])), (
        "it says when it ran out, not when it was noticed"
    )
    path = await walk.clinic.care_path(cleared.patient, after=expired)
    assert path["clearance"]["status"] == "expired"

    await walk.travel_to(walk.clock.now() + timedelta(days=30))
    assert len(events.of("ClearanceExpired", subject=subject)) == 1


async def test_a_fresh_lab_brings_an_expired_clearance_back(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person, labs_aged=timedelta(days=60))
    granted_until = at(str(cleared.granted.data["valid_until"]))
    assert granted_until < walk.clock.now() + timedelta(days=31), "the oldest evidence decides"
    await walk.travel_to(granted_until + timedelta(hours=1))
    expired = await walk.clinic.events.wait_for("ClearanceExpired", subject=cleared.patient.subject)
    before = await walk.clinic.care_path(cleared.patient, after=expired)
    assert before["clearance"]["status"] == "expired"

    await walk.evidence(cleared.case_id)
    await walk.clinic.act_on("clearances", cleared.clearance_id, "extend")

    extended = await walk.clinic.events.wait_for("ClearanceExtended", subject=cleared.patient.subject)
    assert at(str(extended.data["valid_until"])) > granted_until + timedelta(days=50)
    path = await walk.clinic.care_path(cleared.patient, after=extended)
    assert (path["stage"], path["clearance"]["status"]) == ("cleared", "valid")
