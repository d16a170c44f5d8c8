"""The free call, booked by somebody with a browser and no scripts."""

import re
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from icalendar import Calendar

from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.builders import local
from services.booking.tests.clinic import ABOUT_PATIENTS, books, has_patient, has_practitioner, ok
from services.booking.tests.world import World

START = "/pages/free-call"
ANA = {
    "given_name": "Ana",
    "family_name": "Ríos",
    "birth_date_month": "5",
    "birth_date_day": "17",
    "birth_date_year": "1984",
    "phone": "(415) 555-0100",
    "email": "ana@example.org",
}
KEPT = ("patients", "appointments", "care_paths", "_outbox")


def visitor(world: World, languages: str = "en-US,en;q=0.9") -> Visitor:
    return Visitor(world.client, languages)


async def sees_times(someone: Visitor) -> Page:
    start = await someone.opens(START)
    return await someone.presses(start, "See free times", modality="phone")


async def checks(someone: Visitor, **changes: str) -> Page:
    """Up to the last look."""
    times = await sees_times(someone)
    details = await someone.follows(times, "10:00 AM")
    return await someone.presses(details, "Continue", **{**ANA, **changes})


@pytest.fixture
async def world(world: World) -> World:
    """With somebody who calls, Mondays to Fridays from nine to five."""
    await has_practitioner(world)
    return world


async def kept(world: World) -> dict[str, int]:
    return {name: await world.store.database[name].count_documents(ABOUT_PATIENTS.get(name, {})) for name in KEPT}


async def test_a_visitor_books_the_call_in_five_pages(world: World) -> None:
    someone = visitor(world)
    check = await checks(someone)
    assert check.h1 == "Is everything right?"
    assert "Monday, November 23, 2026, 10:00 AM (Pacific Standard Time)" in check.text
    for told in ("Ana Ríos", "May 17, 1984", "+14155550100", "ana@example.org", "By telephone"):
        assert told in check.text
    assert await kept(world) == dict.fromkeys(KEPT, 0)

    booked = await someone.presses(check, "Book this call")

    assert (booked.status, booked.h1) == (201, "Your call is booked")
    assert "Monday, November 23, 2026, 10:00 AM (Pacific Standard Time)" in booked.text
    (number,) = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", booked.text)
    appointment = ok(await world.coordinator.get(f"/v1/appointments/{number}"))
    patient = ok(await world.coordinator.get(f"/v1/patients/{appointment['patient_id']}"))
    assert (appointment["starts_at"], patient["details"]["family_name"]) == ("2026-11-23T18:00:00Z", "Ríos")


async def test_sent_twice_it_is_one_call_and_both_are_told_so(world: World) -> None:
    someone = visitor(world)
    check = await checks(someone)
    first, second = [await someone.presses(check, "Book this call") for _ in range(2)]
    assert first.text == second.text
    assert (await kept(world))["appointments"] == 1


async def test_a_booked_call_goes_into_the_visitors_calendar_and_stays_one_call(world: World) -> None:
    someone = visitor(world)
    booked = await someone.presses(await checks(someone), "Book this call")
    form = booked.form("Add it to my calendar")
    asked = await world.client.post(urljoin(booked.url, form.action), data=form.fields)
    assert asked.headers["content-type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(asked.content).events
    assert (str(event["SUMMARY"]), event.start) == ("Appointment", local(23, 10))
    assert (await kept(world))["appointments"] == 1


async def test_two_visitors_at_the_last_button_get_one_call_and_the_other_the_next_times(world: World) -> None:
    someone, other = visitor(world), visitor(world)
    check = await checks(someone)
    also = await checks(other, email="ben@example.org", phone="415 555 0199", given_name="Ben")
    await someone.presses(check, "Book this call")

    taken = await other.presses(also, "Book this call")

    assert (taken.status, taken.h1) == (409, "That time is no longer free")
    again = await other.presses(taken, "Continue")
    assert "Ben Ríos" in again.text
    booked = await other.presses(again, "Book this call")
    assert booked.status == 201
    assert (await kept(world))["appointments"] == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "ana"}, "E-mail address: Please give an e-mail address such as name@example.org."),
        ({"phone": "12"}, "Telephone number: Please give a telephone number with its area code, such as 415 555 0100."),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "Date of birth: Please give a real date"),
        ({"birth_date_year": "84"}, "Date of birth: Please give a real date"),
        ({"birth_date_year": "1084"}, "Date of birth: Please check the year."),
        ({"given_name": "  "}, "First name: Please fill this in."),
        ({"family_name": "x" * 201}, "Last name: Please shorten this."),
    ],
)
async def test_what_is_wrong_is_said_on_top_and_beside_the_field_and_nothing_typed_is_lost(
    world: World, typed: dict[str, str], said: str
) -> None:
    page = await checks(visitor(world), **typed)
    assert page.status == 422
    assert page.h1 == "Whom do we call?"
    assert said in page.text
    assert page.html.count('aria-invalid="true"') == 1
    fields = page.form("Continue").fields
    left = {name: value.strip() for name, value in {**ANA, **typed}.items()}
    assert {name: fields[f"{name}"] for name in left if name != "birth_date_month"} == {
        name: value for name, value in left.items() if name != "birth_date_month"
    }


async def test_a_minor_is_told_who_can_help_and_not_to_give_another_date_and_nothing_is_kept(world: World) -> None:
    someone = visitor(world)
    page = await checks(someone, birth_date_year="2012")
    assert (page.status, page.h1) == (422, "We treat adults only")
    assert "people of 18 years and older" in page.text
    assert "988, by call or text, at any hour" in page.text
    assert "Date of birth" not in page.text
    assert {"Call 988", "Ask us something"} <= set(page.links)
    assert await kept(world) == dict.fromkeys(KEPT, 0)
    mistyped = await someone.presses(page, "Change the details")
    fields = mistyped.form("Continue").fields
    assert (fields["given_name"], fields["birth_date_year"]) == (ANA["given_name"], "2012")
    assert (await someone.presses(mistyped, "Continue", birth_date_year="1984")).h1 == "Is everything right?"


async def test_who_comes_of_age_only_behind_the_last_look_is_told_so_too(world: World) -> None:
    """Whoever sends what the pages would not."""
    someone = visitor(world)
    check = await checks(someone)
    page = await someone.presses(check, "Book this call", birth_date="2012-05-17")
    assert (page.status, page.h1) == (422, "We treat adults only")
    assert await kept(world) == dict.fromkeys(KEPT, 0)


async def test_who_lives_where_nobody_is_licensed_is_told_before_a_time_is_chosen(world: World) -> None:
    someone = visitor(world)
    page = await someone.presses(await someone.opens(START), "See free times", modality="video", state="OR")
    assert (page.status, page.h1) == (422, "Book a free 15-minute call")
    assert "We are not licensed there" in page.text
    assert page.form("See free times").fields["state"] == "OR"


async def test_nothing_is_chosen_for_the_visitor(world: World) -> None:
    someone = visitor(world)
    page = await someone.presses(await someone.opens(START), "See free times")
    assert (page.status, "How shall we talk?: Please choose one." in page.text) == (422, True)


async def test_something_is_changed_on_the_last_look(world: World) -> None:
    someone = visitor(world)
    details = await someone.presses(await checks(someone), "Change something")
    check = await someone.presses(details, "Continue", given_name="Anna")
    assert "Anna Ríos" in check.text
    assert (await someone.presses(check, "Book this call")).status == 201


async def test_times_are_shown_on_the_clock_the_visitor_chooses(world: World) -> None:
    someone = visitor(world)
    times = await sees_times(someone)
    assert times.current == ["Mon, November 23 28 times"]
    east = await someone.presses(times, "Show times there", zone="America/New_York")
    assert "1:00 PM" in east.links
    assert "10:00 AM" not in east.links
    details = await someone.follows(east, "1:00 PM")
    check = await someone.presses(details, "Continue", **ANA)
    assert "Monday, November 23, 2026, 1:00 PM (Eastern Standard Time)" in check.text


async def test_another_day_and_later_weeks(world: World) -> None:
    someone = visitor(world)
    times = await sees_times(someone)
    tuesday = await someone.follows(times, "Tue, November 24 32 times")
    assert tuesday.current == ["Tue, November 24 32 times"]
    later = await someone.follows(tuesday, "Later days")
    assert later.current == ["Mon, December 7 32 times"]
    assert (await someone.follows(later, "Earlier days")).current == times.current


async def test_weeks_without_a_free_time_say_so_and_lead_back(world: World) -> None:
    someone = visitor(world)
    page = await someone.opens(f"{START}/times?modality=phone&state=CA&first=2028-01-03")
    assert "There is no free time in these two weeks." in page.text
    assert "Later days" not in page.links
    assert (await someone.follows(page, "Earlier days")).status == 200


async def test_a_day_on_which_the_clock_changes_shows_every_hour_once(world: World) -> None:
    world.clock.now = local(12, 8, month=3, year=2027)
    page = await visitor(world).opens(f"{START}/times?modality=phone&state=CA&day=2027-03-15")
    assert page.current == ["Mon, March 15 32 times"]
    assert page.links.keys() >= {"9:00 AM", "4:45 PM"}


async def test_in_spanish_from_the_first_page_to_the_last(world: World) -> None:
    someone = visitor(world, "es-MX,es;q=0.9,en;q=0.5")
    start = await someone.opens(START)
    assert (start.h1, start.headers["content-language"]) == ("Reserve una llamada gratuita de 15 minutos", "es")
    times = await someone.presses(start, "Ver las horas libres", modality="phone")
    details = await someone.follows(times, next(link for link in times.links if link.startswith("10:00")))
    check = await someone.presses(details, "Continuar", **ANA)
    assert "lunes, 23 de noviembre de 2026" in check.text
    assert (await someone.presses(check, "Reservar esta llamada")).h1 == "Su llamada está reservada"


async def test_a_language_is_chosen_and_stays(world: World) -> None:
    someone = visitor(world)
    times = await someone.presses(
        await someone.follows(await someone.opens(START), "Español"), "Ver las horas libres", modality="phone"
    )
    assert times.h1 == "Elija una hora"
    assert (await someone.follows(times, "English")).h1 == "Choose a time"


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "said"),
    [
        ("GET", "/pages/nothing", None, 404, "There is no such page."),
        ("POST", START, {"a": "b"}, 405, "This page cannot be opened this way."),
        ("GET", f"{START}/details?modality=phone&state=CA&starts_at=soon", None, 422, "was not complete"),
        ("GET", f"{START}/times?modality=fax&state=CA", None, 422, "was not complete"),
        ("GET", f"{START}/times?modality=phone&state=CA&first=2026-13-01", None, 422, "was not complete"),
        ("POST", f"{START}/check", {"given_name": "Ana"}, 422, "was not complete"),
        ("POST", f"{START}/check", {f"f{n}": "x" for n in range(61)}, 422, "was not complete"),
        ("POST", f"{START}/check", {"email": "x" * 300_000}, 413, "more than this page takes"),
        ("POST", f"{START}/book", {"given_name": "Ana"}, 400, "too old to be sent"),
    ],
)
async def test_what_no_page_of_ours_sends_gets_one_clear_page(
    world: World, method: str, path: str, form: dict[str, str] | None, status: int, said: str
) -> None:
    page = Page(await world.client.request(method, path, data=form))
    assert (page.status, page.h1, said in page.text) == (status, "That did not work", True)
    assert await kept(world) == dict.fromkeys(KEPT, 0)


async def test_a_body_that_is_no_form_is_refused(world: World) -> None:
    page = Page(await world.client.post(f"{START}/check", json={"given_name": "Ana"}))
    assert (page.status, page.h1) == (415, "That did not work")


async def test_a_forged_time_is_no_time(world: World) -> None:
    someone = visitor(world)
    check = await checks(someone)
    page = await someone.presses(check, "Book this call", starts_at="2026-11-23T03:07:00-08:00")
    assert (page.status, page.h1) == (409, "That time is no longer free")
    assert await kept(world) == dict.fromkeys(KEPT, 0)


async def test_who_thinks_until_the_time_has_come_is_shown_the_way_to_others(world: World) -> None:
    someone = visitor(world)
    check = await checks(someone)
    world.clock.now = local(23, 10)
    page = await someone.presses(check, "Book this call")
    assert (page.status, page.h1) == (409, "That time is no longer free")
    others = await someone.follows(page, "See all free times")
    assert others.current == ["Mon, November 23 24 times"]


async def test_who_would_have_called_is_away_by_now_and_the_next_times_are_offered(world: World) -> None:
    someone = visitor(world)
    check = await checks(someone)
    away = {"starts_at": local(23, 9).isoformat(), "ends_at": local(23, 12).isoformat()}
    ok(await world.coordinator.post("/v1/practitioners/dr-lee/absence", away, version=1))
    page = await someone.presses(check, "Book this call")
    assert (page.status, page.h1) == (409, "That time is no longer free")
    again = await someone.presses(page, "Continue")
    assert "Monday, November 23, 2026, 12:00 PM" in again.text


async def test_what_is_refused_for_anything_but_the_time_is_not_said_to_be_taken(world: World) -> None:
    someone = visitor(world)
    page = await someone.presses(await checks(someone), "Book this call", modality="in_person")
    assert (page.status, page.h1) == (422, "That did not work")
    assert await kept(world) == dict.fromkeys(KEPT, 0)


async def test_who_is_known_sees_the_same(world: World) -> None:
    patient = await has_patient(world)
    await books(world.coordinator, patient, starts_at=local(25, 9))
    someone = visitor(world)
    booked = await someone.presses(await checks(someone), "Book this call")
    assert (booked.status, booked.h1) == (201, "Your call is booked")


SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.mark.parametrize("field", ["given_name", "family_name", "phone", "email", "birth_date_year"])
async def test_what_is_typed_stays_text(world: World, field: str) -> None:
    page = await checks(visitor(world), **{field: SCRIPT, "email" if field != "email" else "phone": "wrong"})
    assert re.findall("<(?:script|img).{0,5}", page.html) == ["<script>(() "], "our own, and nothing typed"
    assert page.form("Continue").fields["birth_date" if field == "birth_date_month" else field] == SCRIPT


async def every_page(world: World) -> list[Page]:
    someone = visitor(world)
    start = await someone.opens(START)
    nothing = await someone.presses(start, "See free times")
    times = await sees_times(someone)
    details = await someone.follows(times, "10:00 AM")
    wrong = await someone.presses(details, "Continue", **{**ANA, "email": "ana", "birth_date_month": "13"})
    check = await someone.presses(details, "Continue", **ANA)
    also = await someone.presses(details, "Continue", **{**ANA, "email": "ben@example.org", "phone": "415 555 0199"})
    booked = await someone.presses(check, "Book this call")
    taken = await someone.presses(also, "Book this call", key="another")
    return [start, nothing, times, details, wrong, check, booked, taken, await someone.opens("/pages/nothing")]


async def test_every_page_is_whole_alone_and_kept_by_nobody(world: World) -> None:
    for page in await every_page(world):
        assert page.title.endswith(" – The clinic")
        assert page.title.removeprefix("Error: ").startswith(page.h1)
        assert "988" in page.text
        assert len(page.ids) == len(set(page.ids)), page.h1
        assert set(page.refers) <= set(page.ids), page.h1
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert re.search(r"(src|href|action)=\"(https?:)?/", page.html) is None, "something is asked of elsewhere"
        assert len(page.html.encode()) < 40 * 1024


async def test_nobody_is_in_an_address(world: World) -> None:
    for page in await every_page(world):
        for told in ("Ana", "1984", "555", "example.org"):
            assert told not in page.url


async def test_too_many_are_asked_to_wait(world: World) -> None:
    for entry in world.app.state.routes:
        if entry.limiter is not None:
            entry.limiter._now = lambda: 0.0  # all of it in one moment, however slow the machine is
    someone = visitor(world)
    pages: list[Any] = [await someone.opens(START) for _ in range(61)]
    assert (pages[-1].status, pages[-1].h1) == (429, "That did not work")
    assert int(pages[-1].headers["retry-after"]) >= 1


async def test_the_way_an_edge_shows_it_does_not_matter(world: World) -> None:
    async def under_a_path(request: httpx.Request) -> httpx.Response:
        inner = request.url.path.removeprefix("/booking")
        answer = await world.client.request(
            request.method,
            inner,
            params=request.url.params,
            content=await request.aread(),
            headers={
                name: request.headers[name] for name in ("accept-language", "content-type") if name in request.headers
            },
        )
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(under_a_path), base_url="https://clinic.example"
    ) as edge:
        someone = Visitor(edge)
        start = await someone.opens("/booking/pages/free-call")
        again = await someone.presses(start, "See free times")
        times = await someone.presses(again, "See free times", modality="phone")
        details = await someone.follows(times, "10:00 AM")
        check = await someone.presses(await someone.presses(details, "Continue"), "Continue", **ANA)
        assert (await someone.presses(check, "Book this call")).status == 201
