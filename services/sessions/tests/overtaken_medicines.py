"""What overtakes orders of medicines and what is given by them, and what comes of it then."""

from datetime import timedelta

from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import ok, refusal
from services.sessions.tests.medicated import (
    answers,
    asked,
    does_with,
    gave,
    gives,
    medicines,
    orders,
    revokes,
    signs_standing_order,
    takes_order,
    visit,
)
from services.sessions.tests.world import World
from sessions.domain.ids import LocationId

HELD = {"why": "held", "reason": "feels better"}
LESS = {"amount": "4", "reason": "misread"}


async def a_standing_order_while_another_is_signed(world: World, overtaking: Overtaking) -> None:
    overtaking.by(lambda: signs_standing_order(world))
    await signs_standing_order(world)
    orders = await world.ports.standing_orders.of_location(LocationId(MILL_VALLEY), limit=9, after=None)
    assert len(orders.items) == 2


async def a_standing_order_revoked_while_it_is_revoked(world: World, overtaking: Overtaking) -> None:
    order_id = await signs_standing_order(world)
    overtaking.by(lambda: revokes(world, order_id))
    assert refusal(await revokes(world, order_id)) == (409, "standing_order_revoked")


async def an_order_while_another_is_taken_by_word(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    overtaking.by(lambda: takes_order(world, session_id))
    await orders(world, session_id)
    found = (await medicines(world, session_id))["orders"]
    assert [each["by_word"] is None for each in found] == [False, True]


async def an_order_by_word_while_another_is_written(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    overtaking.by(lambda: orders(world, session_id))
    await takes_order(world, session_id)
    found = (await medicines(world, session_id))["orders"]
    assert [each["by_word"] is None for each in found] == [True, False]


async def an_order_signed_while_it_is_refused(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    order_id = await takes_order(world, session_id)
    overtaking.by(lambda: answers(world, session_id, order_id, signed=False, reason="I said 2"))
    assert refusal(await answers(world, session_id, order_id)) == (409, "order_answered")


async def an_order_said_to_be_anothers_while_it_is_signed(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    order_id = await takes_order(world, session_id)
    overtaking.by(lambda: answers(world, session_id, order_id))
    path = f"/v1/sessions/{session_id}/verbal-orders/{order_id}/corrections"
    renamed = await world.nurse.post(path, {"prescriber": "second-prescriber", "reason": "mistyped"})
    assert refusal(renamed) == (409, "order_answered")


async def an_order_is_late_while_it_is_signed(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    order_id = await takes_order(world, session_id)
    world.clock.now += timedelta(hours=24)
    overtaking.by(lambda: answers(world, session_id, order_id))
    await world.catch_up()
    (order,) = (await medicines(world, session_id))["orders"]
    assert (order["by_word"]["answer"]["signed"], order["by_word"]["overdue"]) == (True, False)


async def a_medicine_while_its_standing_order_is_revoked(world: World, overtaking: Overtaking) -> None:
    session_id, order_id = await visit(world), await signs_standing_order(world)
    await asked(world, session_id)
    overtaking.by(lambda: revokes(world, order_id))
    assert refusal(await gives(world, session_id, order_id)) == (409, "standing_order_revoked")


async def a_medicine_while_the_same_is_given(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    order_id = await orders(world, session_id)
    overtaking.by(lambda: gave(world, session_id, order_id))
    assert refusal(await gives(world, session_id, order_id)) == (409, "medicine_too_soon")


async def a_medicine_not_given_while_it_is_given(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    order_id = await orders(world, session_id)
    overtaking.by(lambda: gave(world, session_id, order_id))
    ok(await does_with(world, session_id, "not-given", {"order_id": order_id, **HELD}), 201)
    found = await medicines(world, session_id)
    assert (len(found["given"]), len(found["not_given"])) == (1, 1)


async def an_effect_while_the_medicine_is_put_right(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    given_id = await gave(world, session_id, await orders(world, session_id), "8")
    less = {"administration_id": given_id, **LESS}
    overtaking.by(lambda: does_with(world, session_id, "corrections", less))
    seen = {"administration_id": given_id, "relief": "relieved"}
    ok(await does_with(world, session_id, "effects", seen), 201)
    (given,) = (await medicines(world, session_id))["given"]
    assert (given["amount"], len(given["effects"])) == ("4", 1)


async def a_medicine_put_right_while_it_is_put_right(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    given_id = await gave(world, session_id, await orders(world, session_id), "8")
    less = {"administration_id": given_id, **LESS}
    overtaking.by(lambda: does_with(world, session_id, "corrections", less))
    assert refusal(await does_with(world, session_id, "corrections", less)) == (422, "nothing_corrected")
