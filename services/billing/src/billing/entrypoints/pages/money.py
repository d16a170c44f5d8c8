"""What waits for a biller across the clinic, and the month's end."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from billing.application.commands.start_statement_run import StartStatementRun
from billing.application.use_cases import Billing
from billing.domain.months import Month
from billing.domain.tasks import TaskKind
from billing.entrypoints.http.schemas import App, MonthText, no_card_number_in_address
from billing.entrypoints.http.statement_run_routes import StatementRunBody
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.listed import Listed
from careflow_service.pages.forms import KEY, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on, shown_anew

router = APIRouter(prefix="/pages/money", include_in_schema=False, dependencies=[Depends(no_card_number_in_address)])

FIRST: Final = 5
"""So many of each list where all of them are shown."""
SHOWN: Final = 25
"""So many on a page of one list."""
FAILED_SHOWN: Final = 100
SHOWN_ANEW_SECONDS: Final = 5
OWING: Final = "owing"
LINKS: Final = "undecided_link"
"""The lists of who owes, and of links that may still bring money, beside those of what is to be done."""

Name = Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$")]
Wanted = Annotated[MonthText | None, Query()]


@router.get("")
async def what_waits(
    request: Request, app: App, actor: CurrentActor, pages: Pages, of: Name = None, after: PageCursor = None
) -> Response:
    """The first of every list, or one list page by page."""
    named = of if of in {OWING, LINKS, *TaskKind} else None
    if named is None:
        seen = await app.read_work(actor, list(TaskKind), FIRST, owing=True, links=True)
        end = await app.read_work.months_end(actor)
    else:
        kinds = [] if named in {OWING, LINKS} else [TaskKind(named)]
        seen = await app.read_work(actor, kinds, SHOWN, after, owing=named == OWING, links=named == LINKS)
        end = None
    listed: list[tuple[str, Listed[Any] | None]] = [*seen.tasks.items(), (OWING, seen.owing), (LINKS, seen.links)]
    return pages.show(
        request.scope,
        "money.html",
        seen=seen,
        without=[name for name, found in listed if found is not None and not found.items],
        end=end,
        of=named,
        after=after if named else None,
        zone=pages.zone,
    )


@router.get("/payouts")
async def payouts(request: Request, app: App, pages: Pages, after: PageCursor = None) -> Response:
    """What the card processor paid out, and whether the books know what of."""
    found = await app.reading.payouts(SHOWN, after)
    return pages.show(request.scope, "payouts.html", found=found, after=after)


@router.get("/contracts")
async def private_contracts(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    standing: Annotated[Literal["in_force", "ended"], Query()] = "in_force",
    after: PageCursor = None,
) -> Response:
    """Medicare private contracts of all patients: what ends next first, or what has ended."""
    ended = standing == "ended"
    found = await app.read_contracts(actor, SHOWN, after, ended=ended)
    return pages.show(request.scope, "contracts.html", found=found, ended=ended, after=after, zone=pages.zone)


@router.get("/reimbursements")
async def reimbursements(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    standing: Annotated[Literal["open", "resolved"], Query()] = "open",
    after: PageCursor = None,
) -> Response:
    """What waits for patients and their insurers, by the day of what comes next; or what is closed."""
    resolved = standing == "resolved"
    found = await app.read_reimbursements(actor, SHOWN, after, resolved=resolved)
    today = app.ports.day_of(app.ports.clock())
    return pages.show(request.scope, "reimbursements.html", found=found, resolved=resolved, after=after, today=today)


@router.get("/month-end")
async def months_end(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    month: Wanted = None,
    live: Annotated[str | None, Query(pattern="^1$")] = None,
) -> Response:
    """How far a month's end has come."""
    answer = await _months_end(request, app, actor, pages, month, live=live)
    return shown_anew(answer, request, "month-end", seconds=SHOWN_ANEW_SECONDS) if live else answer


@router.post("/month-end")
async def begin_months_end(
    request: Request, app: App, actor: CurrentActor, pages: Pages, typed: Submitted, key: FormRequest
) -> Response:
    """Begin it, or begin it again where some statements could not be issued."""
    body, faults = typed.read(StatementRunBody)
    if body is None:
        return await _months_end(request, app, actor, pages, None, typed=typed, faults=faults)
    month = body.month
    if refused := await refusal_of(app.start_statement_run(StartStatementRun(Month.written(month)), actor, key)):
        return await _months_end(request, app, actor, pages, None, typed=typed, refused=refused)
    return go_on(request, "month-end", month=month, live="1")


async def _months_end(
    request: Request,
    app: Billing,
    actor: Actor,
    pages: Site,
    month: str | None,
    *,
    live: str | None = None,
    typed: Form | None = None,
    faults: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    end = await app.read_work.months_end(actor, Month.written(month) if month else None)
    return pages.show(
        request.scope,
        "months_end.html",
        status=422 if faults else refused.status if refused else 200,
        end=end,
        as_of=app.ports.clock(),
        zone=pages.zone,
        live=live,
        seconds=SHOWN_ANEW_SECONDS,
        failed_shown=FAILED_SHOWN,
        typed=typed or Form({"month": str(end.month)}),
        faults=faults or {},
        refused=refused.code if refused else None,
        key_field={KEY: new_id()},
    )
