"""Somebody of the team at the bedside, with a browser without scripts."""

from datetime import datetime

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from careflow_service.testing.visiting import Page, Visitor
from services.sessions.tests.builders import ZONE
from services.sessions.tests.world import World

TODAY_PAGE = "/pages/bedside"


async def logs_in(
    world: World,
    role: Role,
    *,
    to: str = TODAY_PAGE,
    languages: str = "en-US",
    subject: str | None = None,
    name: str | None = None,
) -> tuple[Visitor, Page]:
    """Somebody who wanted a page, was asked who they are, and came to it."""
    world.client.cookies.clear()
    someone = Visitor(world.client, languages)
    asked = await someone.opens(to)
    (button,) = asked.forms[0].buttons
    token = ISSUER.token(role, subject=subject or f"user-{role}", name=name)
    through = await someone.presses(asked, button, token=token)
    onwards = next(name for name, address in through.links.items() if address == to.removeprefix("/pages/"))
    return someone, await someone.follows(through, onwards)


def of(session_id: str) -> str:
    """The page of a session."""
    return f"{TODAY_PAGE}?session={session_id}"


def clock(moment: datetime) -> str:
    """As it is typed."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
