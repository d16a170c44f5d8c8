"""Reads the clinical policy and the questionnaire definitions from JSON.

Invariant: what does not fit the types, or says something the types do not know, does not start.
"""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import TypeAdapter

from screening.domain.policy import ClinicalPolicy
from screening.domain.questionnaires import QuestionnaireDefinition
from screening.domain.shelf import QuestionnaireShelf

SHIPPED = resources.files("screening") / "data"


def clinical_policy(content: Traversable | Path = SHIPPED) -> ClinicalPolicy:
    """The newest policy document under `policy/`. Raises ValidationError, or ValueError without one."""
    newest = max((content / "policy").iterdir(), key=lambda file: file.name)
    return TypeAdapter(ClinicalPolicy).validate_json(newest.read_bytes(), extra="forbid")


def questionnaires(content: Traversable | Path = SHIPPED) -> QuestionnaireShelf:
    """Every definition under `questionnaires/`, in all its versions. Raises ValidationError."""
    adapter = TypeAdapter(QuestionnaireDefinition)
    files = sorted((content / "questionnaires").iterdir(), key=lambda file: file.name)
    return QuestionnaireShelf(tuple(adapter.validate_json(file.read_bytes(), extra="forbid") for file in files))
