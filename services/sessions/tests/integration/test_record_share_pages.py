"""The share of a record that was asked for is handed out in a browser: what waits, what goes on record, the copy."""

import httpx

from careflow_domain.disclosures import Basis, RecordPart
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.words import words_of
from careflow_service.testing.disclosing import asked_of_all
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.clinic import has_course, ok
from services.sessions.tests.world import World

PAGE = "/pages/record-shares"
HANDS_OUT = "Hand out: the record"


async def is_asked_for(world: World) -> tuple[str, str]:
    """Answers the patient and the request."""
    patient_id, request_id = (await has_course(world)).patient_id, new_id()
    await world.hear(asked_of_all(contracts.RecordRequested, patient_id, request_id, codes.RecordPart.ORDINARY))
    return patient_id, request_id


async def test_it_goes_on_record_before_the_copy_is_had_and_waits_no_longer(world: World) -> None:
    patient_id, request_id = await is_asked_for(world)
    someone, page = await logs_in(world, Role.PRESCRIBER, to=PAGE)
    assert "To be there by Tuesday, December 8" in page.text
    name = (await world.application.records.named(patient_id)) or ""
    assert name in page.text
    shown = (await world.audited())[-1]
    assert shown["action"] == "list_wanted_shares read_names", "the list and the names on it are one entry"
    assert {f"record_shares/{request_id}", f"patients/{patient_id}"} <= set(shown["touched"])
    form = await someone.follows(page, HANDS_OUT)
    assert name in form.text
    wrong = await someone.presses(form, "Put it on record", reason="by hand, photo identification seen")
    assert wrong.status == 422
    refused = await someone.presses(wrong, "Put it on record", recipient="a court", basis="court_order")
    assert "Name the consent, the order or the law that allows this." in refused.text
    assert refused.form("Put it on record").fields["reason"] == "by hand, photo identification seen"
    typed = {"recipient": "the patient", "basis": "patient_access"}
    page = await someone.presses(refused, "Put it on record", **typed)
    again = await someone.presses(refused, "Put it on record", **typed)
    assert again.url == page.url
    (made,) = ok(await world.prescriber.get(f"/v1/patients/{patient_id}/disclosures"))["items"]
    assert (made["recipient"], made["record_request_id"]) == ("the patient", request_id)

    copy = await world.client.get(str(httpx.URL(page.url).join(page.links["Copy to read (text)"])))
    assert copy.status_code == 200
    assert copy.headers["content-disposition"] == 'attachment; filename="sessions-record-general.txt"'
    assert copy.headers["cache-control"] == "no-store"
    assert "the patient" in copy.text
    left = await someone.opens(PAGE)
    assert "Nobody waits for a record." in left.text

    await logs_in(world, Role.PRESCRIBER, to=PAGE, subject="another-prescriber")
    path = httpx.URL(page.url).path
    assert (await world.client.get(path)).status_code == 404
    assert (await world.client.get(f"{path}/copy")).status_code == 404


async def test_nobody_hands_out_what_is_not_theirs_or_not_asked_for(world: World) -> None:
    _, request_id = await is_asked_for(world)
    therapist, page = await logs_in(world, Role.THERAPIST, to=PAGE)
    assert HANDS_OUT not in page.links
    assert (await therapist.opens(f"{PAGE}/wanted/{request_id}/general")).status == 404
    assert (await therapist.opens(f"{PAGE}/wanted/{request_id}/psychotherapy_notes")).status == 404
    prescriber, _ = await logs_in(world, Role.PRESCRIBER, to=PAGE)
    assert (await prescriber.opens(f"{PAGE}/wanted/{new_id()}/general")).status == 404
    assert (await prescriber.opens(f"{PAGE}/wanted/{request_id}/everything")).status == 422
    nurse, _ = await logs_in(world, Role.NURSE)
    assert (await nurse.opens(PAGE)).status == 403


def test_every_code_has_its_words() -> None:
    for words in words_of("careflow_service.pages").values():
        assert set(words.groups["record_share_parts"]) == set(RecordPart)
        assert set(words.groups["record_share_options"]) == {f"basis_{each}" for each in Basis}
