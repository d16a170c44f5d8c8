"""Reads the clinical policy, the service codes, the registrations with the DEA and the texts patients sign from JSON.

Invariant: what does not fit the types, or says something the types do not know, does not start.
"""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from careflow_domain.errors import invalid
from careflow_service.content import Documents
from careflow_service.policies import read_signed
from careflow_service.settings import SettingsError
from careflow_service.typed import read
from sessions.domain.consent_texts import ConsentDocument, ConsentTexts
from sessions.domain.policy import SessionsPolicy
from sessions.domain.registrants import Registrants
from sessions.domain.service_lines import ServiceCodes

SHIPPED = resources.files("sessions") / "data"
ENTRIES = ("policy", "service-codes", "registrants", "consents")
"""What a clinic may bring of its own."""


def clinical_policy(content: Documents = SHIPPED) -> SessionsPolicy:
    """What the newest document says, and who signed that. Raises ValidationError, or DomainError without one."""
    return read_signed(policy_document(content), SessionsPolicy)


def policy_document(content: Documents = SHIPPED) -> Traversable | Path:
    """The newest one under `policy/`, by its file name. Raises DomainError without one."""
    files: list[Traversable | Path] = [each for each in (content / "policy").iterdir() if each.name[0] != "."]
    if not files:
        raise invalid("policy_missing", "The folder policy/ of the clinical content is empty.")
    return max(files, key=lambda file: file.name)


def registrants(content: Documents = SHIPPED) -> Registrants:
    """`registrants/registrants.json`: who is registered for which place; nobody as shipped. Raises ValidationError."""
    return read(content / "registrants" / "registrants.json", Registrants)


def service_codes(content: Documents = SHIPPED) -> tuple[ServiceCodes, ...]:
    """Every edition under `service-codes/`, the newest first. Raises ValidationError."""
    files = sorted((content / "service-codes").iterdir(), key=lambda file: file.name, reverse=True)
    return tuple(read(file, ServiceCodes) for file in files)


def consent_texts(content: Documents = SHIPPED) -> ConsentTexts:
    """Every text under `consents/`; the shipped ones can be read, but not signed, where the clinic has its own. Raises
    SettingsError, in one line that names the file.
    """
    shipped, used = SHIPPED / "consents", content / "consents"
    try:
        return ConsentTexts.of(_consents(used), () if used == shipped else _consents(shipped))
    except ValueError as error:
        raise SettingsError(f"consents: {error}") from None


def _consents(folder: Traversable | Path) -> list[ConsentDocument]:
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return [_consent(file) for file in files if not file.name.startswith(".")]


def _consent(file: Traversable | Path) -> ConsentDocument:
    try:
        return read(file, ConsentDocument)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise SettingsError(f"consents: {file.name}: {where}: {first['msg']}") from None
