"""Secrets that are there, kept from others, of the right form, and that belong together."""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from careflow_cli.deployment.deployment import CARD_SECRETS
from careflow_cli.deployment.examining.findings import Deployed, Finding, State, of, well, wrong
from careflow_cli.deployment.overlays import Overlay
from careflow_cli.stack.key_files import KeyFiles
from careflow_cli.stack.sealing_service import is_sealed
from careflow_cli.stack.secrets import (
    CONSUMERS,
    HMAC_KEY_BYTES,
    MASTER_KEY_BYTES,
    SEALING_PUBLIC,
    Secrets,
    sealing_file,
)
from careflow_cli.stack.services import SERVICES
from careflow_events.sealing import consumer_of

SECRETS, KEYS = "secrets", "keys"
MAY_BE_EMPTY = frozenset({"booking-smtp.password", *CARD_SECRETS})
FOLDER_MODE = 0o700
PLACE = "${CAREFLOW_SECRETS:-./secrets}/"


def secrets_found(deployed: Deployed) -> Iterator[Finding]:
    """Each file that a compose file of this deployment mounts."""
    names = _named(deployed)
    yield from of(SECRETS, _kept(deployed, names), f"{len(names)} files in {deployed.secrets}, for you alone")


def _named(deployed: Deployed) -> list[str]:
    """The files that the compose files name, in their order; where two name one secret, the later one counts."""
    named: dict[str, Any] = {}
    for tree in deployed.files():
        named |= tree.get("secrets") or {}
    return [*dict.fromkeys(secret["file"].removeprefix(PLACE) for secret in named.values())]


def _kept(deployed: Deployed, names: list[str]) -> Iterator[Finding]:
    folder = deployed.secrets
    if not folder.is_dir():
        yield wrong(SECRETS, f"there is no {folder}", "careflow init makes it; of a deployment with data, put it back")
        return
    found = folder.stat()
    if stat.S_IMODE(found.st_mode) != FOLDER_MODE:
        yield wrong(SECRETS, f"others on this host can enter {folder}", f"chmod 700 {folder}")
    if found.st_uid != os.getuid():
        yield wrong(SECRETS, f"{folder} belongs to somebody else", "run this as its owner, or give it to who runs it")
    for name in names:
        yield from _kept_file(folder / name)


def _kept_file(file: Path) -> Iterator[Finding]:
    if not file.is_file():
        yield wrong(
            SECRETS, f"{file.name} is missing", "put back what your backup has; of a new deployment, careflow init"
        )
        return
    mode = stat.S_IMODE(file.stat().st_mode)
    if not mode & stat.S_IROTH:
        yield wrong(SECRETS, f"containers cannot read {file.name}", f"chmod 444 {file}: the folder keeps others out")
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield wrong(SECRETS, f"others may write {file.name}", f"chmod 444 {file}")
    if not file.stat().st_size and file.name not in MAY_BE_EMPTY:
        yield wrong(SECRETS, f"{file.name} is empty", "put back what your backup has")


def keys_found(deployed: Deployed) -> Iterator[Finding]:
    """Keys of the right length; and what is sealed to a service can be opened by it."""
    faults = [*_lengths(deployed.secrets), *_sealing(deployed.secrets), *_unopened(deployed)]
    sealed = len(_sealed_files(deployed.secrets))
    by = f"; {sealed} files are opened by a key service alone" if sealed else ""
    yield from of(KEYS, faults, f"each service has its own, and opens what others seal to it{by}")


def _sealed_files(folder: Path) -> list[str]:
    files = [name for spec in SERVICES for name in KeyFiles(Secrets(folder), spec.name).of_keys()]
    return [name for name in files if is_sealed((folder / name).read_bytes())]


def _unopened(deployed: Deployed) -> Iterator[Finding]:
    if Overlay.KMS not in deployed.overlays and (sealed := _sealed_files(deployed.secrets)):
        do = f"name {Overlay.KMS.file} in COMPOSE_FILE: kms.md"
        yield wrong(KEYS, f"a key service alone opens {sealed[0]}, and no process is told which", do)


def _lengths(folder: Path) -> Iterator[Finding]:
    for spec in SERVICES:
        sizes = {"master": MASTER_KEY_BYTES, "blind-index": HMAC_KEY_BYTES, "audit": HMAC_KEY_BYTES}
        for name, size in sizes.items():
            file = folder / f"{spec.name}-{name}.key"
            if file.is_file() and len(content := file.read_bytes()) != size and not is_sealed(content):
                yield wrong(KEYS, f"{file.name} does not have {size} bytes", "put back what your backup has")


def _sealing(folder: Path) -> Iterator[Finding]:
    public = {key.get("kid"): key for key in _key_set(folder / SEALING_PUBLIC)}
    for consumer in CONSUMERS:
        held = {key.get("kid"): key for key in _key_set(folder / sealing_file(consumer))}
        sealed_to = [kid for kid in public if consumer_of(str(kid)) == consumer]
        if is_sealed(_content(folder / sealing_file(consumer))):
            continue
        if not sealed_to:
            yield wrong(KEYS, f"{SEALING_PUBLIC} has no key of {consumer}", "put back what your backup has")
        for kid in sealed_to:
            if kid not in held or any(held[kid].get(part) != public[kid].get(part) for part in ("x", "y")):
                yield wrong(KEYS, f"{consumer} cannot open what is sealed to {kid}", "put back what your backup has")


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _key_set(file: Path) -> list[Mapping[str, Any]]:
    try:
        keys = json.loads(_content(file))["keys"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [key for key in keys if isinstance(key, dict)]


def told_found(deployed: Deployed) -> Iterator[Finding]:
    """Whether anybody is told of alerts."""
    if Overlay.OBSERVABILITY not in deployed.overlays:
        return
    try:
        receivers = yaml.safe_load((deployed.secrets / "alertmanager.yml").read_bytes())["receivers"]
        carriers = [key for each in receivers for key in each if key.endswith("_configs")]
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        carriers = []
    if carriers:
        yield well("alerts", f"told by {', '.join(sorted({each.removesuffix('_configs') for each in carriers}))}")
    else:
        state = State.WARN if deployed.in_development else State.FAIL
        yield Finding(
            "alerts", state, "they reach nobody", "name a receiver in secrets/alertmanager.yml: observability.md"
        )
