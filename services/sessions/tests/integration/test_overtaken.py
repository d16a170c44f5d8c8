"""Nothing that sessions decides is overtaken unseen: for every command, reaction and deadline, something about the same
patient or location is committed between its decision and its commit; it decides anew, and what comes of it is that of
the second.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from typing import Final

import pytest

from services.sessions.tests import overtaken_doses as doses
from services.sessions.tests.overtaking import Overtaking
from services.sessions.tests.world import World
from sessions.application.use_cases import Sessions
from sessions.deadlines import DEADLINES
from sessions.subscriptions import SUBSCRIPTIONS

NO_DECISIONS: Final = {"reading", "ports"}
USE_CASES: Final = (
    *(each.name for each in fields(Sessions) if each.name not in NO_DECISIONS),
    *(each.contract.__name__ for each in SUBSCRIPTIONS),
    *(each.name for each in DEADLINES),
)

Race = Callable[[World, Overtaking], Awaitable[None]]

DOSES: Final[Mapping[str, Race]] = {
    "adverse event": doses.a_dose_while_an_adverse_event_is_reported,
    "second dose against adverse event": doses.a_second_dose_while_an_adverse_event_is_reported,
    "consent withdrawn": doses.a_dose_while_its_consent_is_withdrawn,
    "plan held": doses.a_dose_while_its_plan_is_put_on_hold,
    "clearance suspended": doses.a_dose_while_its_clearance_is_suspended,
    "alert raised": doses.a_dose_while_an_alert_is_raised,
    "drug log": doses.a_dose_while_the_drug_log_does_not_add_up,
    "course": doses.a_dose_while_one_is_given_in_another_session,
    "draw": doses.a_dose_while_what_was_drawn_for_it_is_wasted,
}


@pytest.mark.parametrize("what", DOSES)
async def test_a_dose_has_seen_whatever_came_before_it(world: World, overtaking: Overtaking, what: str) -> None:
    await DOSES[what](world, overtaking)
    assert overtaking.tries == 2
