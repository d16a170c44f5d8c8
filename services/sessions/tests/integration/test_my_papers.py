"""A patient reads in a browser what they are asked to sign, signs it and takes it back: by a link and their birth
date.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from careflow_service.ids import new_id
from careflow_service.testing.visiting import Page, Visitor
from services.sessions.tests.builders import TEXTS
from services.sessions.tests.clinic import Course, consent_body, has_course, ok
from services.sessions.tests.planned import link_of
from services.sessions.tests.world import World
from sessions.domain.consent_texts import ConsentDocument, ConsentTexts, Wording
from sessions.domain.consents import ConsentCategory
from sessions.domain.ids import PatientId
from sessions.domain.words import Route

MINE = "/pages/to-do"
RIGHT = {"birth_date_month": "4", "birth_date_day": "2", "birth_date_year": "1988"}


async def comes_in(world: World, patient_id: str) -> tuple[Visitor, Page]:
    world.client.cookies.clear()
    someone = Visitor(world.client)
    asked = await someone.opens(await link_of(world, patient_id))
    return someone, await someone.presses(asked, "Continue", **RIGHT)


def serving(world: World, texts: ConsentTexts) -> None:
    """From now on these are the clinic's texts."""
    object.__setattr__(world.ports, "consent_texts", texts)


def anew(*documents: ConsentDocument | None) -> ConsentTexts:
    """A later version of these beside what there is."""
    later = [replace(each, version="2026-12", wordings=_changed(each)) for each in documents if each]
    return ConsentTexts.of((*TEXTS.kept, *later))


def _changed(document: ConsentDocument) -> dict[str, Wording]:
    return {lang: replace(each, purpose=f"New. {each.purpose}") for lang, each in document.wordings.items()}


def buttons(page: Page) -> set[str]:
    return {button for form in page.forms for button in form.buttons}


async def signed_by(world: World, course: Course) -> Sequence[dict[str, str]]:
    listed = await world.prescriber.get(f"/v1/patients/{course.patient_id}/consents")
    items: Sequence[dict[str, str]] = ok(listed)["items"]
    return items


async def test_a_patient_reads_and_signs_and_reads_again_what_they_signed(world: World) -> None:
    course = await has_course(world)
    someone, page = await comes_in(world, course.patient_id)
    for title in ("Consent to care by video or telephone", "Financial policy", "Notice of privacy practices"):
        assert title in page.text
    assert "Consent to treatment: Ketamine is given into a vein, slowly signed November 23, 2026." in page.text

    text = await someone.follows(page, "Financial policy")
    assert (text.status, text.h1) == (200, "Financial policy")
    assert "Nothing is charged if the clinic cancels" in text.text
    unticked = await someone.presses(text, "Sign")
    assert (unticked.status, "Nothing is signed without it." in unticked.text) == (422, True)
    assert len(await signed_by(world, course)) == 1

    done = await someone.presses(text, "Sign", agreed="1")
    assert "Thank you, you have signed it." in done.text
    again = await someone.presses(text, "Sign", agreed="1")
    assert again.text == done.text, "a second click"
    of_costs = next(each for each in await signed_by(world, course) if each["category"] == "financial")
    assert (of_costs["document"], of_costs["document_version"]) == ("financial-policy", "2026-11")
    (event,) = [each for each in await world.said(course.patient_id) if each.data.get("category") == "financial"]
    assert event.data["policy_version"] == "2026-11"

    read = await someone.follows(done, "Financial policy")
    assert "Nothing is charged if the clinic cancels" in read.text
    assert "You signed this here on November 23, 2026." in read.text


async def test_a_patient_keeps_a_copy_of_what_they_signed(world: World) -> None:
    """All of it in one file: who, what, when, and nothing that leads or asks for anything."""
    course = await has_course(world)
    someone, page = await comes_in(world, course.patient_id)
    signed = await someone.follows(page, "Consent to treatment: Ketamine is given into a vein, slowly")
    copy = await someone.follows(signed, "Keep a copy (a file)")
    assert copy.headers["content-disposition"] == 'attachment; filename="treatment-intravenous-2026-11-23.html"'
    assert copy.headers["cache-control"] == "no-store"
    assert copy.h1 == "Consent to ketamine-assisted psychotherapy by infusion into a vein"
    for said in ("A copy of what was signed, made on November 23, 2026.", "April 2, 1988", "SHA-256"):
        assert said in copy.text, said
    assert (copy.links, copy.forms) == ({}, [])


async def test_what_is_signed_twice_in_two_windows_is_shown_as_signed(world: World) -> None:
    course = await has_course(world)
    someone, page = await comes_in(world, course.patient_id)
    first = await someone.follows(page, "Notice of privacy practices")
    await someone.presses(first, "Sign", agreed="1")
    late = await someone.opens(f"{MINE}/texts/privacy-notice")
    assert "You signed this on November 23, 2026. It counts until November 23, 2027." in late.text
    assert "Sign" not in buttons(late)


async def test_a_text_that_changed_while_it_was_read_is_not_signed_and_the_new_one_is_shown(world: World) -> None:
    course = await has_course(world)
    someone, page = await comes_in(world, course.patient_id)
    text = await someone.follows(page, "Financial policy")
    serving(world, anew(TEXTS.current(ConsentCategory.FINANCIAL)))

    refused = await someone.presses(text, "Sign", agreed="1")

    assert (refused.status, "nothing was signed" in refused.text) == (409, True)
    assert "New. What you pay" in refused.text
    assert len(await signed_by(world, course)) == 1
    assert "Thank you, you have signed it." in (await someone.presses(refused, "Sign", agreed="1")).text


async def test_after_a_change_of_text_the_patient_is_asked_anew_and_reads_what_they_signed_before(world: World) -> None:
    course = await has_course(world)
    serving(world, anew(TEXTS.current(ConsentCategory.TREATMENT, Route.INTRAVENOUS)))
    someone, page = await comes_in(world, course.patient_id)
    assert "You signed an earlier version." in page.text

    before = await someone.follows(page, "Consent to treatment: Ketamine is given into a vein, slowly")
    assert ("New. What the treatment is" in before.text, "What the treatment is" in before.text) == (False, True)

    title = "Consent to ketamine-assisted psychotherapy by infusion into a vein"
    text = await someone.follows(page, title)
    assert "New. What the treatment is" in text.text
    done = await someone.presses(text, "Sign", agreed="1")
    assert "A newer one took its place on November 23, 2026." in done.text


async def test_of_a_text_that_is_kept_no_more_the_patient_is_told_so(world: World) -> None:
    course = await has_course(world)
    later = [replace(each, version="2026-12") for each in TEXTS.kept]
    serving(world, ConsentTexts.of(later))
    someone, page = await comes_in(world, course.patient_id)
    gone = await someone.follows(page, "Consent to treatment: Ketamine is given into a vein, slowly")
    assert "The text you signed then (version 2026-11) is kept on paper" in gone.text
    assert "Keep a copy (a file)" not in gone.links
    assert (await someone.opens(f"{MINE}/signed/{gone.url.rpartition('/')[2].partition('?')[0]}/copy")).status == 404


async def test_a_patient_takes_back_what_they_signed_and_is_told_what_follows(world: World) -> None:
    course = await has_course(world)
    someone, page = await comes_in(world, course.patient_id)
    signed = await someone.follows(page, "Consent to treatment: Ketamine is given into a vein, slowly")
    assert "a visit for a dose does not take place before you sign again" in signed.text
    done = await someone.presses(signed, "Take it back")
    assert "You have taken it back. We know of it at once." in done.text
    assert "You took it back on November 23, 2026." in done.text
    again = await someone.presses(signed, "Take it back")
    assert again.text == done.text, "a second click"
    signed.form("Take it back").fields["key"] = new_id()
    late = await someone.presses(signed, "Take it back")
    assert (late.status, "This has ended already." in late.text) == (409, True)
    assert await signed_by(world, course) == []
    title = "Consent to ketamine-assisted psychotherapy by infusion into a vein"
    assert done.text.index("What you have signed") < done.text.index(title), "nobody is pressed to sign it again"
    text = await someone.follows(done, title)
    assert "Thank you, you have signed it." in (await someone.presses(text, "Sign", agreed="1")).text


async def test_in_spanish_the_spanish_text_is_signed_and_where_there_is_none_that_is_said(world: World) -> None:
    course = await has_course(world)
    someone, _ = await comes_in(world, course.patient_id)
    text = await someone.opens(f"{MINE}/texts/financial-policy?lang=es")
    assert text.h1 == "Política financiera"
    await someone.presses(text, "Firmar", agreed="1")
    consents = await world.ports.consents.all_of(PatientId(course.patient_id))
    assert {each.text.language for each in consents} == {"en", "es"}

    english = [replace(each, version="2026-12", wordings={"en": each.wordings["en"]}) for each in TEXTS.kept]
    serving(world, ConsentTexts.of(english))
    page = await someone.opens(f"{MINE}/texts/telehealth?lang=es")
    assert "Este texto está solo en inglés." in page.text
    assert page.h1 == "Consent to care by video or telephone"


async def test_what_is_filled_in_on_paper_is_read_here_and_signed_at_the_clinic(world: World) -> None:
    course = await has_course(world)
    someone, page = await comes_in(world, course.patient_id)
    text = await someone.follows(page, "Authorization to share with a therapist outside the clinic")
    assert "it is signed at the clinic" in text.text
    assert "Sign" not in buttons(text)


async def test_nobody_reads_or_takes_back_what_another_signed_nor_what_no_text_is_called(world: World) -> None:
    course, other = await has_course(world), await has_course(world)
    (theirs,) = await signed_by(world, other)
    someone, _ = await comes_in(world, course.patient_id)
    assert (await someone.opens(f"{MINE}/signed/{theirs['id']}")).status == 404
    assert (await someone.opens(f"{MINE}/texts/treatment-rectal")).status == 404
    own = await someone.opens(f"{MINE}/signed/{(await signed_by(world, course))[0]['id']}")
    own.form("Take it back").action = f"{MINE}/signed/{theirs['id']}/withdraw"
    async with world.nothing_changes():
        assert (await someone.presses(own, "Take it back")).status == 404


async def test_who_sits_there_too_long_signs_nothing(world: World) -> None:
    course = await has_course(world)
    someone, page = await comes_in(world, course.patient_id)
    text = await someone.follows(page, "Financial policy")
    await world.travel(timedelta(minutes=16))
    assert (await someone.presses(text, "Sign", agreed="1")).status == 401
    assert len(await signed_by(world, course)) == 1


async def test_a_signature_over_http_takes_the_newer_text_alone(world: World) -> None:
    course = await has_course(world)
    signed = consent_body("financial")
    serving(world, anew(TEXTS.current(ConsentCategory.FINANCIAL)))
    path = f"/v1/patients/{course.patient_id}/consents"
    answer = await world.patient(course.patient_id).post(path, signed)
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_text_superseded")
    texts = ok(await world.patient(course.patient_id).get("/v1/consent-texts"))["items"]
    (new,) = [each for each in texts if (each["category"], each["language"]) == ("financial", "en")]
    assert new["text"].startswith("Financial policy\nNew. What you pay")
    named = ("category", "document", "document_version", "sha256", "language")
    ok(await world.patient(course.patient_id).post(path, {name: new[name] for name in named}), 201)
