"""A patient's questions: one a page, a last look, sent.

Invariant: an alarming answer is answered with the crisis page before anything else, whatever becomes of its saving; no
page shows a score, and nothing a patient answers is part of an address.
"""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import product
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_domain.errors import DomainError
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.http.errors import problem_for
from careflow_service.identity import Actor, RequestKey
from careflow_service.ids import new_id
from careflow_service.pages.coming_in import coming_in, still_there
from careflow_service.pages.forms import KEY, UNTYPED, Form, FormRequest, Submitted, form_request, sent_as, submitted
from careflow_service.pages.site import Pages, Site, go_on
from screening.application.commands.hear_answers import HearAnswers
from screening.application.commands.locate_patient import LocatePatient
from screening.application.commands.open_link import OpenLink
from screening.application.commands.save_answers import SaveAnswers
from screening.application.use_cases import Screening
from screening.domain.alert_records import Whereabouts
from screening.domain.ids import AlertId, CaseId, LinkId, PatientId, RequestId
from screening.domain.intake import RequestedQuestionnaire
from screening.domain.questionnaires import Answers, Item, QuestionnaireDefinition
from screening.entrypoints.http.heard import listen
from screening.entrypoints.http.schemas import App, Line
from screening.entrypoints.pages.my_history import whole_progress
from screening.entrypoints.pages.over import Over, OverRoute

router = APIRouter(prefix="/pages/questions", include_in_schema=False, route_class=OverRoute)


async def _comes_in(app: Screening, link_id: str, born_on: date, actor: Actor) -> datetime | None:
    return (await app.open_link(OpenLink(LinkId(link_id), born_on), actor)).value.opened_at


way_in = coming_in(
    "questions",
    Screening,
    _comes_in,
    # For longer than a sitting: who comes back late with an alarming answer is still heard.
    lambda app: app.ports.policy.answer_links.heard_for.length,
)

ItemCode = Annotated[str | None, Query(max_length=64)]
SentId = Annotated[str | None, Query(max_length=64)]

NONE: Final[Mapping[str, str]] = {}
OVER: Final = frozenset({"questionnaire_completed", "questionnaire_withdrawn", "case_closed"})
"""Refusals that say: there is nothing to do here any more."""


class Where(RequestBody):
    location: Line
    callback_number: Line


@router.get("")
async def read_questions(
    request: Request, pages: Pages, app: App, actor: CurrentActor, sent: SentId = None
) -> Response:
    """What is asked of the patient now; whoever has just `sent` something is thanked for it."""
    await still_there(request, app)
    cases = await app.reading.cases_of(PatientId(actor.patient_id or ""), actor)
    waiting = [asked for case in cases for asked in case.waiting]
    definitions = [_definition(app, asked) for asked in waiting]
    shown = [
        (asked.id, definition, *_progress(definition, asked.answers))
        for asked, definition in zip(waiting, definitions, strict=True)
    ]
    answered = (asked for case in cases for asked in case.questionnaires if asked.id == sent and asked.completed_at)
    thanked = next((_definition(app, each) for each in answered), None)
    intake = await app.read_intake(actor)
    history = whole_progress(intake) if intake else None
    consents = await app.reading.consents(PatientId(actor.patient_id or ""), actor, limit=1, after=None)
    return pages.show(
        request.scope,
        "questions.html",
        asked=shown,
        thanked=thanked,
        intake=intake,
        history=history,
        has_consents=bool(consents.items),
    )


@router.get("/asked/{request_id}")
async def read_question(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    request_id: str,
    item: ItemCode = None,
    missed: bool = False,
) -> Response:
    """One question: the one named. Without a name the first that has no answer, at an address of its own, so that the
    way back leads to it also when it has been answered; `missed` when one went on without answering it.
    """
    await still_there(request, app)
    case, asked = await app.reading.asked(RequestId(request_id), actor)
    if asked not in case.waiting:
        raise Over
    definition = _definition(app, asked)
    found = _named(definition, asked.answers, item)
    if found is None:
        return _goes_on(request, definition, asked.id, asked.answers)
    faults = {"answer": "required"} if missed and found.code not in asked.answers else NONE
    return _question(request, pages, definition, asked.answers, found, faults)


@router.post("/asked/{request_id}")
async def answer_question(request: Request, pages: Pages, app: App, actor: CurrentActor, request_id: str) -> Response:
    """Keep one answer. Whatever it is refused for, it is heard first if it is alarming."""
    case_id = CaseId("")
    try:
        case, asked = await app.reading.asked(RequestId(request_id), actor)
        case_id = case.id
        await still_there(request, app)
        form, key = await submitted(request), await form_request(request, actor)
        return await _kept(request, pages, app, actor, case_id, asked, form, key)
    except Exception as refusal:
        answers = product(await sent_as(request, "item"), await sent_as(request, "answer"))
        heard = await listen(app, HearAnswers(case_id, RequestId(request_id), tuple(answers)), actor)
        if heard.alarming:
            status = problem_for(refusal).kind.status
            return _crisis(request, pages, app, heard.alert_id, heard.next_request_id, status=status)
        if isinstance(refusal, DomainError) and refusal.code in OVER:
            raise Over from refusal
        raise


@router.get("/asked/{request_id}/check")
async def read_answers(request: Request, pages: Pages, app: App, actor: CurrentActor, request_id: str) -> Response:
    """Everything once more, before it is sent."""
    await still_there(request, app)
    case, asked = await app.reading.asked(RequestId(request_id), actor)
    if asked not in case.waiting:
        raise Over
    definition = _definition(app, asked)
    return pages.show(
        request.scope,
        "check.html",
        definition=definition,
        asked=definition.asked(asked.answers),
        chosen=_labels(definition, asked.answers),
        kept={KEY: new_id()},
        request_id=asked.id,
    )


@router.post("/asked/{request_id}/send")
async def send_answers(request: Request, app: App, actor: CurrentActor, request_id: str, key: FormRequest) -> Response:
    """The patient says this is all; what is missing is asked again."""
    await still_there(request, app)
    case, asked = await app.reading.asked(RequestId(request_id), actor)
    command = SaveAnswers(case.id, asked.id, asked.definition_version, {}, complete=True)
    try:
        saved = (await app.save_answers(command, actor, key)).value
    except DomainError as refused:
        if refused.code in OVER:
            raise Over from refused
        raise
    if saved.missing:
        return go_on(request, "../" + request_id, item=saved.missing[0])
    return go_on(request, "../../../questions", sent=request_id)


@router.post("/help/{alert_id}")
async def say_where(
    request: Request, pages: Pages, app: App, actor: CurrentActor, alert_id: str, form: Submitted, key: FormRequest
) -> Response:
    """Where somebody in danger is, and how to call them back."""
    where, faults = form.read(Where)
    if where is None:
        return _crisis(request, pages, app, alert_id, form["next"] or None, status=422, typed=form, faults=faults)
    command = LocatePatient(
        AlertId(alert_id), Whereabouts(location=where.location, callback_number=where.callback_number)
    )
    await app.locate_patient(command, actor, key)
    return pages.show(request.scope, "located.html", crisis=app.ports.policy.crisis, next_request_id=form["next"])


async def _kept(
    request: Request,
    pages: Site,
    app: Screening,
    actor: Actor,
    case_id: CaseId,
    asked: RequestedQuestionnaire,
    form: Form,
    key: RequestKey,
) -> Response:
    definition = _definition(app, asked)
    item = _named(definition, asked.answers, form["item"])
    if item is not None and not form["answer"] and item.required:
        # Asked again at an address, not in what comes back: on the way back a browser cannot show that once more.
        return go_on(request, asked.id, item=item.code, missed="1")
    answers = {form["item"]: form["answer"]} if form["answer"] else {}
    if answers:
        command = SaveAnswers(case_id, asked.id, asked.definition_version, answers, complete=False)
        saved = (await app.save_answers(command, actor, key)).value
        if saved.alarming:
            return _crisis(request, pages, app, saved.alert_id, saved.next_request_id or asked.id)
    return _goes_on(request, definition, asked.id, {**asked.answers, **answers}, after=form["item"])


def _goes_on(
    request: Request,
    definition: QuestionnaireDefinition,
    request_id: str,
    answers: Answers,
    *,
    after: str | None = None,
) -> Response:
    """To the first question without an answer, behind the one named; to the last look where there is none."""
    found = _next(definition, answers, after)
    if found is None:
        return go_on(request, f"{request_id}/check")
    return go_on(request, request_id, item=found.code)


def _definition(app: Screening, asked: RequestedQuestionnaire) -> QuestionnaireDefinition:
    return app.ports.shelf.version(asked.questionnaire, asked.definition_version)


def _named(definition: QuestionnaireDefinition, answers: Answers, code: str | None) -> Item | None:
    return next((item for item in definition.asked(answers) if item.code == code), None)


def _next(definition: QuestionnaireDefinition, answers: Answers, after: str | None) -> Item | None:
    """The first question without an answer, behind the one named."""
    asked = definition.asked(answers)
    codes = [item.code for item in asked]
    behind = asked[codes.index(after) + 1 :] if after in codes else asked
    return next((item for item in behind if item.code not in answers), None)


def _progress(definition: QuestionnaireDefinition, answers: Answers) -> tuple[int, int]:
    asked = definition.asked(answers)
    return sum(item.code in answers for item in asked), len(asked)


def _labels(definition: QuestionnaireDefinition, answers: Answers) -> dict[str, str]:
    """What was chosen, in the questionnaire's own words."""
    return {item: definition.option(item, chosen).label for item, chosen in answers.items()}


def _question(
    request: Request,
    pages: Site,
    definition: QuestionnaireDefinition,
    answers: Answers,
    item: Item,
    faults: Mapping[str, str],
) -> Response:
    asked = definition.asked(answers)
    return pages.show(
        request.scope,
        "question.html",
        status=422 if faults else 200,
        definition=definition,
        item=item,
        options=definition.option_sets[item.options],
        chosen=answers.get(item.code),
        before=asked[asked.index(item) - 1] if asked.index(item) else None,
        number=asked.index(item) + 1,
        of=len(asked),
        faults=faults,
        kept={KEY: new_id(), "item": item.code},
        request_id=request.path_params["request_id"],
    )


def _crisis(
    request: Request,
    pages: Site,
    app: Screening,
    alert_id: str | None,
    next_request_id: str | None,
    *,
    status: int = 200,
    typed: Form | None = None,
    faults: Mapping[str, str] = NONE,
) -> Response:
    """What a patient reads first after an alarming answer."""
    return pages.show(
        request.scope,
        "crisis.html",
        status=status,
        crisis=app.ports.policy.crisis,
        alert_id=alert_id,
        next_request_id=next_request_id,
        typed=typed or UNTYPED,
        faults=faults,
        kept={KEY: new_id(), **({"next": next_request_id} if next_request_id else {})},
    )
