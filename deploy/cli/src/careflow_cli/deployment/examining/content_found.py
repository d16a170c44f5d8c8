"""What the clinic has of its own in place of what is shipped: whether services can read it."""

import json
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from careflow_cli.deployment import clinical_numbers, practice
from careflow_cli.deployment.examining.findings import Deployed, Finding, known, of, well, wrong
from careflow_cli.errors import CareflowError
from careflow_cli.stack.services import SERVICES

CHECK, PRACTICE, NUMBERS, TEXTS = "content", "practice", "numbers", "texts"


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
    """Whether somebody of the clinic has signed the clinical numbers each service will decide by, as they are now."""
    for service in clinical_numbers.SERVICES:
        if not (deployed.content / service / "policy").is_dir():
            yield known(NUMBERS, f"{service} decides by clinical numbers as shipped, which nobody has signed", _SIGN)
        elif not clinical_numbers.can_be_asked():
            yield known(NUMBERS, f"{service} is not installed here and was not asked", "run this in a checkout")
        else:
            try:
                yield _signed(service, clinical_numbers.signature(service, deployed.content))
            except CareflowError as error:
                yield wrong(NUMBERS, f"{service} does not start with its policy: {error}", "correct it")


def _signed(service: str, told: Mapping[str, str | None]) -> Finding:
    what = f"version {told['version']} of {told['file']} of {service}"
    if told["signed_on"]:
        return well(NUMBERS, f"{what} was signed on {told['signed_on']}")
    if told["signed_before"]:
        return known(NUMBERS, f"nobody has signed {what} since it was changed after {told['signed_before']}", _SIGN)
    return known(NUMBERS, f"nobody has signed {what}", _SIGN)


_SIGN = "have the medical director read it and sign: careflow numbers --deployment . prints it"


def texts_found(deployed: Deployed) -> Iterator[Finding]:
    """Whether the clinic has texts of its own that patients sign."""
    own = sorted(each.name for each in (deployed.content / "sessions" / "consents").glob("*.json"))
    if not own:
        yield known(TEXTS, "patients sign the texts that are shipped, which are an example and nobody's", _OF_COUNSEL)
        return
    samples = [each for each in own if _is_sample(deployed.content / "sessions" / "consents" / each)]
    if samples:
        yield known(TEXTS, f"texts that patients sign are marked as a sample: {', '.join(samples)}", _OF_COUNSEL)
    else:
        yield well(TEXTS, f"texts of the clinic's own that patients sign: {', '.join(own)}")


def _is_sample(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_bytes()).get("sample"))
    except (OSError, ValueError, AttributeError):
        return False


_OF_COUNSEL = "have counsel write them: docs/operators/compose.md, what the clinic decides for itself"


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
