"""The page on which somebody of the clinic begins: every kind of work they have, in all services."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.pages.site import Pages
from careflow_service.pages.ways import START

router = APIRouter(prefix=f"/pages/{START}", include_in_schema=False)


@router.get("")
async def show_start(request: Request, pages: Pages) -> Response:
    """Where there is work for who is asking. Nothing of any patient is on it."""
    return pages.show(request.scope, "where_to.html")
