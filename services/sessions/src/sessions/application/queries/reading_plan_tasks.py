"""Reading the tasks of plans, and which end. Every read is audited before it is answered."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor
from careflow_service.listed import Listed
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId
from sessions.domain.plan_tasks import PlanTask
from sessions.domain.plans import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTasks:
    """What a patient is to do, the soonest first, and what they need not do any more, the latest first: what is over,
    and tests whose sample was taken.
    """

    as_of: datetime
    to_do: tuple[PlanTask, ...] = field(repr=False)
    past: tuple[PlanTask, ...] = field(repr=False)


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

    async def own(self, actor: Actor) -> OwnTasks:
        """What the patient who asks is asked for; nothing that a prescriber has yet to sign."""
        patient_id = PatientId(actor.patient_id or "")
        tasks = [each for each in await self.ports.plan_tasks.of_patient(patient_id) if not each.needs_signature]
        seen = (f"plan_tasks/{each.id}" for each in tasks)
        await self.ports.audit.read(actor, "read_plan_task", f"patients/{patient_id}", *seen)
        to_do = tuple(each for each in tasks if each.asks_patient)
        past = tuple(each for each in reversed(tasks) if not each.asks_patient)
        return OwnTasks(as_of=self.ports.clock(), to_do=to_do, past=past)

    async def ending(self, actor: Actor, *, limit: int, after: str | None) -> Listed[Plan]:
        """The maintenances that end soon and of which nobody has decided how they go on, the soonest first."""
        listed = await self.ports.plans.ending(limit=limit, after=after)
        await self.ports.audit.read(actor, "read_plan", *(f"plans/{each.id}" for each in listed.items))
        return listed

    async def waiting(self, actor: Actor, *, limit: int, after: str | None) -> Listed[PlanTask]:
        """What the clinic is to do something about, the most urgent first."""
        listed = await self.ports.plan_tasks.waiting(limit=limit, after=after)
        await self.ports.audit.read(actor, "read_plan_task", *(f"plan_tasks/{each.id}" for each in listed.items))
        return listed
