"""Where the services are and in whose name they are asked.

Without anything said: the local stack, with a token of its own issuer. A deployment's services are named one by one and
asked with the operator's own token, which comes from a file or the environment. Invariant: a token is never an
argument, so it is in no list of processes; the local issuer's is sent to the local stack alone.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx

from careflow_cli.errors import CareflowError
from careflow_cli.stack.services import SERVICES, spec_of
from careflow_cli.stack.stack import Stack

STDIN: Final = "-"
LASTING: Final = timedelta(hours=1)
"""How long a token of the local issuer is valid: longer than anything that is followed."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]+")


@dataclass(frozen=True, slots=True)
class Access:
    """Addresses by service, and the token; `local`: they are what runs of the local stack."""

    urls: Mapping[str, str]
    token: str = field(repr=False)
    local: bool = False

    def url(self, service: str) -> str:
        """Where a service's API is. Raises CareflowError for one that has no address."""
        if service not in self.urls:
            where = f"--url {service}=http://… or CAREFLOW_URLS"
            if not self.local:
                raise CareflowError(f"nobody said where {service} is: {where}")
            raise CareflowError(
                f"{service} is not running here: careflow up. Of a deployment, say where it is: {where}"
            )
        return self.urls[service]


def of_deployment(urls: Sequence[str], token: str | None) -> Access:
    """Services named as `booking=http://…`. Raises CareflowError for what is no address, and without a token."""
    addresses = dict(_address(each) for each in urls)
    if token is None:
        raise CareflowError("say who you are: CAREFLOW_TOKEN, or --token-file with an operator's token")
    return Access(addresses, token)


def of_stack(stack: Stack, token: str | None) -> Access:
    """What runs of a local stack. Raises CareflowError when nothing does."""
    urls = {spec.name: stack.service_url(spec.name) for spec in stack.services if stack.table.find(f"{spec.name}-api")}
    if not urls:
        raise CareflowError(
            "no service is running here: careflow up. Of a deployment, say where each service is: "
            "--url booking=http://… or CAREFLOW_URLS"
        )
    return Access(urls, token or stack.token("operator", subject="careflow-operator", lasting=LASTING), local=True)


def token_of(file: Path | None, token: str | None) -> str | None:
    """The token in a file (`-`: standard input), or else the one given. Raises CareflowError for what is none."""
    written = token if file is None else _content(file)
    if written is None:
        return None
    if not _TOKEN.fullmatch(written.strip()):
        raise CareflowError(f"there is no bearer token in {'CAREFLOW_TOKEN' if file is None else file}")
    return written.strip()


def _address(written: str) -> tuple[str, str]:
    service, _, address = written.partition("=")
    names = ", ".join(spec.name for spec in SERVICES)
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise CareflowError(f"an address is written SERVICE=http://host:port, with one of {names}")
    return spec_of(service).name, address.rstrip("/")


def _content(file: Path) -> str:
    if str(file) == STDIN:
        return sys.stdin.read()
    try:
        return file.read_text("ascii")
    except (OSError, UnicodeError) as error:
        raise CareflowError(f"the token file {file} cannot be read") from error
