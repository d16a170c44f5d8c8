"""Reads a patient's plans and what they ask for beside the sessions, for whoever works with them and for the
patient's own paper. Who read it is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor
from careflow_service.work import side_by_side
from sessions.application.ports import Ports
from sessions.domain.care import plans_in_care
from sessions.domain.ids import PatientId
from sessions.domain.patients import PatientDetails
from sessions.domain.plan_links import PlanLink
from sessions.domain.plan_tasks import PlanTask
from sessions.domain.plans import Plan, PlanState


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansSeen:
    """As of `as_of`. `plans` are those the patient's care rests on, the newest first; `tasks` by when they are due; of
    the `links` there were, by `ways_in` the patient may still come to them.
    """

    as_of: datetime
    patient_id: PatientId
    details: PatientDetails = field(repr=False)
    plans: tuple[Plan, ...] = field(repr=False)
    tasks: tuple[PlanTask, ...] = field(repr=False)
    links: tuple[PlanLink, ...] = ()
    ways_in: tuple[PlanLink, ...] = ()

    @property
    def live(self) -> Plan | None:
        return next((each for each in self.plans if each.state in (PlanState.ACTIVE, PlanState.ON_HOLD)), None)

    @property
    def asked(self) -> tuple[PlanTask, ...]:
        """What the patient is to do."""
        return tuple(each for each in self.tasks if each.asks_patient)


@dataclass(frozen=True, slots=True)
class ReadPlanPage:
    ports: Ports

    async def __call__(self, patient_id: PatientId, actor: Actor) -> PlansSeen:
        ports = self.ports
        patient, plans, discharges, (tasks, links) = await side_by_side(
            ports.patients.find(patient_id, of=patient_id),
            ports.plans.of_patient(patient_id),
            ports.care_discharges.of_patient(patient_id),
            side_by_side(ports.plan_tasks.of_patient(patient_id), ports.plan_links.of_patient(patient_id)),
        )
        going_on = plans_in_care(plans, discharges)
        shown = (*(f"plans/{each.id}" for each in going_on), *(f"plan_tasks/{each.id}" for each in tasks))
        await ports.audit.read(actor, "read_plan_page", f"patients/{patient_id}", *shown)
        details = patient.details if patient else PatientDetails()
        now, policy = ports.clock(), ports.policy.plan_links
        return PlansSeen(
            as_of=now,
            patient_id=patient_id,
            details=details,
            plans=going_on,
            tasks=tuple(tasks),
            links=tuple(links),
            ways_in=tuple(each for each in links if each.way_in(policy).leads_in(now)),
        )
