"""How the identity provider is reached: over https except in development, without redirects, within a time and a size.

Its certificate is vouched for by the system's authorities, and by those in a file where a clinic has its own.
"""

import asyncio
import base64
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from careflow_service.problems import UNAVAILABLE, Problem
from careflow_service.settings import SettingsError

WITHIN_SECONDS: Final = 5.0


def as_client(name: str, secret: str) -> dict[str, str]:
    """The header that says which of its clients we are: encoded like a form before it is joined (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(name)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def away() -> Problem:
    """What a caller is told while the provider does not answer."""
    return Problem(UNAVAILABLE, headers={"Retry-After": "5"})


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        # The provider is asked at the configured address alone, not where that points to.
        return None


class Provider:
    """Asks one provider. `authorities` is a PEM file of certificates trusted beside the system's. Raises SettingsError
    when it holds none.
    """

    def __init__(self, *, development: bool = False, authorities: Path | None = None) -> None:
        self._development = development
        context = ssl.create_default_context()
        if authorities is not None:
            try:
                context.load_verify_locations(authorities)
                # The provider's own certificate may stand there, instead of who signed it.
                context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            except (OSError, ValueError):
                raise SettingsError("CAREFLOW_TOKEN_CA_FILE is not a file of certificates that can be read") from None
        self._opener = build_opener(_NoRedirects, HTTPSHandler(context=context))

    def check(self, variable: str, url: str) -> None:
        """Raises SettingsError, naming the variable, for an address that is not https."""
        if not url.startswith("https://") and not (self._development and url.startswith("http://")):
            raise SettingsError(f"{variable} must be an https address")

    async def ask(
        self, url: str, *, at_most: int, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """What stands at the address, or what it answers to `body`. Raises OSError for any answer but a good one, and
        ValueError for one of more than `at_most` bytes.
        """
        request = Request(url, data=body, headers=dict(headers or {}))  # noqa: S310 - checked by `check`
        return await asyncio.to_thread(self._read, request, at_most)

    def _read(self, request: Request, at_most: int) -> bytes:
        try:
            with self._opener.open(request, timeout=WITHIN_SECONDS) as response:
                content: bytes = response.read(at_most + 1)
        except HTTPException as error:
            raise OSError("the answer is not HTTP") from error
        if len(content) > at_most:
            raise ValueError("the answer is too large")
        return content
