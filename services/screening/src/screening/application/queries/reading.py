"""Everything that is read. Every read of clinical content is audited before it is answered."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from careflow_domain.disclosures import RecordPart
from careflow_domain.errors import not_found
from careflow_service.identity import Actor, Role
from careflow_service.listed import Listed
from careflow_service.oversight import check_own
from careflow_service.telling_apart import told_apart
from careflow_service.work import side_by_side
from screening.application.grounds_now import grounds_now
from screening.application.outcomes import outcomes_of
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.share_of_record import partition_of
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.consents import DisclosureConsent
from screening.domain.decisions import Grounds
from screening.domain.ids import AlertId, CaseId, ClearanceId, PatientId, RequestId, StaffId
from screening.domain.intake import RequestedQuestionnaire
from screening.domain.outcomes import ScaleOutcome
from screening.domain.paging import Page
from screening.domain.patients import PatientDetails
from screening.domain.rota import Gap, Rota
from screening.domain.tasks import StaffTask


@dataclass(frozen=True, slots=True)
class AlertWithPages:
    """An alert, every attempt to reach somebody about it, and how to reach the patient."""

    alert: SafetyAlert
    pages: tuple[Page, ...]
    patient: PatientDetails


@dataclass(frozen=True, slots=True)
class RotaSeen:
    """The rota, whom an alert would ask now, in order, and when nobody has a shift."""

    rota: Rota
    on_call_now: tuple[StaffId, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    ports: Ports

    async def case(self, case_id: CaseId, actor: Actor) -> Case:
        """Refused: `case_not_found`."""
        case = await case_for(actor, case_id, self.ports)
        await self.ports.audit.read(actor, "read_case", f"cases/{case.id}")
        return self._shown(case, actor)

    async def cases_by_page(
        self, patient_id: PatientId, actor: Actor, *, limit: int, after: str | None
    ) -> Listed[Case]:
        """A patient's cases, newest first."""
        cases = await self.ports.cases.page_of(patient_id, limit=limit, after=after)
        await self.ports.audit.read(
            actor, "read_case", f"patients/{patient_id}", *(f"cases/{case.id}" for case in cases.items)
        )
        return Listed(tuple(self._shown(case, actor) for case in cases.items), cases.next)

    async def cases_of(self, patient_id: PatientId, actor: Actor) -> list[Case]:
        """All cases of a patient, newest first."""
        cases = await self.ports.cases.all_of(patient_id)
        await self.ports.audit.read(
            actor, "read_case", f"patients/{patient_id}", *(f"cases/{case.id}" for case in cases)
        )
        return [self._shown(case, actor) for case in cases]

    async def consents(
        self, patient_id: PatientId, actor: Actor, *, limit: int, after: str | None
    ) -> Listed[DisclosureConsent]:
        """A patient's consents to disclose what is about substance use, the newest first."""
        found = await self.ports.consents.of_patient(patient_id, limit=limit, after=after)
        ids = (f"consents/{each.id}" for each in found.items)
        await self.ports.audit.read(actor, "read_consents", f"patients/{patient_id}", *ids)
        return found

    def _shown(self, case: Case, actor: Actor) -> Case:
        """All of it; under an emergency access without what is about substance use: 42 CFR Part 2 has that leave its
        circle by a disclosure, which names who is told.
        """
        if not actor.has(Role.EMERGENCY):
            return case
        return partition_of(RecordPart.GENERAL, self.ports.policy).having_seen(case).case(case)

    async def undecided(self, actor: Actor, *, limit: int, after: str | None) -> Listed[Case]:
        """Cases that were handed in and wait for a first decision, whoever has waited longest first."""
        found = await self.ports.cases.undecided(limit=limit, after=after)
        await self.ports.audit.read(actor, "read_case", *(f"cases/{case.id}" for case in found.items))
        return found

    async def asked(self, request_id: RequestId, actor: Actor) -> tuple[Case, RequestedQuestionnaire]:
        """A questionnaire that this patient was asked for. Refused: `questionnaire_request_not_found`."""
        cases = await self.ports.cases.all_of(PatientId(actor.patient_id or ""))
        case = next((each for each in cases if any(asked.id == request_id for asked in each.questionnaires)), None)
        if case is None:
            raise not_found("questionnaire_request")
        check_own(actor, case.patient_id, "questionnaire_request")
        await self.ports.audit.read(actor, "read_case", f"cases/{case.id}")
        return case, case.request(request_id)

    async def outcomes(
        self, patient_id: PatientId, actor: Actor, *, limit: int, after: str | None
    ) -> Listed[tuple[Case, tuple[ScaleOutcome, ...]]]:
        """What each scale shows in every course of a patient in which a dose was given, the newest first; a page may be
        empty and not the last.
        """
        found = await self.ports.cases.page_of(patient_id, limit=limit, after=after)
        cases = [case for case in found.items if case.course.doses]
        await self.ports.audit.read(
            actor, "read_outcomes", f"patients/{patient_id}", *(f"cases/{case.id}" for case in cases)
        )
        now = self.ports.clock()
        return Listed(tuple((case, outcomes_of(case, now, self.ports)) for case in cases), found.next)

    async def findings(self, case_id: CaseId, actor: Actor) -> tuple[Case, Grounds]:
        """What the rules find in a case now, and what a decision would still miss. Refused: `case_not_found`."""
        case = await self.case(case_id, actor)
        return case, await grounds_now(case, self.ports.clock(), self.ports)

    async def clearance(self, clearance_id: ClearanceId, actor: Actor) -> Clearance:
        """Refused: `clearance_not_found`."""
        clearance = await self.ports.clearances.get(clearance_id)
        await self.ports.audit.read(actor, "read_clearance", f"clearances/{clearance.id}")
        return clearance

    async def alerts(self, actor: Actor, *, open_only: bool, limit: int, after: str | None) -> Listed[SafetyAlert]:
        """The open alerts by urgency, or all of them, newest first."""
        found = await self.ports.alerts.listed(open_only=open_only, limit=limit, after=after)
        await self.ports.audit.read(actor, "read_alert", *(f"alerts/{alert.id}" for alert in found.items))
        return found

    async def tasks(self, actor: Actor, *, limit: int, after: str | None) -> Listed[StaffTask]:
        """Open tasks, the most urgent first."""
        found = await self.ports.tasks.listed(limit=limit, after=after)
        await self.ports.audit.read(actor, "read_task", *(f"tasks/{task.id}" for task in found.items))
        return found

    async def names(self, patient_ids: Collection[PatientId], actor: Actor) -> dict[PatientId, str]:
        """What those of these patients are called whose names booking has said, in one list."""
        found = await self.ports.patients.several(patient_ids)
        await self.ports.audit.read(actor, "name_patients", *(f"patients/{each.id}" for each in found))
        return told_apart({each.id: each.details for each in found})

    async def watched_by(self, actor: Actor) -> None:
        """Somebody is told from now on whenever another waits; of whom is read anew each time."""
        await self.ports.audit.read(actor, "watch_who_waits")

    async def who_waits_mark(self, shown: int) -> str:
        """Stands for what waits for somebody, as it is, the first `shown` of each list; nothing of it can be read from
        it.
        """
        ports, now = self.ports, self.ports.clock()
        alerts, cases, tasks, rota = await side_by_side(
            ports.alerts.listed(open_only=True, limit=shown, after=None),
            ports.cases.undecided(limit=shown, after=None),
            ports.tasks.listed(limit=shown, after=None),
            ports.rotas.look(),
        )
        stands = (
            rota is None,
            *((each.id, each.version, each.respond_by < now) for each in alerts.items),
            *((each.id, each.version) for each in cases.items),
            *((each.id, each.version, each.due_at < now) for each in tasks.items),
        )
        return sha256(repr(stands).encode()).hexdigest()[:16]

    async def rota(self) -> RotaSeen:
        """Refused: `rota_not_found`."""
        rota = await self.ports.rotas.look()
        if rota is None:
            raise not_found("rota")
        now = self.ports.clock()
        return RotaSeen(rota=rota, on_call_now=rota.chain_at(now), gaps=rota.gaps(now))

    async def test_pages(self, *, limit: int, after: str | None) -> Listed[Page]:
        """Who had themselves paged as a test, the newest first, and whether it arrived."""
        return await self.ports.test_pages.listed(limit=limit, after=after)

    async def alert(self, alert_id: AlertId, actor: Actor) -> AlertWithPages:
        """Refused: `alert_not_found`."""
        alert = await self.ports.alerts.get(alert_id)
        await self.ports.audit.read(actor, "read_alert", f"alerts/{alert.id}")
        patient = await self.ports.patients.find(alert.patient_id, of=None)
        return AlertWithPages(
            alert=alert,
            pages=tuple(await self.ports.pages.of_alert(alert.id)),
            patient=patient.details if patient else PatientDetails(),
        )
