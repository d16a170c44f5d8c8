"""Issues a superbill under the next number of the year, also in place of one that was voided."""

import asyncio
from dataclasses import dataclass

from billing.application.ports import Ports
from billing.application.results import Numbered
from billing.application.superbill_drafts import draft_of
from billing.application.superbill_issuing import issue, mark_billed
from billing.domain.charges import ChargeState
from billing.domain.ids import ChargeId, PatientId, SuperbillId
from billing.domain.superbill_elements import content_of
from billing.domain.superbills import Superbill, predecessor
from careflow_domain.errors import conflict, not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class IssueSuperbill:
    """`disclose_diagnoses` is the patient's yes to naming the diagnoses on this one bill. The bill takes the place of
    the void one for the same charges by itself; who names one in `replaces` is refused if it is another.
    """

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
        `charge_already_billed`, `charges_of_two_bills`, `not_printable`, `charges_left_out`; where `replaces` is named:
        `superbill_not_found`, `superbill_not_void`, `superbill_replaced`, `superbill_for_other_charges`.
        """

        async def issue_it(tx: Transaction) -> Numbered:
            draft, unreplaced, named = await side_by_side(
                draft_of(
                    command.patient_id,
                    command.charge_ids,
                    disclose_diagnoses=command.disclose_diagnoses,
                    ports=self.ports,
                ),
                self.ports.superbills.unreplaced_of(command.patient_id),
                self._named(command),
            )
            content = content_of(draft)
            if named is not None:
                named.expect_replaceable()
            replaced = predecessor(command.charge_ids, unreplaced)
            if named is not None and (replaced is None or replaced.id != named.id):
                raise conflict("superbill_for_other_charges", "The superbill to be replaced is for other charges.")
            if replaced is None:
                superbill = await issue(command.patient_id, content, None, tx, self.ports)
            else:
                await self._expect_all_of(replaced, command)
                superbill = await issue(command.patient_id, content, replaced, tx, self.ports)
                await self.ports.superbills.save(replaced.replaced(superbill), expecting=replaced.version, tx=tx)
            await mark_billed(draft.charges, tx, self.ports)
            return Numbered(superbill.id, superbill.version, superbill.number)

        return await self.work.run(issue_it, by=actor, action="issue_superbill", returns=Numbered, request=request)

    async def _named(self, command: IssueSuperbill) -> Superbill | None:
        if command.replaces is None:
            return None
        named = await self.ports.superbills.get(command.replaces, of=command.patient_id)
        if named.patient_id != command.patient_id:
            raise not_found("superbill")
        return named

    async def _expect_all_of(self, replaced: Superbill, command: IssueSuperbill) -> None:
        """Whatever is still charged of the bill that is replaced is on the one that takes its place."""
        left_out = [each for each in replaced.content.charge_ids if each not in command.charge_ids]
        charges = await asyncio.gather(*(self.ports.charges.get(each, of=command.patient_id) for each in left_out))
        if any(charge.state is ChargeState.POSTED for charge in charges):
            raise conflict("charges_left_out", "Another charge of the superbill that is replaced is still owed.")
