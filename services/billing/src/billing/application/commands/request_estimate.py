"""Somebody asks what something would cost: a good-faith estimate is due within three business days."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.application.wanted_estimates import asked_estimate
from billing.domain.estimate_clocks import due_on_request
from billing.domain.estimate_issues import Expected
from billing.domain.ids import PatientId
from billing.domain.visits import FREE_KINDS, VisitKind
from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RequestEstimate:
    """Asked for so many visits of each kind."""

    patient_id: PatientId
    visits: tuple[tuple[VisitKind, int], ...]


@dataclass(frozen=True, slots=True)
class RequestEstimateHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RequestEstimate, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `account_not_found`, `nothing_to_estimate`, `kind_named_twice`, `patient_merged`."""

        async def ask(tx: Transaction) -> Changed:
            check_own(actor, command.patient_id, "account")
            (await self.ports.accounts.get(command.patient_id)).check_in_use()
            today = self.ports.day_of(tx.now)
            usual = self.ports.schedules.on(today).visits
            if not command.visits or any(kind in FREE_KINDS or kind not in usual for kind, _ in command.visits):
                raise invalid("nothing_to_estimate", "Visits of this kind have no usual price to estimate.")
            if len({kind for kind, _ in command.visits}) < len(command.visits):
                raise invalid("kind_named_twice", "Name each kind of visit once, with how many of it.")
            expected = tuple(Expected(kind=kind, count=count, services=usual[kind]) for kind, count in command.visits)
            due_by = due_on_request(today, self.ports.policy.estimates, self.ports.calendar, self.ports.zone)
            estimate = asked_estimate(command.patient_id, expected, due_by, tx, self.ports)
            await self.ports.estimates.add(estimate, tx)
            return Changed(estimate.id, estimate.version)

        return await self.work.run(ask, by=actor, action="request_estimate", returns=Changed, request=request)
