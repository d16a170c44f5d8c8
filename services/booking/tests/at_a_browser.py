"""Somebody of the clinic before a page."""

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.world import World


async def logs_in(world: World, *roles: Role, to: str, languages: str = "en-US") -> tuple[Visitor, Page]:
    """Somebody who wanted a page, was asked who they are, and came to it."""
    world.client.cookies.clear()
    someone = Visitor(world.client, languages)
    asked = await someone.opens(to)
    (button,) = asked.forms[0].buttons
    through = await someone.presses(asked, button, token=ISSUER.token(*roles or (Role.COORDINATOR,)))
    onwards = next(name for name, address in through.links.items() if address == to.removeprefix("/pages/"))
    return someone, await someone.follows(through, onwards)
