"""A patient's own history, area by area: what they have, had or do not have, as they know it.

Invariant: every question is answered before an area is kept; what somebody does not know is recorded as nothing, and a
yes is taken back by nobody but a prescriber.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, read
from careflow_service.pages.forms import KEY, Form, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from screening.application.commands.record_facts import RecordFacts
from screening.application.queries.read_intake import IntakeSeen
from screening.domain.clinic_day import clinic_day
from screening.domain.history import ConditionStatus
from screening.entrypoints.http.history_routes import NewHistory
from screening.entrypoints.http.schemas import App
from screening.entrypoints.pages.asked_history import AREAS, UNSURE, Question, after, asked_in
from screening.entrypoints.pages.over import Mine, OverRoute

router = APIRouter(prefix="/pages/questions/mine/history", include_in_schema=False, route_class=OverRoute)

Area = Literal["allergies", "heart", "brain", "mind", "breathing", "body", "substances", "support"]
NOT_A_YES: Final = frozenset({"", UNSURE, ConditionStatus.RULED_OUT.value})


@router.get("")
async def my_history(request: Request, pages: Pages, intake: Mine) -> Response:
    """The areas, and how much of each is answered."""
    shown = [(area, *progress(intake, area)) for area in AREAS]
    return pages.show(request.scope, "my_history.html", areas=shown, handed_in=intake.submitted_at)


@router.get("/{area}")
async def ask_area(request: Request, pages: Pages, intake: Mine, area: Area) -> Response:
    """The questions of one area."""
    return _ask(request, pages, intake, area, Filled(_as_told(intake, area)))


@router.post("/{area}")
async def answer_area(
    request: Request,
    pages: Pages,
    intake: Mine,
    app: App,
    actor: CurrentActor,
    area: Area,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """Keep what is new in it, all at once, and go on to the next area."""
    asked = [each for each in _questions(intake, area) if each.told in (None, ConditionStatus.RULED_OUT)]
    dated = _with_days(form, asked)
    faults = _unanswered(asked, dated)
    told = [_told(each, dated) for each in asked if _says_something_new(each, dated)]
    body, wrong = read(NewHistory, {"facts": told}) if told else (None, {})
    faults |= {_named(name, told): code for name, code in wrong.items()}
    if faults:
        return _ask(request, pages, intake, area, Filled(form, faults))
    if body is not None:
        command = RecordFacts(intake.case_id, tuple(each.told() for each in body.facts))
        refused = await refusal_of(app.record_facts(command, actor, key), typed=True)
        if refused is not None:
            today = clinic_day(intake.as_of, pages.zone).isoformat()
            late = [each.occurred_on for each in asked if dated[each.occurred_on] > today]
            faults = dict.fromkeys(late, refused.code) if refused.code == "date_in_future" else {}
            return _ask(request, pages, intake, area, Filled(form, faults, None if faults else refused))
    return go_on(request, _next(intake, area))


def progress(intake: IntakeSeen, area: str) -> tuple[int, int]:
    """How many of its questions are answered, of how many that must be."""
    asked = [each for each in asked_in(area, intake.asked) if each in intake.asked]
    return sum(each in intake.answered for each in asked), len(asked)


def whole_progress(intake: IntakeSeen) -> tuple[int, int]:
    """As `progress`, of all areas."""
    answered = [progress(intake, area) for area in AREAS]
    return sum(each for each, _ in answered), sum(of for _, of in answered)


def _next(intake: IntakeSeen, area: str) -> str:
    """The next area in which something is not answered; behind the last, or where there is none, all of them."""
    left = (each for each in after(area) if (answered := progress(intake, each))[0] < answered[1])
    return next(left, "../history")


def _questions(intake: IntakeSeen, area: str) -> list[Question]:
    """What nobody of the clinic has asked yet."""
    conditions = (each for each in asked_in(area, intake.asked) if each not in intake.asked_by_staff)
    return [Question(each, intake.told.get(each), each in intake.dated) for each in conditions]


def _as_told(intake: IntakeSeen, area: str) -> Form:
    return Form({each.condition.value: each.told.value for each in _questions(intake, area) if each.told})


def _with_days(form: Form, asked: Sequence[Question]) -> Form:
    for each in asked:
        form = form.with_day(each.occurred_on)
    return form


def _is_yes(asked: Question, form: Form) -> bool:
    return form[asked.condition.value] not in NOT_A_YES


def _unanswered(asked: Sequence[Question], form: Form) -> dict[str, str]:
    """Questions without an answer, and those of which a yes needs words."""
    faults: dict[str, str] = {}
    for each in asked:
        name = each.condition.value
        allowed = {UNSURE, *(answer.value for answer in each.answers)}
        if form[name] not in allowed:
            faults[name] = "answer_required"
        elif each.in_words and _is_yes(each, form) and not form[each.detail]:
            faults[each.detail] = "required"
    return faults


def _says_something_new(asked: Question, form: Form) -> bool:
    answer = form[asked.condition.value]
    return answer not in ("", UNSURE) and answer != asked.told


def _told(asked: Question, form: Form) -> dict[str, Any]:
    """As the API takes it; to a no there is nothing to add."""
    said = {"condition": asked.condition.value, "status": form[asked.condition.value]}
    if _is_yes(asked, form):
        more = {"detail": form[asked.detail], "occurred_on": form[asked.occurred_on] if asked.dated else ""}
        said |= {name: text for name, text in more.items() if text}
    return said


def _named(name: str, told: Sequence[Mapping[str, Any]]) -> str:
    """The field of the page for `facts.<place>.<name>`."""
    _, place, field = name.split(".", 2)
    condition = told[int(place)]["condition"]
    return f"{condition}.{field}" if field in ("detail", "occurred_on") else str(condition)


def _ask(request: Request, pages: Site, intake: IntakeSeen, area: str, filled: Filled) -> Response:
    questions = _questions(intake, area)
    asked = [each for each in questions if each.told in (None, ConditionStatus.RULED_OUT)]
    words = pages.words(request.scope).groups
    labels: dict[str, str] = {}
    for each in asked:
        question = words["history_asked"][each.condition.value]
        labels |= {each.condition.value: question, each.detail: question, each.occurred_on: question}
    typed = filled.typed
    for each in asked:
        typed = typed.parted(each.occurred_on)
    return pages.show(
        request.scope,
        "my_history_area.html",
        status=filled.status,
        area=area,
        asked=asked,
        said=[each for each in questions if each not in asked],
        by_staff=sum(each in intake.asked_by_staff for each in asked_in(area, intake.asked)),
        labels=labels,
        typed=typed,
        faults=filled.faults,
        refused=filled.refused.code if filled.refused else None,
        unsure=UNSURE,
        kept={KEY: new_id()},
    )
