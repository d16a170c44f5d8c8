"""Whoever calls and is new, in a browser without scripts: registered and booked, or told who can help."""

import pytest

from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import details, has_patient, has_practitioner, ok
from services.booking.tests.world import World

FIND = "/pages/desk/find"
CALLERS = "/pages/desk/callers"
NEW = "Book the free call for who calls"
UNDER_AGE = "Under 18: adults only are treated here."
TURNS_TO = "988, by call or text, at any hour"
BORN = {"birth_date_month": "4", "birth_date_day": "2", "birth_date_year": "1988"}
ANA = {"given_name": "Ana", "family_name": "Rivera", "phone": "415 555 0123", "email": "ana@example.org", **BORN}


def at_the_first_time(form: Page) -> dict[str, str]:
    """What is typed of somebody, and the first time that is offered."""
    first = next(label for label in form.form("Book this call").labels if label.startswith("starts_at=2"))
    return {**ANA, "starts_at": first.partition("=")[2]}


async def searches(world: World, *roles: Role, year: str = "1988", **typed: str) -> tuple[Visitor, Page]:
    someone, find = await logs_in(world, *roles, to=FIND)
    return someone, await someone.presses(find, "Find", **{**BORN, "birth_date_year": year, **typed})


async def kept(world: World) -> int:
    return sum([await world.store.database[each].count_documents({}) for each in ("patients", "inquiries", "_outbox")])


async def test_whoever_is_new_is_registered_and_booked_in_one_step(world: World) -> None:
    await has_practitioner(world)
    someone, nobody = await searches(world, phone="415 555 0123")
    form = await someone.presses(nobody, NEW)
    known = form.form("Book this call").fields
    assert (known["phone"], known["birth_date_year"]) == ("415 555 0123", "1988")

    person = at_the_first_time(form)
    unsaid = await someone.presses(form, "Book this call", **{**person, "email": ""})
    assert (unsaid.status, unsaid.form("Book this call").fields["given_name"]) == (422, "Ana")
    booked = await someone.presses(unsaid, "Book this call", **person)
    again = await someone.presses(unsaid, "Book this call", **person)

    for page in (booked, again):
        assert (page.h1, "It is booked." in page.text) == ("Ana Rivera", True)
        assert not any(word in page.url for word in ("Ana", "birth", "4155550123"))
    ana = booked.url.partition("/patients/")[2].partition("?")[0]
    registered, call, _ = await world.said(ana)
    assert (registered.type.split(".")[2], call.data["booked_by"]) == ("PatientRegistered", "staff")


async def test_every_free_time_of_two_weeks_is_offered_by_day(world: World) -> None:
    """Who calls on a Monday may have time on Thursday week only."""
    await has_practitioner(world)
    _, form = await logs_in(world, to=CALLERS)
    offered = [label for label in form.form("Book this call").labels if label.startswith("starts_at=2")]
    assert {label[10:20] for label in offered} >= {"2026-11-23", "2026-11-27", "2026-12-03"}
    assert "Thursday, December 3, 2026" in form.html


async def test_nobody_is_counted_at_the_desk_however_often_they_call(world: World) -> None:
    await has_practitioner(world)
    for _ in range(world.application.ports.policy.info_calls_per_person_a_day.value + 1):
        someone, form = await logs_in(world, to=CALLERS)
        booked = await someone.presses(form, "Book this call", **at_the_first_time(form))
        assert "It is booked." in booked.text


async def test_a_time_taken_meanwhile_loses_nothing_that_was_typed(world: World) -> None:
    await has_practitioner(world)
    someone, form = await logs_in(world, to=CALLERS)
    other = {"given_name": "Ben", "phone": "415 555 0199", "email": "ben@example.org"}
    await someone.presses(form, "Book this call", **{**at_the_first_time(form), **other})
    refused = await someone.presses(await someone.opens(CALLERS), "Book this call", **at_the_first_time(form))
    assert (refused.status, "That time is taken." in refused.text) == (409, True)
    assert refused.form("Book this call").fields["family_name"] == "Rivera"
    booked = await someone.presses(refused, "Book this call", **at_the_first_time(refused))
    assert booked.h1 == "Ana Rivera"


@pytest.mark.parametrize("typed", [ANA, {"email": "", "phone": "12"}], ids=["complete", "with faults"])
async def test_of_whoever_is_not_of_age_nothing_is_kept_and_there_is_something_to_say(
    world: World, typed: dict[str, str]
) -> None:
    await has_practitioner(world)
    someone, form = await logs_in(world, to=CALLERS)
    person = {**at_the_first_time(form), **typed}
    before = await kept(world)

    young = await someone.presses(form, "Book this call", **{**person, "birth_date_year": "2010"})

    assert (young.status, young.h1) == (422, "Not of age")
    assert all(words in young.text for words in (UNDER_AGE, TURNS_TO, "gives their own date of birth"))
    assert await kept(world) == before
    changed = await someone.presses(young, "Change the details")
    assert changed.form("Book this call").fields["birth_date_year"] == "2010"
    assert changed.form("Book this call").fields["given_name"] == "Ana"
    booked = await someone.presses(changed, "Book this call", **at_the_first_time(changed))
    assert "It is booked." in booked.text


async def test_who_is_looked_for_and_not_of_age_is_said_before_anything_is_asked(world: World) -> None:
    for typed in ({}, {"phone": "415 555 0123"}):
        _, page = await searches(world, year="2010", **typed)
        assert all(words in page.text for words in (UNDER_AGE, TURNS_TO))
        assert not any(NEW in form.buttons for form in page.forms)
    _, page = await searches(world, year="2030", phone="415 555 0123")
    assert UNDER_AGE not in page.text


async def test_a_true_age_that_is_found_out_stays_and_says_what_follows(world: World) -> None:
    ana = await has_patient(world)
    true = {**details(birth_date="2010-04-02"), "evidence": "photo_id"}
    ok(await world.coordinator.put(f"/v1/patients/{ana}", true, version=1))
    someone, found = await searches(world, year="2010", phone="415 555 0123")
    assert UNDER_AGE in found.text
    page = await someone.follows(found, "Ana Rivera, April 2, 2010 +14155550123 · ana@example.org")
    assert all(words in page.text for words in (UNDER_AGE, "Of age on April 2, 2028"))


async def test_who_may_not_register_somebody_is_told_so(world: World) -> None:
    await logs_in(world, Role.NURSE, to="/pages/desk")
    for asked in (world.client.get(CALLERS), world.client.post(CALLERS, data={"key": "k"})):
        assert (await asked).status_code == 403
