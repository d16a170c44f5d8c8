"""A test, reading or report arrives; the policy says how long it counts, and the rules look at it at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.reviewing import review, signature
from screening.application.signatures import signed_by
from screening.domain.evidence import Evidence, EvidenceKind, EvidenceResult
from screening.domain.ids import CaseId, EvidenceId
from screening.domain.measures import Measure


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """`signed`: a prescriber's reason why treatment may go on with what it shows."""

    case_id: CaseId
    kind: EvidenceKind
    taken_at: datetime
    result: EvidenceResult = field(repr=False)
    measures: Mapping[Measure, float] = field(default_factory=dict, repr=False)
    signed: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RecordEvidenceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordEvidence, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `case_not_found`, `case_closed`, `date_in_future`, and as `EvidenceRule.check` and `signed_by`."""

        async def record(tx: Transaction) -> Added:
            before = await case_for(actor, command.case_id, self.ports)
            reason = signed_by(actor, command.signed)
            rule = self.ports.policy.evidence_rule(command.kind)
            rule.check(command.result, command.measures, self.ports.policy.measures)
            if command.taken_at > tx.now:
                raise invalid("date_in_future", "What was measured cannot lie in the future.")
            evidence = Evidence(
                id=EvidenceId(tx.new_id()),
                kind=command.kind,
                category=rule.category,
                taken_at=command.taken_at,
                ends=rule.ends(command.taken_at, command.result),
                recorded_at=tx.now,
                recorded_by=actor.id,
                result=command.result,
                measures=command.measures,
            )
            case = before.with_evidence(evidence)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            await review(case, signature(reason, [evidence.id]), tx, self.ports)
            return Added(case.id, case.version, evidence.id)

        return await self.work.run(record, by=actor, action="record_evidence", returns=Added, request=request)
