"""The biller issues the estimate that is due."""

from dataclasses import dataclass, field

from billing.application.account_news import tell_of_news
from billing.application.ports import Ports
from billing.domain.estimate_issues import Parties
from billing.domain.ids import EstimateId
from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class IssueEstimate:
    """`late_reason` is asked for after its time, and only then."""

    estimate_id: EstimateId
    late_reason: str | None = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class IssueEstimateHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: IssueEstimate, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `estimate_not_found`, `estimate_current`, `estimate_late`, `late_reason_not_needed`,
        `code_not_priced`, `registration_incomplete`, `not_printable`.
        """

        async def issue(tx: Transaction) -> Changed:
            before = await self.ports.estimates.get(command.estimate_id)
            account = await self.ports.accounts.get(before.patient_id)
            if account.profile is None:
                raise conflict(
                    "registration_incomplete", "An estimate names the patient; registration is not complete."
                )
            schedule = self.ports.schedules.on(before.priced_on)
            estimate = before.issue(
                Parties.of(account.profile, self.ports.practice, before.providers),
                schedule,
                self.ports.policy,
                account.diagnosed_on(self.ports.day_of(tx.now)),
                late_reason=command.late_reason,
                now=tx.now,
            )
            await self.ports.printer.estimate(estimate, len(estimate.issues))  # whatever is issued can be printed
            await self.ports.estimates.save(estimate, expecting=command.expected_version, tx=tx)
            await tell_of_news(estimate.patient_id, tx, self.ports)
            return Changed(estimate.id, estimate.version)

        return await self.work.run(issue, by=actor, action="issue_estimate", returns=Changed, request=request)
