"""The catalogue of events, as `make generated` wrote it beside this module: for anybody, without a token.

Invariant: nothing is read but what the folder holds, and nothing on a page may do more than the page itself says.
"""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from careflow_service.pages import PREFIX
from careflow_service.problems import NOT_FOUND, Problem

FOLDER: Final = files("careflow_service.pages") / "catalogue"
"""Where its files are, in a checkout as in an installed package."""
_KINDS: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_AS_NAMED: Final = "public, max-age=31536000, immutable"
"""For what is asked for by its content, as pages do with what they load."""
_ASK_AGAIN: Final = "public, no-cache"

router = APIRouter(prefix=PREFIX.rstrip("/"), include_in_schema=False)


def digest(content: bytes) -> str:
    """What content is known by."""
    return hashlib.sha256(content).hexdigest()[:16]


@cache
def _names() -> frozenset[str]:
    return frozenset(each.name for each in FOLDER.iterdir())


@router.get("/catalogue")
async def read_catalogue() -> Response:
    """To its first page; its links lead on beside that."""
    return RedirectResponse("catalogue/index.html", 307, headers={"Cache-Control": "no-store"})


@router.get("/catalogue/{name}")
async def read_catalogue_file(request: Request, name: str) -> Response:
    """One of its files; 304 where the reader has it."""
    if name not in _names():
        raise Problem(NOT_FOUND)
    content = (FOLDER / name).read_bytes()
    known_by = digest(content)
    headers = {
        **_HEADERS,
        "ETag": f'"{known_by}"',
        "Cache-Control": _AS_NAMED if request.url.query == known_by else _ASK_AGAIN,
    }
    if known_by in {each.strip().removeprefix("W/").strip('"') for each in _asked(request)}:
        return Response(status_code=304, headers=headers)
    return Response(content, headers={**headers, "Content-Type": _KINDS[name.rpartition(".")[2]]})


def _asked(request: Request) -> list[str]:
    return request.headers.get("if-none-match", "").split(",")
