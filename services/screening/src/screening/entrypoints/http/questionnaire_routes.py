"""Questionnaires as a patient sees them: what is asked and what may be answered, not what an answer sets off."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from careflow_service.http.dependencies import represent
from screening.entrypoints.http.schemas import App, View

router = APIRouter(tags=["questionnaires"])


class OptionView(View):
    code: str
    label: str


class ConditionView(View):
    item: str
    options: tuple[str, ...]


class ItemView(View):
    """`ask_when` says after which answer to another item this one is asked; without it, always. `text` is null where
    the licence does not let us hand it on, until the clinic has supplied it.
    """

    code: str
    text: str | None
    options: str
    required: bool
    ask_when: ConditionView | None


class LicenceView(View):
    terms: str
    attribution: str
    source: str


class QuestionnaireView(View):
    """`options` of an item names one of `option_sets`."""

    code: str
    version: int
    language: str
    title: str
    instruction: str
    licence: LicenceView
    option_sets: dict[str, tuple[OptionView, ...]]
    items: tuple[ItemView, ...]


class QuestionnairesView(View):
    items: tuple[QuestionnaireView, ...]


@router.get("/v1/questionnaires", response_model=QuestionnairesView)
async def list_questionnaires(app: App) -> Response:
    """The newest version of every questionnaire."""
    newest = (QuestionnaireView.model_validate(each) for each in app.ports.shelf.all_newest())
    return represent(QuestionnairesView(items=tuple(newest)))


@router.get("/v1/questionnaires/{code}", response_model=QuestionnaireView)
async def read_questionnaire(code: str, app: App, version: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """One questionnaire, in its newest or in an older version."""
    shelf = app.ports.shelf
    definition = shelf.newest(code) if version is None else shelf.version(code, version)
    return represent(QuestionnaireView.model_validate(definition))
