"""Where staff begin, and how they go from one kind of work to another, whichever service it is of."""

from careflow_service.identity import Role
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.world import World

BOARD = "/pages/day"


async def test_every_page_leads_to_all_that_is_ones_own_work_and_to_nothing_else(world: World) -> None:
    nurse, board = await logs_in(world, Role.NURSE, to=BOARD)
    ways = {
        "Day": "day?lang=en",
        "Front desk": "desk?lang=en",
        "Sessions": "../../sessions/pages/bedside?lang=en",
        "Screening": "../../screening/pages/cases?lang=en",
    }
    week = await nurse.opens("/pages/desk/week")

    assert ways.items() <= board.links.items()
    assert not board.links.keys() & {"Money", "Copies of records", "Emergency access", "Operations"}
    assert (week.links["Day"], week.links["Screening"]) == (
        "../day?lang=en",
        "../../../screening/pages/cases?lang=en",
    )


async def test_one_begins_where_all_ones_work_is_named(world: World) -> None:
    operator, start = await logs_in(world, Role.OPERATOR, to="/pages/start")
    operations = await operator.follows(start, "Of booking")

    assert start.h1 == "Where to"
    assert start.links["Of billing"] == "../../billing/pages/operations?lang=en"
    assert "Day" not in start.links
    assert operations.h1 == "How booking stands"


async def test_who_only_watches_a_wall_is_led_nowhere(world: World) -> None:
    screen, wall = await logs_in(world, Role.WALL_SCREEN, to="/pages/wall")
    start = await screen.opens("/pages/start")

    assert not wall.links.keys() & {"Day", "Front desk"}
    assert start.status == 403
