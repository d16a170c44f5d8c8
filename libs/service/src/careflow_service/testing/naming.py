"""What the tests of every service do with the names booking says."""

from typing import Any, Final

from careflow_events import contracts
from careflow_events.contracts import Sealed
from careflow_service.testing.overtaking import Overtaking
from careflow_service.testing.world import ServiceWorld

PLACE: Final = "0199e0a0-0000-7000-8000-0000000000b1"
ELSEWHERE: Final = "0199e0a0-0000-7000-8000-0000000000b2"


def named(name: str, practitioner_id: str = "dr-lee", *, at: str = PLACE) -> contracts.PractitionerNamed:
    """Booking says that somebody is called so."""
    section = Sealed.plain(contracts.PractitionerName(name=name))
    return contracts.PractitionerNamed(location_id=at, practitioner_id=practitioner_id, for_services=section)


async def a_name_while_another_is_heard(world: ServiceWorld[Any, Any], overtaking: Overtaking) -> None:
    """They come from two places; whichever is heard last counts."""
    overtaking.by(lambda: world.hear(named("Jordan Lee", at=ELSEWHERE)))
    await world.hear(named("Jordan Lee-Park"))
    await world.store.staff.read()
    assert world.store.staff.called("dr-lee") == "Jordan Lee-Park"
    assert [each.id for each in world.store.staff.holding()] == [], "who never came in is offered nowhere"
