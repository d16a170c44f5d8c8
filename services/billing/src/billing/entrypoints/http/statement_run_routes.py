"""Month's ends over HTTP: started here, carried out by `timers`, watched here."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from billing.application.commands.start_statement_run import StartStatementRun
from billing.domain.months import Month
from billing.domain.statement_runs import StatementRun
from billing.entrypoints.http.schemas import App, ChangedView, MonthText, View
from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody, answer, represent

router = APIRouter(prefix="/v1/statement-runs", tags=["papers"])


class StatementRunBody(RequestBody):
    """The month must be over."""

    month: MonthText


class UnstatedView(View):
    """An account whose statement could not be issued; `code` is the one its refusal has when it is asked for alone."""

    patient_id: str
    code: str


class StatementRunView(View):
    """How far a month's end has come: `done` of about `accounts`, each of them issued, skipped (nothing to be told) or
    failed.
    """

    month: str
    version: int
    started_at: datetime
    finished_at: datetime | None
    accounts: int
    done: int
    issued: int
    skipped: int
    failed: list[UnstatedView]

    @classmethod
    def of(cls, run: StatementRun) -> "StatementRunView":
        return cls(
            month=run.id,
            version=run.version,
            started_at=run.started_at,
            finished_at=run.finished_at,
            accounts=run.accounts,
            done=run.done,
            issued=run.issued,
            skipped=run.skipped,
            failed=[UnstatedView.model_validate(each) for each in run.failed],
        )


@router.post("", status_code=201, response_model=ChangedView)
async def start_statement_run(
    body: StatementRunBody, actor: CurrentActor, app: App, request: IdempotentRequest
) -> Response:
    """Issue the statements of a month to all accounts with something to be told. Started again it changes nothing, or
    begins again where it is finished and some could not be issued.
    """
    done = await app.start_statement_run(StartStatementRun(Month.written(body.month)), actor, request)
    made = ChangedView.model_validate(done.value)
    return answer(done, made, status=201, version=made.version, location=f"/v1/statement-runs/{made.id}")


@router.get("/{month}", response_model=StatementRunView)
async def read_statement_run(month: Annotated[MonthText, Path()], actor: CurrentActor, app: App) -> Response:
    """How far a month's end has come."""
    run = await app.reading.statement_run(Month.written(month), actor)
    return represent(StatementRunView.of(run), version=run.version)
