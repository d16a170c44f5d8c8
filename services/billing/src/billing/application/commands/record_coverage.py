"""The patient says who covers them, or that nobody does."""

from dataclasses import dataclass, field

from billing.application.bookkeeping import open_books
from billing.application.coverage_of_visits import judge_coverage, post_what_waited_for_coverage
from billing.application.ports import Ports
from billing.domain.accounts import Coverage
from billing.domain.ids import PatientId
from careflow_domain.errors import stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class RecordCoverage:
    patient_id: PatientId
    coverage: Coverage = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordCoverageHandler:
    ports: Ports
    work: Work

    async def __call__(
        self, command: RecordCoverage, actor: Actor, request: RequestKey | None = None
    ) -> Committed[Changed]:
        """Refused: `account_not_found`, `stale_version`. What changes nothing keeps its version."""

        async def record(tx: Transaction) -> Changed:
            check_own(actor, command.patient_id, "account")
            before, to_come, waiting, opened = await side_by_side(
                self.ports.accounts.get(command.patient_id),
                self.ports.visits.to_come(command.patient_id, tx.now),
                self.ports.charges.waiting_of(command.patient_id),
                open_books(command.patient_id, self.ports),
            )
            account = before.with_coverage(command.coverage)
            if before.version != command.expected_version:
                raise stale()
            if account is not before:
                await self.ports.accounts.save(account, expecting=before.version, tx=tx)
                await judge_coverage(to_come, account, tx, self.ports)
                await post_what_waited_for_coverage(waiting, account, opened, tx, self.ports)
            return Changed(account.id, account.version)

        return await self.work.run(record, by=actor, action="record_coverage", returns=Changed, request=request)
