"""From the free 15-minute call to a signed clearance, through two services that share nothing but events."""

from typing import Any
from urllib.parse import urljoin

from careflow_clinic.clinic import NURSE, PRESCRIBER, Person, position
from careflow_clinic.http import Caller, Http
from careflow_clinic.walk import Walk
from tests import undisturbed


async def test_a_visitor_becomes_a_cleared_patient(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person)
    subject, events = cleared.patient.subject, walk.clinic.events
    await events.wait_for("CarePathStageChanged", subject=subject, where=lambda event: event.data["to"] == "cleared")

    of_booking = [event for event in events.seen if event.stream == f"careflow.booking.v1/{subject}"]
    of_screening = [event for event in events.seen if event.stream == f"careflow.screening.v1/{subject}"]
    assert [event.name for event in of_booking] == undisturbed.BOOKING
    assert [event.name for event in of_screening] == undisturbed.SCREENING
    assert [event.sequence for event in of_booking] == list(range(1, len(undisturbed.BOOKING) + 1))
    assert [event.sequence for event in of_screening] == list(range(1, len(undisturbed.SCREENING) + 1))

    path = await walk.clinic.care_path(cleared.patient, after=cleared.granted)
    assert path["stage"] == "cleared"
    clearance = (await walk.clinic.http.get(PRESCRIBER, "screening", f"/v1/clearances/{cleared.clearance_id}")).body
    assert (clearance["state"], clearance["valid"]) == ("granted", True)
    case = await walk.clinic.case(cleared.patient)
    scores = {each["questionnaire"]: each["score"] for each in case.body["clinical"]["responses"]}
    assert scores["phq-9"] == {"total": 17, "band": "moderately_severe", "level": None, "clusters": None}
    assert scores["gad-7"] == {"total": 12, "band": "moderate", "level": None, "clusters": None}


async def test_the_same_events_are_read_over_http(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person)
    subject, events = cleared.patient.subject, walk.clinic.events
    await events.wait_for("CarePathStageChanged", subject=subject, where=lambda event: event.data["to"] == "cleared")

    for service, names in (("booking", undisturbed.BOOKING), ("screening", undisturbed.SCREENING)):
        told = await _over_http(walk.clinic.http, service, subject, len(names))
        assert [event["type"].split(".")[2] for event in told] == names
        assert [int(event["sequence"]) for event in told] == list(range(1, len(names) + 1))
        sealed = [field for event in told for field in event["data"].values() if "recipients" in str(field)]
        assert sealed, "somebody else's sections are there"
        assert all(field["recipients"] == [] for field in sealed)


async def _over_http(http: Http, service: str, subject: str, expected: int) -> list[dict[str, Any]]:
    """All events about somebody, in small pages, as a machine reads them that nothing is sealed to. It waits for those
    it expects: an event is told here once Kafka's acknowledgement is written down, which a subscriber there may outrun.
    """
    headers = {"Authorization": f"Bearer {http.token(Caller('warehouse', ('events_operational',)))}"}
    address = f"{http.urls[service]}/v1/events?limit=4&wait=20&subject={subject}"
    told: list[dict[str, Any]] = []
    while True:
        page = (await http.client.get(address, headers=headers)).raise_for_status()
        told += page.json()
        caught_up = page.headers["careflow-caught-up"] == "true"
        if caught_up and (len(told) >= expected or not page.json()):
            return told
        address = urljoin(address, page.links["next"]["url"])


async def test_nothing_clinical_is_readable_in_the_topics(walk: Walk, person: Person) -> None:
    cleared = await walk.to_clearance(person)
    spoken = [str(event.data) for event in walk.clinic.events.about(cleared.patient.subject)]

    for secret in (person.family_name, person.email, person.phone, person.birth_date, "sertraline", "F33.2", "phq-9"):
        assert not [text for text in spoken if secret.lower() in text.lower()], secret


async def test_a_think_it_over_call_opens_no_case(walk: Walk, person: Person) -> None:
    patient, completed = await walk.info_call(person, disposition="think_it_over")

    cases = await walk.clinic.http.get(
        PRESCRIBER, "screening", f"/v1/patients/{patient.id}/cases", after=(position(completed),)
    )

    assert cases.body["items"] == []
    path = await walk.clinic.care_path(patient)
    assert path["stage"] == "info_call"


async def test_a_grant_before_anything_was_examined_names_all_that_is_missing(walk: Walk, person: Person) -> None:
    patient, completed = await walk.info_call(person)
    case_id = await walk.intake(patient, completed)
    case = await walk.clinic.case(patient)

    refused = await walk.clinic.http.ask(
        PRESCRIBER,
        "POST",
        "screening",
        f"/v1/cases/{case_id}/decisions/grant",
        {"indications": ["ptsd"]},
        version=case.version,
    )

    assert (refused.status, refused.code) == (409, "decision_not_ready")
    parts = {f"part_{part}" for part in ("psychiatric", "physical", "risk", "capacity")}
    assert parts <= set(refused.body["missing"])
    assert any(missing.startswith("evidence_") for missing in refused.body["missing"])


async def test_only_a_prescriber_decides(walk: Walk, person: Person) -> None:
    patient, completed = await walk.info_call(person)
    case_id = await walk.intake(patient, completed)

    refused = await walk.clinic.http.ask(
        NURSE, "POST", "screening", f"/v1/cases/{case_id}/decisions/grant", {"indications": ["ptsd"]}, version=1
    )

    assert (refused.status, refused.code) == (403, "forbidden")
