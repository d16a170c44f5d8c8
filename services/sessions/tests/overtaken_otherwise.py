"""What overtakes therapy that is written down as held otherwise, and its review, and what comes of it then."""

from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.clinic import ok, refusal
from services.sessions.tests.otherwise import dosed_yesterday, held, hour_nobody_began, reviews_therapy, therapy
from services.sessions.tests.otherwise import writes_down as writes
from services.sessions.tests.world import World


async def therapy_written_down_while_it_is_written_down(world: World, overtaking: Overtaking) -> None:
    session_id = await hour_nobody_began(world, await dosed_yesterday(world))
    body = therapy(world)
    overtaking.by(lambda: writes(world, session_id, body))
    assert refusal(await writes(world, session_id, body)) == (422, "minutes_counted_twice")
    assert (await held(world, session_id))["counts"] is False


async def a_review_of_therapy_while_it_is_reviewed(world: World, overtaking: Overtaking) -> None:
    session_id = await hour_nobody_began(world, await dosed_yesterday(world))
    ok(await writes(world, session_id, therapy(world)), 201)
    overtaking.by(lambda: reviews_therapy(world, session_id))
    assert refusal(await reviews_therapy(world, session_id)) == (409, "review_final")
