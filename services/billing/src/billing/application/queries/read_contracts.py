"""Medicare private contracts of all patients: who signed with whom, when each ends, which end soon."""

from dataclasses import dataclass, field
from datetime import date

from billing.application.ports import Ports
from billing.domain.private_contracts import RecordedContract
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSeen:
    """`counts_until` is its end, or that of the clinician's opt-out if that is earlier."""

    recorded: RecordedContract
    patient_name: str | None = field(repr=False)
    practitioner_name: str | None
    counts_until: date
    ends_soon: bool


@dataclass(frozen=True, slots=True)
class ReadContracts:
    ports: Ports

    async def __call__(self, actor: Actor, limit: int, after: str | None, *, ended: bool) -> Listed[ContractSeen]:
        """Those that have not ended, what ends next first; or those that have, the last one first."""
        today = self.ports.day_of(self.ports.clock())
        found = await self.ports.contracts.by_end(today, limit, after, ended=ended)
        whose = {each.patient_id for each in found.items}
        accounts = await self.ports.accounts.those(whose) if whose else []
        await self.ports.audit.read(actor, "list_private_contracts", *(f"accounts/{each}" for each in sorted(whose)))
        names = {each.id: each.profile.legal_name for each in accounts if each.profile}
        practice, days = self.ports.practice, self.ports.policy.contract_ends_soon_days.value
        seen = []
        for each in found.items:
            clinician = practice.clinician(each.contract.practitioner_id)
            seen.append(
                ContractSeen(
                    recorded=each,
                    patient_name=names.get(each.patient_id),
                    practitioner_name=clinician.name if clinician else None,
                    counts_until=each.counts_until(practice),
                    ends_soon=each.ends_soon(practice, days, today),
                )
            )
        return Listed(tuple(seen), found.next)
