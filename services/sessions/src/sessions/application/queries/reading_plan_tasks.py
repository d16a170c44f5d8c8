"""Reading the tasks of plans. Every read is audited before it is answered."""

from dataclasses import dataclass

from careflow_service.identity import Actor
from careflow_service.listed import Listed
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId
from sessions.domain.plan_tasks import PlanTask


@dataclass(frozen=True, slots=True)
class ReadingPlanTasks:
    ports: Ports

    async def of_patient(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[PlanTask]:
        """A patient's tasks by when they are due; a patient sees those a prescriber has signed, where one must."""
        listed = await self.ports.plan_tasks.page_of(patient_id, limit=limit, after=after)
        shown = tuple(each for each in listed.items if not (actor.is_patient and each.needs_signature))
        seen = (f"plan_tasks/{each.id}" for each in shown)
        await self.ports.audit.read(actor, "read_plan_task", f"patients/{patient_id}", *seen)
        return Listed(shown, listed.next)

    async def waiting(self, actor: Actor, *, limit: int, after: str | None) -> Listed[PlanTask]:
        """What the clinic is to do something about, the most urgent first."""
        listed = await self.ports.plan_tasks.waiting(limit=limit, after=after)
        await self.ports.audit.read(actor, "read_plan_task", *(f"plan_tasks/{each.id}" for each in listed.items))
        return listed
