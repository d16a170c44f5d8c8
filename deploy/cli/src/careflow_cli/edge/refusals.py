"""What the edge answers itself: in words on a page, as a problem elsewhere, and where there is something to open."""

import json
from collections.abc import Sequence
from html import escape
from typing import Final

from careflow_cli.edge.pages import PAGES, all_of_them
from careflow_cli.edge.table import TITLES

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

_SAFE: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; img-src data:; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
_FRAME: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<link rel="icon" href="data:,"><title>{title}</title><main><h1>{title}</h1>{body}</main></html>'
)


def page(status: int, title: str, body: str) -> Answer:
    """A page of the edge's own."""
    return _answer(status, "text/html; charset=utf-8", _FRAME.format(title=escape(title), body=body))


def sorry(status: int, *, service: str | None = None) -> Answer:
    """That it did not work, for somebody before a page."""
    _, title = TITLES[status]
    why = f"<p>{title} Please try again in a little while."
    if service is not None:
        why += f"<p>On this machine {service} does not answer: <code>make status</code> says how it stands, "
        why += f'<code>make logs ARGS="{service}-api"</code> why, and <code>make up</code> starts it again.'
    return page(status, "That did not work", f"{why}<p>If you are in danger, call 911, or call or text 988.")


def problem(status: int, request_id: str) -> Answer:
    """That it did not work, for a program."""
    code, title = TITLES[status]
    said = {
        "type": f"careflow:problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "instance": f"careflow:requests/{request_id}",
    }
    return _answer(status, "application/problem+json", json.dumps(said))


def front(services: Sequence[str]) -> Answer:
    """What there is to open, and who to log in as."""
    shown = "".join(
        f'<li><a href="{each.address}">{escape(each.what.capitalize())}</a>'
        f"{f', as {each.role}' if each.role else ', without logging in'}"
        for each in PAGES
        if each.service in services
    )
    how = (
        f"<p>Log in once, with what this prints: <code>{all_of_them()}</code>; with one role alone to see what that "
        "role sees. A patient's page is reached from the day, the desk, the cases, the bedside and the money."
    )
    return page(200, "CareFlow on this machine", f"{how}<ul>{shown}</ul>")


def _answer(status: int, kind: str, body: str) -> Answer:
    headers = [(b"content-type", kind.encode()), *_SAFE]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    return status, headers, body.encode()
