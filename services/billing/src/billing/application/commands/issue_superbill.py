"""Issues a superbill under the next number of the year, also in place of one that was voided."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.application.results import Numbered
from billing.application.superbill_drafts import draft_of
from billing.domain.ids import ChargeId, PatientId, SuperbillId
from billing.domain.superbill_elements import content_of
from billing.domain.superbills import NumberSeries, Superbill
from careflow_domain.errors import conflict, not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class IssueSuperbill:
    """`disclose_diagnoses` is the patient's yes to naming the diagnoses on this one bill."""

    patient_id: PatientId
    charge_ids: tuple[ChargeId, ...]
    disclose_diagnoses: bool
    replaces: SuperbillId | None


@dataclass(frozen=True, slots=True)
class IssueSuperbillHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: IssueSuperbill, actor: Actor, request: RequestKey) -> Committed[Numbered]:
        """Refused: `superbill_incomplete` with everything that is missing, `charge_not_billable`,
        `charge_already_billed`, `superbill_not_void`, `superbill_replaced`.
        """

        async def issue(tx: Transaction) -> Numbered:
            draft = await draft_of(
                command.patient_id, command.charge_ids, disclose_diagnoses=command.disclose_diagnoses, ports=self.ports
            )
            content = content_of(draft)
            in_force, replaces, number = await side_by_side(
                self.ports.superbills.in_force_for(command.charge_ids, of=command.patient_id),
                self._replaced(command),
                self._next_number(tx),
            )
            if in_force:
                raise conflict("charge_already_billed", "A superbill with one of these charges is in force.")
            superbill = Superbill.issued(
                SuperbillId(tx.new_id()),
                command.patient_id,
                number,
                content,
                replaces=replaces,
                now=tx.now,
                today=self.ports.day_of(tx.now),
            )
            await self.ports.superbills.add(superbill, tx)
            if replaces is not None:
                await self.ports.superbills.save(replaces.replaced(superbill.id), expecting=replaces.version, tx=tx)
            return Numbered(superbill.id, superbill.version, superbill.number)

        return await self.work.run(issue, by=actor, action="issue_superbill", returns=Numbered, request=request)

    async def _replaced(self, command: IssueSuperbill) -> Superbill | None:
        if command.replaces is None:
            return None
        replaced = await self.ports.superbills.get(command.replaces, of=command.patient_id)
        if replaced.patient_id != command.patient_id:
            raise not_found("superbill")
        return replaced

    async def _next_number(self, tx: Transaction) -> str:
        year = str(self.ports.day_of(tx.now).year)
        known = await self.ports.numbers.find(year, of=None)
        series = (known or NumberSeries(id=year)).next()
        await upsert(self.ports.numbers, known, series, tx)
        return series.number(self.ports.policy.superbill_prefix.value)
