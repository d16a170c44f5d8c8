"""Where a patient's care stands: the plan it rests on, what is open of it, how it ended before."""

import asyncio
from dataclasses import dataclass

from sessions.application.courses import course_of
from sessions.application.own_stock import own_stock
from sessions.application.ports import Ports
from sessions.domain.care import CareDischarge, Open, open_matters, plans_in_care
from sessions.domain.follow_up import FollowUpContact
from sessions.domain.ids import PatientId, SessionId
from sessions.domain.outreach import Outreach, OutreachEnd
from sessions.domain.plan_tasks import PlanTask
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class Care:
    """`plans` are none for somebody who is not, or no longer, in care."""

    plans: tuple[Plan, ...]
    open: tuple[Open, ...]
    discharges: tuple[CareDischarge, ...]
    contacts: tuple[FollowUpContact, ...]
    outreaches: tuple[Outreach, ...]
    tasks: tuple[PlanTask, ...]

    @property
    def lost(self) -> bool:
        """Whether the last time nobody could reach the patient, somebody decided that they count as lost."""
        return bool(self.outreaches) and self.outreaches[-1].end is OutreachEnd.LOST


async def care_of(patient_id: PatientId, ports: Ports) -> Care:
    """Within a unit of work nothing of it can be overtaken before the commit."""
    (
        (plans, discharges, sessions, unreviewed),
        (course, events, forms, contacts, outreaches, tasks),
    ) = await asyncio.gather(
        asyncio.gather(
            ports.plans.of_patient(patient_id),
            ports.care_discharges.of_patient(patient_id),
            ports.sessions.latest_of_patient(patient_id),
            ports.medication.unreviewed_of(patient_id),
        ),
        asyncio.gather(
            course_of(patient_id, ports),
            ports.adverse_events.of_patient(patient_id),
            ports.rems_forms.of_patient(patient_id),
            ports.contacts.of_patient(patient_id),
            ports.outreaches.of_patient(patient_id),
            ports.plan_tasks.of_patient(patient_id),
        ),
    )
    found = open_matters(
        plans=plans,
        sessions=sessions,
        course=course,
        adverse_events=events,
        rems_forms=forms,
        contacts=contacts,
        outreaches=outreaches,
        tasks=tasks,
        drawn_for=await _drawn_for(sessions, ports),
        packages=[each.package.id for each in await own_stock(patient_id, ports) if each.kept],
        unreviewed_medicines=[each.id for each in unreviewed],
    )
    return Care(
        plans=plans_in_care(plans, discharges),
        open=found,
        discharges=tuple(discharges),
        contacts=tuple(contacts),
        outreaches=tuple(outreaches),
        tasks=tuple(tasks),
    )


async def _drawn_for(sessions: list[Session], ports: Ports) -> set[SessionId]:
    """The sessions for which something is drawn up, at the places where they take place."""
    places = {each.location_id for each in sessions if each.location_id is not None}
    at_each = await asyncio.gather(*(ports.drug_log.at(place) for place in sorted(places)))
    containers = [container for found in at_each for container in found]
    return {each.id for each in sessions if any(container.drawn_for(each.id) for container in containers)}
