"""Settings that are there, complete, and go together."""

import ipaddress
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from careflow_cli.deployment import settings
from careflow_cli.deployment.examining.findings import Deployed, Finding, known, of, well, wrong
from careflow_cli.deployment.overlays import BASE, NEVER_TOGETHER, TOGETHER, Overlay, files
from careflow_cli.stack import tokens

CHECK = "settings"
MUST_BE_SAID = ("CAREFLOW_TOKEN_ISSUER", "CAREFLOW_TOKEN_AUDIENCE", "CAREFLOW_EDGE_LISTEN", "CAREFLOW_EDGE_SUBNET")
OF_IDENTITY = ("CAREFLOW_IDENTITY_HOST", "CAREFLOW_IDENTITY_CLINIC_HOST")
LEVELS = ("debug", "info", "warning", "error")
LEAST_CHANNELS = 2
"""Kinds of channel by which people on call are paged: screening is not ready with fewer."""
DESK_REACHED = (("CAREFLOW_DESK_EMAIL", "CAREFLOW_SMTP_HOST"), ("CAREFLOW_DESK_PHONE", "CAREFLOW_SMS_GATEWAY"))
"""Where the clinic's own staff are told of an urgent inquiry, and what carries it there."""


def settings_found(deployed: Deployed) -> Iterator[Finding]:
    """Everything in `.env`."""
    yield from of(CHECK, _faults(deployed), f"{deployed.environment} is complete")
    yield from _to_be_known(deployed)


def _faults(deployed: Deployed) -> Iterator[Finding]:
    given, where = deployed.settings, deployed.environment
    example = settings.values(deployed.checkout / ".env.example")
    for name in sorted(given.keys() - example.keys()):
        yield wrong(CHECK, f"there is no setting {name}", f"correct its name in {where} or take it out")
    for name in sorted(example.keys() - given.keys()):
        yield known(CHECK, f"{name} is not in {where}, so {example[name]!r} is taken", "add its line of .env.example")
    if deployed.version != deployed.own_version:
        do = f"set it to {deployed.own_version}, then build or pull the images"
        yield wrong(CHECK, f"CAREFLOW_VERSION is {deployed.version}, and this checkout is another", do)
    named = given.get("COMPOSE_FILE", "").split(":")
    for file in named:
        if not (deployed.checkout / file).is_file():
            yield wrong(CHECK, f"COMPOSE_FILE names {file}, which is not there", "name files of this version")
    yield from _out_of_order(named, deployed)
    needed = [*MUST_BE_SAID, *(OF_IDENTITY if Overlay.IDENTITY in deployed.overlays else ())]
    if not deployed.in_development:
        needed.append("CAREFLOW_TOKEN_JWKS_URL")
    for name in needed:
        if not given.get(name):
            yield wrong(CHECK, f"{name} is empty", f"fill it in in {where}; .env.example says what it is")
    yield from _ill_formed(given)
    if given.get("CAREFLOW_TOKEN_ISSUER") == tokens.ISSUER and not deployed.in_development:
        yield wrong(
            CHECK, f"{tokens.ISSUER} is the development issuer", "name your provider's: services refuse to start"
        )


def _out_of_order(named: list[str], deployed: Deployed) -> Iterator[Finding]:
    if named[0] != BASE:
        yield wrong(CHECK, f"COMPOSE_FILE does not begin with {BASE}", "put it first: what follows is laid over it")
    last = [file for file in files(deployed.overlays) if file in (Overlay.SECURE.file, *TOGETHER.values())]
    if named[len(named) - len(last) :] != last:
        yield wrong(
            CHECK, f"COMPOSE_FILE does not end with {':'.join(last)}", "put it last, or Kafka speaks plain text"
        )
    for one, other, why in NEVER_TOGETHER:
        if {one, other} <= deployed.overlays:
            yield wrong(CHECK, f"{one} and {other} do not go together: {why}", "take one of them out of COMPOSE_FILE")


def _ill_formed(given: dict[str, str]) -> Iterator[Finding]:
    for name in ("CAREFLOW_TOKEN_JWKS_URL", "CAREFLOW_PUBLIC_URL"):
        if given.get(name) and not given[name].startswith("https://"):
            yield wrong(CHECK, f"{name} is no https address", "write it with https://")
    if urlsplit(given.get("CAREFLOW_PUBLIC_URL", "")).path.strip("/"):
        yield wrong(CHECK, "CAREFLOW_PUBLIC_URL has a path", "write the address alone: each service adds its own path")
    try:
        ipaddress.ip_network(given.get("CAREFLOW_EDGE_SUBNET", ""))
    except ValueError:
        yield wrong(CHECK, "CAREFLOW_EDGE_SUBNET is no network", "write one like 10.213.0.0/24 that nobody else uses")
    if given.get("CAREFLOW_LOG_LEVEL", "info") not in LEVELS:
        yield wrong(CHECK, "CAREFLOW_LOG_LEVEL is none", f"one of {', '.join(LEVELS)}")
    if given.get("CAREFLOW_LOGIN_CLIENT_ID") and not given.get("CAREFLOW_PUBLIC_URL"):
        yield wrong(
            CHECK, "CAREFLOW_LOGIN_CLIENT_ID is set and CAREFLOW_PUBLIC_URL is not", "nobody can log in: set both"
        )


def _to_be_known(deployed: Deployed) -> Iterator[Finding]:
    given = deployed.settings
    if deployed.in_development:
        yield known("development", "it is a try: its issuer, its clock and its ways in are for nobody's patients",
                    "make another deployment for patients")  # fmt: skip
        return
    yield _paging(given.get("CAREFLOW_PAGE_GATEWAYS", ""))
    if not (given.get("CAREFLOW_SMTP_HOST") or given.get("CAREFLOW_SMS_GATEWAY")):
        yield known("messages", "patients are told of nothing: there is neither a mail server nor a gateway",
                    "set CAREFLOW_SMTP_HOST or CAREFLOW_SMS_GATEWAY, or tell them yourselves")  # fmt: skip
    if not any(given.get(address) and given.get(carrier) for address, carrier in DESK_REACHED):
        yield known("desk", "nobody of the clinic is told of an urgent inquiry: no address that can be reached",
                    "set CAREFLOW_DESK_EMAIL, CAREFLOW_DESK_PHONE, or look at the inquiries often")  # fmt: skip


def _paging(text: str) -> Finding:
    try:
        named = json.loads(text or "{}")
    except ValueError:
        named = None
    if not isinstance(named, dict):
        return wrong("paging", "CAREFLOW_PAGE_GATEWAYS is not the JSON it has to be", "write it as .env.example shows")
    if len(named) < LEAST_CHANNELS:
        return wrong(
            "paging",
            f"CAREFLOW_PAGE_GATEWAYS names {len(named)} kinds of channel",
            f"name {LEAST_CHANNELS} at least: who is in danger must reach somebody, and screening waits for it",
        )
    return well("paging", f"people on call are paged by {', '.join(sorted(named))}")
