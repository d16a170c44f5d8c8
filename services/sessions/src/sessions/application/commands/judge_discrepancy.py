"""A discrepancy is judged: explained, minor, a significant loss or theft; and the DEA is told of it. The judgement
settles the lines of the log that nobody witnessed in time.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.discrepancy_cases import Judged, Judgement, Report, ReportKind
from sessions.domain.drug_rulings import ruled, unwitnessed_in
from sessions.domain.ids import CaseId, StaffId


@dataclass(frozen=True, slots=True)
class JudgeDiscrepancy:
    case_id: CaseId
    how: Judgement
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileDrugReport:
    """`reference` is what the report can be found by: the letter, or the number the DEA gave it."""

    case_id: CaseId
    kind: ReportKind
    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JudgeDiscrepancyHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: JudgeDiscrepancy, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `discrepancy_case_not_found`, and what `DiscrepancyCase.judged` and `ruled` refuse."""
        window = timedelta(minutes=self.ports.policy.drug_log.witness_minutes.value)

        async def judge(tx: Transaction) -> Changed:
            before = await self.ports.drug_cases.get(command.case_id)
            container = await self.ports.drug_log.get(before.container_id, of=before.location_id)
            lines = unwitnessed_in(before, container, window=window, now=tx.now)
            judged = Judged(
                how=command.how,
                note=command.note,
                by=StaffId(actor.id),
                at=tx.now,
                settles=tuple(each.id for each in lines),
            )
            case = before.judged(judged)
            if lines:
                settled = ruled(container, case.id, judged, lines)
                await self.ports.drug_log.save(settled, expecting=container.version, tx=tx)
            await self.ports.drug_cases.save(case, expecting=before.version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(judge, by=actor, action="judge_discrepancy", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class FileDrugReportHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: FileDrugReport, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `discrepancy_case_not_found`, and what `DiscrepancyCase.reported` refuses."""

        async def file(tx: Transaction) -> Changed:
            before = await self.ports.drug_cases.get(command.case_id)
            report = Report(kind=command.kind, reference=command.reference, by=StaffId(actor.id), at=tx.now)
            case = before.reported(report)
            await self.ports.drug_cases.save(case, expecting=before.version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(file, by=actor, action="file_drug_report", returns=Changed, request=request)
