"""A patient answers in a browser, by a link and their birth date."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from careflow_service.http.access import by_object
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.visiting import Page, Visitor
from screening.entrypoints.http.access import ACCESS
from services.screening.tests.clinic import answers as answered
from services.screening.tests.clinic import (
    details_changed,
    has_case,
    has_rota,
    info_call_ended,
    ok,
    reads,
    refusal,
    request_of,
)
from services.screening.tests.consenting import consents
from services.screening.tests.world import World

BORN = {"birth_date_month": "4", "birth_date_day": "2", "birth_date_year": "1988"}
WRONG = {**BORN, "birth_date_year": "1989"}
PHQ_9 = "Patient Health Questionnaire (PHQ-9)"


async def link_of(world: World, case: Any) -> str:
    path: str = ok(await world.calling(Role.COORDINATOR).post(f"/v1/cases/{case['id']}/links"), 201)["path"]
    return path


async def comes_in(world: World, case: Any, someone: Visitor | None = None) -> tuple[Visitor, Page]:
    someone = someone or Visitor(world.client)
    page = await someone.presses(await someone.opens(await link_of(world, case)), "Continue", **BORN)
    assert page.h1 == "Your questions"
    return someone, page


async def begins(world: World, case: Any, questionnaire: str = "phq-9") -> tuple[Visitor, Page]:
    someone, page = await comes_in(world, case)
    request_id = request_of(await reads(world, case), questionnaire)["request_id"]
    link = next(each for each, to in page.links.items() if request_id in to)
    return someone, await someone.follows(page, link)


async def answers(someone: Visitor, page: Page, *given: str) -> Page:
    for answer in given:
        page = await someone.presses(page, "Continue", answer=answer)
    return page


async def test_a_patient_answers_one_question_a_page_looks_once_more_and_sends(world: World) -> None:
    case = await has_case(world)
    someone, first = await begins(world, case)
    assert "Question 1 of 10" in first.text
    assert first.form("Continue").fields.get("answer") is None, "nothing is chosen for the patient"

    check = await answers(someone, first, *"110000000", "0")

    assert check.h1 == "Are these your answers?"
    assert request_of(await reads(world, case), "phq-9")["score"] is None
    sent = await someone.presses(check, "Send my answers")
    assert sent.h1 == "Your questions"
    assert f"Thank you. Your answers were sent: {PHQ_9}" in sent.text
    assert not any(PHQ_9 in link for link in sent.links)
    done = request_of(await reads(world, case), "phq-9")
    assert (done["answers"]["1"], done["answers"]["9"], done["score"]["total"]) == ("1", "0", 2)


async def test_the_last_questionnaire_leaves_nothing_to_answer(world: World) -> None:
    case = await has_case(world)
    someone, page = await begins(world, case)
    for _ in range(3):
        while page.h1 != "Are these your answers?":
            page = await someone.presses(page, "Continue", answer=_harmless(page))
        page = await someone.presses(page, "Send my answers")
        if left := next((each for each, to in page.links.items() if "/asked/" in to), None):
            page = await someone.follows(page, left)
    assert "Thank you. All questionnaires are answered." in page.text


def _named(row: str) -> str:
    """The last object that a row names."""
    return next(iter(re.findall(r"{(\w+)}", row)[::-1]), "")


def _harmless(page: Page) -> str:
    return "no" if 'value="no"' in page.html else "0"


async def test_what_was_answered_is_there_when_one_comes_back_by_the_link(world: World) -> None:
    case = await has_case(world)
    link = await link_of(world, case)
    someone, first = await begins(world, case)
    await answers(someone, first, "1", "2")

    world.client.cookies.clear()
    again = await someone.presses(await someone.opens(link), "Continue", **BORN)

    assert f"{PHQ_9} 2 of 10 answered" in again.links
    third = await someone.follows(again, f"{PHQ_9} 2 of 10 answered")
    assert "Question 3 of 10" in third.text


async def test_an_answer_is_changed_on_the_last_look(world: World) -> None:
    case = await has_case(world)
    someone, first = await begins(world, case)
    check = await answers(someone, first, *"110000000", "0")
    second = await someone.follows(check, "Change (2)")
    assert second.form("Continue").fields["answer"] == "1"
    await someone.presses(second, "Continue", answer="3")
    assert request_of(await reads(world, case), "phq-9")["answers"]["2"] == "3"


async def test_continuing_without_an_answer_says_so_and_asks_again(world: World) -> None:
    someone, first = await begins(world, await has_case(world))
    page = await someone.presses(first, "Continue")
    assert (page.status, "Your answer: Please choose an answer." in page.text) == (422, True)
    assert "Question 1 of 10" in page.text


async def test_every_question_is_at_an_address_of_its_own_and_the_one_before_it_a_step_away(world: World) -> None:
    case = await has_case(world)
    someone, first = await begins(world, case)
    third = await answers(someone, first, "1", "2")

    again = await someone.opens(first.url)
    second = await someone.follows(third, "Previous question")

    assert ("Question 1 of 10" in again.text, again.form("Continue").fields["answer"]) == (True, "1")
    assert "Previous question" not in again.links
    assert ("Question 2 of 10" in second.text, second.form("Continue").fields["answer"]) == (True, "2")
    assert "Question 3 of 10" in (await someone.presses(second, "Continue", answer="3")).text


@pytest.mark.parametrize("sent", ["nobodys", "", "x" * 64])
async def test_nobody_is_thanked_for_what_was_not_sent(world: World, sent: str) -> None:
    case = await has_case(world)
    someone, _ = await comes_in(world, case)
    for each in (sent, request_of(await reads(world, case), "phq-9")["request_id"]):
        assert "Thank you" not in (await someone.opens(f"/pages/questions?sent={each}")).text


async def test_sent_twice_it_is_kept_once(world: World) -> None:
    case = await has_case(world)
    someone, first = await begins(world, case)
    before = (await reads(world, case))["version"]
    pages = [await someone.presses(first, "Continue", answer="1") for _ in range(2)]
    assert pages[0].text == pages[1].text
    assert (await reads(world, case))["version"] == before + 1


async def test_an_alarming_answer_is_answered_with_the_crisis_page_and_somebody_is_paged(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    someone, page = await begins(world, case)

    crisis = await answers(someone, page, *"00000000", "2")

    assert crisis.h1 == "Please read this first"
    assert "988" in crisis.text.split("Where are you")[0]
    assert await world.alarmed(case["patient_id"]) == ["SafetyAlertRaised"]
    located = await someone.presses(crisis, "Send", location="12 Oak Lane", callback_number="415 555 0100")
    assert located.h1 == "Thank you. We know where you are."
    (alert,) = ok(await world.prescriber.get("/v1/alerts"))["items"]
    told = ok(await world.prescriber.get(f"/v1/alerts/{alert['id']}"))
    assert told["whereabouts"]["location"] == "12 Oak Lane"
    screener = await someone.follows(located, "Go on with the questions")
    assert "Question 1 of" in screener.text


async def test_an_alarming_answer_given_again_is_answered_with_the_crisis_page_again(world: World) -> None:
    """The other tab, or the way back: the clinic knows already, the patient must read it all the same."""
    case = await has_case(world)
    someone, page = await begins(world, case)
    ninth = await answers(someone, page, *"00000000")
    request_id = request_of(case, "phq-9")["request_id"]
    other_tab = await someone.opens(f"/pages/questions/asked/{request_id}?item=9")
    first = await someone.presses(ninth, "Continue", answer="2")
    said = await world.alarmed(case["patient_id"])

    again = await someone.presses(other_tab, "Continue", answer="2")

    assert (again.status, again.h1) == (200, "Please read this first")
    assert again.links["Go on with the questions"] == first.links["Go on with the questions"]
    assert await world.alarmed(case["patient_id"]) == said
    located = await someone.presses(again, "Send", location="12 Oak Lane", callback_number="415 555 0100")
    assert located.h1 == "Thank you. We know where you are."


@pytest.mark.parametrize("key", [{}, {"key": "k" * 10_000}])
async def test_an_alarming_answer_is_heard_in_a_form_that_is_refused_for_its_key(
    world: World, key: dict[str, str]
) -> None:
    case = await has_case(world)
    _, page = await begins(world, case)
    crisis = Page(await world.client.post(page.url, data={"item": "9", "answer": "2", **key}))
    assert (crisis.status, crisis.h1) == (400, "Please read this first")
    assert (await world.alarmed(case["patient_id"]))[0] == "SafetyAlertRaised"


@pytest.mark.parametrize("more", ["&answer=0", "&item=1", "&answer=0&item=1&surprise=%FF", "&key=a&key=b", "&;"])
async def test_an_alarming_answer_is_heard_in_a_form_that_cannot_be_read(world: World, more: str) -> None:
    case = await has_case(world)
    _, page = await begins(world, case)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    crisis = Page(await world.client.post(page.url, content=f"item=9&answer=2{more}", headers=form))
    assert (crisis.status, crisis.h1) == (422, "Please read this first")
    assert (await world.alarmed(case["patient_id"]))[0] == "SafetyAlertRaised"
    assert request_of(await reads(world, case), "phq-9")["answers"] == {}


async def test_of_two_answers_in_one_form_the_worse_one_is_heard(world: World) -> None:
    case = await has_case(world)
    _, page = await begins(world, case)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    await world.client.post(page.url, content="item=9&answer=1&answer=3&key=k", headers=form)
    (alert,) = ok(await world.prescriber.get("/v1/alerts"))["items"]
    assert alert["level"] == "high"


async def test_what_is_refused_is_not_said_to_be_our_fault(world: World) -> None:
    someone, page = await begins(world, await has_case(world))
    forged = Page(await world.client.post(page.url, data={"item": "1", "answer": "9", "key": new_id()}))
    assert (forged.status, "What arrived was not complete." in forged.text) == (422, True)
    nobodys = await someone.opens(f"/pages/questions/asked/{new_id()}")
    assert (nobodys.status, "There is no such page." in nobodys.text) == (404, True)


async def test_an_alarming_answer_is_heard_when_its_questions_are_not_asked_any_more(world: World) -> None:
    case = await has_case(world)
    someone, page = await begins(world, case)
    check = await answers(someone, page, *"000000000", "0")
    ninth = await someone.follows(check, "Change (9)")
    await someone.presses(check, "Send my answers")

    crisis = await someone.presses(ninth, "Continue", answer="3")

    assert (crisis.status, crisis.h1) == (409, "Please read this first")
    assert (await world.alarmed(case["patient_id"]))[0] == "SafetyAlertRaised"


async def test_a_harmless_answer_to_what_is_not_asked_any_more_is_told_kindly(world: World) -> None:
    someone, page = await begins(world, await has_case(world))
    check = await answers(someone, page, *"000000000", "0")
    first = await someone.follows(check, "Change (1)")
    await someone.presses(check, "Send my answers")
    over = await someone.presses(first, "Continue", answer="1")
    assert (over.status, over.h1) == (410, "These questions are not asked any more")


@pytest.mark.parametrize("field", ["location", "callback_number"])
async def test_where_one_is_wants_both(world: World, field: str) -> None:
    someone, page = await begins(world, await has_case(world))
    crisis = await answers(someone, page, *"00000000", "3")
    where = {"location": "12 Oak Lane", "callback_number": "415 555 0100", field: ""}
    again = await someone.presses(crisis, "Send", **where)
    assert (again.status, again.h1) == (422, "Please read this first")
    assert "Go on with the questions" in again.links


class TestTheLink:
    async def test_nobody_comes_in_with_another_birth_date_and_after_five_nobody_does(self, world: World) -> None:
        link = await link_of(world, await has_case(world))
        someone = Visitor(world.client)
        page = await someone.opens(link)
        for _ in range(3):
            wrong = await someone.presses(page, "Continue", **WRONG)
            assert (wrong.status, "not the date we know" in wrong.text) == (422, True)
        right = await someone.presses(page, "Continue", **BORN)
        assert right.status == 200, "who is right in between starts over"
        for _ in range(5):
            await someone.presses(page, "Continue", **WRONG)
        dead = await someone.presses(page, "Continue", **BORN)
        assert (dead.status, dead.h1) == (404, "This link does not lead anywhere any more")

    async def test_who_is_wrong_in_the_instant_in_which_somebody_else_was_right_stays_outside(
        self, world: World
    ) -> None:
        link = await link_of(world, await has_case(world))
        someone = Visitor(world.client)
        page = await someone.opens(link)
        assert (await someone.presses(page, "Continue", **BORN)).h1 == "Your questions"
        assert (await someone.presses(page, "Continue", **WRONG)).status == 422

    async def test_it_ends_after_two_weeks(self, world: World) -> None:
        link = await link_of(world, await has_case(world))
        await world.travel(timedelta(days=13, hours=23))
        assert (await Visitor(world.client).opens(link)).status == 200
        await world.travel(timedelta(hours=1))
        assert (await Visitor(world.client).opens(link)).status == 404

    @pytest.mark.parametrize("forged", ["nothing", "{id}.", "{id}.0000", "{id}", "é", "%00"])
    async def test_a_made_up_one_leads_nowhere_and_says_no_more_than_an_old_one(
        self, world: World, forged: str
    ) -> None:
        link = await link_of(world, await has_case(world))
        link_id = link.rpartition("/")[2].partition(".")[0]
        page = await Visitor(world.client).opens(f"/pages/questions/{forged.format(id=link_id)}")
        assert (page.status, page.h1) == (404, "This link does not lead anywhere any more")

    async def test_it_is_not_made_while_nobody_could_show_that_it_is_theirs(self, world: World) -> None:
        ana = new_id()
        await world.hear(info_call_ended(ana, world.clock()))
        (case,) = ok(await world.prescriber.get(f"/v1/patients/{ana}/cases"))["items"]
        made = await world.prescriber.post(f"/v1/cases/{case['id']}/links")
        assert refusal(made) == (409, "birth_date_unknown")

    async def test_asked_for_twice_with_one_key_it_is_one_link(self, world: World) -> None:
        case = await has_case(world)
        path = f"/v1/cases/{case['id']}/links"
        first, second = [await world.prescriber.post(path, key="one") for _ in range(2)]
        assert ok(first, 201) == ok(second, 201)

    async def test_a_corrected_birth_date_is_the_one_that_counts(self, world: World) -> None:
        case = await has_case(world)
        link = await link_of(world, case)
        await world.hear(details_changed(case["patient_id"], birth_date=date(1989, 4, 2)))
        someone = Visitor(world.client)
        assert (await someone.presses(await someone.opens(link), "Continue", **WRONG)).status == 200


class TestTheSitting:
    async def test_it_ends_after_an_hour_and_says_how_to_go_on(self, world: World) -> None:
        someone, page = await begins(world, await has_case(world))
        world.clock.advance(timedelta(hours=1))
        gone = await someone.presses(page, "Continue", answer="1")
        assert (gone.status, "open your link again" in gone.text) == (401, True)

    async def test_an_alarming_answer_is_heard_after_its_end(self, world: World) -> None:
        await has_rota(world)
        case = await has_case(world)
        someone, page = await begins(world, case)
        ninth = await answers(someone, page, *"00000000")
        world.clock.advance(timedelta(hours=23))

        crisis = await someone.presses(ninth, "Continue", answer="2")

        assert (crisis.status, crisis.h1) == (401, "Please read this first")
        assert (await world.alarmed(case["patient_id"]))[0] == "SafetyAlertRaised"
        located = await someone.presses(crisis, "Send", location="12 Oak Lane", callback_number="415 555 0100")
        assert located.h1 == "Thank you. We know where you are."
        assert "9" not in request_of(await reads(world, case), "phq-9")["answers"]

    async def test_nothing_is_read_or_kept_after_its_end(self, world: World) -> None:
        case = await has_case(world)
        someone, page = await begins(world, case)
        before = await reads(world, case)
        asked = page.url.partition("?")[0]
        world.clock.advance(timedelta(hours=1))
        for path in ("/pages/questions", asked, f"{asked}/check"):
            assert (await someone.opens(path)).status == 401
        kept = await someone.presses(page, "Continue", answer="1")
        sent = await world.client.post(f"{asked}/send", data={"key": "k"})
        assert (kept.status, sent.status_code) == (401, 401)
        assert await reads(world, case) == before

    async def test_who_comes_in_later_ends_the_sitting_of_who_came_before(self, world: World) -> None:
        case = await has_case(world)
        link = await link_of(world, case)
        someone = Visitor(world.client)
        await someone.presses(await someone.opens(link), "Continue", **BORN)
        earlier = world.client.cookies["careflow-sitting"]
        world.clock.advance(timedelta(minutes=1))
        await someone.presses(await someone.opens(link), "Continue", **BORN)
        world.client.cookies.clear()
        world.client.cookies["careflow-sitting"] = earlier
        assert (await someone.opens("/pages/questions")).status == 401

    async def test_nobody_elses_questions_and_alerts_exist_there(self, world: World) -> None:
        others = await has_case(world)
        alert_id = ok(await answered(world, others, "phq-9", {"9": "3"}))["alert_id"]
        consent_id = await consents(world, others)
        request_id = request_of(before := await reads(world, others), "gad-7")["request_id"]
        await begins(world, await has_case(world))
        form = {"item": "1", "answer": "1", "key": "k", "location": "x", "callback_number": "1"}
        tried = [row for row, rule in ACCESS.items() if "/pages/" in row and rule.own == by_object(_named(row))]
        for row in tried:
            method, path = row.format(request_id=request_id, alert_id=alert_id, consent_id=consent_id).split()
            answer = await world.client.request(method, path, data=form if method == "POST" else None)
            assert answer.status_code == 404, row
        assert len(tried) == 6
        assert await reads(world, others) == before

    @pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "0199.2026-11-23T00:00:00+00:00.00"])
    async def test_a_made_up_one_is_nobody(self, world: World, cookie: str) -> None:
        answer = await world.client.get("/pages/questions", headers={"Cookie": f"careflow-sitting={cookie}"})
        assert answer.status_code == 401

    async def test_no_token_of_the_api_opens_a_page(self, world: World) -> None:
        case = await has_case(world)
        answer = await world.patient(case["patient_id"]).get("/pages/questions")
        assert answer.status_code == 401

    async def test_its_cookie_is_for_these_pages_and_for_no_script(self, world: World) -> None:
        link = await link_of(world, await has_case(world))
        came = await world.client.post(link, data=BORN)
        cookie = came.headers["set-cookie"].lower()
        assert came.status_code == 303
        assert {"httponly", "samesite=strict", "max-age=86400"} <= {part.strip() for part in cookie.split(";")}
        assert "path=" not in cookie
        assert "secure" not in cookie, "this was asked without TLS"
        over_tls = await world.client.post(f"https://screening{link}", data=BORN)
        assert "secure" in over_tls.headers["set-cookie"].lower()

    async def test_every_page_that_was_read_is_on_record_as_the_patients(self, world: World) -> None:
        case = await has_case(world)
        await begins(world, case)
        reads_ = await world.store.database["_audit"].find({"outcome": "read"}).to_list()
        seen = [each for each in reads_ if each["actor"].startswith("link:")]
        assert {action for each in seen for action in each["action"].split()} == {"read_case", "read_consents"}
        assert all(f"cases/{case['id']}" in each["touched"] for each in seen)


async def test_nothing_that_opens_a_link_or_a_sitting_is_stored(world: World) -> None:
    case = await has_case(world)
    link = await link_of(world, case)
    await comes_in(world, case)
    secret = link.rpartition(".")[2].encode()
    seat = world.client.cookies["careflow-sitting"].rpartition(".")[2].strip('"').encode()
    for name in await world.store.database.list_collection_names():
        async for document in world.store.database[name].find({}):
            assert secret not in repr(document).encode()
            assert seat not in repr(document).encode()


async def test_every_page_is_whole_alone_and_kept_by_nobody(world: World) -> None:
    case = await has_case(world)
    someone = Visitor(world.client)
    who = await someone.opens(await link_of(world, case))
    wrong = await someone.presses(who, "Continue", **WRONG)
    _, overview = await comes_in(world, case, someone)
    _, first = await begins(world, case)
    missing = await someone.presses(first, "Continue")
    check = await answers(someone, first, *"000000000", "0")
    crisis = await someone.presses(await someone.follows(check, "Change (9)"), "Continue", answer="1")
    located = await someone.presses(crisis, "Send", location="here", callback_number="415 555 0100")
    for page in (who, wrong, overview, first, missing, check, crisis, located):
        assert "988" in page.text
        assert len(page.ids) == len(set(page.ids)), page.h1
        assert set(page.refers) <= set(page.ids), page.h1
        assert page.headers["cache-control"] == "no-store"
        assert len(page.html.encode()) < 40 * 1024


async def test_in_spanish_the_questions_stay_in_their_own_words(world: World) -> None:
    case = await has_case(world)
    someone = Visitor(world.client, "es")
    page = await someone.presses(await someone.opens(await link_of(world, case)), "Continuar", **BORN)
    assert page.h1 == "Sus preguntas"
    question = await someone.follows(page, f"{PHQ_9} 0 de 10 respondidas")
    assert "Pregunta 1 de 10" in question.text
    assert '<fieldset lang="en"' in question.html
