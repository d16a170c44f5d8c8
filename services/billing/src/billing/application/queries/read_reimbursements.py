"""Cases of reimbursement: of all patients, by the day of what comes next, and one."""

from dataclasses import dataclass, field

from billing.application.ports import Ports
from billing.domain.ids import PatientId, ReimbursementId
from billing.domain.reimbursements import Reimbursement
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.oversight import check_own


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSeen:
    case: Reimbursement = field(repr=False)
    patient_name: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadReimbursements:
    ports: Ports

    async def __call__(self, actor: Actor, limit: int, after: str | None, *, resolved: bool) -> Listed[CaseSeen]:
        """Those that are open, what comes next first; or those that are closed, the one opened last first."""
        cases = self.ports.reimbursements
        found = await (cases.resolved(limit, after) if resolved else cases.by_day(limit, after))
        whose = {each.patient_id for each in found.items}
        accounts = await self.ports.accounts.those(whose) if whose else []
        await self.ports.audit.read(actor, "list_reimbursements", *(f"accounts/{each}" for each in sorted(whose)))
        names = {each.id: each.profile.legal_name for each in accounts if each.profile}
        return Listed(
            tuple(CaseSeen(case=each, patient_name=names.get(each.patient_id)) for each in found.items), found.next
        )

    async def of_patient(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[Reimbursement]:
        """A patient's, oldest first. Refused as not found where the patient is another."""
        check_own(actor, patient_id, "account")
        found = await self.ports.reimbursements.page_of(patient_id, limit=limit, after=after)
        await self.ports.audit.read(actor, "read_reimbursements", f"accounts/{patient_id}")
        return found

    async def one(self, case_id: ReimbursementId, actor: Actor) -> Reimbursement:
        """Refused: `reimbursement_not_found`, also for another's."""
        case = await self.ports.reimbursements.get(case_id)
        check_own(actor, case.patient_id, "reimbursement")
        await self.ports.audit.read(actor, "read_reimbursement", f"reimbursements/{case.id}")
        return case
