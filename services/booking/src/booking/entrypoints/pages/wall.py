"""The clinic's day on a wall: who is next, where and whether they may go in, for whoever passes by.

Invariant: it names nobody, says neither what a visit is for nor what keeps it, and there is nothing to do on it. A
screen that hears nothing any more says so, and shows no state as if it still were one.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.queries.read_day_board import BoardLine
from booking.domain.states import Status
from booking.entrypoints.http.schemas import App
from careflow_service.http.dependencies import CurrentActor
from careflow_service.pages.site import Pages, Script

router = APIRouter(prefix="/pages/wall", include_in_schema=False)

SECONDS: Final = 15
"""How often it asks. Each time is a read, and is in the audit trail."""
MOST: Final = 12
"""Visits that fit on a screen in letters one reads from three metres."""


@router.get("")
async def wall(request: Request, app: App, actor: CurrentActor, pages: Pages) -> Response:
    """The visits of today that are not over, those first of which somebody said what became of them."""
    board = await app.read_day_board(pages.clock().astimezone(pages.zone).date(), actor)
    waiting = [each for each in board.lines if each.visit.status in (Status.BOOKED, Status.ARRIVED)]
    waiting.sort(key=_next)
    return pages.show(
        request.scope,
        "wall.html",
        once=True,
        runs=(Script.WALL,),
        board=board,
        lines=waiting[:MOST],
        more=len(waiting) - len(waiting[:MOST]),
        over=len(board.lines) - len(waiting),
        is_screen=actor.is_screen,
        seconds=SECONDS,
        zone=pages.zone,
    )


def _next(line: BoardLine) -> tuple[bool, object]:
    return line.visit.unmarked, line.visit.starts_at
