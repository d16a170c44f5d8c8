"""A patient's way from the free call to a superbill, by the people who go it, each before a window of their own.

The stack is a real one: Kafka, four stores, four services behind one address. What says "by a program" is done over
HTTP: evidence, booking at the desk, the plan, the checks before a dose have pages with tests of their own.
"""

import asyncio
import email
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.policy import default
from typing import Final

import pytest
from playwright.async_api import Browser, expect

from careflow_cli.infra import topics
from careflow_cli.stack.stack import Stack
from careflow_clinic.cashier import BILLER, HOME, INSURANCE
from careflow_clinic.clinic import COORDINATOR, NURSE, PRESCRIBER, Clinic, Patient, at, position
from careflow_clinic.course import Course
from careflow_clinic.http import Caller, Http
from careflow_clinic.subscriber import Subscriber
from careflow_clinic.walk import DIAGNOSIS, MEDICATION, Cleared, Walk
from tests.pages.browsing import Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.kafka, pytest.mark.store]

ANA: Final = {
    "First_name": "Ana",
    "Last_name": "Rivera",
    "Month": "4",
    "Day": "12",
    "Year": "1988",
    "Telephone_number": "415 555 0142",
    "E-mail_address": "ana@example.org",
}
BORN: Final = {"Month": "4", "Day": "12", "Year": "1988"}
MESSAGE_WITHIN: Final = 30.0  # seconds


@pytest.fixture
async def walk() -> AsyncIterator[tuple[Walk, Stack]]:
    """A clinic that has opened and waits for its first caller, and the machine it runs on."""
    with Stack.ephemeral(edge=True) as stack:

        def token(caller: Caller) -> str:
            return stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)

        urls = {spec.name: stack.service_url(spec.name) for spec in stack.services}
        subscriber = Subscriber(stack.kafka_url, [topic.name for topic in topics.declared()])
        async with Http(urls, token) as http, subscriber.following() as events:
            walk = Walk(Clinic(http, events), stack.clock)
            await walk.open_the_clinic()
            yield walk, stack


@dataclass(frozen=True)
class People:
    """Everybody's window."""

    patient: Reader
    coordinator: Reader
    prescriber: Reader
    nurse: Reader
    biller: Reader


async def log_in(reader: Reader, stack: Stack, caller: Caller, to: str) -> None:
    await reader.opens(to)
    await reader.fills(Token=stack.token(*caller.roles, subject=caller.subject))
    await reader.sends("Log in")
    await reader.page.wait_for_url(f"**{to}*")


async def books_the_free_call(reader: Reader, stack: Stack) -> None:
    await reader.opens("/booking/pages/free-call")
    await reader.page.get_by_label("By telephone").check()
    await reader.sends("See free times")
    await reader.page.locator(".times a").first.click()
    await reader.fills(**ANA)
    await reader.sends("Continue")
    await reader.sends("Book this call")
    await reader.looks("One more step")
    await reader.page.goto(await link_to(stack, "free-call/confirm"))
    await reader.looks("Is this the call you asked for?")
    await reader.sends("Yes, book this call")
    await reader.looks("Your call is booked")


async def link_to(stack: Stack, place: str) -> str:
    """The newest link of this kind that was written to the patient."""
    async with asyncio.timeout(MESSAGE_WITHIN):
        while True:
            written = sorted(stack.messages.glob("*.eml"), key=lambda each: each.stat().st_mtime, reverse=True)
            for message in written:
                body = email.message_from_bytes(message.read_bytes(), policy=default).get_body(("plain",))
                found = re.search(rf"https?://\S+/{place}/\S+", body.get_content() if body else "")
                if found:
                    return found[0].rstrip(".")
            await asyncio.sleep(0.1)


async def comes_in(reader: Reader, link: str) -> None:
    await reader.page.goto(link)
    await reader.fills(**BORN)
    await reader.sends("Continue")


async def sends_what_is_signed(reader: Reader, patient: Patient) -> None:
    await reader.opens(f"/sessions/pages/consents/{patient.id}")
    await reader.sends("Send the patient a link to sign")
    await expect(reader.page.locator("#done")).to_be_visible()


async def signs_everything(reader: Reader) -> None:
    """Each text that is to be signed, read from the list and agreed to."""
    asked = reader.page.locator(".board a[href*='/texts/']")
    while await asked.count():
        await asked.first.click()
        await reader.page.get_by_role("checkbox").check()
        await reader.sends("Sign")
        await expect(reader.page.locator("#done")).to_be_visible()


async def answers_everything(reader: Reader) -> None:
    """Each questionnaire to its end, with nothing that alarms; moderately often at first."""
    asked = reader.page.locator(".asked a[href*='/asked/']")
    while await asked.count():
        await asked.first.click()
        while not await reader.page.get_by_role("button", name="Send my answers").count():
            harmless = reader.page.get_by_label("No", exact=True)
            often = reader.page.get_by_label("More than half the days", exact=True)
            number = await reader.page.locator("main p.quiet").first.inner_text()
            if await harmless.count():
                await harmless.check()
            elif await often.count() and not number.startswith("Question 9"):
                await often.check()
            else:
                await reader.page.locator("input[type=radio]").first.check()
            await reader.sends("Continue")
        await reader.sends("Send my answers")


async def tells_everything(reader: Reader) -> None:
    """No illness, one medicine, and that this is all."""
    await reader.page.locator("main a", has_text="Your illnesses and allergies").click()
    await reader.page.locator("main a", has_text="Allergies").last.click()
    while await reader.page.locator("fieldset.told").count():
        for question in await reader.page.locator("fieldset.told").all():
            await question.get_by_label("No", exact=True).check()
        await reader.sends("Keep and continue")
    await reader.follows("Next: what you take")
    await reader.fills(**{"Name": MEDICATION, "How_much,_and_how_often": "50 mg every morning"})
    await reader.sends("Add to the list")
    await reader.follows("My list is complete")
    for box in await reader.page.get_by_role("checkbox").all():
        await box.check()
    await reader.sends("Hand everything in")
    await expect(reader.page.locator("main")).to_contain_text("The clinic has everything you told it.")


async def records_what_was_found(reader: Reader) -> None:
    """On the page of a case: two identifiers seen, two trials that failed, the whole evaluation, the diagnosis."""
    await reader.follows("Two identifiers seen")
    await reader.sends("Two identifiers seen")
    for drug in ("sertraline", "venlafaxine"):
        await reader.follows("Record an earlier antidepressant")
        await reader.fills(
            **{
                "Name_of_the_drug": drug,
                "Weeks_at_that_dose": "8",
                "How_much_better_the_symptoms_got,_percent": "20",
            }
        )
        await reader.page.get_by_label("Yes", exact=True).check()
        await reader.sends("Record an earlier antidepressant")
    await reader.follows("Record an evaluation")
    for part in ("Psychiatric", "Physical", "Risk", "Capacity to decide"):
        await reader.page.get_by_label(f"{part}: what you found").fill("Nothing speaks against treatment.")
    for yes in await reader.page.get_by_label("Yes", exact=True).all():
        await yes.check()
    await reader.fills(**{"1._Code_it_is_billed_by_(CPT_or_HCPCS)": "90792", "1._Minutes": "75"})
    await reader.sends("Record an evaluation")
    await reader.follows("Record diagnoses")
    await reader.fills(**{"1._Diagnosis": DIAGNOSIS})
    await reader.sends("Record diagnoses")
    await expect(reader.page.locator("main")).to_contain_text("The diagnoses are recorded.")


async def writes_down_where_she_lives(reader: Reader, patient: Patient) -> None:
    """At the desk."""
    await reader.opens(f"/booking/pages/desk/patients/{patient.id}")
    await reader.follows("Name, address and contacts")
    await reader.page.get_by_label("Female", exact=True).check()
    await reader.page.get_by_label("A photo ID").check()
    await reader.fills(Street_and_number=HOME["line"], City=HOME["city"], ZIP_code=HOME["postal_code"])
    await reader.page.get_by_label("State", exact=True).select_option(HOME["state"])
    await reader.sends("Save")
    await expect(reader.page.locator("main")).to_contain_text("It is saved.")


async def test_from_the_free_call_to_a_superbill(browser: Browser, walk: tuple[Walk, Stack]) -> None:
    forget_pictures("at-work")
    story, stack = walk
    address = str(stack.address)
    async with AsyncExitStack() as windows:
        staff = dict.fromkeys(("coordinator", "prescriber", "biller"), "desktop")
        widths = {"patient": "phone", "nurse": "tablet", **staff}
        people = People(
            **{
                who: await windows.enter_async_context(Reader.at(browser, address, width, name=f"at-work-{who}"))
                for who, width in widths.items()
            }
        )
        patient, events = people.patient, story.clinic.events

        # Everybody begins their day while somebody books a call.
        await asyncio.gather(
            books_the_free_call(patient, stack),
            log_in(people.coordinator, stack, COORDINATOR, "/booking/pages/day"),
            log_in(people.prescriber, stack, PRESCRIBER, "/screening/pages/cases"),
            log_in(people.nurse, stack, NURSE, "/sessions/pages/bedside"),
            log_in(people.biller, stack, BILLER, "/billing/pages/money"),
        )
        call = (await events.wait_for("ConsultationBooked")).data
        ana = Patient(str(call["patient_id"]))

        # The call is held, and how it ended is said.
        await story.travel_to(at(str(call["starts_at"])))
        await people.coordinator.opens("/booking/pages/day")
        await people.coordinator.sends("Is on the line")
        await people.coordinator.follows("How did it end?")
        await people.coordinator.page.get_by_label("They want to go on.").check()
        await people.coordinator.sends("It has ended so")
        await expect(people.coordinator.page.locator("main")).to_contain_text("Noted how it ended.")

        # The patient is sent the questions and answers them on a phone.
        started = await events.wait_for("ScreeningStarted", subject=ana.subject)
        case_id = (await story.clinic.case(ana)).body["id"]
        await comes_in(patient, await link_to(stack, "questions"))
        await answers_everything(patient)
        await expect(patient.page.locator("main")).to_contain_text("All questionnaires are answered.")
        await tells_everything(patient)
        await story.clinic.care_path(ana, after=started)

        # By a program: the evaluation is booked and held, and its evidence taken.
        held = await story.holds_evaluation(ana)
        await story.clinic.case(ana, after=held)
        await story.takes_evidence(case_id)

        # The prescriber, whose window was open all day, records what was found, and decides.
        prescriber = people.prescriber
        await prescriber.opens("/screening/pages/cases")
        await prescriber.clicks(prescriber.page.locator("#undecided h3 a").first)
        await records_what_was_found(prescriber)
        evaluation_id = str((await events.wait_for("EvaluationRecorded", subject=ana.subject)).data["evaluation_id"])
        await prescriber.follows("Grant a clearance")
        await prescriber.page.get_by_label("Treatment-resistant depression").check()
        await prescriber.sends("Grant a clearance")
        await expect(prescriber.page.locator("main")).to_contain_text("cleared", ignore_case=True)
        granted = await events.wait_for("ClearanceGranted", subject=ana.subject)
        course = Course(story, Cleared(ana, case_id, evaluation_id, str(granted.data["clearance_id"]), granted))

        # The coordinator completes the registration; by a program: insurance, and what the prescriber intends.
        await writes_down_where_she_lives(people.coordinator, ana)
        moved = await events.wait_for("PatientDetailsChanged", subject=ana.subject)
        await course.cashier.record_coverage(ana, INSURANCE, after=(position(moved),))
        drafted = await course.draft(doses=1)

        # The coordinator has her sent what is to be signed, and she signs it on the phone.
        await sends_what_is_signed(people.coordinator, ana)
        await comes_in(patient, await link_to(stack, "to-do"))
        await signs_everything(patient)
        await people.coordinator.opens(f"/sessions/pages/consents/{ana.id}")
        await expect(people.coordinator.page.locator("main")).to_contain_text("Everything is signed.")

        # By a program: the plan is signed and its visits booked, up to the open gate.
        await course.sign(drafted)
        (pair,) = await course.prepared(pairs=1)
        await course.answer_before(pair.dosing, score=15)
        session_id = await course.ready_for_dose(pair.dosing)
        began, draw_id = await course.give_dose(session_id, pair.dosing["location_id"])

        # At the bedside one observes and the other sees it on a screen of their own.
        at_bedside = f"/sessions/pages/bedside?session={session_id}"
        await asyncio.gather(people.nurse.opens(at_bedside), people.prescriber.opens(at_bedside))
        await prescriber.page.get_by_text("Live: what changes appears here by itself.").wait_for()
        await people.nurse.follows("Vital signs")
        await people.nurse.fills(
            **{
                "Systolic_pressure,_mmHg": "131",
                "Diastolic_pressure,_mmHg": "84",
                "Pulse,_per_minute": "76",
                "Oxygen_saturation,_%": "97",
                "Breaths_per_minute": "14",
                "Alertness_(MOAA/S),_0_to_5": "5",
            }
        )
        await people.nurse.sends("Save")
        await expect(prescriber.page.get_by_role("cell", name="131/84")).to_be_visible()
        await prescriber.looks("Ana Rivera")

        # By a program: the rest of the dose and the way home.
        completed = await course.to_the_way_home(session_id, pair.dosing, began, draw_id)
        (charged,) = await course.charged_for([completed])
        account = (await course.cashier.account(ana, after=(position(charged),))).body

        # The biller takes a payment and issues a superbill for all there is.
        biller = people.biller
        await biller.opens("/billing/pages/money")
        await biller.follows("Ana Rivera")
        await biller.follows("Record a payment")
        await biller.fills(Amount=f"{account['owed']['minor'] / 100:.2f}", Reference="terminal slip 17")
        await biller.page.get_by_label("Card at the terminal").check()
        await biller.page.get_by_label("As always: today's visit, then the oldest service").check()
        await biller.sends("Record a payment")
        await biller.opens(f"/billing/pages/money/{ana.id}/superbill")
        for each in await biller.page.get_by_role("checkbox").all():
            await each.check()
        await biller.page.get_by_role("radio", name="Yes").check()
        await biller.sends("Issue a superbill")
        issued = await events.wait_for("SuperbillIssued", subject=ana.subject)

        # The patient is sent a link and finds it on the phone.
        await biller.opens(f"/billing/pages/money/{ana.id}")
        await biller.follows("Send the link to the account")
        await biller.sends("Send the link to the account")
        await comes_in(patient, await link_to(stack, "papers"))
        await patient.looks("Your account")
        await expect(patient.page.locator("main")).to_contain_text(str(issued.data["number"]))
        assert (await course.cashier.account(ana)).body["owed"]["minor"] == 0
        assert (events.gaps, events.repeats) == ([], [])
