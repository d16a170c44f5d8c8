"""The patient says who covers them, or that nobody does."""

from dataclasses import dataclass, field

from billing.application.ports import Ports
from billing.application.results import Changed
from billing.domain.accounts import Coverage
from billing.domain.ids import PatientId
from careflow_domain.errors import stale
from careflow_service.identity import Actor
from careflow_service.oversight import check_own
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordCoverage:
    patient_id: PatientId
    coverage: Coverage = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordCoverageHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordCoverage, actor: Actor) -> Committed[Changed]:
        """Refused: `account_not_found`, `stale_version`. What changes nothing keeps its version."""

        async def record(tx: Transaction) -> Changed:
            check_own(actor, command.patient_id, "account")
            before = await self.ports.accounts.get(command.patient_id)
            account = before.with_coverage(command.coverage)
            if before.version != command.expected_version:
                raise stale()
            if account is not before:
                await self.ports.accounts.save(account, expecting=before.version, tx=tx)
            return Changed(account.id, account.version)

        return await self.work.run(record, by=actor, action="record_coverage", returns=Changed)
