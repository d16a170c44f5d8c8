"""Somebody of the team has sent the REMS monitoring form of a session: it is put together from the session's record."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.ports import Ports
from sessions.application.rems_reports import report_of
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.rems_form import Answers


@dataclass(frozen=True, slots=True)
class SubmitRemsForm:
    session_id: SessionId
    answers: Answers
    reference: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class SubmitRemsFormHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SubmitRemsForm, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `rems_form_not_found`, and what `RemsForm.submitted` refuses."""

        async def submit(tx: Transaction) -> Changed:
            before = await self.ports.rems_forms.get(command.session_id)
            report, events = await side_by_side(
                report_of(before, self.ports), self.ports.adverse_events.of_patient(before.patient_id)
            )
            form = before.submitted(
                report,
                command.answers,
                tuple(each.id for each in events if each.session_id == before.id and each.observation.serious),
                command.reference,
                self.ports.policy,
                by=StaffId(actor.id),
                now=tx.now,
            )
            await self.ports.rems_forms.save(form, expecting=command.expected_version, tx=tx)
            return Changed(form.id, form.version)

        return await self.work.run(submit, by=actor, action="submit_rems_form", returns=Changed, request=request)
