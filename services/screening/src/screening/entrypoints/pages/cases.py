"""Pages for clinicians: who waits for what, and one case with everything its clearance rests on and the forms by which
it is decided.

Invariant: a page decides nothing, a form is refused by the same rules as the API's command, says so where it was filled
in and keeps what was typed; what is about substance use stands apart, under its own notice.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.http.live import Live
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, Kind, body_of, read
from careflow_service.pages.forms import KEY, VERSION, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Script, Site, go_on
from careflow_service.work import side_by_side
from screening.application.queries.read_case_page import CaseSeen
from screening.application.use_cases import Screening
from screening.domain.evidence import EvidenceCategory
from screening.domain.ids import CaseId, PatientId
from screening.entrypoints.http.access import ACCESS
from screening.entrypoints.http.schemas import App
from screening.entrypoints.pages.case_commands import Asked
from screening.entrypoints.pages.case_form import About, CaseForm, Fields, Reader
from screening.entrypoints.pages.case_forms import FORMS, signing
from screening.entrypoints.pages.changes import changed_since, marks
from screening.entrypoints.pages.curves import curves, rows
from screening.entrypoints.pages.history_forms import diagnosis_names
from screening.readiness import somebody_is_on_the_rota

router = APIRouter(prefix="/pages/cases", include_in_schema=False)

SHOWN = 25
"""Of each list; a change of one further on is not noticed while one looks."""
"""So many of each list on a page."""

ABOUT: Final = "about"
OF: Final = "of"
SEEN: Final = "seen"
"""The fields that say what a form is about, which one in it, and how everything stood."""
_SETTLED: Final = re.compile(r"settled\.([0-9]+)\.")

Done = Annotated[str | None, Query(max_length=40, pattern="^[a-z-]+$")]
Of = Annotated[str, Query(max_length=200)]


@router.get("")
async def who_waits(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    alerts_after: PageCursor = None,
    cases_after: PageCursor = None,
    tasks_after: PageCursor = None,
) -> Response:
    """Open alerts by when somebody must respond, cases by since when a decision is waited for, tasks by when they are
    due. What changes of it is put in place by the page itself; a name that is another is, with the next change.
    """
    shown = await _who_waits(app, actor, alerts_after, cases_after, tasks_after)
    return pages.show(
        request.scope,
        "cases.html",
        runs=(Script.LIVE,),
        record_shares_to_do=ACCESS["GET /pages/record-shares"].admits(actor, {}),
        zone=pages.zone,
        **shown,
    )


@router.get("/now")
async def who_waits_now(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    alerts_after: PageCursor = None,
    cases_after: PageCursor = None,
    tasks_after: PageCursor = None,
) -> Response:
    """What changes on that page, for the page itself to put in place."""
    shown = await _who_waits(app, actor, alerts_after, cases_after, tasks_after)
    return pages.show(request.scope, "who_waits_now.html", once=True, zone=pages.zone, **shown)


@router.get("/live")
async def who_waits_live(request: Request, app: App, actor: CurrentActor, live: Live) -> Response:
    """Says that who waits is another than before, and nothing else about it."""
    await app.reading.watched_by(actor)
    return await live.follow_list(request, "who waits", partial(app.reading.who_waits_mark, SHOWN))


async def _who_waits(
    app: Screening, actor: Actor, alerts_after: str | None, cases_after: str | None, tasks_after: str | None
) -> dict[str, Any]:
    mark = await app.reading.who_waits_mark(SHOWN)  # before what it stands for, so that no change is missed
    alerts, cases, tasks, on_call = await side_by_side(
        app.reading.alerts(actor, open_only=True, limit=SHOWN, after=alerts_after),
        app.reading.undecided(actor, limit=SHOWN, after=cases_after),
        app.reading.tasks(actor, limit=SHOWN, after=tasks_after),
        somebody_is_on_the_rota(app),
    )
    concerned = {each.patient_id for each in alerts.items} | {each.patient_id for each in cases.items}
    concerned |= {each.patient_id for each in tasks.items if each.patient_id}
    return {
        "mark": mark,
        "names": await app.reading.names(concerned, actor) if concerned else {},
        "alerts": alerts,
        "cases": cases,
        "tasks": tasks,
        "nobody_on_call": not on_call,
        "after": {"alerts_after": alerts_after, "cases_after": cases_after, "tasks_after": tasks_after},
        "as_of": app.ports.clock(),
    }


@router.get("/of/{patient_id}")
async def newest_case(request: Request, app: App, actor: CurrentActor, patient_id: str) -> Response:
    """To the newest case of a patient."""
    return go_on(request, f"../{await app.read_case_page.newest_of(PatientId(patient_id), actor)}")


@router.get("/{case_id}")
async def one_case(
    request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: str, done: Done = None
) -> Response:
    """One case."""
    seen = await app.read_case_page(CaseId(case_id), actor)
    return _case(request, app, actor, pages, seen, done=done)


def _add(form: CaseForm) -> None:
    """Its page, and where it is sent."""

    async def ask(request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: str, of: Of = "") -> Response:
        seen = await app.read_case_page(CaseId(case_id), actor)
        about = form.about(seen, of)
        if about is None or form.at_once:
            return go_on(request, f"../{case_id}")
        suggested = form.suggests(seen, _reader(request, actor, pages))
        return _ask(request, actor, pages, form, seen, about, of, Filled(Form(suggested)))

    async def do(
        request: Request,
        app: App,
        actor: CurrentActor,
        pages: Pages,
        case_id: str,
        typed: Submitted,
        key: FormRequest,
    ) -> Response:
        seen = await app.read_case_page(CaseId(case_id), actor)
        was = About(typed[ABOUT], typed.version)
        fields = form.fields(seen, _reader(request, actor, pages))
        body, faults = read(form.body, body_of(fields, typed, pages.zone, form.also(typed[OF]), now=pages.clock()))
        if body is None:
            return _ask(request, actor, pages, form, seen, was, typed[OF], Filled(typed, faults))
        asked = Asked(CaseId(case_id), was.id, was.version, typed[OF], body)
        refused = await refusal_of(form.does(app, asked, actor, key), typed=True)
        if refused is None:
            return go_on(request, f"../{case_id}", anchor="done", done=form.name)
        now = await app.read_case_page(CaseId(case_id), actor)
        if form.at_once:
            return _case(request, app, actor, pages, now, refused=refused)
        filled = Filled(typed, refused=refused)
        return _ask(request, actor, pages, form, now, form.about(now, typed[OF]) or was, typed[OF], filled)

    router.add_api_route(f"/{{case_id}}/{form.name}", ask, methods=["GET"], name=f"ask_{form.name}")
    router.add_api_route(f"/{{case_id}}/{form.name}", do, methods=["POST"], name=f"do_{form.name}")


for each in FORMS:
    _add(each)


def _may(form: CaseForm, actor: Actor) -> bool:
    """Whether the door lets this reader send it."""
    return ACCESS[f"POST /pages/cases/{{case_id}}/{form.name}"].admits(actor, {})


def _case(
    request: Request,
    app: Screening,
    actor: Actor,
    pages: Site,
    seen: CaseSeen,
    *,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    may = [form for form in FORMS if _may(form, actor)]
    offered = {form.name: about for form in may if not form.of_one and (about := form.about(seen, ""))}
    return pages.show(
        request.scope,
        "case.html",
        status=refused.status if refused else 200,
        seen=seen,
        case=seen.general.case,
        interactions=app.ports.policy.interactions,
        carries=EvidenceCategory.CLEARANCE,
        zone=pages.zone,
        done=done,
        refused=refused,
        changed=(),
        offered=offered,
        may={form.name: (lambda of, form=form: form.about(seen, of) is not None) for form in may if form.of_one},
        key=new_id,
        diagnosis_names=diagnosis_names(),
        **drawn(app, seen),
    )


def drawn(app: Screening, seen: CaseSeen) -> dict[str, Any]:
    """The scores as a picture and as a table."""
    scales = [scale for scale, _ in seen.scales]

    def highest(questionnaire: str) -> int:
        return app.ports.shelf.newest(questionnaire).bands[-1].highest

    return {"curves": curves(scales, highest, now=seen.as_of), "rows": rows(scales, now=seen.as_of)}


def _reader(request: Request, actor: Actor, pages: Site) -> Reader:
    words = pages.words(request.scope)
    return Reader(actor, words, pages.zone, pages.writing(words))


def _ask(
    request: Request,
    actor: Actor,
    pages: Site,
    form: CaseForm,
    seen: CaseSeen,
    about: About,
    of: str,
    filled: Filled,
) -> Response:
    """The form as it was filled in, with the case as it is now and what of it is different."""
    words = pages.words(request.scope)
    reader = _reader(request, actor, pages)
    fields = form.fields(seen, reader)
    apart = {each.name for each in signing(seen.apart, reader)} if form.name == "grant" else set()
    labels = {each.name: each.label or words.groups["case_asked"][each.named] for each in fields}
    return pages.show(
        request.scope,
        "case_form.html",
        status=filled.status,
        seen=seen,
        case=seen.general.case,
        form=form,
        about=about,
        fields=[each for each in fields if each.name not in apart],
        fields_apart=[each for each in fields if each.name in apart],
        labels=labels,
        typed=filled.typed,
        faults=_by_field(filled.faults, fields, filled.typed),
        refused=filled.refused,
        changed=changed_since(seen, filled.typed[SEEN]) if filled.refused else (),
        kept={ABOUT: about.id, OF: about.of or of, VERSION: str(about.version), SEEN: marks(seen), KEY: new_id()},
        zone=pages.zone,
    )


def _by_field(faults: Mapping[str, str], fields: Fields, typed: Form) -> dict[str, str]:
    """By the names the fields have on the page: reasons in a list are numbered as they were sent, without those that
    were left empty, and what is signed for is not named; it can only be too long.
    """
    reasons = [each.name for each in fields if each.kind is Kind.REASONS and typed[each.name]]
    signed = sorted(
        (each.name for each in fields if each.name.startswith("accepted.")), key=lambda name: len(typed[name])
    )

    def named(name: str) -> str:
        if (numbered := _SETTLED.match(name)) and int(numbered[1]) < len(reasons):
            return reasons[int(numbered[1])]
        if name.startswith("accepted.") and signed:
            return signed[-1]
        return next((each.name for each in fields if name.startswith(f"{each.name}.")), name)

    return {named(name): code for name, code in faults.items()}
