"""Where a form was sent from: its reader's browser says so, and no page of another site makes it say otherwise.

Invariant: nothing that a page of ours did not send is taken for what its reader wants. That cookies are `SameSite` does
not do: for a browser every name under the clinic's domain is the same site, the identity provider's too.
"""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

_OURS: Final = frozenset({"same-origin", "none"})
"""`none`: the reader themselves did it."""


def sent_from_here(scope: Scope) -> bool:
    """By what browsers say of a request (`Sec-Fetch-Site`), or by the host of its `Origin` where they say that alone.
    What says neither is no browser, and is nobody's whose cookies could be misused.
    """
    headers = Headers(scope=scope)
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in _OURS
    origin = headers.get("origin")
    return origin is None or _host(origin) == _host(f"//{headers.get('host', '')}") != ""


def _host(address: str) -> str:
    """Without its port, which an edge may not hand on; nothing where there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
