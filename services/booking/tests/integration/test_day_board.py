"""The clinic's day in a browser without scripts: what the board says, and what is done on it."""

from datetime import datetime, timedelta

import pytest

from careflow_events.mongo.consumers import MongoConsumers
from careflow_events.topics import topics_of
from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    acts,
    books,
    has_patient,
    has_practitioner,
    ok,
)
from services.booking.tests.news import alert, alert_closed, booked
from services.booking.tests.world import World

BOARD = "/pages/day"
EXPECTED = "10:00 AM – 10:15 AM · Ana R. Free call · By phone · dr-lee Expected"
CLINICAL = tuple(topic.name for service in ("screening", "sessions") for topic in topics_of(service))


async def has_heard(world: World, until: datetime) -> None:
    """Everything that screening and sessions said until then."""
    consumers = MongoConsumers(world.store.database, "booking")
    for topic in CLINICAL:
        await consumers.note_started(topic, f"{topic}-1", 0, 0)
        await consumers.note_checkpoint(topic, 0, until, now=until)


async def has_call(world: World, **person: str) -> dict[str, object]:
    """One free call tomorrow at ten, and the clock stands there."""
    await has_practitioner(world)
    call: dict[str, object] = await books(world.coordinator, await has_patient(world, **person))
    world.clock.now = TOMORROW_AT_TEN
    return call


async def test_nobody_is_said_to_be_here_before_they_may_be(world: World) -> None:
    """Neither on the board nor on the visit's own page is there a button that would be refused."""
    call = await has_call(world)
    opens = world.application.ports.policy.arrival_opens
    for before, offered in ((opens + timedelta(minutes=1), False), (opens, True)):
        world.clock.now = TOMORROW_AT_TEN - before
        for page in (f"{BOARD}?day=2026-11-24", f"/pages/desk/visits/{call['id']}"):
            _, seen = await logs_in(world, to=page)
            assert any("Is on the line" in form.buttons for form in seen.forms) is offered, page


async def test_who_comes_is_said_with_as_little_of_the_name_as_will_do(world: World) -> None:
    await has_call(world)

    _, board = await logs_in(world, to=BOARD)

    assert board.h1 == "Tuesday, November 24, 2026"
    assert "As of 10:00 AM, Pacific Standard Time." in board.text
    assert EXPECTED in board.text
    assert "Rivera" not in board.html
    assert "1988" not in board.text
    assert "1988-04-02" not in board.html


@pytest.mark.parametrize(
    ("other", "shown"),
    [
        ({"family_name": "Quinn"}, ("Ana R.", "Ana Q.")),
        ({"family_name": "Ruiz"}, ("Ana Rivera", "Ana Ruiz")),
        ({"birth_date": "1990-01-31"}, ("Ana Rivera (1988)", "Ana Rivera (1990)")),
    ],
)
async def test_two_of_a_name_are_told_apart(world: World, other: dict[str, str], shown: tuple[str, str]) -> None:
    await has_call(world)
    at = TOMORROW_AT_TEN + timedelta(hours=1)
    second = await has_patient(world, email="other@example.org", phone="415 555 0199", **other)
    await books(world.coordinator, second, starts_at=at)

    _, board = await logs_in(world, to=BOARD)

    assert all(f"· {name} Free call" in board.text for name in shown)


async def test_an_empty_day_says_so_and_leads_to_its_neighbours(world: World) -> None:
    await has_call(world)
    someone, _ = await logs_in(world, to=BOARD)

    after = await someone.follows(await someone.opens(BOARD), "The day after")

    assert after.h1 == "Wednesday, November 25, 2026"
    assert "Nobody is booked on this day." in after.text
    assert EXPECTED in (await someone.follows(after, "Today")).text


async def test_a_patient_who_is_here_is_marked_so_once(world: World) -> None:
    call = await has_call(world)
    someone, board = await logs_in(world, Role.NURSE, to=BOARD)

    here = await someone.presses(board, "Is on the line")
    assert (here.h1, here.status) == (board.h1, 200)
    assert "Expected" not in here.text
    again = await someone.presses(board, "Is on the line")

    assert "Is on the line" in again.text
    assert ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))["version"] == 2


async def test_who_did_not_come_is_marked_so_when_the_visit_has_begun(world: World) -> None:
    await has_call(world)
    world.clock.now = TOMORROW_AT_TEN - timedelta(minutes=1)
    someone, early = await logs_in(world, to=BOARD)
    assert not any("Was not reached" in form.buttons for form in early.forms)

    world.clock.now = TOMORROW_AT_TEN
    gone = await someone.presses(await someone.opens(BOARD), "Was not reached")

    assert "dr-lee Was not reached" in gone.text


async def test_whoever_is_second_sees_the_board_as_it_is_now_and_why(world: World) -> None:
    call = await has_call(world)
    someone, board = await logs_in(world, to=BOARD)
    await acts(world.coordinator, call, "cancel", reason="patient_request")

    refused = await someone.presses(board, "Is on the line")

    assert refused.status == 412
    assert "Somebody else changed this visit meanwhile." in refused.text
    assert EXPECTED not in refused.text


async def test_a_visit_that_began_without_the_patient_is_something_to_do(world: World) -> None:
    await has_call(world)
    world.clock.now = TOMORROW_AT_TEN + timedelta(minutes=30)
    _, board = await logs_in(world, to=BOARD)
    assert "The visit has begun without the patient: call them." in board.text


async def test_nothing_is_in_the_way_only_where_that_is_known_freshly(world: World) -> None:
    known, _ = await booked(world)
    dosing_at = datetime.fromisoformat((await of_patient(world, known["patient_id"], "dosing"))["starts_at"])
    world.clock.now = dosing_at
    _, unheard = await logs_in(world, to=BOARD)
    assert "Unknown: ask the clinical team. not everything has been heard of this patient" in unheard.text

    await has_heard(world, dosing_at - timedelta(minutes=1))
    _, fresh = await logs_in(world, to=BOARD)
    assert "Nothing known against it" in fresh.text

    world.clock.now = dosing_at + timedelta(minutes=5)
    _, stale = await logs_in(world, to=BOARD)
    assert "Nothing known against it" not in stale.text
    assert "Unknown: ask the clinical team." in stale.text


async def test_a_visit_that_waits_says_for_what_kind_of_thing_and_offers_nothing(world: World) -> None:
    known, _ = await booked(world)
    visit = await of_patient(world, known["patient_id"], "dosing")
    world.clock.now = datetime.fromisoformat(visit["starts_at"]) - timedelta(hours=1)
    await has_heard(world, world.clock.now)
    await world.hear(alert(known))
    day = f"{BOARD}?day={world.clock.now.date()}"

    someone, held = await logs_in(world, to=day)
    assert "On hold: a clinical decision." in held.text
    assert "Nothing known against it" not in held.text
    assert not any("Is here" in form.buttons for form in held.forms)

    await world.hear(alert_closed(known))
    assert "Nothing known against it" in (await someone.opens(day)).text


async def of_patient(world: World, patient_id: str, kind: str) -> dict[str, str]:
    listed = ok(await world.coordinator.get("/v1/appointments", patient_id=patient_id))["items"]
    (found,) = (each for each in listed if each["kind"] == kind)
    return dict(found)


async def test_the_board_shows_itself_anew_for_whoever_asks_for_it(world: World) -> None:
    await has_call(world)
    someone, board = await logs_in(world, to=BOARD)
    assert "refresh" not in board.headers

    live = await someone.follows(board, "Show it anew every 20 seconds")
    assert live.headers["refresh"] == "20; url=day?day=2026-11-24&live=1&lang=en&unattended=1"
    assert "refresh" in (await someone.presses(live, "Is on the line")).headers
    assert "refresh" not in (await someone.follows(live, "Stop")).headers


async def test_the_board_speaks_spanish_to_whoever_reads_it(world: World) -> None:
    await has_call(world)
    _, board = await logs_in(world, languages="es", to=BOARD)
    assert board.h1 == "martes, 24 de noviembre de 2026"
    assert "Se le espera" in board.text


@pytest.mark.parametrize("form", [{}, {"version": "x", "day": "2026-11-24"}, {"version": "1", "day": "2026-11-31"}])
async def test_what_the_board_never_sends_is_refused_and_changes_nothing(world: World, form: dict[str, str]) -> None:
    call = await has_call(world)
    await logs_in(world, to=BOARD)
    sent = await world.client.post(f"{BOARD}/{call['id']}/arrived", data={"key": "k", **form})
    assert sent.status_code == 422
    assert ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))["version"] == 1


async def test_whoever_was_away_keeps_what_they_did_and_is_told_how_to_go_on(world: World) -> None:
    call = await has_call(world)
    someone, board = await logs_in(world, to=BOARD)
    world.client.cookies.clear()

    away = await someone.presses(board, "Is on the line")
    assert away.status == 401
    assert "Log in again in another window, then load this page anew" in away.text
    assert ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))["version"] == 1

    await logs_in(world, to=BOARD)
    assert "Is on the line" in (await someone.presses(board, "Is on the line")).text
    assert ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))["version"] == 2


@pytest.mark.parametrize("role", [Role.BILLER, Role.OPERATOR, Role.PATIENT])
async def test_whoever_has_no_business_there_is_told_so_and_it_is_kept(world: World, role: Role) -> None:
    await has_call(world)
    _, refused = await logs_in(world, role, to=BOARD)
    assert (refused.status, refused.h1) == (403, "That did not work")
    assert "Your login does not let you see or do this." in refused.text
    audited = await world.store.database["_audit"].find_one({"outcome": "denied"})
    assert audited is not None
    assert audited["roles"] == [role]


async def test_a_token_is_no_login_and_a_login_no_token(world: World) -> None:
    await has_call(world)
    world.client.cookies.clear()
    token = ISSUER.token(Role.COORDINATOR)
    asked = await world.client.get(BOARD, headers={"Authorization": f"Bearer {token}"})
    assert (asked.status_code, asked.headers["location"]) == (303, "login?to=day")

    await logs_in(world, to=BOARD)
    assert (await world.client.get("/v1/tasks")).status_code == 401


async def test_each_look_is_in_the_audit_trail_with_what_was_seen(world: World) -> None:
    call = await has_call(world)
    await logs_in(world, to=BOARD)
    audited = await world.store.database["_audit"].find_one({"action": "read_day_board"})
    assert audited is not None
    assert audited["touched"] == [f"appointments/{call['id']}"]


@pytest.mark.parametrize(
    ("modality", "there", "not_there"),
    [("phone", "Is on the line", "Was not reached"), ("video", "Has joined", "Did not join")],
)
async def test_nobody_is_here_or_did_not_come_whose_visit_is_held_at_a_distance(
    world: World, modality: str, there: str, not_there: str
) -> None:
    await has_practitioner(world)
    await books(world.coordinator, await has_patient(world), modality=modality)
    world.clock.now = TOMORROW_AT_TEN
    someone, board = await logs_in(world, to=BOARD)
    assert [form.buttons for form in board.forms if {there, not_there} & {*form.buttons}] == [[there], [not_there]]
    after = await someone.presses(board, there)
    assert there in after.text
    for never in ("Is here", "Did not come"):
        assert never not in board.text + after.text
