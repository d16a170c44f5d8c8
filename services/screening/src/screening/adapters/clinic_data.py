"""Reads the clinical policy and the questionnaire definitions from JSON.

Invariant: what does not fit the types, says something the types do not know, or names what is not there, does not
start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from careflow_domain.errors import DomainError
from careflow_service.content import Documents, Unusable
from careflow_service.policies import read_signed
from careflow_service.typed import read
from screening.domain.policy import ClinicalPolicy
from screening.domain.questionnaires import QuestionnaireDefinition
from screening.domain.shelf import QuestionnaireShelf

SHIPPED = resources.files("screening") / "data"
ENTRIES = ("policy", "questionnaires")
"""What a clinic may bring of its own."""

T = TypeVar("T")


class ClinicalContentWrong(Unusable):
    """The content cannot be used; the message is one line that names the file and the place in it."""


def clinical_policy(content: Documents = SHIPPED) -> ClinicalPolicy:
    """What the newest document says, and who signed that. Raises ClinicalContentWrong."""
    file = policy_document(content)
    with _told_of(file):
        return read_signed(file, ClinicalPolicy)


def policy_document(content: Documents = SHIPPED) -> Traversable | Path:
    """The newest one under `policy/`, by its file name. Raises ClinicalContentWrong."""
    return _files(content, "policy")[-1]


def questionnaires(content: Documents = SHIPPED) -> QuestionnaireShelf:
    """Every definition under `questionnaires/`, in all its versions. Raises ClinicalContentWrong."""
    definitions = [_read(file, QuestionnaireDefinition) for file in _files(content, "questionnaires")]
    try:
        return QuestionnaireShelf(definitions)
    except ValueError as error:
        raise ClinicalContentWrong(str(error)) from None


def clinical_content(content: Documents = SHIPPED) -> tuple[ClinicalPolicy, QuestionnaireShelf]:
    """Policy and definitions that fit together. Raises ClinicalContentWrong."""
    policy, shelf = clinical_policy(content), questionnaires(content)
    asked = {
        "the intake": (*policy.intake.all_instruments, policy.intake.safety_screener),
        "the screen before a dosing visit": policy.pre_session.questionnaires,
        "the follow-up of a course": tuple(each.questionnaire for each in policy.outcomes.scales),
    }
    for occasion, codes in asked.items():
        for code in (form for each in codes for form in shelf.forms(each)):
            try:
                definition = shelf.newest(code)
            except DomainError:
                raise ClinicalContentWrong(f"{occasion} asks for {code}, which has no definition") from None
            if not definition.readable:
                raise ClinicalContentWrong(f"{occasion} asks for {code}, whose text the clinic has to supply first")
    return policy, shelf


def _files(content: Documents, folder: str) -> list[Traversable | Path]:
    try:
        named = (file for file in (content / folder).iterdir() if file.name[0] != ".")
        files = sorted(named, key=lambda file: file.name)
    except OSError as error:
        raise ClinicalContentWrong(f"{folder}/ of the clinical content cannot be read ({error.strerror})") from None
    if not files:
        raise ClinicalContentWrong(f"{folder}/ of the clinical content is empty")
    return list(files)


def _read(file: Traversable | Path, described: type[T]) -> T:
    with _told_of(file):
        return read(file, described)


@contextmanager
def _told_of(file: Traversable | Path) -> Iterator[None]:
    """What is wrong in it is told with its name."""
    try:
        yield
    except DomainError as error:
        raise ClinicalContentWrong(f"{file.name}: {error.detail}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise ClinicalContentWrong(f"{file.name}: {where}: {first['msg']}") from None
