"""Begins a month's end; `timers` issues the statements, one account after the other."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.domain.months import Month
from billing.domain.statement_runs import StatementRun
from billing.domain.statements import expect_over
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class StartStatementRun:
    month: Month


@dataclass(frozen=True, slots=True)
class StartStatementRunHandler:
    """Started again it changes nothing, unless it is finished and some statement could not be issued: then it is begun
    again.
    """

    ports: Ports
    work: Work

    async def __call__(self, command: StartStatementRun, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `month_not_over`."""

        async def start(tx: Transaction) -> Changed:
            expect_over(command.month, tx.now, self.ports.day_of)
            known, accounts = await side_by_side(
                self.ports.statement_runs.find(str(command.month), of=None), self.ports.accounts.count()
            )
            if known is None:
                run = StatementRun.started(command.month, accounts, now=tx.now)
                await self.ports.statement_runs.add(run, tx)
            elif known.may_begin_again:
                run = known.begun_again(accounts, now=tx.now)
                await self.ports.statement_runs.save(run, expecting=known.version, tx=tx)
            else:
                run = known
            return Changed(run.id, run.version)

        return await self.work.run(start, by=actor, action="start_statement_run", returns=Changed, request=request)
