"""What the clinic has of its own in place of what is shipped: whether services can read it."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

from careflow_cli.deployment import practice
from careflow_cli.deployment.examining.findings import Deployed, Finding, known, of, well, wrong
from careflow_cli.stack.services import SERVICES

CHECK, PRACTICE, NUMBERS = "content", "practice", "numbers"
CLINICAL = ("screening", "sessions")
"""The services that decide by clinical numbers."""


def content_found(deployed: Deployed) -> Iterator[Finding]:
    """Everything in the folder, as far as it can be looked at without the service that reads it."""
    folder = deployed.content
    own = sorted(each for each in folder.rglob("*") if not _hidden(each, folder)) if folder.is_dir() else []
    named = [str(each.relative_to(folder)) for each in own if each.is_file()]
    otherwise = (
        f"the clinic's own: {', '.join(named)}" if named else "policies, prices and questionnaires are as shipped"
    )
    yield from of(CHECK, (fault for each in own for fault in _faults(each, folder)), otherwise)


def _hidden(place: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in place.relative_to(folder).parts)


def _faults(place: Path, folder: Path) -> Iterator[Finding]:
    name, mode = place.relative_to(folder), stat.S_IMODE(place.stat().st_mode)
    if name.parts[0] not in {spec.name for spec in SERVICES}:
        yield wrong(CHECK, f"{name} is of no service", f"put it into the folder of one: {folder}/billing, …")
        return
    needed, command = (stat.S_IROTH | stat.S_IXOTH, 755) if place.is_dir() else (stat.S_IROTH, 644)
    if mode & needed != needed:
        yield wrong(CHECK, f"containers cannot read {name}", f"chmod {command} {place}")
    if place.suffix == ".json" and place.is_file():
        try:
            json.loads(place.read_bytes())
        except ValueError:
            yield wrong(CHECK, f"{name} is not JSON", f"correct it: {name.parts[0]} does not start with it")


def numbers_found(deployed: Deployed) -> Iterator[Finding]:
    """Whether somebody of the clinic has signed the clinical numbers each service will decide by."""
    for service in CLINICAL:
        own = sorted((deployed.content / service / "policy").glob("*.json"))
        if not own:
            yield known(NUMBERS, f"{service} decides by clinical numbers as shipped, which nobody has signed", _SIGN)
            continue
        policy = json.loads(own[-1].read_bytes())
        signed = [each for each in policy.get("signed", ()) if each["version"] == policy["version"]]
        if signed:
            yield well(NUMBERS, f"{service}: {policy['version']}, signed on {signed[-1]['on']}")
        else:
            yield known(NUMBERS, f"nobody has signed version {policy['version']} of {own[-1].name} of {service}", _SIGN)


_SIGN = "have the medical director read and sign it: docs/operators/clinical-numbers.md"


def practice_found(deployed: Deployed) -> Iterator[Finding]:
    """Who the clinic is on paper, as billing reads it. A file that is missing is told of with the secrets."""
    file = deployed.secrets / "practice.json"
    if not file.is_file():
        return
    if not practice.can_be_asked():
        yield known(PRACTICE, "billing is not installed here and was not asked", "run this in a checkout")
    elif why := practice.fault(file.read_bytes()):
        yield wrong(PRACTICE, f"billing does not start with {file.name}: {why}", f"correct it: {file}")
    else:
        yield well(PRACTICE, "billing starts with it")
