"""What patients sign, in the browser of the staff: missing, on paper before a witness, by a link, taken back."""

from datetime import timedelta

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.builders import TEXTS
from services.sessions.tests.clinic import Course, consent_body, has_course, ok, signs_the_packet
from services.sessions.tests.news import snapshot
from services.sessions.tests.world import World
from sessions.domain.consent_texts import ConsentTexts
from sessions.domain.ids import PatientId
from sessions.domain.words import Route


def of(course: Course) -> str:
    return f"/pages/consents/{course.patient_id}"


async def test_a_coordinator_sees_what_is_missing_and_witnesses_it_on_paper(world: World) -> None:
    course = await has_course(world)
    desk, page = await logs_in(world, Role.COORDINATOR, to=of(course))
    assert "Not signed in the text of now, or not any more: 3" in page.text
    assert "Signed November 23, 2026, until November 23, 2027" in page.text

    assert f"/screening/pages/consents/{course.patient_id}" in page.html, "put in place by the browser"

    paper = await desk.opens(f"{of(course)}/texts/telehealth?language=es")
    assert paper.h1 == "Consentimiento para la atención por video o teléfono"
    assert "Firma: ____" in paper.text
    assert "nacimiento: 2 de abril de 1988" in paper.text
    unticked = await desk.presses(paper, "Record the signature")
    assert (unticked.status, unticked.h1) == (422, paper.h1)
    done = await desk.presses(unticked, "Record the signature", agreed="1")
    assert "The signature is recorded." in done.text
    assert "Not signed in the text of now, or not any more: 2" in done.text
    again = await desk.presses(unticked, "Record the signature", agreed="1")
    assert again.text == done.text, "a second click"
    consents = await world.ports.consents.all_of(PatientId(course.patient_id))
    (signed,) = [each for each in consents if each.category == "telehealth"]
    assert (signed.signer, signed.witness, signed.text.language) == ("in_person", "user-coordinator", "es")

    await signs_the_packet(world, course.patient_id)
    assert "Everything is signed." in (await desk.opens(of(course))).text

    no_infusion = [each for each in TEXTS.kept if each.route is not Route.INTRAVENOUS]
    object.__setattr__(world.ports, "consent_texts", ConsentTexts.of(no_infusion))
    page = await desk.opens(of(course))
    assert "Nobody can consent to what the plan intends" in page.text
    assert "Everything is signed." not in page.text


async def test_what_was_signed_is_read_and_taken_back_at_the_patients_word(world: World) -> None:
    course = await has_course(world)
    nurse, page = await logs_in(world, Role.NURSE, to=of(course))
    signed = await nurse.follows(page, "November 23, 2026, until November 23, 2027")
    assert "It is not approved for this" in signed.text
    assert "by the patient themselves" in signed.text
    assert (await nurse.presses(signed, "Take back at the patient's word")).status == 422
    done = await nurse.presses(signed, "Take back at the patient's word", agreed="1")
    assert "It is taken back, from now on." in done.text
    assert "Taken back by the patient" in done.text
    assert (await world.said_types(course.patient_id))[-1] == "ConsentWithdrawn"
    signed.form("Take back at the patient's word").fields["key"] = new_id()
    late = await nurse.presses(signed, "Take back at the patient's word", agreed="1")
    assert (late.status, "It has ended already." in late.text) == (409, True)


async def test_nobody_takes_back_another_patients_by_this_ones_page(world: World) -> None:
    course, other = await has_course(world), await has_course(world)
    (theirs,) = ok(await world.nurse.get(f"/v1/patients/{other.patient_id}/consents"))["items"]
    nurse, _ = await logs_in(world, Role.NURSE, to=of(course))
    assert (await nurse.opens(f"{of(course)}/signed/{theirs['id']}")).status == 404


async def test_a_link_to_sign_is_sent_where_patients_find_the_service(world: World) -> None:
    course = await has_course(world)
    desk, page = await logs_in(world, Role.COORDINATOR, to=of(course))
    refused = await desk.presses(page, "Send the patient a link to sign")
    assert "No link is sent: the clinic has not said where patients find this service" in refused.text
    object.__setattr__(world.ports.link_addresses, "public", "https://clinic.example/sessions")
    page = await desk.opens(of(course))
    done = await desk.presses(page, "Send the patient a link to sign")
    assert "The link is on its way" in done.text
    assert (await world.said_types(course.patient_id))[-1] == "PlanLinkIssued"
    again = await desk.presses(page, "Send the patient a link to sign")
    assert again.text == done.text, "a second click"
    assert (await world.said_types(course.patient_id)).count("PlanLinkIssued") == 1


async def test_a_treatment_no_plan_asks_for_may_be_signed_on_paper_before(world: World) -> None:
    course = await has_course(world)
    desk, page = await logs_in(world, Role.COORDINATOR, to=of(course))
    assert "Treatment another way" in page.text
    paper = await desk.opens(f"{of(course)}/texts/treatment-oral")
    await desk.presses(paper, "Record the signature", agreed="1")
    listed = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/consents"))["items"]
    assert {each["route"] for each in listed} == {"intravenous", "oral"}


async def test_who_comes_soon_without_having_signed_is_on_the_list_until_they_have(world: World) -> None:
    _, page = await logs_in(world, Role.COORDINATOR, to="/pages/consents")
    assert "Nothing is missing" in page.text, "nobody comes at all"
    course, far, complete = await has_course(world), await has_course(world), await has_course(world)
    await signs_the_packet(world, complete.patient_id)
    for each, days in ((course, 1), (far, 3), (complete, 1)):
        visit = snapshot(each.patient_id, new_id(), world.clock() + timedelta(days=days), kind="dosing")
        await world.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
    desk, page = await logs_in(world, Role.COORDINATOR, to="/pages/consents")
    assert page.text.count("Comes Tue, November 24") == 1
    for category in ("privacy", "telehealth"):
        body = consent_body(category)
        ok(await world.nurse.post(f"/v1/patients/{course.patient_id}/consents", body), 201)
    before = len(await world.audited())
    assert "Financial policy Not signed" in (await desk.opens("/pages/consents")).text
    (entry,) = (await world.audited())[before:]
    assert {f"patients/{course.patient_id}", f"patients/{complete.patient_id}"} < set(entry["touched"])
    assert f"patients/{far.patient_id}" not in entry["touched"]
    await signs_the_packet(world, course.patient_id)
    assert "Nothing is missing" in (await desk.opens("/pages/consents")).text
